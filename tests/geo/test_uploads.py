"""Uploaded polygons: what is read, what is refused with which sentence, and that nothing stays on disk."""

from __future__ import annotations

import io
import json
import sqlite3
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box, mapping

from geo import uploads
from geo.crs import LONLAT
from geo.errors import GeoError
from geo.uploads import area_m2, one_site, outline_text, pick_name_column, read_outline, read_polygons

SITE = box(106.40, 29.50, 106.41, 29.51)
OTHER = box(106.42, 29.50, 106.43, 29.51)
BOWTIE = Polygon([(106.40, 29.50), (106.42, 29.52), (106.42, 29.50), (106.40, 29.52)])
SWAPPED = box(29.50, 106.40, 29.51, 106.41)
NAMES = ["青木关镇", "凤凰镇"]
SUFFIXES = (".geojson", ".json", ".gpkg", ".zip")


@pytest.fixture(autouse=True)
def disk(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give temporary files a folder of their own, and see that it is empty after every test."""
    folder = tmp_path_factory.mktemp("disk")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def frame_of(*shapes: object, crs: str | None = LONLAT) -> gpd.GeoDataFrame:
    names = [NAMES[number % 2] for number in range(len(shapes))]
    return gpd.GeoDataFrame({"name": names}, geometry=list(shapes), crs=crs)


def gpkg(frame: gpd.GeoDataFrame, folder: Path, layer: str = "地块") -> bytes:
    path = folder / "made.gpkg"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL says so when a layer has no CRS
        frame.to_file(path, driver="GPKG", layer=layer)
    return path.read_bytes()


def shapefile(frame: gpd.GeoDataFrame, folder: Path, encoding: str = "UTF-8") -> dict[str, bytes]:
    own = folder / "shapefile"
    own.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame.to_file(own / "镇街.shp", driver="ESRI Shapefile", encoding=encoding)
    return {path.name: path.read_bytes() for path in own.iterdir()}


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return target.getvalue()


def zipped_frame(frame: gpd.GeoDataFrame, folder: Path) -> bytes:
    return zipped(shapefile(frame, folder))


def geojson(*shapes: Any, **members: Any) -> bytes:
    features = [
        {"type": "Feature", "properties": {"name": NAMES[number % 2]}, "geometry": mapping(area)}
        for number, area in enumerate(shapes)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features} | members).encode()


def named_crs(name: str) -> dict[str, Any]:
    return {"type": "name", "properties": {"name": name}}


def refused(data: bytes, name: str) -> str:
    with pytest.raises(GeoError) as caught:
        read_polygons(data, name)
    return str(caught.value)


# What is read


def test_the_three_formats_give_the_same_polygons_and_names(tmp_path: Path) -> None:
    made = frame_of(SITE, OTHER)
    files = {
        "a.geojson": geojson(SITE, OTHER),
        "a.GPKG": gpkg(made, tmp_path),
        "a.zip": zipped_frame(made, tmp_path),
    }
    for name, data in files.items():
        read = read_polygons(data, name)
        assert list(read.columns) == ["name", "geometry"]
        assert list(read["name"]) == NAMES
        assert read.crs == LONLAT
        assert [area.equals(own) for area, own in zip(read.geometry, (SITE, OTHER), strict=True)] == [True, True]


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4544", "EPSG:4524", "EPSG:3857", "EPSG:32648"])
def test_systems_on_the_same_ellipsoid_are_converted(tmp_path: Path, crs: str) -> None:
    made = frame_of(SITE).to_crs(crs)
    for data, name in ((gpkg(made, tmp_path), "a.gpkg"), (zipped_frame(made, tmp_path), "a.zip")):
        read = read_polygons(data, name)
        assert read.crs == LONLAT
        assert shapely.hausdorff_distance(read.geometry.iloc[0], SITE) < 1e-8


def test_heights_are_left_out(tmp_path: Path) -> None:
    high = shapely.force_3d(SITE, 250.0)
    for data, name in (
        (geojson(high), "a.json"),
        (gpkg(frame_of(high), tmp_path), "a.gpkg"),
        (zipped_frame(frame_of(high), tmp_path), "a.zip"),
    ):
        assert not read_polygons(data, name).geometry.iloc[0].has_z


def test_points_and_lines_beside_polygons_are_left_out() -> None:
    read = read_polygons(geojson(Point(106.4, 29.5), SITE, LineString([(106.4, 29.5), (106.5, 29.5)])), "a.geojson")

    assert len(read) == 1
    assert list(read.index) == [0]
    assert read["name"].iloc[0] == NAMES[1]


def test_the_polygon_layer_is_found_among_others(tmp_path: Path) -> None:
    gpkg(frame_of(Point(106.4, 29.5)), tmp_path, layer="点")

    assert len(read_polygons(gpkg(frame_of(SITE), tmp_path), "a.gpkg")) == 1


@pytest.mark.parametrize("kind", ["Feature", "Polygon"])
def test_a_lone_feature_and_a_lone_polygon_are_read(kind: str) -> None:
    geometry = mapping(SITE)
    content = geometry if kind == "Polygon" else {"type": "Feature", "properties": None, "geometry": geometry}

    assert one_site(read_polygons(json.dumps(content).encode(), "a.json")).equals(SITE)


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert len(read_polygons(b"\xef\xbb\xbf" + geojson(SITE), "a.json")) == 1


@pytest.mark.parametrize(
    "name",
    [
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "urn:ogc:def:crs:EPSG::4326",
        "EPSG:4326",
        "EPSG:4490",
        "urn:ogc:def:crs:EPSG::4490",
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    ],
)
def test_a_crs_member_that_names_degrees_is_accepted(name: str) -> None:
    assert len(read_polygons(geojson(SITE, crs=named_crs(name)), "a.geojson")) == 1


def test_nested_and_unstorable_attributes_become_plain_text() -> None:
    content = json.loads(geojson(SITE))
    content["features"][0]["properties"] = {"a": {"层": [1]}, "b": "\ud800x\x00", "geometry": "x", "n": 5}

    read = read_polygons(json.dumps(content).encode(), "a.json")

    assert read.drop(columns="geometry").iloc[0].to_dict() == {"a": '{"层": [1]}', "b": "x", "n": 5}


def test_an_attribute_named_geometry_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "made.gpkg"
    frame_of(SITE).to_file(path, driver="GPKG", layer="a")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE a ADD COLUMN geometry TEXT")
        connection.commit()

    assert one_site(read_polygons(path.read_bytes(), "a.gpkg")).equals(SITE)


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK", "GB18030"])
@pytest.mark.parametrize("with_cpg", [True, False])
def test_chinese_names_in_a_shapefile_read_right(tmp_path: Path, encoding: str, with_cpg: bool) -> None:
    members = shapefile(frame_of(SITE, OTHER), tmp_path)
    utf8 = [name.encode().ljust(80) for name in NAMES]
    own = [name.encode(encoding).ljust(80) for name in NAMES]
    for before, after in zip(utf8, own, strict=True):
        assert before in members["镇街.dbf"]
        members["镇街.dbf"] = members["镇街.dbf"].replace(before, after)
    members["镇街.cpg"] = encoding.encode()
    if not with_cpg:
        del members["镇街.cpg"]

    assert list(read_polygons(zipped(members), "a.zip")["name"]) == NAMES


@pytest.mark.parametrize("cpg", [b"936", b"UTF-8\r\n", b"nonsense", b"rot13", b"\xff\xfe"])
def test_a_cpg_that_is_wrong_or_a_number_still_gives_the_names(tmp_path: Path, cpg: bytes) -> None:
    members = shapefile(frame_of(SITE, OTHER), tmp_path, "GBK") | {"镇街.cpg": cpg}

    assert list(read_polygons(zipped(members), "a.zip")["name"]) == NAMES


def test_a_folder_gbk_member_names_and_copies_of_macos_are_no_obstacle(tmp_path: Path) -> None:
    members = shapefile(frame_of(SITE), tmp_path)
    typed = {f"数据/{name}".encode("gbk").decode("cp437"): body for name, body in members.items()}
    flagged = zipped(typed | {"__MACOSX/._a.shp": b"x", "说明.txt": b"x"})

    assert len(read_polygons(flagged, "a.zip")) == 1


# What is refused


def test_a_bare_part_of_a_shapefile_is_to_be_zipped() -> None:
    for suffix in (".shp", ".SHX", ".dbf", ".prj"):
        assert refused(b"x", f"a{suffix}").startswith("请把 .shp .shx .dbf .prj 打成一个 zip")


@pytest.mark.parametrize("name", ["a.kml", "a.rar", "a", "", "geojson", "\x00"])
def test_other_kinds_of_file_are_refused(name: str) -> None:
    assert "只能读取 GeoJSON" in refused(b"x", name)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_and_an_oversized_file_are_refused(suffix: str) -> None:
    assert "空" in refused(b"", f"a{suffix}")
    assert "20 MB" in refused(b" " * (20 * 1024**2 + 1), f"a{suffix}")


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"[1, 2]",
        b"3",
        b'{"type": "Topology"}',
        b'{"type": "FeatureCollection"}',
        b"\xff\xfe\x00",
        b"{",
        b'{"type": "FeatureCollection", "features": [1]}',
        b'{"type": ["Feature"]}',
    ],
)
def test_what_is_not_geojson_is_refused(data: bytes) -> None:
    assert "不是 GeoJSON" in refused(data, "a.geojson")


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_deep_nesting_is_refused(opening: bytes) -> None:
    assert "嵌套" in refused(opening * 200_000, "a.geojson")


def test_deep_nesting_in_an_attribute_or_a_collection_is_refused() -> None:
    deep = b'{"type":"Feature","properties":{"a":%s%s},"geometry":null}' % (b"[" * 990, b"]" * 990)
    refused(deep, "a.geojson")
    level = b'{"type":"GeometryCollection","geometries":['
    refused(b'{"type":"Feature","geometry":%s%s}' % (level * 400, b"]}" * 400), "a.geojson")


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_number_is_refused(word: str) -> None:
    text = f'{{"type":"Polygon","coordinates":[[[106.4,29.5],[106.5,29.5],[106.5,{word}],[106.4,29.5]]]}}'

    sentence = refused(text.encode(), "a.geojson")

    assert "NaN" in sentence or f"有 {word}，不是数字" in sentence or "坐标写法不对" in sentence


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_in_a_geopackage_is_refused(tmp_path: Path, value: float) -> None:
    with np.errstate(invalid="ignore"):
        bad = Polygon([(106.4, 29.5), (106.5, 29.5), (106.5, value), (106.4, 29.5)])

    assert "第 2 个要素的坐标里有 NaN" in refused(gpkg(frame_of(SITE, bad), tmp_path), "a.gpkg")


@pytest.mark.parametrize(
    "coordinates",
    [
        "x",
        [],
        [[]],
        [[[1]]],
        [[["a", "b"]] * 4],
        [[[106.4, 29.5], [106.5, 29.5]]],
        [[[10**400, 1]] * 4],
        {"a": 1},
        None,
        [[[106.4, 29.5], None, [1, 2], [3, 4]]],
        [[{"x": 1}] * 4],
        5,
        [5],
        [[[106.4, 29.5], [106.5, 29.5], [106.5, None], [106.4, 29.5]]],
    ],
)
def test_malformed_coordinates_are_refused(coordinates: object) -> None:
    for kind in ("Polygon", "MultiPolygon"):
        refused(json.dumps({"type": kind, "coordinates": coordinates}).encode(), "a.geojson")


@pytest.mark.parametrize("name", ["EPSG:4544", "urn:ogc:def:crs:EPSG::4544", "EPSG:3857", "EPSG:43260", "", 5])
def test_a_geojson_that_names_another_system_is_refused(name: Any) -> None:
    for data in (geojson(SITE, crs=named_crs(name)), geojson(SITE, crs="EPSG:4544"), geojson(SITE, crs={})):
        sentence = refused(data, "a.geojson")
        assert sentence.startswith("GeoJSON 按标准只能是 WGS-84 经纬度")
        assert "请在 GIS 软件中另存为 WGS-84，或改用 GeoPackage、Shapefile" in sentence


def test_a_system_named_on_a_feature_or_a_geometry_counts_too() -> None:
    for key in ("feature", "geometry"):
        content = json.loads(geojson(SITE))
        feature = content["features"][0]
        (feature if key == "feature" else feature["geometry"])["crs"] = named_crs("EPSG:4544")
        assert "只能是 WGS-84" in refused(json.dumps(content).encode(), "a.geojson")


@pytest.mark.parametrize("crs", ["EPSG:4544", "EPSG:4524", "EPSG:3857"])
def test_metric_figures_in_a_geojson_are_refused_with_or_without_crs_member(tmp_path: Path, crs: str) -> None:
    made = frame_of(SITE).to_crs(crs)
    path = tmp_path / "made.geojson"
    made.to_file(path, driver="GeoJSON")
    named = json.loads(path.read_text(encoding="utf-8"))
    assert "crs" in named

    for content in (named, {key: value for key, value in named.items() if key != "crs"}):
        assert "只能是 WGS-84" in refused(json.dumps(content).encode(), "a.geojson")


def test_metric_figures_that_claim_to_be_degrees_are_refused(tmp_path: Path) -> None:
    made = frame_of(SITE).to_crs("EPSG:4544").set_crs("EPSG:4490", allow_override=True)

    assert "与它写明的坐标系不符" in refused(gpkg(made, tmp_path), "a.gpkg")
    assert "与它写明的坐标系不符" in refused(zipped_frame(made, tmp_path), "a.zip")


def test_longitude_and_latitude_swapped_are_named(tmp_path: Path) -> None:
    made = frame_of(SITE, SWAPPED)
    for crs in (LONLAT, "EPSG:4490"):
        own = made.set_crs(crs, allow_override=True)
        assert "第 2 个要素的经纬度填反了" in refused(gpkg(own, tmp_path), "a.gpkg")
    assert "第 2 个要素的经纬度填反了" in refused(geojson(SITE, SWAPPED), "a.geojson")
    assert "第 2 个要素的经纬度填反了" in refused(zipped_frame(made, tmp_path), "a.zip")


@pytest.mark.parametrize("place", [box(2.2, 48.8, 2.3, 48.9), box(-106.5, 29.5, -106.4, 29.6), box(0, 0, 1, 1)])
def test_places_outside_china_are_refused(tmp_path: Path, place: Polygon) -> None:
    assert "第 2 个要素不在中国" in refused(geojson(SITE, place), "a.geojson")
    assert "第 1 个要素不在中国" in refused(gpkg(frame_of(place), tmp_path), "a.gpkg")


def test_a_polygon_that_crosses_itself_is_named_with_the_place(tmp_path: Path) -> None:
    for data, name in (
        (geojson(SITE, BOWTIE), "a.geojson"),
        (gpkg(frame_of(SITE, BOWTIE).to_crs("EPSG:4544"), tmp_path), "a.gpkg"),
        (zipped_frame(frame_of(SITE, BOWTIE), tmp_path), "a.zip"),
    ):
        sentence = refused(data, name)
        assert "第 2 个要素在（106.41" in sentence
        assert "29.51" in sentence
        assert "自己与自己相交" in sentence


def test_other_faults_of_a_polygon_are_named_without_english() -> None:
    outside = Polygon(SITE.exterior.coords, [OTHER.exterior.coords])

    sentence = refused(geojson(outside), "a.geojson")

    assert "第 1 个要素" in sentence
    assert "边界不成立" in sentence
    assert "Hole" not in sentence


def test_files_without_polygons_are_refused(tmp_path: Path) -> None:
    point = frame_of(Point(106.4, 29.5))
    for data, name in (
        (geojson(Point(106.4, 29.5)), "a.geojson"),
        (geojson(), "a.geojson"),
        (geojson(Polygon()), "a.geojson"),
        (gpkg(point, tmp_path), "a.gpkg"),
        (zipped_frame(point, tmp_path), "a.zip"),
    ):
        assert "没有面" in refused(data, name)


def test_an_empty_layer_is_refused(tmp_path: Path) -> None:
    assert "没有面" in refused(gpkg(frame_of(SITE).iloc[:0], tmp_path), "a.gpkg")


def test_a_collection_is_refused_instead_of_dropped(tmp_path: Path) -> None:
    mixed = GeometryCollection([SITE, Point(106.4, 29.5)])
    for data, name in ((geojson(OTHER, mixed), "a.json"), (gpkg(frame_of(OTHER, mixed), tmp_path), "a.gpkg")):
        assert "第 2 个要素是几何集合" in refused(data, name)


def test_a_file_without_crs_is_refused(tmp_path: Path) -> None:
    made = frame_of(SITE, crs=None)

    assert "没有坐标系" in refused(gpkg(made, tmp_path), "a.gpkg")


@pytest.mark.parametrize("prj", [b"", b"garbage", b'LOCAL_CS["x",UNIT["metre",1]]'])
def test_a_prj_that_names_no_system_is_refused(tmp_path: Path, prj: bytes) -> None:
    refused(zipped(shapefile(frame_of(SITE), tmp_path) | {"镇街.prj": prj}), "a.zip")


@pytest.mark.parametrize("crs", ["EPSG:4610", "EPSG:2363", "EPSG:4214"])
def test_systems_on_another_ellipsoid_are_refused(tmp_path: Path, crs: str) -> None:
    made = frame_of(SITE).to_crs(crs)

    assert "不是 WGS-84 或 CGCS2000" in refused(gpkg(made, tmp_path), "a.gpkg")


@pytest.mark.parametrize("suffix", [".shp", ".shx", ".dbf"])
def test_a_missing_part_of_a_shapefile_is_named(tmp_path: Path, suffix: str) -> None:
    members = shapefile(frame_of(SITE), tmp_path)
    del members[f"镇街{suffix}"]

    sentence = refused(zipped(members), "a.zip")

    assert suffix in sentence
    assert "打成一个 zip" in sentence


def test_a_missing_prj_is_said_to_be_the_crs(tmp_path: Path) -> None:
    members = shapefile(frame_of(SITE), tmp_path)
    del members["镇街.prj"]

    assert "缺少 .prj，不知道是什么坐标系" in refused(zipped(members), "a.zip")


def test_several_layers_are_listed(tmp_path: Path) -> None:
    gpkg(frame_of(SITE), tmp_path, layer="区界")
    assert "2 个面图层（区界、地块）" in refused(gpkg(frame_of(SITE), tmp_path), "a.gpkg")

    members = shapefile(frame_of(SITE), tmp_path)
    both = members | {name.replace("镇街", "区界"): body for name, body in members.items()}
    sentence = refused(zipped(both), "a.zip")
    assert "2 个 Shapefile" in sentence
    assert "镇街.shp" in sentence
    assert "区界.shp" in sentence


def test_a_geopackage_with_a_stored_query_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "made.gpkg"
    gpkg(frame_of(SITE), tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE VIEW v AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x FROM n"
        )
        connection.commit()

    assert "视图" in refused(path.read_bytes(), "a.gpkg")


def test_a_geopackage_that_is_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plain.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE a (b)")
        connection.commit()

    for data in (path.read_bytes(), geojson(SITE), b"<OGRVRTDataSource/>", b"SQLite format 3\x00"):
        assert "不是 GeoPackage" in refused(data, "a.gpkg")


@pytest.mark.filterwarnings("ignore")  # GDAL warns of what it finds before it gives up
def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    package = gpkg(frame_of(SITE), tmp_path)
    assert "GeoPackage 读不出来" in refused(package[:5000], "a.gpkg")
    members = shapefile(frame_of(SITE), tmp_path)
    assert "压缩包打不开" in refused(zipped(members)[:-30], "a.zip")
    assert "不是 Shapefile" in refused(zipped(members | {"镇街.shp": b"<VRT/>"}), "a.zip")
    assert "Shapefile 读不出来" in refused(zipped(members | {"镇街.shp": members["镇街.shp"][:50]}), "a.zip")


# Zip archives


def test_too_many_members_are_refused() -> None:
    assert "超过 500 个" in refused(zipped({f"{number}.txt": b"x" for number in range(501)}), "a.zip")


def test_an_archive_of_more_than_200_mb_is_refused() -> None:
    assert "200 MB" in refused(zipped({"a.shp": bytes(201 * 1024**2)}), "a.zip")


def test_an_archive_that_unpacks_to_fifty_times_its_size_is_refused() -> None:
    assert "压缩比" in refused(zipped({"a.shp": bytes(5 * 1024**2)}), "a.zip")


@pytest.mark.parametrize("name", ["../a.shp", "/etc/a.shp", "a/../../b.shp", "..\\a.shp", "C:\\a.shp", "\\a.shp"])
def test_paths_that_leave_the_archive_are_refused(tmp_path: Path, name: str) -> None:
    members = shapefile(frame_of(SITE), tmp_path) | {name: b"x"}

    assert "指向包外" in refused(zipped(members), "a.zip")


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    data = bytearray(zipped(shapefile(frame_of(SITE), tmp_path), zipfile.ZIP_STORED))
    start = data.find(b"PK\x01\x02")
    while start >= 0:
        data[start + 8] |= 1
        start = data.find(b"PK\x01\x02", start + 1)

    assert "压缩包打不开" in refused(bytes(data), "a.zip")


# Limits


def test_too_many_features_are_refused(tmp_path: Path) -> None:
    many = [box(106 + number * 1e-4, 29, 106 + (number + 0.5) * 1e-4, 29.0001) for number in range(2001)]

    assert "超过 2,000 个" in refused(geojson(*many), "a.geojson")
    assert "超过 2,000 个" in refused(gpkg(frame_of(*many), tmp_path), "a.gpkg")
    assert "超过 2,000 个" in refused(zipped_frame(frame_of(*many), tmp_path), "a.zip")
    assert len(read_polygons(geojson(*many[:2000]), "a.geojson")) == 2000


def test_too_many_vertices_are_refused(tmp_path: Path) -> None:
    turns = np.linspace(0, 2 * np.pi, 500_000, endpoint=False)
    round_one = Polygon(np.column_stack([106.4 + np.cos(turns) / 10, 29.5 + np.sin(turns) / 10]))
    assert shapely.get_num_coordinates(round_one) == 500_001

    assert "500,000" in refused(gpkg(frame_of(round_one), tmp_path), "a.gpkg")
    rings = [[[round(x, 7), round(y, 7)] for x, y in round_one.exterior.coords]]
    assert "500,000" in refused(json.dumps({"type": "Polygon", "coordinates": rings}).encode(), "a.geojson")


def test_too_many_attributes_are_refused() -> None:
    content = json.loads(geojson(SITE))
    content["features"][0]["properties"] = {f"a{number}": 1 for number in range(301)}

    assert "300 个" in refused(json.dumps(content).encode(), "a.geojson")


# Names, areas, texts, sites


@pytest.mark.parametrize(
    ("columns", "picked"),
    [
        ({"备注": "x", "NAME": "y", "name": "z"}, "name"),
        ({"备注": "x", "XZQMC": "y"}, "XZQMC"),
        ({"code": 5, "备注": "x", "别名": "y"}, "备注"),
        ({"name": 5, "备注": "x"}, "备注"),
        ({"name": None, "镇街": "x"}, "镇街"),
        ({"code": 5}, None),
        ({}, None),
    ],
)
def test_the_name_column_is_the_usual_one_else_the_first_with_text(columns: dict[str, Any], picked: str | None) -> None:
    frame = gpd.GeoDataFrame({name: [value] for name, value in columns.items()}, geometry=[SITE], crs=LONLAT)

    assert pick_name_column(frame) == picked


@pytest.mark.parametrize(("lon", "crs"), [(106.4, "EPSG:4544"), (108.4, "EPSG:4545")])
def test_an_area_is_that_of_the_square_drawn_in_metres(lon: float, crs: str) -> None:
    corner = gpd.GeoSeries([Point(lon, 29.5)], crs=LONLAT).to_crs(crs).iloc[0]
    square = gpd.GeoSeries([box(corner.x, corner.y, corner.x + 200, corner.y + 300)], crs=crs).to_crs(LONLAT).iloc[0]

    assert area_m2(square) == pytest.approx(60_000, abs=0.01)


def test_an_area_of_nothing_is_refused() -> None:
    with pytest.raises(GeoError):
        area_m2(Polygon())


def test_an_outline_text_is_canonical() -> None:
    turned = Polygon([*list(SITE.exterior.coords)[2:-1], *list(SITE.exterior.coords)[:3]])

    expected = (
        '{"type":"Polygon","coordinates":[[[106.4,29.5],[106.41,29.5],[106.41,29.51],[106.4,29.51],[106.4,29.5]]]}'
    )
    assert outline_text(SITE) == expected
    assert outline_text(turned) == expected
    assert outline_text(turned.reverse()) == expected
    assert outline_text(shapely.force_3d(SITE, 5)) == expected


@pytest.mark.parametrize("shape", [Point(106.4, 29.5), Polygon(), Point(106.4, 29.5).buffer(1e-9)])
def test_an_outline_text_of_no_area_is_refused(shape: shapely.Geometry) -> None:
    with pytest.raises(GeoError, match="太小或不成面"):
        outline_text(shape)


vertices = st.tuples(st.floats(106.3, 106.6), st.floats(29.4, 29.7))


@given(st.lists(st.lists(vertices, min_size=3, max_size=8), min_size=1, max_size=3))
def test_an_outline_survives_its_text_to_a_centimetre(rings: list[list[tuple[float, float]]]) -> None:
    drawn = shapely.union_all([shapely.MultiPoint(ring).convex_hull.buffer(0.001) for ring in rings])

    text = outline_text(drawn)
    read = read_outline(text)

    assert outline_text(read) == text
    assert shapely.hausdorff_distance(read, drawn) < 2e-7
    assert all(figure == round(figure, 7) for figure in shapely.get_coordinates(read).flat)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "null",
        "[]",
        '{"type":"Point","coordinates":[106.4,29.5]}',
        "[" * 100_000,
        json.dumps(mapping(BOWTIE)),
        json.dumps(mapping(SWAPPED)),
        json.dumps(mapping(box(400_000, 3_000_000, 400_100, 3_000_100))),
        '{"type":"Polygon","coordinates":[]}',
        '{"type":"Polygon"}',
        '{"type":[]}',
        " " * (20 * 1024**2 + 1),
    ],
)
def test_an_outline_text_that_is_no_good_polygon_is_refused(text: str) -> None:
    with pytest.raises(GeoError):
        read_outline(text)


def test_a_site_is_the_only_polygon_of_an_upload() -> None:
    pair = MultiPolygon([SITE, OTHER])

    assert one_site(frame_of(pair)).equals(pair)
    with pytest.raises(GeoError, match="2 个多边形"):
        one_site(frame_of(SITE, OTHER))
    with pytest.raises(GeoError, match="0 个多边形"):
        one_site(frame_of(SITE).iloc[:0])


# Anything at all


def reads_or_says(data: bytes, name: str) -> None:
    try:
        read = read_polygons(data, name)
    except GeoError as error:
        assert str(error)
    else:
        assert read.is_valid.all()
        assert read.crs == LONLAT


@given(
    st.binary(max_size=2000), st.sampled_from(SUFFIXES), st.sampled_from([b"", b"PK\x03\x04", b"SQLite format 3\x00"])
)
def test_random_bytes_raise_nothing_but_our_own_sentences(body: bytes, suffix: str, magic: bytes) -> None:
    with pytest.raises(GeoError):
        read_polygons(magic + body, f"a{suffix}")


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(json_values, st.sampled_from(["Polygon", "MultiPolygon", "GeometryCollection", "Point", "Odd"]), json_values)
def test_random_json_raises_nothing_but_our_own_sentences(value: Any, kind: str, crs: Any) -> None:
    for content in (
        value,
        {"type": kind, "coordinates": value, "geometries": value, "crs": crs},
        {"type": "FeatureCollection", "features": value},
        {"type": "Feature", "geometry": value, "properties": crs},
        {"type": "Feature", "properties": value, "geometry": mapping(SITE)},
    ):
        reads_or_says(json.dumps(content).encode(), "a.geojson")


@pytest.mark.filterwarnings("ignore")  # GDAL warns of damage that it reads past
@given(data=st.data())
@settings(max_examples=60)
def test_damaged_files_raise_nothing_but_our_own_sentences(
    data: st.DataObject, whole: tuple[bytes, dict[str, bytes]]
) -> None:
    package, members = whole
    damaged = bytearray(package)
    for _ in range(data.draw(st.integers(1, 20))):
        damaged[data.draw(st.integers(100, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    reads_or_says(bytes(damaged), "a.gpkg")
    part = data.draw(st.sampled_from([".shp", ".shx", ".dbf", ".prj"]))
    body = bytearray(members[f"镇街{part}"])
    for _ in range(data.draw(st.integers(1, 20))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    reads_or_says(zipped(members | {f"镇街{part}": bytes(body)}), "a.zip")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, dict[str, bytes]]:
    folder = tmp_path_factory.mktemp("whole")
    made = frame_of(SITE, OTHER)
    return gpkg(made, folder), shapefile(made, folder)


def test_the_limits_are_those_said() -> None:
    assert (uploads.MAX_BYTES, uploads.MAX_FEATURES, uploads.MAX_VERTICES) == (20 * 1024**2, 2_000, 500_000)
