"""Polygons out of uploaded GeoJSON, GeoPackage and zipped Shapefile: checked, in WGS-84, nothing left on disk."""

from __future__ import annotations

import io
import json
import lzma
import math
import re
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path, PurePath
from typing import Any, NoReturn, TypeAlias, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely
from shapely.geometry import MultiPolygon, Polygon, shape

from geo.archives import MAX_VERTICES, PACK_PARTS, PARTS, TOO_MANY_VERTICES, unpack_shapefile
from geo.crs import LONLAT, metric_crs
from geo.errors import GeoError
from geo.sentences import Sentence, say

MAX_BYTES = 20 * 1024**2
MAX_FEATURES, MAX_ATTRIBUTES = 2_000, 300

Area: TypeAlias = Polygon | MultiPolygon

_WEST, _SOUTH, _EAST, _NORTH = 73.4, 3.3, 135.2, 53.7
_SEMI_MAJOR_M = 6_378_137.0
_NAME_COLUMNS = ("name", "NAME", "名称", "镇街", "乡镇", "xzqmc", "XZQMC", "Name", "MC", "mc")
_POLYGONS = ("Polygon", "MultiPolygon")
_SHP_MAGIC, _SQLITE_MAGIC, _GPKG_IDS = b"\x00\x00\x27\x0a", b"SQLite format 3\x00", (b"GPKG", b"GP10", b"GP11")
_DEGREES = re.compile(
    r"(?:URN:(?:X-)?OGC:DEF:CRS:)?(?:OGC:(?:[\d.]*:)?CRS:?84|EPSG:(?:[\d.]*:)?(?:4326|4490))"
    r"|HTTPS?://WWW\.OPENGIS\.NET/DEF/CRS/(?:OGC/[\d.]+/CRS84|EPSG/[\d.]+/(?:4326|4490))|WGS[ _-]?(?:19)?84"
)
_LIBRARY_ERRORS = (sqlite3.Error, zipfile.BadZipFile, zlib.error, lzma.LZMAError, shapely.errors.ShapelyError)
_PYTHON_ERRORS = (OSError, EOFError, RuntimeError, ValueError, TypeError, AttributeError, LookupError, OverflowError)
_LONLAT_ONLY = say("GeoJSON 按标准只能是 WGS-84 经纬度，这个文件用的是其他坐标系")
_NOT_LONLAT = say(
    "{lonlat_only}。请在 GIS 软件中另存为 WGS-84，或改用 GeoPackage、Shapefile。", lonlat_only=_LONLAT_ONLY
)
_NOT_GEOJSON = say("这个文件不是 GeoJSON，请在 GIS 软件中导出为 GeoJSON（UTF-8 编码）后重新上传。")
_NO_POLYGONS = say("文件里没有面（多边形），请在 GIS 软件中只导出面图层后重新上传。")
_WRONG_CRS = say("文件里的坐标与它写明的坐标系不符，请在 GIS 软件中核对坐标系后重新导出。")


def read_polygons(data: bytes, file_name: str) -> gpd.GeoDataFrame:
    """Read the polygons of an uploaded file.

    Parameters
    ----------
    data
        The file, at most 20 MB.
    file_name
        Its name; only the ending counts: .geojson, .json, .gpkg, or .zip (a zipped Shapefile).

    Returns
    -------
    GeoDataFrame
        One row per polygon feature in the file's order, WGS-84, 2D, valid, within China: the file's own attributes
        (dates and nested JSON as text) and ``geometry``. Points and lines are left out.

    Raises
    ------
    GeoError
        If the file cannot be read or is too large, or a polygon of it is wrong or not in China.
    """
    suffix = PurePath(file_name).suffix.lower()
    if suffix in (*PARTS, ".cpg"):
        raise GeoError(PACK_PARTS)
    if suffix not in (".geojson", ".json", ".gpkg", ".zip"):
        raise GeoError(say("只能读取 GeoJSON、GeoPackage（.gpkg）和打成 zip 的 Shapefile，请在 GIS 软件中另存后上传。"))
    if not data:
        raise GeoError(say("文件是空的，请重新导出后上传。"))
    if len(data) > MAX_BYTES:
        raise GeoError(say("文件超过 20 MB，请在 GIS 软件中只保留需要的面并简化边界后重新上传。"))
    if suffix.endswith("json"):
        return _in_wgs84(_read_geojson(data), _NOT_LONLAT)
    with tempfile.TemporaryDirectory(prefix="portfolio-upload-") as folder:
        frame = _read_gpkg(data, Path(folder)) if suffix == ".gpkg" else _read_zip(data, Path(folder))
    return _in_wgs84(frame, _WRONG_CRS)


def one_site(frame: gpd.GeoDataFrame) -> Area:
    """Return the one polygon of an upload, a site; raises GeoError where it holds none or several."""
    if len(frame) != 1:
        raise GeoError(
            say("文件里有 {count} 个多边形，请在 GIS 软件中只保留本项目用地的一个后重新上传。", count=len(frame))
        )
    return cast(Area, frame.geometry.iloc[0])


def pick_name_column(frame: gpd.GeoDataFrame) -> str | None:
    """Return the column that most likely names the rows, else the first with text in it, else None."""
    attributes = frame.drop(columns=frame.geometry.name)
    texts = [name for name in attributes if any(isinstance(value, str) and value.strip() for value in attributes[name])]
    usual = (name for name in _NAME_COLUMNS if name in texts)
    return next(usual, texts[0] if texts else None)


def area_m2(geometry: shapely.Geometry) -> float:
    """Measure a WGS-84 polygon in square metres, in the metric system of its centroid.

    Raises GeoError where it is empty or lies outside the zones of that system.
    """
    metric = metric_crs(math.nan if geometry.is_empty else geometry.centroid.x)
    return float(gpd.GeoSeries([geometry], crs=LONLAT).to_crs(metric).area.iloc[0])


def outline_text(geometry: shapely.Geometry) -> str:
    """Write a WGS-84 polygon as canonical GeoJSON geometry text: 2D, 7 decimals, outer rings anticlockwise.

    Equal polygons give equal text. Raises GeoError where nothing is left at 7 decimals (1 cm) or it is no polygon.
    """
    snapped = shapely.set_precision(shapely.force_2d(geometry), 1e-7)
    if snapped.is_empty or snapped.geom_type not in _POLYGONS:
        raise GeoError(say("多边形太小或不成面，请重新绘制。"))
    canonical = shapely.to_geojson(shapely.orient_polygons(shapely.normalize(snapped)))
    return json.dumps(json.loads(canonical, parse_float=lambda figure: round(float(figure), 7)), separators=(",", ":"))


def read_outline(text: str) -> Area:
    """Read a polygon from GeoJSON geometry text in WGS-84, the inverse of `outline_text`.

    Raises GeoError as `read_polygons` does, or where the text is not a Polygon or MultiPolygon.
    """
    if len(text) > MAX_BYTES:
        raise GeoError(say("多边形的文字超过 20 MB，请简化边界后重试。"))
    geometry = _load_json(text)
    if not isinstance(geometry, dict) or geometry.get("type") not in _POLYGONS:
        raise GeoError(say("范围须为 GeoJSON 多边形（Polygon 或 MultiPolygon），请重新绘制或上传。"))
    return one_site(_in_wgs84(_frame_of([{"geometry": geometry}]), _NOT_LONLAT))


@contextmanager
def _saying(sentence: Sentence) -> Iterator[None]:
    """Turn what the libraries raise on a bad file into ``sentence``; sentences of our own pass."""
    try:
        with np.errstate(invalid="ignore"):
            yield
    except GeoError:
        raise
    except RecursionError as error:
        raise GeoError(say("GeoJSON 的嵌套层数太多，请在 GIS 软件中重新导出后上传。")) from error
    except (*_LIBRARY_ERRORS, *_PYTHON_ERRORS) as error:
        raise GeoError(sentence) from error


def _read_geojson(data: bytes) -> gpd.GeoDataFrame:
    content = _load_json(data)
    kind = content.get("type") if isinstance(content, dict) else None
    if kind == "FeatureCollection" and isinstance(content.get("features"), list):
        features = content["features"]
    elif kind in (*_POLYGONS, "Feature"):
        features = [content if kind == "Feature" else {"geometry": content}]
    else:
        raise GeoError(_NOT_GEOJSON)
    _check_crs_member(content)
    return _frame_of(features)


def _load_json(text: bytes | str) -> Any:
    def refuse(name: str) -> NoReturn:
        raise GeoError(say("坐标或属性里有 {name}，不是数字，请在 GIS 软件中修复后重新导出。", name=name))

    with _saying(_NOT_GEOJSON):
        return json.loads(text, parse_constant=refuse)


def _frame_of(features: Sequence[Any]) -> gpd.GeoDataFrame:
    _check_count(len(features))
    if not all(isinstance(feature, dict) for feature in features):
        raise GeoError(_NOT_GEOJSON)
    shapes = [_shape_of(feature, number) for number, feature in enumerate(features, 1)]
    rows = [_attributes_of(feature) for feature in features]
    if len({name for row in rows for name in row}) > MAX_ATTRIBUTES:
        raise GeoError(say("属性字段超过 {most} 个，请只保留需要的字段后重新上传。", most=MAX_ATTRIBUTES))
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=gpd.GeoSeries(shapes, crs=LONLAT))


def _check_crs_member(member: Mapping[str, Any]) -> None:
    """Refuse an object that names another system; the 2008 edition allowed it on any object, and files still do."""
    crs = member.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if crs is not None and not (isinstance(name, str) and _DEGREES.fullmatch(name.strip().upper())):
        raise GeoError(_NOT_LONLAT)


def _shape_of(feature: Mapping[str, Any], number: int) -> shapely.Geometry | None:
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict):
        return None
    _check_crs_member(feature)
    _check_crs_member(geometry)
    with _saying(say("第 {number} 个要素的坐标写法不对，请在 GIS 软件中重新导出后上传。", number=number)):
        return shapely.force_2d(shape(geometry))


def _attributes_of(feature: Mapping[str, Any]) -> dict[str, Any]:
    """Return a feature's attributes, nested ones as text, without what no database stores (NUL, half surrogates)."""
    properties = feature.get("properties")
    attributes = {}
    for name, value in properties.items() if isinstance(properties, dict) else ():
        with _saying(_NOT_GEOJSON):
            plain = json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value
        attributes[_storable(name)] = _storable(plain) if isinstance(plain, str) else plain
    attributes.pop("geometry", None)
    return attributes


def _storable(text: str) -> str:
    return text.encode("utf-8", "ignore").decode().replace("\x00", "")


def _read_gpkg(data: bytes, folder: Path) -> gpd.GeoDataFrame:
    if not data.startswith(_SQLITE_MAGIC) or data[68:72] not in _GPKG_IDS:
        raise GeoError(say("这个文件不是 GeoPackage，请在 GIS 软件中导出为 GeoPackage 后重新上传。"))
    path = folder / "upload.gpkg"
    path.write_bytes(data)
    with _saying(say("GeoPackage 读不出来，可能已损坏，请在 GIS 软件中重新导出后上传。")):
        # Reading a stored query runs whatever its author wrote, for as long as that takes.
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'view'").fetchone():
                raise GeoError(say("GeoPackage 里有视图，请在 GIS 软件中只把面图层另存为新的 GeoPackage 后上传。"))
        return _read_with_gdal(path, layer=_only_layer(pyogrio.list_layers(path)))


def _only_layer(layers: Sequence[Sequence[str | None]]) -> str:
    polygons = [str(name) for name, kind in layers if kind is not None and "Polygon" in kind]
    candidates = polygons or [str(name) for name, kind in layers if kind in ("Unknown", "GeometryCollection")]
    if not candidates:
        raise GeoError(_NO_POLYGONS)
    if len(candidates) > 1:
        names = "、".join(candidates)[:120]
        raise GeoError(
            say(
                "文件里有 {count} 个面图层（{names}），请只把要用的一个另存后上传。", count=len(candidates), names=names
            )
        )
    return candidates[0]


def _read_with_gdal(path: Path, **options: Any) -> gpd.GeoDataFrame:
    frame = pyogrio.read_dataframe(path, max_features=MAX_FEATURES + 1, datetime_as_string=True, **options)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise GeoError(_NO_POLYGONS)
    return frame.set_geometry(frame.geometry.force_2d())


def _read_zip(data: bytes, folder: Path) -> gpd.GeoDataFrame:
    broken = say("压缩包打不开或已损坏，请重新打成不带密码的 zip 后上传。")
    with _saying(broken), zipfile.ZipFile(io.BytesIO(data)) as archive:
        path, encodings = unpack_shapefile(archive, len(data), folder)
    if not path.read_bytes().startswith(_SHP_MAGIC):
        raise GeoError(say("压缩包里的 .shp 不是 Shapefile，请在 GIS 软件中重新导出后打成 zip 上传。"))
    with _saying(say("Shapefile 读不出来，可能已损坏，请在 GIS 软件中重新导出后打成 zip 上传。")):
        for encoding in encodings:
            try:
                return _read_with_gdal(path, encoding=encoding)
            except UnicodeError:
                continue
    raise GeoError(say("Shapefile 的文字编码认不出来，请在 GIS 软件中以 UTF-8 编码重新导出后上传。"))


def _in_wgs84(frame: gpd.GeoDataFrame, not_degrees: Sentence) -> gpd.GeoDataFrame:
    """Return the polygons alone, in WGS-84 and checked; rows keep their number in the file until the end."""
    _check_count(len(frame))
    polygons = _polygons_of(frame.set_axis(range(1, len(frame) + 1)))
    _check_crs(polygons.crs)
    if polygons.crs.is_geographic:
        _check_degrees(polygons, not_degrees)
    with _saying(_WRONG_CRS):
        placed = polygons.to_crs(LONLAT)
    _check_china(placed)
    for number, area in placed.geometry[~placed.is_valid].items():
        raise _fault(number, shapely.is_valid_reason(area))
    return placed.reset_index(drop=True)


def _check_count(features: int) -> None:
    if features > MAX_FEATURES:
        raise GeoError(say("文件里的要素超过 {most:,} 个，请在 GIS 软件中只保留需要的后重新上传。", most=MAX_FEATURES))


def _polygons_of(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    kinds = frame.geom_type
    for number in frame.index[kinds == "GeometryCollection"]:
        raise GeoError(say("第 {number} 个要素是几何集合，请在 GIS 软件中拆成多边形后重新上传。", number=number))
    polygons = frame[kinds.isin(_POLYGONS) & ~frame.is_empty]
    if polygons.empty:
        raise GeoError(_NO_POLYGONS)
    vertices, rows = shapely.get_coordinates(polygons.geometry.values, return_index=True)
    if len(vertices) > MAX_VERTICES:
        raise GeoError(TOO_MANY_VERTICES)
    for row in rows[~np.isfinite(vertices).all(axis=1)]:
        raise GeoError(
            say(
                "第 {number} 个要素的坐标里有 NaN 或无穷大，请在 GIS 软件中修复后重新导出。", number=polygons.index[row]
            )
        )
    return polygons


def _check_crs(crs: pyproj.CRS | None) -> None:
    """Refuse systems on another ellipsoid (Beijing 1954, Xi'an 1980): no public figures bring them within metres."""
    if crs is None or crs.name.lower().startswith("undefined"):
        raise GeoError(say("文件没有坐标系，请在 GIS 软件中指定坐标系（Shapefile 须附 .prj）后重新导出。"))
    ellipsoid = crs.geodetic_crs.ellipsoid if crs.geodetic_crs else None
    if ellipsoid is None or abs(ellipsoid.semi_major_metre - _SEMI_MAJOR_M) > 0.01:
        raise GeoError(say("坐标系“{crs}”不是 WGS-84 或 CGCS2000，请在 GIS 软件中转换后重新上传。", crs=crs.name[:40]))


def _check_degrees(frame: gpd.GeoDataFrame, not_degrees: Sentence) -> None:
    box = frame.bounds
    if (box.abs() > 180).any(axis=None):
        raise GeoError(not_degrees)
    swapped = (box.minx >= _SOUTH) & (box.maxx <= _NORTH) & (box.miny >= _WEST) & (box.maxy <= _EAST)
    for number in frame.index[swapped]:
        raise GeoError(say("第 {number} 个要素的经纬度填反了，坐标应先经度后纬度，请对调后重新上传。", number=number))


def _check_china(frame: gpd.GeoDataFrame) -> None:
    box = frame.bounds
    inside = (box.minx >= _WEST) & (box.maxx <= _EAST) & (box.miny >= _SOUTH) & (box.maxy <= _NORTH)
    for number in frame.index[~inside]:
        raise GeoError(
            say("第 {number} 个要素不在中国范围内，请核对坐标系和坐标（先经度后纬度）后重新上传。", number=number)
        )


def _fault(number: int, reason: str) -> GeoError:
    found = re.fullmatch(r".+\[(\S+) (\S+)\]", reason)
    place = say("在（{lon:.6f}，{lat:.6f}）附近", lon=float(found[1]), lat=float(found[2])) if found else ""
    what = say("自己与自己相交") if "Self-intersection" in reason else say("边界不成立（环重叠、洞在外面或点数不够）")
    return GeoError(
        say(
            "第 {number} 个要素{place}{what}，请在 GIS 软件中修复几何后重新上传。",
            number=number,
            place=place,
            what=what,
        )
    )
