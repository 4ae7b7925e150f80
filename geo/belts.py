"""The belts of a district's layout (such as 一圈三带): built from centre lines, and which belt a place is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import LONLAT, metric_crs
from geo.errors import GeoError
from geo.sentences import say

_COLUMNS = ["belt", "name", "short", "colour", "width_m", "geometry"]


@dataclass(frozen=True)
class BeltSpec:
    """One belt as the plan and the configuration give it; ``width_m`` is its whole width in metres."""

    id: str
    name: str
    short: str
    width_m: float
    colour: str


def build_belts(
    lines: gpd.GeoDataFrame, specs: Sequence[BeltSpec], outline: shapely.Geometry | None
) -> gpd.GeoDataFrame:
    """Build belts that do not overlap from centre lines.

    Each line is widened by half the belt's width on either side in the metric system of its place, with round ends,
    then clipped to the district. Where two belts cross, the one that comes first in ``specs`` (the plan's order)
    keeps the overlap, so that every place is in one belt at most.

    Parameters
    ----------
    lines
        Centre lines with ``id``; any CRS; several rows of one id make one belt.
    specs
        Belts in the plan's order.
    outline
        The district in WGS-84, or None to leave the belts unclipped.

    Returns
    -------
    GeoDataFrame
        One row per belt, in the plan's order, in WGS-84: ``belt`` (its id), ``name``, ``short``, ``colour``,
        ``width_m`` (metres), ``geometry`` ((multi)polygon; empty where nothing of the belt lies in the district).

    Raises
    ------
    GeoError
        If the lines have no CRS, a belt has no line, or a width is not positive.
    """
    if lines.crs is None:
        raise GeoError(say("布局中心线没有坐标系，请注明坐标系后重新导入。"))
    metric = metric_crs(float(lines.to_crs(LONLAT).total_bounds[[0, 2]].mean())) if len(lines) else LONLAT
    clip = None if outline is None else gpd.GeoSeries([outline], crs=LONLAT).to_crs(metric).iloc[0]
    shapes = _without_overlap([_widen(lines.to_crs(metric), spec, clip) for spec in specs])
    rows = [
        (spec.id, spec.name, spec.short, spec.colour, spec.width_m, area)
        for spec, area in zip(specs, shapes, strict=True)
    ]
    return _in_degrees(gpd.GeoDataFrame(rows, columns=_COLUMNS, geometry="geometry", crs=metric))


def _in_degrees(built: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return areas in WGS-84; rings that touch in metres may cross by a rounding error in degrees, and are mended."""
    degrees = built.to_crs(LONLAT)
    return degrees.set_geometry([_polygons_only(shapely.make_valid(area)) for area in degrees.geometry], crs=LONLAT)


def belt_of_points(
    lons: Sequence[float] | np.ndarray, lats: Sequence[float] | np.ndarray, belts: gpd.GeoDataFrame
) -> list[str | None]:
    """Name the belt of each place: ids in the order of the places, None outside every belt or where unknown (NaN).

    Longitudes and latitudes are WGS-84 degrees; ``belts`` is what `build_belts` returns. An edge belongs to the
    belt, a shared edge to the earlier one.
    """
    x, y = np.asarray(lons, dtype=float), np.asarray(lats, dtype=float)
    found: np.ndarray = np.full(x.shape, None, dtype=object)
    for belt, area in reversed(list(zip(belts["belt"], belts.geometry, strict=True))):
        shapely.prepare(area)
        found[shapely.intersects_xy(area, x, y)] = belt
    return list(found)


def belt_shares(footprints: gpd.GeoDataFrame, belts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Measure the share of each footprint that lies in each belt.

    Parameters
    ----------
    footprints
        One polygon per project, with ``project_id``; any CRS.
    belts
        Polygons that do not overlap, with ``belt``; any CRS.

    Returns
    -------
    DataFrame
        One row per project and belt that overlap: ``project_id`` (int), ``belt`` (str), ``share`` (fraction of the
        footprint's area, above 0 and at most 1; sums to less than 1 where it reaches outside every belt).

    Raises
    ------
    GeoError
        If either frame has no CRS.
    """
    if footprints.crs is None or belts.crs is None:
        raise GeoError(say("项目范围或布局圈带没有坐标系，请注明坐标系后重试。"))
    if footprints.empty or belts.empty:
        return pd.DataFrame({"project_id": pd.Series(dtype=int), "belt": pd.Series(dtype=str), "share": []})
    metric = metric_crs(float(footprints.to_crs(LONLAT).total_bounds[[0, 2]].mean()))
    whole = footprints[["project_id", "geometry"]].to_crs(metric)
    whole["whole_m2"] = whole.area
    parts = gpd.overlay(whole, belts[["belt", "geometry"]].to_crs(metric), how="intersection", keep_geom_type=True)
    parts["share"] = (parts.area / parts["whole_m2"]).clip(upper=1.0)
    return pd.DataFrame(parts.loc[parts["share"] > 0, ["project_id", "belt", "share"]]).reset_index(drop=True)


def zone_shares(places: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Measure how much of each place lies in each zone: a point is in one zone or none, an area is split.

    Parameters
    ----------
    places
        One point or polygon per project, with ``project_id``; WGS-84.
    zones
        What `build_belts` returns, or any polygons that do not overlap, with ``belt``; WGS-84.

    Returns
    -------
    DataFrame
        As `belt_shares`.
    """
    is_point = places.geom_type == "Point"
    points, areas = places[is_point], places[~is_point]
    found = belt_of_points(points.geometry.x.to_numpy(), points.geometry.y.to_numpy(), zones)
    whole = pd.DataFrame({"project_id": points["project_id"].to_numpy(), "belt": found, "share": 1.0})
    split = belt_shares(areas, zones)
    return pd.concat([part for part in (whole.dropna(subset="belt"), split) if len(part)] or [split], ignore_index=True)


def _widen(lines: gpd.GeoDataFrame, spec: BeltSpec, clip: shapely.Geometry | None) -> shapely.Geometry:
    """Return the area within half the width of the belt's lines; everything in metres."""
    if not spec.width_m > 0:
        raise GeoError(say("“{belt}”的宽度须大于 0 米，请修改布局设置。", belt=spec.name))
    own = lines.geometry[lines["id"] == spec.id]
    if own.empty:
        raise GeoError(say("“{belt}”没有中心线（编号 {id}），请补充后重新导入。", belt=spec.name, id=spec.id))
    area = shapely.buffer(own.union_all(), spec.width_m / 2, quad_segs=16)
    return area if clip is None else _polygons_only(shapely.intersection(area, clip))


def _without_overlap(shapes: Sequence[shapely.Geometry]) -> list[shapely.Geometry]:
    kept: list[shapely.Geometry] = []
    for area in shapes:
        kept.append(_polygons_only(shapely.difference(area, shapely.union_all(kept))) if kept else area)
    return kept


def _polygons_only(geometry: shapely.Geometry) -> shapely.Geometry:
    """Drop the points and lines that a clip leaves where areas merely touch."""
    parts = shapely.get_parts(geometry)
    return shapely.union_all([part for part in parts if part.geom_type in ("Polygon", "MultiPolygon")])
