"""Map files hold what the table holds, located or not: read back by GDAL, zipfile and XML, in WGS-84."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import sqlite3
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from geo.errors import GeoError
from portfolio.domain.terms import Nature
from portfolio.exchange.gis.files import write_gis
from portfolio.exchange.gis.sheet import GisAbout, GisKind
from portfolio.reports.tables import Column, Kind, Table

COLUMNS = (
    Column("name", "项目名称", Kind.TEXT),
    Column("nature", "建设性质", Kind.TERM),
    Column("total_investment_fen", "总投资", Kind.MONEY),
    Column("total_investment_note", "总投资说明", Kind.TEXT),
    Column("floor_area_m2", "建筑面积", Kind.AREA),
    Column("seats", "学位", Kind.COUNT),
    Column("updated_at", "最近更新", Kind.MOMENT),
)
HEADINGS = ["项目名称", "建设性质", "总投资（万元）", "总投资说明", "建筑面积（㎡）", "学位", "最近更新"]
FIELDS = ["name", "nature", "total_inve", "total_inv2", "floor_area", "seats", "updated_at"]
MONEY, NOTE = HEADINGS[2], HEADINGS[3]
MADE_AT = dt.datetime(2026, 11, 22, 4, 5, tzinfo=dt.UTC)
ABOUT = GisAbout("项目库", "万州区", MADE_AT, "李明", {"新建": "#2A6F97", "扩建": "#C8553D"}, "nature")
POINT = Point(108.40871234567, 30.80123456)
SITE = Polygon(box(108.4, 30.8, 108.41, 30.81).exterior.coords[::-1], [box(108.402, 30.802, 108.404, 30.804).exterior])
SITES = MultiPolygon([box(108.5, 30.8, 108.51, 30.81), box(108.52, 30.8, 108.53, 30.81)])
HOSTILE = [
    "{{7*191}}",
    "<img src=x onerror=alert(1)>",
    "]]><script>",
    "a\"b'c&amp;d",
    "C:\\2019",
    "=1+1",
    "行\r\n列\t完",
    "$[name]",
    "00123",
    "🏫",
]
MAX_FEN = 10**15
KML = "{http://www.opengis.net/kml/2.2}"

Row = tuple[object, ...]


def project(name: str, nature: Nature | None = Nature.NEW, fen: int | None = 123_456_789) -> Row:
    return (name, nature, fen, None, Decimal("1234.56"), 1080, MADE_AT)


MIXED: list[tuple[Row, Any]] = [
    (project("甲"), POINT),
    (project("乙", Nature.EXPANSION, 1), SITE),
    (project("丙", None, None), None),
    (project("丁", Nature.RELOCATION, -150_000_000), SITES),
]


def written(kind: GisKind, pairs: list[tuple[Row, Any]], about: GisAbout = ABOUT) -> bytes:
    table = Table("项目库", COLUMNS, [row for row, _shape in pairs])
    return write_gis(kind, table, [shape for _row, shape in pairs], about)


def saved(kind: GisKind, pairs: list[tuple[Row, Any]], folder: Path) -> Path:
    path = folder / f"file.{'zip' if kind is GisKind.SHP else kind}"
    path.write_bytes(written(kind, pairs))
    return path


def layers_of(path: Path) -> dict[str, Any]:
    """Every layer of a file by name, those of QGIS's styles left out."""
    return {
        name: gpd.read_file(path, layer=name) for name, _type in pyogrio.list_layers(path) if name != "layer_styles"
    }


def records(kind: GisKind, pairs: list[tuple[Row, Any]], folder: Path) -> dict[str, dict[str, Any]]:
    """Every project of every layer by name, as GDAL reads the file; its place as WKT or None."""
    found = {}
    for frame in layers_of(saved(kind, pairs, folder)).values():
        named = frame.rename(columns=dict(zip(FIELDS, HEADINGS, strict=True)))
        for record in named.to_dict("records"):
            found[record["项目名称"]] = {key: None if pd.isna(value) else value for key, value in record.items()}
    return found


def style_of(content: bytes, folder: Path, layer: str) -> ET.Element:
    path = folder / "styled.gpkg"
    path.write_bytes(content)
    with sqlite3.connect(path) as database:
        rows = database.execute(
            "SELECT s.styleQML FROM layer_styles s JOIN gpkg_geometry_columns g ON g.table_name = s.f_table_name "
            "AND g.column_name = s.f_geometry_column WHERE s.useAsDefault = 1 AND s.f_table_schema = '' "
            "AND s.f_table_catalog = '' AND s.f_table_name = ?",
            [layer],
        ).fetchall()
    database.close()
    assert len(rows) == 1
    return ET.fromstring(rows[0][0])


def text_in(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode("utf-8-sig")


@pytest.mark.parametrize("kind", GisKind)
def test_every_project_is_in_every_file_with_its_place_money_and_terms(kind: GisKind, tmp_path: Path) -> None:
    found = records(kind, MIXED, tmp_path)
    assert sorted(found) == sorted(["甲", "乙", "丙", "丁"])
    assert [found[name][MONEY] for name in "甲乙丙丁"] == [123.456789, 0.000001, None, -150]
    assert [found[name]["建设性质"] for name in "甲乙丙丁"] == ["新建", "扩建", None, "迁建"]
    assert {record["建筑面积（㎡）"] for record in found.values()} == {1234.56}
    assert {record["学位"] for record in found.values()} == {1080}
    assert found["甲"]["geometry"].equals_exact(Point(108.4087123, 30.8012346), 1e-12)
    assert found["乙"]["geometry"].equals(SITE)
    assert found["丁"]["geometry"].equals(SITES)
    assert found["丙"].get("geometry") is None


@pytest.mark.parametrize("kind", GisKind)
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_changed_by_a_file(kind: GisKind, text: str, tmp_path: Path) -> None:
    row = (text, Nature.NEW, 1, text, None, None, None)
    record = records(kind, [(row, POINT)], tmp_path)[text]
    assert (record["项目名称"], record[NOTE]) == (text, text)


@pytest.mark.parametrize("kind", GisKind)
def test_characters_that_xml_forbids_are_left_out(kind: GisKind, tmp_path: Path) -> None:
    assert list(records(kind, [(project("甲\x00\x08\x1b\ufffe\ud800乙"), POINT)], tmp_path)) == ["甲乙"]


@settings(max_examples=25)
@given(st.text(max_size=60), st.integers(-MAX_FEN, MAX_FEN))
def test_any_text_and_amount_leave_the_xml_and_json_well_formed(text: str, fen: int) -> None:
    pairs: list[tuple[Row, Any]] = [((text, Nature.NEW, fen, text, None, None, None), POINT)]
    root = ET.fromstring(written(GisKind.KML, pairs))
    kept = "".join(one for one in text if one in "\t\n\r" or (one >= " " and not "\ud800" <= one <= "\udfff"))
    kept = kept.replace("\ufffe", "").replace("\uffff", "")
    assert (root.findtext(f".//{KML}Placemark/{KML}name") or "") == kept
    properties = json.loads(written(GisKind.GEOJSON, pairs))["features"][0]["properties"]
    assert (properties[NOTE], round(Decimal(str(properties[MONEY])) * 1_000_000)) == (kept, fen)


@pytest.mark.parametrize("kind", GisKind)
@pytest.mark.parametrize("fen", [MAX_FEN - 1, -MAX_FEN + 1])
def test_the_largest_money_is_exact_to_the_fen(kind: GisKind, fen: int, tmp_path: Path) -> None:
    money = records(kind, [(project("甲", fen=fen), POINT)], tmp_path)["甲"][MONEY]
    assert round(Decimal(str(money)) * 1_000_000) == fen


@pytest.mark.parametrize("kind", GisKind)
@pytest.mark.parametrize(
    "pairs", [[], [(project("丙"), None)], [(project("丙"), Point())]], ids=["none", "null", "empty"]
)
def test_a_selection_without_any_place_is_still_a_file(kind: GisKind, pairs: list[Any], tmp_path: Path) -> None:
    assert len(records(kind, pairs, tmp_path)) == len(pairs)


@pytest.mark.parametrize("kind", GisKind)
def test_every_layer_is_in_wgs_84(kind: GisKind, tmp_path: Path) -> None:
    path = saved(kind, MIXED, tmp_path)
    located = [frame for frame in layers_of(path).values() if "geometry" in frame and frame.geometry.notna().any()]
    assert located
    assert {frame.crs.to_epsg() for frame in located} == {4326}


def test_every_file_says_its_reference_system_scope_author_and_how_many_have_no_place(tmp_path: Path) -> None:
    package = pyogrio.read_info(saved(GisKind.GPKG, MIXED, tmp_path), layer="项目点")["layer_metadata"]["DESCRIPTION"]
    document = ET.fromstring(written(GisKind.KML, MIXED)).findtext(f"{KML}Document/{KML}description") or ""
    collection = json.loads(written(GisKind.GEOJSON, MIXED))
    for text in (package, document, collection["说明"], text_in(written(GisKind.SHP, MIXED), "说明.txt")):
        for part in ("WGS-84", "万州区", "李明", "2026-11-22 12:05", "共 4 个项目，其中 1 个未定位", "万元"):
            assert part in text


def test_geojson_follows_its_standard() -> None:
    collection = json.loads(written(GisKind.GEOJSON, MIXED))
    assert "crs" not in collection
    assert list(collection["features"][0]["properties"]) == HEADINGS
    assert collection["features"][0]["geometry"]["coordinates"] == [108.4087123, 30.8012346]
    assert collection["features"][2]["geometry"] is None
    assert collection["features"][2]["properties"][MONEY] is None
    assert collection["features"][0]["properties"]["最近更新"] == "2026-11-22T12:05:00+08:00"
    rings = collection["features"][1]["geometry"]["coordinates"]
    assert [shapely.LinearRing(ring).is_ccw for ring in rings] == [True, False]


def test_a_geopackage_has_points_sites_and_unlocated_in_layers_of_their_own(tmp_path: Path) -> None:
    frames = layers_of(saved(GisKind.GPKG, MIXED, tmp_path))
    assert {name: list(frame["项目名称"]) for name, frame in frames.items()} == {
        "项目点": ["甲"],
        "项目地块": ["乙", "丁"],
        "未定位项目": ["丙"],
    }


@pytest.mark.parametrize(("shape", "symbol"), [(POINT, "marker"), (SITE, "fill"), (None, "marker")])
def test_a_geopackage_without_both_has_one_layer(shape: Any, symbol: str, tmp_path: Path) -> None:
    pairs: list[tuple[Row, Any]] = [(project("甲"), shape)]
    names = [name for name in layers_of(saved(GisKind.GPKG, pairs, tmp_path)) if name != "未定位项目"]
    assert names == ["项目"]
    style = style_of(written(GisKind.GPKG, pairs), tmp_path, "项目")
    assert {one.get("type") for one in style.iter("symbol")} == {symbol}


@pytest.mark.parametrize("layer", ["项目点", "项目地块"])
def test_qgis_finds_colours_by_label_and_names_by_fields_that_exist(layer: str, tmp_path: Path) -> None:
    content = written(GisKind.GPKG, MIXED)
    style = style_of(content, tmp_path, layer)
    renderer, text = style.find("renderer-v2"), style.find("labeling/settings/text-style")
    assert renderer is not None
    assert text is not None
    fields = pyogrio.read_info(tmp_path / "styled.gpkg", layer=layer)["fields"]
    assert (renderer.get("type"), style.get("labelsEnabled")) == ("categorizedSymbol", "1")
    assert (renderer.get("attr"), text.get("fieldName")) == ("建设性质", "项目名称")
    assert {"建设性质", "项目名称"} <= set(fields)
    colours = {one.get("name"): one.find("layer/Option/Option[@name='color']") for one in style.iter("symbol")}
    shown = {one.get("value"): colours[one.get("symbol")] for one in style.iter("category")}
    rgb = {value: str(option.get("value")).rsplit(",", 1)[0] for value, option in shown.items() if option is not None}
    assert rgb == {"新建": "42,111,151", "扩建": "200,85,61", "": "138,148,155"}


def test_kml_gives_each_place_the_colour_of_its_label_and_a_folder_to_the_unlocated() -> None:
    root = ET.fromstring(written(GisKind.KML, MIXED))
    colours = {
        f"#{style.get('id')}": style.findtext(f"{KML}IconStyle/{KML}color") for style in root.iter(f"{KML}Style")
    }
    places = {
        (folder.findtext(f"{KML}name"), place.findtext(f"{KML}name")): colours[str(place.findtext(f"{KML}styleUrl"))]
        for folder in root.iter(f"{KML}Folder")
        for place in folder.iter(f"{KML}Placemark")
    }
    assert places == {
        ("项目", "甲"): "ff976f2a",
        ("项目", "乙"): "ff3d55c8",
        ("项目", "丁"): "ff9b948a",
        ("未定位", "丙"): "ff9b948a",
    }


def test_what_a_person_typed_is_no_html_in_the_description_of_a_kml() -> None:
    about = GisAbout("项目库", "<img src=x onerror=alert(1)>", MADE_AT, "李明", {}, "nature")
    text = ET.fromstring(written(GisKind.KML, MIXED, about)).findtext(f"{KML}Document/{KML}description") or ""
    assert "<" not in text
    assert "&lt;img" in text


def test_hostile_labels_keep_their_colours(tmp_path: Path) -> None:
    label = "]]><b a=\"'&\x00"
    about = GisAbout("项目库", "万州区", MADE_AT, "李明", {label: "#2A6F97"}, "name")
    pairs: list[tuple[Row, Any]] = [(project(label), POINT)]
    style = style_of(written(GisKind.GPKG, pairs, about), tmp_path, "项目")
    assert [one.get("value") for one in style.iter("category")] == [label.removesuffix("\x00"), ""]
    assert ET.fromstring(written(GisKind.KML, pairs, about)).findtext(f".//{KML}styleUrl") == "#project-colour-0"


def test_a_shapefile_archive_has_its_parts_and_explains_its_fields() -> None:
    content = written(GisKind.SHP, MIXED)
    parts = {f"projects_{one}.{part}" for one in ("points", "sites") for part in ("shp", "shx", "dbf", "prj", "cpg")}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert set(archive.namelist()) == parts | {"说明.txt", "字段说明.txt"}
        assert archive.read("projects_points.cpg").strip() == b"UTF-8"
        assert b"WGS_1984" in archive.read("projects_points.prj")
    lines = [line.split("\t") for line in text_in(content, "字段说明.txt").splitlines()]
    assert lines == [["字段", "含义"], *([field, heading] for field, heading in zip(FIELDS, HEADINGS, strict=True))]
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,9}", field) for field in FIELDS)
    assert "projects_points.shp" in text_in(content, "说明.txt")


def test_field_names_stay_apart_when_their_first_characters_are_the_same(tmp_path: Path) -> None:
    columns = [Column("name", "名称"), *(Column(f"Investment_year_{number}", f"列{number}") for number in range(12))]
    table = Table("项目库", columns, [["甲", *(str(number) for number in range(12))]])
    about = GisAbout("项目库", "万州区", MADE_AT, "李明", {}, "name")
    path = tmp_path / "file.zip"
    path.write_bytes(write_gis(GisKind.SHP, table, [POINT], about))
    record = gpd.read_file(path).drop(columns="geometry").to_dict("records")[0]
    assert list(record.values()) == ["甲", *(str(number) for number in range(12))]
    assert max(len(name) for name in record) == 10


def test_money_fields_of_a_shapefile_are_named_for_the_unit_they_hold() -> None:
    columns = (Column("name", "名称"), Column("paid_fen", "支付资金", Kind.MONEY))
    about = GisAbout("项目库", "万州区", MADE_AT, "李明", {}, "name")
    content = write_gis(GisKind.SHP, Table("项目库", columns, [["甲", 1]]), [POINT], about)
    assert "paid_wan\t支付资金（万元）" in text_in(content, "字段说明.txt")


def test_long_texts_are_cut_between_characters_in_a_shapefile_only_and_it_says_so(tmp_path: Path) -> None:
    pairs: list[tuple[Row, Any]] = [(("甲", Nature.NEW, 1, "a" + "长" * 100, None, None, None), POINT)]
    assert records(GisKind.SHP, pairs, tmp_path)["甲"][NOTE] == "a" + "长" * 84
    assert records(GisKind.GPKG, pairs, tmp_path)["甲"][NOTE] == "a" + "长" * 100
    assert "“总投资说明”有 1 处文字超过 254 字节，已截短" in text_in(written(GisKind.SHP, pairs), "说明.txt")
    assert "已截短" not in text_in(written(GisKind.SHP, MIXED), "说明.txt")


@pytest.mark.parametrize("kind", GisKind)
def test_columns_with_the_same_heading_both_stay(kind: GisKind, tmp_path: Path) -> None:
    columns = (Column("name", "名称"), Column("fid", "fid"), Column("remark", "名称"))
    about = GisAbout("项目库", "万州区", MADE_AT, "李明", {}, "name")
    path = tmp_path / f"file.{'zip' if kind is GisKind.SHP else kind}"
    path.write_bytes(write_gis(kind, Table("项目库", columns, [["甲", "乙", "丙"]]), [POINT], about))
    record = next(iter(layers_of(path).values())).to_dict("records")[0]
    assert {"甲", "乙", "丙"} <= {value for value in record.values() if isinstance(value, str)}


def test_a_line_or_a_missing_shape_is_refused() -> None:
    with pytest.raises(GeoError, match="LineString"):
        written(GisKind.GEOJSON, [(project("甲"), shapely.LineString([(108, 30), (109, 31)]))])
    with pytest.raises(ValueError, match="shorter"):
        write_gis(GisKind.GEOJSON, Table("项目库", COLUMNS, [project("甲")]), [], ABOUT)
