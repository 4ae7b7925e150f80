"""What is shown while a project is placed: its coordinates under every datum, its drawn site, names that fit it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import shapely

from geo.crs import LonLat, distance_m, from_wgs84
from geo.datums import preview
from geo.uploads import area_m2
from portfolio.domain.likeness import likeness
from portfolio.domain.scale import SiteMeasure
from portfolio.domain.terms import Accuracy, Datum
from portfolio.store.models import District, GazetteerPlace, Project


@dataclass(frozen=True)
class Reading:
    """Typed coordinates under one datum, in WGS-84 degrees.

    ``apart_m`` is the distance from the reading under the stated datum; ``outside_m`` that from the district, 0 inside
    and None where there is no outline.
    """

    datum: Datum
    lon: float
    lat: float
    apart_m: float
    outside_m: float | None
    is_stated: bool


@dataclass(frozen=True)
class Readings:
    """Typed coordinates under every datum, and the other datums under which alone they lie in the district."""

    rows: tuple[Reading, ...]
    better: tuple[Datum, ...]

    @property
    def stated(self) -> Reading:
        """Return the reading under the datum that was stated."""
        return next(row for row in self.rows if row.is_stated)

    @property
    def amap(self) -> LonLat:
        """Return the stated place as a map in GCJ-02 (高德, 腾讯) takes it."""
        return from_wgs84(self.stated.lon, self.stated.lat, Datum.GCJ02.value)


def read_under_each(lon: float, lat: float, datum: Datum, outline: shapely.Geometry | None) -> Readings:
    """Read typed coordinates under each datum, one row per datum.

    Raises
    ------
    GeoError
        If they cannot be a place in China.
    """
    seen = preview(lon, lat, datum.value, outline)
    stated = next((one.lon, one.lat) for one in seen.readings if one.datum == datum.value)
    rows = tuple(
        Reading(
            datum=Datum.from_label(one.datum),
            lon=one.lon,
            lat=one.lat,
            apart_m=distance_m(stated, (one.lon, one.lat)),
            outside_m=one.outside_m,
            is_stated=one.datum == datum.value,
        )
        for one in seen.readings
    )
    return Readings(rows, tuple(Datum.from_label(one) for one in seen.warning_datum))


def measure_site(outline: str, stated_m2: Decimal | None) -> SiteMeasure:
    """Measure a stored site outline (WGS-84, GeoJSON geometry text) in whole square metres."""
    return SiteMeasure(Decimal(round(area_m2(shapely.from_geojson(outline)))), stated_m2)


@dataclass(frozen=True)
class Suggestion:
    """A named place that a project's names speak of: the words they share, and whether its whole name is among them."""

    place: GazetteerPlace
    shared: str
    is_same: bool


def suggest_places(
    project: Project, district: District, places: Sequence[GazetteerPlace], *, most: int = 5
) -> list[Suggestion]:
    """Return the named places that share most with a project's names, best first; places without a point are none."""
    told = "|".join(filter(None, (project.full_name, project.also_called)))
    common = (district.name, district.name.rstrip("区县市"), district.city or "")
    found = [(likeness(told, place.name, but=common), place) for place in places if place.accuracy.is_located]
    order = list(Accuracy)
    found.sort(key=lambda one: (-one[0].score, order.index(one[1].accuracy), one[1].name, one[1].key))
    return [Suggestion(place, like.shared, like.is_same) for like, place in found if like.score > 0][:most]
