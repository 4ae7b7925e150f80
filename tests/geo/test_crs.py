"""Coordinates come in as people give them and are measured in metres."""

from __future__ import annotations

import pytest
from pyproj import CRS

from geo.crs import distance_m, from_wgs84, metric_crs, to_wgs84
from geo.errors import GeoError

SHAPINGBA = (106.4529, 29.54373)
WANZHOU = (108.40407, 30.80993)


@pytest.mark.parametrize(
    ("lon", "code", "meridian"),
    [(106.4529, "EPSG:4544", 105), (106.4999, "EPSG:4544", 105), (106.51, "EPSG:4545", 108), (108.4, "EPSG:4545", 108)],
)
def test_metres_are_measured_on_the_nearest_central_meridian(lon: float, code: str, meridian: int) -> None:
    assert metric_crs(lon) == code
    system = CRS(code)
    assert f"CM {meridian}E" in system.name
    assert {axis.unit_name for axis in system.axis_info} == {"metre"}


@pytest.mark.parametrize("lon", [0.0, 70.0, 140.0, float("nan"), float("inf")])
def test_a_longitude_outside_the_zones_is_refused(lon: float) -> None:
    with pytest.raises(GeoError, match="三度带"):
        metric_crs(lon)


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000"])
def test_wgs84_and_cgcs2000_are_taken_as_equal(datum: str) -> None:
    assert to_wgs84(*SHAPINGBA, datum) == SHAPINGBA
    assert from_wgs84(*SHAPINGBA, datum) == SHAPINGBA


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@pytest.mark.parametrize("place", [SHAPINGBA, WANZHOU])
def test_there_and_back_is_within_three_millimetres(place: tuple[float, float], datum: str) -> None:
    back = to_wgs84(*from_wgs84(*place, datum), datum)

    assert distance_m(place, back) < 0.003


@pytest.mark.parametrize("place", [SHAPINGBA, WANZHOU])
def test_gcj02_lies_three_to_six_hundred_metres_off_here(place: tuple[float, float]) -> None:
    assert 300 < distance_m(place, from_wgs84(*place, "gcj02")) < 600


def test_a_published_control_point_is_met() -> None:
    """Tiananmen: the pair that the eviltransform project publishes, WGS-84 to GCJ-02."""
    lon, lat = from_wgs84(116.391305, 39.907333, "gcj02")

    assert distance_m((lon, lat), (116.397550, 39.908736)) < 1.0


def test_distance_is_on_the_ellipsoid() -> None:
    """One degree of latitude at 30 degrees north is about 110.85 km."""
    assert distance_m((106.0, 29.5), (106.0, 30.5)) == pytest.approx(110_852, abs=10)


@pytest.mark.parametrize(
    ("lon", "lat", "datum", "message"),
    [
        (29.5, 106.4, "wgs84", "填反"),
        (206.4, 29.5, "wgs84", "超出范围"),
        (float("nan"), 29.5, "wgs84", "数字"),
        (-0.1, 51.5, "gcj02", "国内"),
        (106.4, 29.5, "epsg9999", "坐标系"),
    ],
)
def test_impossible_coordinates_are_refused_with_a_way_out(lon: float, lat: float, datum: str, message: str) -> None:
    with pytest.raises(GeoError, match=message):
        to_wgs84(lon, lat, datum)
