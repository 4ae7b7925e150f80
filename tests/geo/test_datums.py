"""Positions are read under every datum, and a file given in the wrong one is noticed."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import shapely

from geo.crs import distance_m, from_wgs84, to_wgs84
from geo.datums import distance_outside_m, likely_datum, preview, readings

PLANS = Path(__file__).parents[2] / "portfolio" / "plans"


def _control_points() -> list[tuple[float, float]]:
    points = []
    for adcode in ("500101", "500106"):
        with (PLANS / adcode / "gazetteer.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["lon_wgs84"]]
        points += [(float(row["lon_wgs84"]), float(row["lat_wgs84"])) for row in rows[:15]]
    return points


POINTS = _control_points()


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_thirty_control_points_come_back_within_a_centimetre(datum: str) -> None:
    back = [to_wgs84(*from_wgs84(*point, datum), datum) for point in POINTS]

    assert len(POINTS) == 30
    assert sum(distance_m(*pair) < 0.01 for pair in zip(POINTS, back, strict=True)) == 30


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_file_in_another_datum_is_flagged_at_every_point(datum: str) -> None:
    given = [from_wgs84(*point, datum) for point in POINTS]

    assert likely_datum(given, POINTS, "wgs84") == [datum] * 30
    assert likely_datum(given, POINTS, datum) == [None] * 30


def test_a_correct_file_is_flagged_nowhere() -> None:
    assert likely_datum(POINTS, POINTS, "wgs84") == [None] * 30
    assert likely_datum(POINTS, [None] * 30, "gcj02") == [None] * 30


def test_only_the_other_datum_inside_the_district_warns() -> None:
    place = POINTS[0]
    district = shapely.Point(place).buffer(0.0005)

    seen = preview(*from_wgs84(*place, "gcj02"), "wgs84", district)

    assert seen.warning_datum == ("gcj02",)
    assert {reading.datum for reading in seen.readings if reading.inside} == {"gcj02"}
    assert preview(*place, "wgs84", district).warning_datum == ()


def test_without_an_outline_nothing_is_said_about_inside() -> None:
    seen = preview(*POINTS[0], "wgs84", None)

    assert {(reading.inside, reading.outside_m) for reading in seen.readings} == {(None, None)}
    assert {reading.datum: (reading.lon, reading.lat) for reading in seen.readings} == readings(*POINTS[0])


def test_metres_outside_are_measured_from_the_edge() -> None:
    square = shapely.box(106.4, 29.5, 106.5, 29.6)

    assert distance_outside_m(106.45, 29.55, square) == 0
    assert distance_outside_m(106.45, 29.61, square) == pytest.approx(1108.5, abs=2)
