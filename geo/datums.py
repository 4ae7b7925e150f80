"""Which datum a position was given in: its reading under each, and the one under which it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from pyproj import Transformer

from geo.crs import LONLAT, LonLat, distance_m, metric_crs, to_wgs84

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
_TOLD_APART = ("wgs84", "gcj02", "bd09")


@dataclass(frozen=True)
class Reading:
    """A position under one datum: WGS-84 degrees; ``inside`` and ``outside_m`` are None without an outline."""

    datum: str
    lon: float
    lat: float
    inside: bool | None
    outside_m: float | None


@dataclass(frozen=True)
class Preview:
    """A position under every datum, and the other datums under which alone it falls inside the district."""

    readings: tuple[Reading, ...]
    warning_datum: tuple[str, ...]


def readings(lon: float, lat: float) -> dict[str, LonLat]:
    """Return the WGS-84 position (degrees) of a typed pair under each datum, by datum.

    Raises
    ------
    GeoError
        If the pair cannot be a place in China.
    """
    return {datum: to_wgs84(lon, lat, datum) for datum in DATUMS}


def preview(lon: float, lat: float, datum: str, outline: shapely.Geometry | None) -> Preview:
    """Read a typed pair under each datum and compare with a district's ``outline`` (WGS-84 polygon, or None).

    Raises
    ------
    GeoError
        If the pair cannot be a place in China or the datum is unknown.
    """
    to_wgs84(lon, lat, datum)
    read = tuple(_reading(name, place, outline) for name, place in readings(lon, lat).items())
    stated_inside = any(reading.inside for reading in read if reading.datum == datum)
    others = () if stated_inside else tuple(reading.datum for reading in read if reading.inside)
    return Preview(read, others)


def distance_outside_m(lon: float, lat: float, outline: shapely.Geometry) -> float:
    """Measure how many metres a WGS-84 point lies outside a WGS-84 polygon; 0 inside and on its edge.

    Raises
    ------
    GeoError
        If the longitude is in no metric zone.
    """
    point = shapely.Point(lon, lat)
    if outline.covers(point):
        return 0.0
    project = Transformer.from_crs(LONLAT, metric_crs(lon), always_xy=True).transform
    edge, place = (shapely.transform(shape, project, interleaved=False) for shape in (outline, point))
    return float(shapely.distance(edge, place))


def likely_datum(
    given: Sequence[LonLat], known: Sequence[LonLat | None], stated: str, *, near_m: float = 60, far_m: float = 150
) -> list[str | None]:
    """Name, per point, another datum that fits its known WGS-84 place where the stated one does not; else None.

    A datum fits within ``near_m`` metres of the known place; the stated one must be more than ``far_m`` off.
    CGCS2000 cannot be told from WGS-84 and is never named. ``known`` is None where no place is known.

    Raises
    ------
    GeoError
        If a pair cannot be a place in China or the datum is unknown.
    """
    pairs = zip(given, known, strict=True)
    return [None if place is None else _other(pair, place, stated, (near_m, far_m)) for pair, place in pairs]


def _reading(datum: str, place: LonLat, outline: shapely.Geometry | None) -> Reading:
    if outline is None:
        return Reading(datum, *place, None, None)
    outside_m = distance_outside_m(*place, outline)
    return Reading(datum, *place, outside_m == 0, outside_m)


def _other(pair: LonLat, place: LonLat, stated: str, limits: tuple[float, float]) -> str | None:
    near_m, far_m = limits
    if distance_m(to_wgs84(*pair, stated), place) <= far_m:
        return None
    off_m, datum = min((distance_m(to_wgs84(*pair, name), place), name) for name in _TOLD_APART)
    return datum if off_m <= near_m else None
