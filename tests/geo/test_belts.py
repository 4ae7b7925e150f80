"""Belts: as wide as configured, inside the district, one per place."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString, Point, box

from geo.belts import BeltSpec, belt_of_points, belt_shares, build_belts, zone_shares
from geo.crs import LONLAT
from geo.errors import GeoError

METRIC = "EPSG:4544"
EAST, NORTH = 600_000.0, 3_270_000.0
WEST_EAST = BeltSpec("first", "东西带", "东西", 1000, "#7D5A9B")
SOUTH_NORTH = BeltSpec("second", "南北带", "南北", 2000, "#1C7C94")


def _line(*points: tuple[float, float]) -> LineString:
    return LineString([(EAST + x, NORTH + y) for x, y in points])


@pytest.fixture
def lines() -> gpd.GeoDataFrame:
    """Two centre lines that cross in the middle, 10 km each, in metres."""
    geometry = [_line((-5000, 0), (5000, 0)), _line((0, -5000), (0, 5000))]
    return gpd.GeoDataFrame({"id": ["first", "second"]}, geometry=geometry, crs=METRIC)


@pytest.fixture
def district() -> object:
    """A square of 8 km around the crossing, WGS-84."""
    square = box(EAST - 4000, NORTH - 4000, EAST + 4000, NORTH + 4000)
    return gpd.GeoSeries([square], crs=METRIC).to_crs(LONLAT).iloc[0]


def _areas_m2(belts: gpd.GeoDataFrame) -> list[float]:
    return [float(area) for area in belts.to_crs(METRIC).area]


def test_a_belt_is_as_wide_as_configured(lines: gpd.GeoDataFrame) -> None:
    areas = _areas_m2(build_belts(lines, [WEST_EAST], None))

    expected = 10_000 * 1000 + np.pi * 500**2
    assert len(areas) == 1, f"n = {len(areas)}"
    assert areas[0] == pytest.approx(expected, rel=0.002)


def test_belts_end_at_the_district_and_do_not_overlap(lines: gpd.GeoDataFrame, district: object) -> None:
    belts = build_belts(lines, [WEST_EAST, SOUTH_NORTH], district)

    areas = _areas_m2(belts)
    assert areas == pytest.approx([8000 * 1000, 8000 * 2000 - 1000 * 2000], rel=1e-4), f"n = {len(areas)}"
    first, second = belts.to_crs(METRIC).geometry
    assert first.intersection(second).area < 1, "square metres of overlap"
    outside = belts.to_crs(METRIC).union_all().difference(gpd.GeoSeries([district], crs=LONLAT).to_crs(METRIC).iloc[0])
    assert outside.area < 1, "square metres outside the district"


def test_the_earlier_belt_keeps_the_overlap(lines: gpd.GeoDataFrame) -> None:
    crossing = gpd.GeoSeries.from_xy([EAST], [NORTH], crs=METRIC).to_crs(LONLAT)
    for specs in ([WEST_EAST, SOUTH_NORTH], [SOUTH_NORTH, WEST_EAST]):
        belts = build_belts(lines, specs, None)
        assert belt_of_points(crossing.x, crossing.y, belts) == [specs[0].id]


def test_belts_come_in_wgs84_in_the_plans_order(lines: gpd.GeoDataFrame) -> None:
    belts = build_belts(lines.to_crs(LONLAT), [SOUTH_NORTH, WEST_EAST], None)

    assert belts.crs == LONLAT
    assert list(belts.columns) == ["belt", "name", "short", "colour", "width_m", "geometry"]
    assert list(belts["belt"]) == ["second", "first"]


def test_places_are_told_their_belt(lines: gpd.GeoDataFrame) -> None:
    belts = build_belts(lines, [WEST_EAST, SOUTH_NORTH], None)
    x, y = [EAST + 3000, EAST, EAST + 3000], [NORTH + 400, NORTH + 3000, NORTH + 600]
    places = gpd.GeoSeries.from_xy(x, y, crs=METRIC).to_crs(LONLAT)

    found = belt_of_points([*places.x, np.nan], [*places.y, np.nan], belts)

    assert found == ["first", "second", None, None]
    assert belt_of_points([], [], belts) == []


def test_ten_thousand_places_get_what_each_gets_alone(lines: gpd.GeoDataFrame) -> None:
    belts = build_belts(lines, [WEST_EAST, SOUTH_NORTH], None)
    west, south, east, north = belts.total_bounds
    random = np.random.default_rng(7)
    lons, lats = random.uniform(west, east, 10_000), random.uniform(south, north, 10_000)

    found = belt_of_points(lons, lats, belts)

    assert [found[n] for n in range(0, 10_000, 97)] == [
        belt_of_points([lons[n]], [lats[n]], belts)[0] for n in range(0, 10_000, 97)
    ]
    assert min(found.count(name) for name in ("first", "second", None)) > 0


def test_a_footprint_is_shared_out_by_area(lines: gpd.GeoDataFrame) -> None:
    belts = build_belts(lines, [WEST_EAST, SOUTH_NORTH], None)
    squares = [
        box(EAST + 2950, NORTH + 400, EAST + 3150, NORTH + 600),
        box(EAST + 9000, NORTH, EAST + 9100, NORTH + 100),
    ]
    footprints = gpd.GeoDataFrame({"project_id": [1, 2]}, geometry=squares, crs=METRIC)

    shares = belt_shares(footprints, belts)

    assert shares[["project_id", "belt"]].to_numpy().tolist() == [[1, "first"]], f"n = {len(shares)}"
    assert shares["share"].iloc[0] == pytest.approx(0.5, abs=0.001)


@pytest.mark.parametrize("width_m", [0, -1, float("nan")])
def test_a_belt_without_width_is_refused(lines: gpd.GeoDataFrame, width_m: float) -> None:
    with pytest.raises(GeoError, match="宽度"):
        build_belts(lines, [BeltSpec("first", "东西带", "东西", width_m, "#7D5A9B")], None)


def test_a_belt_without_line_is_refused(lines: gpd.GeoDataFrame) -> None:
    with pytest.raises(GeoError, match="没有中心线"):
        build_belts(lines, [BeltSpec("third", "第三带", "第三", 1000, "#7D5A9B")], None)


def test_frames_without_crs_are_refused(lines: gpd.GeoDataFrame) -> None:
    naked = lines.set_crs(None, allow_override=True)
    with pytest.raises(GeoError, match="坐标系"):
        build_belts(naked, [WEST_EAST], None)
    with pytest.raises(GeoError, match="坐标系"):
        belt_shares(naked, build_belts(lines, [WEST_EAST], None))


def test_points_and_sites_are_shared_out_together(lines: gpd.GeoDataFrame) -> None:
    belts = build_belts(lines, [WEST_EAST, SOUTH_NORTH], None)
    shapes = [
        Point(EAST + 3000, NORTH),
        box(EAST + 2000, NORTH + 400, EAST + 2100, NORTH + 600),
        Point(EAST + 3000, NORTH + 3000),
    ]
    places = gpd.GeoDataFrame({"project_id": [1, 2, 3]}, geometry=shapes, crs=METRIC).to_crs(LONLAT)
    found = {(row.project_id, row.belt): row.share for row in zone_shares(places, belts).itertuples()}

    assert found == {(1, "first"): 1.0, (2, "first"): pytest.approx(0.5, abs=0.001)}


def test_no_place_has_no_share(lines: gpd.GeoDataFrame) -> None:
    none = gpd.GeoDataFrame({"project_id": []}, geometry=[], crs=LONLAT)
    assert zone_shares(none, build_belts(lines, [WEST_EAST], None)).empty
