"""Files for GIS, read back by other libraries."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import pyogrio
import pytest
from shapely import Point, box

from portfolio.domain.terms import Stage
from portfolio.exchange.gis import FIELD_BYTES, GisAbout, GisKind, write_gis
from portfolio.reports.tables import Column, Kind, Table

ABOUT = GisAbout("沙坪坝区", dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC), "管理员")
HOSTILE = "{{7*191}}<img src=x onerror=alert(1)>]]>&\"'"
TABLE = Table(
    "项目分布",
    (
        Column("code", "编码", Kind.CODE),
        Column("name", "项目名称"),
        Column("stage", "阶段", Kind.TERM),
        Column("seats", "学位", Kind.COUNT),
        Column("floor_area", "建筑面积", Kind.AREA),
        Column("investment", "总投资", Kind.MONEY),
    ),
    [
        ("500106-0001", "一小", Stage.STARTED, 540, Decimal("1234.56"), 123_456_700),
        ("500106-0002", HOSTILE, None, None, None, None),
        ("500106-0003", "长" * 200 + "\x07", None, 1, None, None),
    ],
)
SHAPES = (Point(106.4529, 29.5437), box(106.40, 29.60, 106.41, 29.61), None)


def written(kind: GisKind) -> bytes:
    return write_gis(kind, TABLE, SHAPES, ABOUT)


def test_geojson_holds_every_row_with_its_heading_and_unit() -> None:
    whole = json.loads(written(GisKind.GEOJSON))
    first, second, third = whole["features"]

    assert first["geometry"] == {"type": "Point", "coordinates": [106.4529, 29.5437]}
    assert first["properties"] == {
        "编码": "500106-0001",
        "项目名称": "一小",
        "阶段": Stage.STARTED.label,
        "学位": 540,
        "建筑面积（㎡）": 1234.56,
        "总投资（万元）": 123.4567,
    }
    assert second["properties"]["项目名称"] == HOSTILE
    assert second["properties"]["学位"] is None
    assert third["geometry"] is None
    assert "WGS-84" in whole["说明"]


def test_geopackage_holds_points_sites_and_the_unlocated(tmp_path: Path) -> None:
    path = tmp_path / "projects.gpkg"
    path.write_bytes(written(GisKind.GPKG))
    points, sites = (gpd.read_file(path, layer=name) for name in ("项目点", "项目地块"))
    rest = pyogrio.read_dataframe(path, layer="未定位项目", read_geometry=False)

    assert points.crs.to_epsg() == sites.crs.to_epsg() == 4326
    assert (points.geometry.iloc[0].x, points.geometry.iloc[0].y) == (106.4529, 29.5437)
    assert (points["总投资（万元）"].iloc[0], points["学位"].iloc[0]) == (123.4567, 540)
    assert sites["项目名称"].tolist() == [HOSTILE]
    assert rest["编码"].tolist() == ["500106-0003"]


def test_kml_is_well_formed_whatever_was_typed(tmp_path: Path) -> None:
    root = ElementTree.fromstring(written(GisKind.KML))
    space = {"k": "http://www.opengis.net/kml/2.2"}
    names = [node.text for node in root.findall(".//k:Placemark/k:name", space)]
    folders = [len(node.findall("k:Placemark", space)) for node in root.findall(".//k:Folder", space)]

    assert names[:2] == ["一小", HOSTILE]
    assert folders == [2, 1]
    assert root.find(".//k:Point/k:coordinates", space).text == "106.4529,29.5437"  # type: ignore[union-attr]
    assert len(root.findall(".//k:Polygon", space)) == 1


def test_shapefile_says_what_its_fields_mean(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(written(GisKind.SHP))) as archive:
        archive.extractall(tmp_path)
        fields = archive.read("字段说明.txt").decode()
        unlocated = archive.read("未定位项目.txt").decode()
    points, sites = (gpd.read_file(tmp_path / f"{name}.shp") for name in ("points", "sites"))

    assert points.crs.to_epsg() == 4326
    assert points[["code", "investment"]].values.tolist() == [["500106-0001", 123.4567]]
    assert sites["name"].tolist() == [HOSTILE]
    assert "investment\t总投资（万元）" in fields
    assert "WGS-84" in fields
    assert "500106-0003" in unlocated


def test_a_long_text_is_cut_between_two_characters(tmp_path: Path) -> None:
    table = Table("项目", TABLE.columns, [("500106-0003", "长" * 200, None, None, None, None)])
    with zipfile.ZipFile(io.BytesIO(write_gis(GisKind.SHP, table, [Point(106, 29)], ABOUT))) as archive:
        archive.extractall(tmp_path)

    assert gpd.read_file(tmp_path / "points.shp")["name"].tolist() == ["长" * (FIELD_BYTES // 3)]


@pytest.mark.parametrize("kind", GisKind)
def test_nothing_located_is_still_a_file(kind: GisKind) -> None:
    assert write_gis(kind, TABLE, [None, None, None], ABOUT)
