"""Reference systems: where coordinates come from, and the systems in which metres are measured."""

from __future__ import annotations

import math
from collections.abc import Callable

import prcoords
from pyproj import Geod

from geo.errors import GeoError
from geo.sentences import say

LONLAT = "EPSG:4326"
LonLat = tuple[float, float]

_FIRST_MERIDIAN, _LAST_MERIDIAN = 75, 135
_EPSG_OF_FIRST_MERIDIAN = 4534
_GEOD = Geod(ellps="WGS84")
_CHINA_LON, _CHINA_LAT = (72.004, 137.8347), (0.8293, 55.8271)

_Conversion = Callable[[tuple[float, float]], tuple[float, float]]
_TO_WGS84: dict[str, _Conversion] = {"gcj02": prcoords.gcj_wgs_bored, "bd09": prcoords.bd_wgs_bored}
_FROM_WGS84: dict[str, _Conversion] = {"gcj02": prcoords.wgs_gcj, "bd09": prcoords.wgs_bd}
_SAME_AS_WGS84 = ("wgs84", "cgcs2000")


def metric_crs(lon: float) -> str:
    """Return the CGCS2000 3-degree Gauss-Kruger system (metres) with the central meridian nearest to ``lon``.

    Parameters
    ----------
    lon
        WGS-84 longitude in degrees, 73.5 to 136.5.

    Returns
    -------
    str
        An EPSG code such as ``EPSG:4544`` (105 degrees east) or ``EPSG:4545`` (108 degrees east).

    Raises
    ------
    GeoError
        If no zone of the system holds that longitude.
    """
    meridian = round(lon / 3) * 3 if math.isfinite(lon) else 0
    if not _FIRST_MERIDIAN <= meridian <= _LAST_MERIDIAN:
        raise GeoError(say("经度 {lon} 不在 CGCS2000 三度带范围（73.5–136.5）内，请核对经度后重新填写。", lon=lon))
    return f"EPSG:{_EPSG_OF_FIRST_MERIDIAN + (meridian - _FIRST_MERIDIAN) // 3}"


def to_wgs84(lon: float, lat: float, datum: str) -> LonLat:
    """Convert a point given in ``datum`` (wgs84, cgcs2000, gcj02, bd09) to WGS-84 longitude and latitude in degrees.

    CGCS2000 agrees with WGS-84 to well below a metre and is taken as equal. GCJ-02 and BD-09 are inverted by
    iteration, to a few millimetres of the published algorithm.

    Raises
    ------
    GeoError
        If the datum is unknown or the coordinates cannot be a place in it.
    """
    return _convert((lon, lat), datum, _TO_WGS84)


def from_wgs84(lon: float, lat: float, datum: str) -> LonLat:
    """Convert a WGS-84 point to ``datum``; the inverse of `to_wgs84`, same units and errors."""
    return _convert((lon, lat), datum, _FROM_WGS84)


def distance_m(start: LonLat, end: LonLat) -> float:
    """Measure the geodesic distance in metres between two WGS-84 points, each (longitude, latitude) in degrees."""
    return float(_GEOD.inv(*start, *end)[2])


def _convert(place: LonLat, datum: str, conversions: dict[str, _Conversion]) -> LonLat:
    _check_degrees(place)
    if datum in _SAME_AS_WGS84:
        return place
    if datum not in conversions:
        raise GeoError(say("不认识坐标系“{datum:s}”，请选择 WGS-84、CGCS2000、GCJ-02 或 BD-09。", datum=datum))
    _check_china(place)
    lon, lat = place
    converted_lat, converted_lon = conversions[datum]((lat, lon))
    return float(converted_lon), float(converted_lat)


def _check_degrees(place: LonLat) -> None:
    lon, lat = place
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise GeoError(say("经度和纬度须为数字，请重新填写。"))
    if abs(lat) > 90 >= abs(lon):
        raise GeoError(say("纬度 {lat} 超出 ±90，经度和纬度可能填反了，请对调后再试。", lat=lat))
    if abs(lon) > 180 or abs(lat) > 90:
        raise GeoError(
            say("坐标（{lon}，{lat}）超出范围：经度应在 ±180、纬度应在 ±90 以内，请核对。", lon=lon, lat=lat)
        )


def _check_china(place: LonLat) -> None:
    (west, east), (south, north) = _CHINA_LON, _CHINA_LAT
    if not (west <= place[0] <= east and south <= place[1] <= north):
        raise GeoError(
            say(
                "坐标（{lon}，{lat}）不在国内，GCJ-02 与 BD-09 只适用于国内地点，请核对坐标或坐标系。",
                lon=place[0],
                lat=place[1],
            )
        )
