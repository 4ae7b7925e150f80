"""Belts, 三线 and towns go with the projects into GeoPackage and KML: read back by another library than wrote them."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyogrio
import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient

from portfolio.domain.clock import today
from portfolio.domain.layouts import LayoutKind
from portfolio.domain.roles import Role
from portfolio.store.models import Layout
from portfolio.store.queries.layouts import list_layouts_in_force
from tests.builders import SHAPINGBA, WANZHOU, client_of, make_layout, read, write
from tests.services.test_layouts import lines3, square
from tests.web.pages import download

KML = "{http://www.opengis.net/kml/2.2}"
HOSTILE = "</name><script>{{7*191}}&"
Zones = dict[str, tuple[shapely.Geometry, str]]


@pytest.fixture
def zoned(app: Flask) -> Flask:
    """Application with 三线 and towns of Shapingba beside its belts, and 三线 of the same names in Wanzhou."""
    ours = (("east", square(106.25, 29.4, 106.43, 29.8)), ("west", square(106.43, 29.4, 106.55, 29.8)))
    with write(app) as session:
        make_layout(session, lines3(*ours))
        make_layout(session, lines3(("east", square(108, 30.5, 108.5, 31)), name=HOSTILE), WANZHOU)
        make_layout(session, dataclasses.replace(lines3(*ours), kind=LayoutKind.TOWNS, name="镇街"))
        session.commit()
    return app


def expected(app: Flask, adcode: str, kind: LayoutKind) -> tuple[Layout, Zones]:
    with read(app) as session:
        layout = next(
            one for one in list_layouts_in_force(session, today()) if (one.district.adcode, one.kind) == (adcode, kind)
        )
        return layout, {zone.name: (shapely.from_geojson(zone.shape), zone.colour) for zone in layout.zones}


def package_rows(path: Path, layer: str) -> list[Mapping[str, Any]]:
    """Read a layer of a GeoPackage with SQLite and shapely alone: every row, its shape under ``geom``."""
    with sqlite3.connect(path) as database:
        database.row_factory = sqlite3.Row
        rows = [dict(row) for row in database.execute(f'SELECT * FROM "{layer}"')]
        system = database.execute("SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = ?", [layer]).fetchone()
    database.close()
    assert system[0] == 4326
    return [row | {"geom": _shape(row["geom"])} for row in rows]


def _shape(blob: bytes) -> shapely.Geometry:
    """Return the geometry of a GeoPackage's cell: a header with a box of 0, 4, 6 or 8 numbers, then WKB."""
    assert blob[:2] == b"GP"
    numbers = {0: 0, 1: 4, 2: 6, 3: 6, 4: 8}[(blob[3] >> 1) & 7]
    assert struct.unpack("<i", blob[4:8])[0] == 4326
    return shapely.from_wkb(blob[8 + numbers * 8 :])


def same_place(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    """Return whether two areas are the same but for the rounding of seven decimals, a centimetre."""
    return one.symmetric_difference(other).area < 1e-6 * other.area


@pytest.mark.parametrize("kind", LayoutKind)
def test_a_geopackage_holds_the_zones_with_names_colours_and_the_day_they_begin(
    zoned: Flask, client: FlaskClient, tmp_path: Path, kind: LayoutKind
) -> None:
    path = tmp_path / "map.gpkg"
    path.write_bytes(download(client, f"/maps/{SHAPINGBA}/download.gpkg"))
    layout, zones = expected(zoned, SHAPINGBA, kind)
    rows = {row["名称"]: row for row in package_rows(path, kind.label)}
    assert list(rows) == list(zones)
    for name, (shape, colour) in zones.items():
        assert same_place(rows[name]["geom"], shape)
        assert (rows[name]["颜色"], rows[name]["起用日期"]) == (colour, layout.valid_from.isoformat())
        assert (rows[name]["区县"], rows[name]["布局"]) == ("沙坪坝区", layout.name)
    assert "WGS-84" in pyogrio.read_info(path, layer=kind.label)["layer_metadata"]["DESCRIPTION"]


def test_qgis_finds_a_style_for_the_belts_in_the_colours_of_the_map(
    zoned: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    path = tmp_path / "map.gpkg"
    path.write_bytes(download(client, f"/maps/{SHAPINGBA}/download.gpkg"))
    with sqlite3.connect(path) as database:
        query = "SELECT styleQML FROM layer_styles WHERE f_table_name = '圈带' AND useAsDefault"
        (text,) = database.execute(query).fetchone()
    database.close()
    style = ET.fromstring(text)
    fills = {one.get("name"): one.find("layer/Option/Option[@name='color']") for one in style.iter("symbol")}
    shown = {one.get("value"): fills[one.get("symbol")] for one in style.iter("category") if one.get("value")}
    rgb = {
        name: tuple(map(int, str(fill.get("value")).split(",")[:3])) for name, fill in shown.items() if fill is not None
    }
    _, zones = expected(zoned, SHAPINGBA, LayoutKind.BELTS)
    assert rgb == {name: tuple(bytes.fromhex(colour[1:])) for name, (_, colour) in zones.items()}


def test_gdal_reads_the_zones_of_a_kml_in_folders_of_their_own(
    zoned: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    path = tmp_path / "map.kml"
    path.write_bytes(download(client, f"/maps/{SHAPINGBA}/download.kml"))
    assert [name for name, _ in pyogrio.list_layers(path)] == ["项目", "未定位", "圈带", "三线", "镇街"]
    for kind in LayoutKind:
        layout, zones = expected(zoned, SHAPINGBA, kind)
        frame = gpd.read_file(path, layer=kind.label)
        assert frame.crs.to_epsg() == 4326
        for row in frame.to_dict("records"):
            shape, colour = zones.pop(row["名称"])
            assert same_place(row["geometry"], shape)
            assert (row["颜色"], row["起用日期"]) == (colour, layout.valid_from.isoformat())
        assert not zones


def test_a_kml_draws_each_belt_in_its_colour(zoned: Flask, client: FlaskClient) -> None:
    root = ET.fromstring(download(client, f"/maps/{SHAPINGBA}/download.kml"))
    fills = {f"#{one.get('id')}": one.findtext(f"{KML}PolyStyle/{KML}color") for one in root.iter(f"{KML}Style")}
    folder = next(one for one in root.iter(f"{KML}Folder") if one.findtext(f"{KML}name") == "圈带")
    drawn = {
        one.findtext(f"{KML}name"): fills[str(one.findtext(f"{KML}styleUrl"))] for one in folder.iter(f"{KML}Placemark")
    }
    _, zones = expected(zoned, SHAPINGBA, LayoutKind.BELTS)
    in_kml = {name: f"96{colour[5:7]}{colour[3:5]}{colour[1:3]}".lower() for name, (_, colour) in zones.items()}
    assert drawn == in_kml
    assert "WGS-84" in (folder.findtext(f"{KML}description") or "")


def test_zones_of_the_same_name_are_told_apart_by_district_and_typed_names_stay_text(
    zoned: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    path = tmp_path / "map.gpkg"
    path.write_bytes(download(client, "/maps/all/download.gpkg"))
    rows = package_rows(path, "三线")
    assert [row["名称"] for row in rows] == ["万州区·east线", "沙坪坝区·east线", "west线"]
    assert rows[0]["布局"] == HOSTILE
    text = download(client, "/maps/all/download.kml").decode()
    assert "<script>" not in text
    assert "7*191" in text


def test_a_planner_gets_the_zones_of_the_own_district_alone(zoned: Flask, tmp_path: Path) -> None:
    path = tmp_path / "map.gpkg"
    path.write_bytes(download(client_of(zoned, Role.PLANNER, WANZHOU), "/maps/all/download.gpkg"))
    assert {row["区县"] for row in package_rows(path, "三线")} == {"万州区"}
    assert "圈带" not in [name for name, _ in pyogrio.list_layers(path)]


def test_geojson_and_shapefile_hold_the_projects_alone(zoned: Flask, client: FlaskClient) -> None:
    found = json.loads(download(client, f"/maps/{SHAPINGBA}/download.geojson"))["features"]
    assert len(found) == 13
    assert all("编码" in one["properties"] for one in found)
