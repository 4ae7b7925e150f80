"""Centre lines typed, drawn or uploaded: checked, in WGS-84, as GeoJSON text."""

from __future__ import annotations

import json
from typing import Any, NoReturn, TypeAlias

import shapely
from shapely.geometry import LineString, MultiLineString, shape

from geo.errors import GeoError
from geo.sentences import say

MAX_BYTES = 1024**2
MAX_VERTICES = 5_000

Line: TypeAlias = LineString | MultiLineString

_LINES = ("LineString", "MultiLineString")
_WEST, _SOUTH, _EAST, _NORTH = 73.4, 3.3, 135.2, 53.7
_NOT_GEOJSON = say("这不是 GeoJSON 线，应为 LineString 或 MultiLineString，请在 GIS 软件中导出为 GeoJSON 后重试。")
_NOT_LONLAT = say(
    "GeoJSON 按标准只能是 WGS-84 经纬度，这条线用的是其他坐标系（如 EPSG:4544）。请在 GIS 软件中另存为 WGS-84 后重试。"
)


def read_line(text: str | bytes) -> Line:
    """Read one centre line from GeoJSON: a geometry, a feature, or a collection whose lines together make the belt.

    Raises
    ------
    GeoError
        If it is no line, names or uses another reference system, has latitude before longitude, lies outside China,
        crosses itself, or is too large.
    """
    if len(text) > MAX_BYTES:
        raise GeoError(say("中心线的文字超过 1 MB，请简化后重试。"))
    try:
        content = json.loads(text, parse_constant=_refuse)
        parts = [part for geometry in _geometries(content) for part in _parts(geometry)]
    except GeoError:
        raise
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, shapely.errors.ShapelyError) as error:
        raise GeoError(_NOT_GEOJSON) from error
    if not parts:
        raise GeoError(_NOT_GEOJSON)
    line = parts[0] if len(parts) == 1 else MultiLineString(parts)
    _check(line)
    return line


def line_text(line: shapely.Geometry) -> str:
    """Write a WGS-84 line as GeoJSON geometry text: 2D, 6 decimals (10 cm); raises GeoError as `read_line`."""
    _check(line)
    content: dict[str, Any] = json.loads(
        shapely.to_geojson(shapely.force_2d(line)), parse_float=lambda figure: round(float(figure), 6)
    )
    return json.dumps(content, separators=(",", ":"))


def _refuse(name: str) -> NoReturn:
    raise GeoError(say("中心线的坐标里有 {name}，不是数字，请核对后重试。", name=name))


def _geometries(content: Any) -> list[Any]:
    """Return the geometries of an object; a member that names another system than degrees is refused."""
    name = str(((content.get("crs") or {}).get("properties") or {}).get("name") or "CRS84").upper()
    if not any(name.endswith(end) for end in ("CRS84", "4326", "4490")):
        raise GeoError(_NOT_LONLAT)
    if content.get("type") == "FeatureCollection":
        return [geometry for feature in content["features"] for geometry in _geometries(feature)]
    if content.get("type") == "Feature":
        return [content["geometry"]]
    return [content]


def _parts(geometry: Any) -> list[LineString]:
    if not isinstance(geometry, dict) or geometry.get("type") not in _LINES:
        return []
    found = shapely.force_2d(shape(geometry))
    return list(found.geoms) if isinstance(found, MultiLineString) else [found]


def _check(line: shapely.Geometry) -> None:
    if line.is_empty or shapely.get_num_coordinates(line) > MAX_VERTICES:
        raise GeoError(say("中心线没有坐标，或超过 {most:,} 个顶点，请简化后重试。", most=MAX_VERTICES))
    west, south, east, north = line.bounds
    if max(abs(west), abs(east), abs(south), abs(north)) > 180:
        raise GeoError(_NOT_LONLAT)
    if west >= _SOUTH and east <= _NORTH and south >= _WEST and north <= _EAST:
        raise GeoError(say("中心线的经纬度填反了，坐标应先经度后纬度，请对调后重试。"))
    if not (west >= _WEST and east <= _EAST and south >= _SOUTH and north <= _NORTH):
        raise GeoError(say("中心线不在中国范围内，请核对坐标系和坐标（先经度后纬度）。"))
    if not line.is_simple:
        raise GeoError(say("中心线自己与自己相交，请把它理顺，或拆成几条后重试。"))
    if line.length == 0:
        raise GeoError(say("中心线的各个顶点重合，至少要有两个不同的点。"))
