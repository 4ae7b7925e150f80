"""Placing a project: coordinates in any datum, a name, a drawn or uploaded site, a photo; and taking it back."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from geo.crs import distance_m, from_wgs84, to_wgs84
from portfolio.domain.coordinates import FROM_SITE
from portfolio.domain.roles import Role
from portfolio.domain.terms import Accuracy, Datum
from portfolio.store.models import Project
from portfolio.store.queries.projects import get_project
from portfolio.store.queries.revisions import last_revision_id, list_revisions
from tests.builders import client_of, read
from tests.exchange.test_photos import GPS, make_photo
from tests.geo.test_uploads import frame_of, shapefile, zipped
from tests.web.pages import change, form_with, forms, tables, wrong_fields

CODE = "500106-0008"
PAGE = f"/projects/{CODE}/place"
INSIDE = (106.4529, 29.5437)
SQUARE = [[106.45, 29.54], [106.451, 29.54], [106.451, 29.541], [106.45, 29.541], [106.45, 29.54]]


def polygon(ring: list[list[float]] = SQUARE) -> str:
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def place(client: FlaskClient, **answers: Any) -> TestResponse:
    """Fill in the placing page and save."""
    return change(client, PAGE, ask="coordinates", **answers)


def stored(app: Flask) -> Project:
    with read(app) as session:
        return get_project(session, CODE)


def newest_reason(app: Flask) -> str | None:
    with read(app) as session:
        return list_revisions(session, get_project(session, CODE))[0].reason


@pytest.fixture
def unchanged(app: Flask) -> Callable[[], bool]:
    """Tell whether nothing at all was saved since the test began."""

    def newest() -> int:
        with read(app) as session:
            return last_revision_id(session)

    before = newest()
    return lambda: newest() == before


# --- coordinates ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["106.4529,29.5437", "29.5437 106.4529", "１０６．４５２９，２９．５４３７", "106°27′10.44″E 29°32′37.32″N"],
)
def test_coordinates_are_taken_in_every_way_people_paste_them(app: Flask, client: FlaskClient, text: str) -> None:
    assert place(client, coordinates=text, accuracy="site").status_code == 302
    assert (stored(app).lon, stored(app).lat) == pytest.approx(INSIDE, abs=1e-6)


@pytest.mark.parametrize("datum", ["cgcs2000", "gcj02", "bd09"])
def test_a_place_in_another_datum_is_kept_in_wgs84_with_what_was_given(
    app: Flask, client: FlaskClient, datum: str
) -> None:
    lon, lat = from_wgs84(*INSIDE, datum)
    place(client, coordinates=f"{lon:.7f}, {lat:.7f}", datum=datum, accuracy="site", place_confirmed_by="李工")
    project = stored(app)

    assert distance_m((project.lon or 0, project.lat or 0), INSIDE) < 0.05
    assert (project.datum, project.place_given) == (Datum(datum), f"{lon:.7f}, {lat:.7f}")  # type: ignore[call-arg]
    assert (project.accuracy, project.place_confirmed_by) == (Accuracy.SITE, "李工")


def test_a_page_saved_as_it_stands_changes_nothing(app: Flask, client: FlaskClient) -> None:
    place(client, coordinates="106.4567, 29.5411", datum="gcj02", accuracy="site", place_basis="红线图")
    before = stored(app)
    place(client)

    after = stored(app)
    assert (after.lon, after.lat, after.datum, after.place_given) == (
        before.lon,
        before.lat,
        Datum.GCJ02,
        "106.4567, 29.5411",
    )
    assert after.version == before.version


def test_an_edit_of_the_project_leaves_its_place_alone(app: Flask, client: FlaskClient) -> None:
    place(client, coordinates="106.4567, 29.5411", datum="gcj02", accuracy="site", outline=polygon())
    before = stored(app)
    change(client, f"/projects/{CODE}/edit", ask="nature", note="改说明")

    after = stored(app)
    assert after.note == "改说明"
    assert (after.lon, after.place_given, after.site_outline) == (before.lon, before.place_given, before.site_outline)


def test_an_upgrade_from_unlocated_to_site_shows_in_coverage_at_once(client: FlaskClient) -> None:
    def coverage() -> tuple[str, ...]:
        found = re.search(r"已标注 (\d+) / (\d+) 个项目", client.get("/maps/500101").text)
        assert found
        return found.groups()

    assert coverage() == ("18", "42")
    change(client, "/projects/500101-0008/place", ask="coordinates", coordinates="108.40, 30.80", accuracy="site")

    assert coverage() == ("19", "42")


def test_a_place_that_is_no_longer_known_is_taken_back(app: Flask, client: FlaskClient) -> None:
    place(client, coordinates="106.4529, 29.5437", accuracy="site", outline=polygon())
    place(client, coordinates="", outline="", accuracy="district", place_basis="原址有误")
    project = stored(app)

    assert (project.lon, project.site_outline, project.is_located) == (None, None, False)
    assert project.place_basis == "原址有误"


@pytest.mark.parametrize(
    ("answers", "field", "sentence"),
    [
        ({"coordinates": "122.5, 29.9"}, "outside_reason", "位置在区界外 1,5"),
        ({"coordinates": "106.30, 29.30"}, "outside_reason", "位置在区界外"),
        ({"coordinates": "经度29.55 纬度106.46"}, "coordinates", "填反"),
        ({"coordinates": "29.55"}, "coordinates", "请填写两个数"),
        ({"coordinates": "NaN, 1e5"}, "coordinates", "科学计数法"),
        ({"coordinates": "0, 0"}, "coordinates", "不在国内"),
        ({"coordinates": "106.4529, 29.5437", "accuracy": "district"}, "accuracy", "有坐标就要说明精度"),
        ({"coordinates": "", "accuracy": "site"}, "accuracy", "没有坐标"),
        ({"coordinates": "106.4529, 29.5437", "datum": "utm"}, "datum", "请从列表中选择"),
        ({"place_name": "没有这个地方"}, "place_name", "没有这个地名"),
        ({"place_name": "青木关镇", "coordinates": "106.4529, 29.5437"}, "place_name", "不是同一处"),
        ({"outline": "{"}, "outline", "GeoJSON"),
    ],
)
def test_a_bad_place_is_refused_beside_its_field_and_nothing_is_saved(
    client: FlaskClient, unchanged: Callable[[], bool], answers: dict[str, str], field: str, sentence: str
) -> None:
    page = place(client, **({"accuracy": "site"} | answers))

    assert page.status_code == 422
    assert sentence in wrong_fields(page.text).get(field, ""), wrong_fields(page.text)
    assert unchanged()


def test_a_place_outside_the_district_is_kept_with_its_reason(app: Flask, client: FlaskClient) -> None:
    place(client, coordinates="106.30, 29.30", accuracy="site", outside_reason="校区跨区，见批复")

    assert (stored(app).lon, stored(app).lat) == (106.3, 29.3)
    assert newest_reason(app) == "校区跨区，见批复"


# --- the readings -----------------------------------------------------------------------------------------------------


def test_readings_say_where_the_same_pair_lies_under_each_datum(client: FlaskClient) -> None:
    answer = client.get(f"{PAGE}/readings.json?coordinates=106.4529,29.5437&datum=gcj02").json
    rows = {row["datum"]: row for row in answer["rows"]}

    assert list(rows) == ["wgs84", "cgcs2000", "gcj02", "bd09"]
    assert (rows["gcj02"]["lon"], rows["gcj02"]["lat"]) == pytest.approx(to_wgs84(106.4529, 29.5437, "gcj02"))
    assert (rows["gcj02"]["is_stated"], rows["gcj02"]["apart_m"]) == (True, 0)
    assert rows["wgs84"]["apart_m"] == pytest.approx(distance_m(INSIDE, to_wgs84(106.4529, 29.5437, "gcj02")), abs=0.01)
    assert {row["where"] for row in rows.values()} == {"区内"}
    assert answer["amap"] == "106.4529, 29.5437"


def test_only_another_datum_inside_the_district_is_warned_about(client: FlaskClient) -> None:
    outside = client.get(f"{PAGE}/readings.json?coordinates=106.30,29.30&datum=wgs84").json
    assert (outside["is_outside"], "公里。请核对" in outside["warning"]) == (True, True)

    edge = client.get(f"{PAGE}/readings.json?coordinates=106.4402,29.4993&datum=wgs84").json
    assert edge["warning"].endswith("若按 GCJ-02（高德、腾讯） 解读则在区内，请核对坐标系")


def test_readings_of_nothing_are_none_and_of_junk_a_sentence(client: FlaskClient) -> None:
    assert client.get(f"{PAGE}/readings.json").json == {"rows": []}
    junk = client.get(f"{PAGE}/readings.json?coordinates=abc&datum=wgs84")
    assert (junk.status_code, "看不懂" in junk.json["error"]) == (422, True)
    assert client.get(f"{PAGE}/readings.json?coordinates=106,29&datum=mars").status_code == 422


def test_without_scripts_the_answer_page_shows_the_same_readings_and_saves_nothing(
    client: FlaskClient, unchanged: Callable[[], bool]
) -> None:
    page = place(client, coordinates="106.4529,29.5437", datum="gcj02", act="check")
    shown = next(table for table in tables(page.text) if table[0][0] == "当作")
    sent = client.get(f"{PAGE}/readings.json?coordinates=106.4529,29.5437&datum=gcj02").json

    assert page.status_code == 200
    assert shown[1:] == [[row[name] for name in ("label", "place", "apart", "where")] for row in sent["rows"]]
    assert unchanged()


# --- names ------------------------------------------------------------------------------------------------------------


def test_a_name_gives_coordinates_accuracy_and_basis(app: Flask, client: FlaskClient) -> None:
    place(client, place_name="青木关镇", place_confirmed_by="李工")
    project = stored(app)

    assert (project.accuracy, project.place_confirmed_by) == (Accuracy.TOWN, "李工")
    assert (project.place_given or "").startswith("spb-")
    assert (project.place_basis or "").startswith("青木关镇；")


def test_a_name_is_never_more_exact_than_its_point(app: Flask, client: FlaskClient) -> None:
    place(client, place_name="青木关镇", accuracy="site")
    assert stored(app).accuracy is Accuracy.TOWN


def test_a_name_that_is_looked_at_first_fills_in_its_coordinates(
    client: FlaskClient, unchanged: Callable[[], bool]
) -> None:
    page = place(client, place_name="青木关镇", act="check")
    form = form_with(page.text, "coordinates")

    assert form.answers["coordinates"].startswith("106.3")
    assert unchanged()
    assert client.post(PAGE, data=form.answers | {"act": "save"}).status_code == 302


def test_names_that_the_projects_name_speaks_of_are_suggested_best_first(client: FlaskClient) -> None:
    page = client.get("/projects/500106-0011/place").text

    assert page.index('data-suggestion="青木关镇"') > 0
    assert 'data-suggestion="沙坪坝街道"' not in page


# --- a site -----------------------------------------------------------------------------------------------------------


def upload(client: FlaskClient, data: bytes, name: str, field: str = "outline_file", **answers: Any) -> TestResponse:
    return place(client, **{field: (io.BytesIO(data), name)}, **answers)


def test_a_drawn_site_is_kept_and_measured_against_the_site_area(app: Flask, client: FlaskClient) -> None:
    change(client, f"/projects/{CODE}/edit", ask="nature", site_area_m2="10000")
    place(client, coordinates="106.4505, 29.5405", accuracy="site", outline=polygon())
    page = client.get(PAGE).text

    assert json.loads(stored(app).site_outline or "")["type"] == "Polygon"
    assert "图上面积 10,749 ㎡（16.1 亩）；登记的占地面积 10,000 ㎡，相差 +7.5%" in page
    assert "请核对范围或占地面积" not in page
    change(client, f"/projects/{CODE}/edit", ask="nature", site_area_m2="8000")
    assert "相差 34.4%，超过 10%" in client.get(PAGE).text


def test_a_site_alone_gives_a_point_inside_it(app: Flask, client: FlaskClient) -> None:
    ring = [
        [106.45, 29.54],
        [106.452, 29.54],
        [106.452, 29.5402],
        [106.4502, 29.5402],
        [106.4502, 29.542],
        [106.45, 29.542],
    ]
    place(client, coordinates="", outline=polygon([*ring, ring[0]]), accuracy="district")
    project = stored(app)

    assert shapely.from_geojson(project.site_outline or "").contains(shapely.Point(project.lon or 0, project.lat or 0))
    assert (project.accuracy, project.place_given) == (Accuracy.SITE, FROM_SITE)


def test_a_site_is_taken_back_and_the_point_stays(app: Flask, client: FlaskClient) -> None:
    place(client, coordinates="106.4505, 29.5405", accuracy="site", outline=polygon())
    place(client, outline="")

    assert (stored(app).site_outline, stored(app).lon) == (None, 106.4505)


def test_a_point_outside_its_site_is_saved_and_warned_about(client: FlaskClient) -> None:
    place(client, coordinates="106.4525, 29.5405", accuracy="site", outline=polygon())
    assert re.search(r"位置在用地范围外 14\d 米", client.get(PAGE).text)
    place(client, coordinates="106.4505, 29.5405", accuracy="site")
    assert "位置在用地范围外" not in client.get(PAGE).text


def test_an_uploaded_site_is_shown_before_it_is_saved(client: FlaskClient, unchanged: Callable[[], bool]) -> None:
    page = upload(client, polygon().encode(), "site.geojson", act="check")

    assert "图上面积 10,749 ㎡（16.1 亩）" in page.text
    assert json.loads(form_with(page.text, "outline").answers["outline"])["type"] == "Polygon"
    assert unchanged()


def metric(tmp_path: Path) -> dict[str, bytes]:
    """Return the members of a Shapefile of the square in the metric system of Shapingba."""
    return shapefile(frame_of(shapely.Polygon(SQUARE)).to_crs("EPSG:4544"), tmp_path)


def test_a_zipped_shapefile_in_a_metric_system_becomes_a_site(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    upload(client, zipped(metric(tmp_path)), "site.zip", coordinates="", accuracy="site")

    kept = shapely.from_geojson(stored(app).site_outline or "")
    assert kept.symmetric_difference(shapely.Polygon(SQUARE)).area < 1e-3 * kept.area
    assert kept.contains(shapely.Point(stored(app).lon or 0, stored(app).lat or 0))


def test_a_shapefile_without_prj_and_a_geojson_in_metres_are_refused_and_nothing_is_saved(
    client: FlaskClient, unchanged: Callable[[], bool], tmp_path: Path
) -> None:
    members = metric(tmp_path)
    bare = zipped({name: body for name, body in members.items() if not name.endswith(".prj")})
    metres = frame_of(shapely.Polygon(SQUARE)).to_crs("EPSG:4544").to_json().encode()
    answers = [upload(client, bare, "site.zip"), upload(client, metres, "site.geojson")]

    sentences = [wrong_fields(page.text)["outline_file"] for page in answers]
    assert [page.status_code for page in answers] == [422, 422]
    assert "缺少 .prj，不知道是什么坐标系" in sentences[0]
    assert "只能是 WGS-84" in sentences[1]
    assert unchanged()


def test_an_upload_of_200_mb_is_413_in_chinese_and_nothing_is_saved(
    client: FlaskClient, unchanged: Callable[[], bool]
) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="outline_file"; filename="site.geojson"\r\n\r\n'
    body += bytes(200 * 1024 * 1024) + b"\r\n--x--\r\n"
    page = client.post(PAGE, input_stream=io.BytesIO(body), content_type="multipart/form-data; boundary=x")

    assert (page.status_code, "提交的内容超过 25 MB" in page.text) == (413, True)
    assert unchanged()


def test_a_site_of_too_many_corners_is_refused(client: FlaskClient, unchanged: Callable[[], bool]) -> None:
    ring = shapely.Point(106.4505, 29.5405).buffer(0.001, quad_segs=1300)
    page = upload(client, shapely.to_geojson(ring).encode(), "site.geojson", accuracy="site")

    assert "顶点超过 5,000 个" in wrong_fields(page.text)["outline_file"]
    assert unchanged()


CROSSED = [[106.45, 29.54], [106.451, 29.541], [106.451, 29.54], [106.45, 29.541], [106.45, 29.54]]
SWAPPED = [[lat, lon] for lon, lat in SQUARE]
SEA = [[lon + 16, lat] for lon, lat in SQUARE]


@pytest.mark.parametrize(
    ("ring", "sentence"),
    [(CROSSED, "自己与自己相交"), (SWAPPED, "填反|颠倒|对调|先经度后纬度"), (SEA, "位置在区界外 1,5")],
)
def test_a_wrong_polygon_is_named_and_nothing_is_saved(
    client: FlaskClient, unchanged: Callable[[], bool], ring: list[list[float]], sentence: str
) -> None:
    drawn = place(client, coordinates="", accuracy="site", outline=polygon(ring))
    sent = upload(client, polygon(ring).encode(), "site.geojson", coordinates="", accuracy="site")

    for page in (drawn, sent):
        assert page.status_code == 422
        assert any(one in " ".join(wrong_fields(page.text).values()) for one in sentence.split("|")), wrong_fields(
            page.text
        )
    assert unchanged()


# --- a photo ----------------------------------------------------------------------------------------------------------


def test_the_position_of_a_photo_is_offered_and_never_kept_by_itself(
    client: FlaskClient, unchanged: Callable[[], bool]
) -> None:
    page = upload(client, make_photo("JPEG", GPS), "site.jpg", field="photo", act="save", datum="gcj02")
    answers = form_with(page.text, "coordinates").answers

    assert page.status_code == 200
    assert (answers["coordinates"], answers["datum"]) == ("106.4528889, 29.5436944", "wgs84")
    assert answers["place_basis"] == "现场照片的定位，拍摄于 2026-05-01 09:30:00"
    assert "照片没有保存" in page.text
    assert unchanged()


def test_a_photo_without_position_is_said_beside_its_field(client: FlaskClient, unchanged: Callable[[], bool]) -> None:
    page = upload(client, make_photo("PNG", None), "site.png", field="photo")

    assert "请打开定位" in wrong_fields(page.text)["photo"]
    assert page.status_code == 422
    assert unchanged()


# --- taking it back, two people at once -------------------------------------------------------------------------------


def test_a_saved_place_can_be_taken_back_at_once(app: Flask, client: FlaskClient) -> None:
    before = stored(app)
    answer = place(client, coordinates="106.4529, 29.5437", accuracy="site")
    page = client.get(answer.location or "").text
    undo = next(form for form in forms(page) if form.action.endswith("/undo"))
    back = client.post(undo.action, data=undo.answers)

    assert "已保存" in page
    assert back.location == PAGE
    assert (stored(app).lon, stored(app).accuracy) == (before.lon, before.accuracy)
    assert newest_reason(app) == f"恢复到第 {before.version} 版"
    assert "/undo" not in client.get(PAGE).text


def test_what_somebody_saved_since_is_not_taken_back(app: Flask, client: FlaskClient) -> None:
    page = client.get(place(client, coordinates="106.4529, 29.5437", accuracy="site").location or "").text
    undo = next(form for form in forms(page) if form.action.endswith("/undo"))
    change(client_of(app, Role.PLANNER), f"/projects/{CODE}/edit", ask="nature", note="别人改的")

    assert client.post(undo.action, data=undo.answers).status_code == 409
    assert (stored(app).lon, stored(app).note) == (106.4529, "别人改的")


def test_a_stale_place_is_409_with_both_and_can_be_sent_again(app: Flask, client: FlaskClient) -> None:
    mine = form_with(client.get(PAGE).text, "coordinates").answers | {
        "coordinates": "106.46, 29.55",
        "accuracy": "site",
    }
    change(client_of(app, Role.PLANNER), PAGE, ask="coordinates", coordinates="106.4529, 29.5437", accuracy="site")
    page = client.post(PAGE, data=mine)

    assert page.status_code == 409
    assert ["经度", "106.4529", "106.46"] in tables(page.text)[0]
    assert stored(app).lon == 106.4529
    assert client.post(PAGE, data=form_with(page.text, "coordinates").answers).status_code == 302
    assert stored(app).lon == 106.46


def test_the_way_back_leads_to_the_same_map_view_with_the_card_open(client: FlaskClient) -> None:
    view = "/maps/500106?view=29.5,106.4,14&colour=level"
    page = client.get(PAGE, headers={"Referer": f"http://localhost{view}"}).text
    answer = change_with(client, page, coordinates="106.4529, 29.5437", accuracy="site")

    wanted = f"{view}&focus={CODE}".replace("&", "&amp;").replace(",", "%2C")
    assert f'href="{wanted}">返回地图' in page
    assert f'href="{wanted}">返回地图' in client.get(answer.location or "").text


@pytest.mark.parametrize(
    "foreign", ["https://example.org/maps/500106", "//example.org/maps/500106", "/sign-out", "javascript:1"]
)
def test_the_way_back_leads_nowhere_else(client: FlaskClient, foreign: str) -> None:
    page = client.get(PAGE, query_string={"back": foreign}).text

    assert "返回地图" not in page
    answer = change_with(client, page, coordinates="106.4529, 29.5437", accuracy="site", back=foreign)
    assert "返回地图" not in client.get(answer.location or "").text


def change_with(client: FlaskClient, page: str, **answers: str) -> TestResponse:
    """Send the placing form of a page that is open already."""
    return client.post(PAGE, data=form_with(page, "coordinates").answers | answers)


# --- the queue --------------------------------------------------------------------------------------------------------


def codes_of_queue(client: FlaskClient, query: str) -> list[str]:
    """Skip through the queue until it begins again; return the codes in their order."""
    seen: list[str] = []
    path = client.get(f"/places/queue?{query}").location or ""
    while (code := path.split("/")[2]) not in seen:
        seen.append(code)
        found = re.search(r'href="([^"]+)" rel="next"', client.get(path).text)
        assert found
        path = unescape(found.group(1))
    return seen


def test_the_queue_holds_every_project_without_a_place_and_begins_again(app: Flask, client: FlaskClient) -> None:
    with read(app) as session:
        wanted = [
            one.code
            for one in session.scalars(select(Project).order_by(Project.code))
            if one.code.startswith("500106") and not one.is_located
        ]
    assert codes_of_queue(client, "district=500106") == wanted
    assert f"还有 {len(wanted)} 个" in client.get(f"/projects/{wanted[0]}/place?queue=1&district=500106").text


def test_saving_goes_on_to_the_next_and_the_number_left_falls(app: Flask, client: FlaskClient) -> None:
    first, second, *_ = codes = codes_of_queue(client, "district=500106")
    path = f"/projects/{first}/place?queue=1&district=500106"
    answer = change(client, path, ask="coordinates", coordinates="106.4529, 29.5437", accuracy="site")
    following = client.get(answer.location or "")
    page = client.get(following.location or "").text

    assert (following.location or "").startswith(f"/projects/{second}/place?queue=1")
    assert f"还有 {len(codes) - 1} 个" in page
    assert "已保存" in page


def test_the_queue_is_narrowed_by_level_and_says_when_it_is_empty(client: FlaskClient) -> None:
    assert set(codes_of_queue(client, "level=preschool")) <= set(codes_of_queue(client, ""))
    page = client.get("/places/queue?level=correctional&district=500106")

    assert (page.status_code, "没有待定位的项目" in page.text) == (200, True)


def test_a_planner_of_one_district_gets_a_queue_of_that_district(app: Flask) -> None:
    own = client_of(app, Role.PLANNER, "500106")
    assert {code[:6] for code in codes_of_queue(own, "district=500101")} == {"500106"}


def test_a_viewer_places_nothing(app: Flask) -> None:
    viewer = client_of(app, Role.VIEWER)
    assert [viewer.get(path).status_code for path in (PAGE, "/places/queue", f"{PAGE}/shell.js")] == [403, 403, 403]
    assert viewer.get(f"/maps/projects/{CODE}/card.json").json["place_url"] is None
