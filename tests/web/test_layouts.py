"""Layouts on screen: versions are looked at, changed in a form, previewed, saved; what is wrong is said beside it."""

from __future__ import annotations

import io
import json
import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from shapely.geometry import box, mapping
from werkzeug.test import TestResponse

from portfolio.domain.layouts import LayoutKind
from portfolio.domain.roles import Role
from portfolio.store.models import Layout
from portfolio.store.queries.districts import get_district
from portfolio.store.queries.layouts import count_layouts
from tests.builders import SHAPINGBA, WANZHOU, client_of, fingerprint, make_project, read, site, write
from tests.web.pages import csrf_token, listed_codes, tables

EDIT = f"/layouts/{SHAPINGBA}/belts/edit"
IN_KEXUE = "500106-0005"
LINE = '{"type":"LineString","coordinates":[[106.46,29.5],[106.46,29.58]]}'
CROSSING = '{"type":"LineString","coordinates":[[106.4,29.5],[106.5,29.6],[106.5,29.5],[106.4,29.6]]}'
WEST, EAST = box(106.25, 29.45, 106.4, 29.75), box(106.4, 29.45, 106.55, 29.75)


def answers(client: FlaskClient, path: str = EDIT) -> dict[str, Any]:
    """Return what the editor's form holds, as it would be sent."""
    return _answers_in(client.get(path).text)


def _answers_in(page: str) -> dict[str, Any]:
    form = page.split("data-guard", 1)[1].split("</form>", maxsplit=1)[0]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="checkbox"' not in tag and 'type="file"' not in tag:
            found[name[1]] = unescape(value[1]) if value else ""
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\s*(.*?)</textarea>', form, re.DOTALL):
        found[name] = unescape(text)
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        if chosen:
            found[name] = chosen[1]
        elif not name.endswith("-towns"):
            found[name] = re.findall(r'value="([^"]*)"', options)[0]
    return found


def preview(client: FlaskClient, changes: dict[str, Any], path: str = EDIT) -> TestResponse:
    return client.post(path, data=answers(client, path) | changes, content_type="multipart/form-data")


def versions(app: Flask, kind: LayoutKind = LayoutKind.BELTS, adcode: str = SHAPINGBA) -> int:
    with read(app) as session:
        return count_layouts(session, get_district(session, adcode), kind)


# --- looking --------------------------------------------------------------------------------------------------------


def test_the_version_in_force_is_shown_with_its_zones_and_what_lies_in_them(reader: FlaskClient) -> None:
    page = reader.get(f"/layouts/{SHAPINGBA}/belts").text
    zones, listed, members = tables(page)

    assert [row[0] for row in zones[1:]] == [
        "环线优质教育圈",
        "沿嘉陵江新优质教育拓展带",
        "沿科学大道新优质教育集群带",
        "歌乐-中梁优质教育特色带",
    ]
    assert [row[2] for row in zones[1:]] == ["1,000", "1,200", "2,000", "1,800"]
    assert listed[1][:3] == ["第 1 版", "2021-01-01", "现行"]
    assert members[-1][1] == "13"


def test_no_boundary_is_invented_for_the_three_lines(reader: FlaskClient) -> None:
    page = reader.get(f"/layouts/{SHAPINGBA}/lines3").text

    assert "没有给出界线，所以这里不预设任何边界" in page
    assert reader.get(f"/layouts/{SHAPINGBA}/lines3/data.json").json["zones"]["features"] == []


@pytest.mark.parametrize("path", ["/layouts/500106/roads", "/layouts/500106/belts?version=9", "/layouts/999999/belts"])
def test_a_layout_that_does_not_exist_is_404(reader: FlaskClient, path: str) -> None:
    assert reader.get(path).status_code == 404


def test_every_figure_of_the_table_leads_to_the_records_that_it_counts(reader: FlaskClient) -> None:
    page = reader.get(f"/maps/{SHAPINGBA}").text
    links = re.findall(r'<td class="num"[^>]*><a href="(/projects\?[^"]+)">(\d+)</a>', page.replace("&amp;", "&"))

    assert len(links) >= 6
    for link, count in links:
        if "sort=" not in link:
            assert f"{count} 个项目 · 截至" in reader.get(link).text, link


def test_register_map_money_and_files_mean_the_same_belt(reader: FlaskClient) -> None:
    query = "district=500106&belt=kexue"
    pins = reader.get("/maps/500106/points.json?belt=kexue").json["pins"]
    lines = reader.get(f"/downloads/register.csv?{query}").data.decode("utf-8-sig").splitlines()
    register = reader.get(f"/projects?{query}").text

    assert listed_codes(register) == [one["code"] for one in pins] == [IN_KEXUE]
    assert len([line for line in lines if IN_KEXUE in line]) == 1
    assert "500106-0004" not in "".join(lines)
    assert "圈带：沿科学大道新优质教育集群带" in re.sub(r"\s*<[^>]+>", "", register)
    assert reader.get(f"/money?{query}").status_code == 200
    assert reader.get("/projects?belt=nowhere").status_code == 422


# --- a new version --------------------------------------------------------------------------------------------------


def test_a_change_is_previewed_by_name_and_saved_as_a_new_version(app: Flask, client: FlaskClient) -> None:
    shown = preview(client, {"zones-2-line": LINE})

    assert "此改动会使 1 个项目改变圈带归属" in shown.text
    assert tables(shown.text)[0][1] == ["物流城南渝中学", "沿科学大道新优质教育集群带", "圈带以外"]
    assert versions(app) == 1

    saved = client.post(EDIT, data=_answers_in(shown.text), content_type="multipart/form-data")
    assert saved.location == f"/layouts/{SHAPINGBA}/belts?version=2"
    assert versions(app) == 2
    assert listed_codes(client.get("/projects?district=500106&belt=kexue").text) == []
    assert len(reader_zones(client, "?version=1")) == 4


def reader_zones(client: FlaskClient, query: str) -> list[Any]:
    found: list[Any] = client.get(f"/layouts/{SHAPINGBA}/belts/data.json{query}").json["zones"]["features"]
    return found


def test_what_was_not_previewed_is_not_saved(app: Flask, client: FlaskClient) -> None:
    shown = _answers_in(preview(client, {"zones-2-width_m": "1500"}).text)
    again = client.post(EDIT, data=shown | {"zones-2-width_m": "1400"}, content_type="multipart/form-data")

    assert "预览之后内容又有改动" in again.text
    assert versions(app) == 1


def test_an_earlier_version_is_made_valid_again_as_a_new_one(app: Flask, client: FlaskClient) -> None:
    client.post(EDIT, data=_answers_in(preview(client, {"zones-2-line": LINE}).text))
    path = f"{EDIT}?version=1"
    shown = client.post(EDIT, data=answers(client, path))
    assert "此改动会使 1 个项目改变圈带归属" in shown.text
    client.post(EDIT, data=_answers_in(shown.text))

    assert versions(app) == 3
    assert listed_codes(client.get("/projects?district=500106&belt=kexue").text) == [IN_KEXUE]


def test_a_version_entered_meanwhile_is_409_and_nothing_is_saved(app: Flask, client: FlaskClient) -> None:
    mine = _answers_in(preview(client, {"zones-2-width_m": "1500"}).text)
    client.post(EDIT, data=_answers_in(preview(client, {"zones-2-width_m": "900"}).text))
    late = client.post(EDIT, data=mine)

    assert late.status_code == 409
    assert "已经修改了这条记录" in late.text
    assert versions(app) == 2


def test_a_zone_is_added_with_an_uploaded_line_and_another_is_taken_out(app: Flask, client: FlaskClient) -> None:
    upload = (io.BytesIO(LINE.encode()), "line.geojson")
    shown = preview(
        client, {"zones-0-remove": "y", "zones-4-name": "新带", "zones-4-width_m": "500", "zones-4-file": upload}
    )
    client.post(EDIT, data=_answers_in(shown.text) | {"zones-0-remove": "y"})

    assert versions(app) == 2
    assert [one["properties"]["key"] for one in reader_zones(client, "")] == ["jialing", "kexue", "gele", "v2-4"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"zones-1-width_m": "0"}, "大于 0"),
        ({"zones-1-width_m": "-3"}, "大于 0"),
        ({"zones-1-width_m": "99999999"}, "1 至 20,000 米"),
        ({"zones-1-width_m": ""}, "1 至 20,000 米"),
        ({"zones-1-line": ""}, "还没有中心线"),
        ({"zones-1-line": "LINESTRING(1 2, 3 4)"}, "不是 GeoJSON 线"),
        ({"zones-1-line": '{"type":"LineString","coordinates":[[29.5,106.46],[29.6,106.46]]}'}, "经纬度填反"),
        ({"zones-1-line": '{"type":"LineString","coordinates":[[643000,3270000],[643500,3271000]]}'}, "其他坐标系"),
        ({"zones-1-line": '{"type":"LineString","coordinates":[[0,0],[1,1]]}'}, "不在中国范围"),
        ({"zones-1-line": CROSSING}, "自己与自己相交"),
        ({"zones-1-line": '{"type":"LineString","coordinates":[[108.1,30.5],[108.2,30.6]]}'}, "区界以外"),
        ({"zones-1-name": "环线优质教育圈"}, "重名"),
        ({"zones-1-name": ""}, "请填写名称"),
        ({"zones-1-colour": "red"}, "#7D5A9B"),
        ({"zones-1-key": "A B"}, "小写字母"),
        ({"valid_from": "明天"}, "2025-09-01"),
        ({"valid_from": "1066-10-14"}, "2000-01-01"),
        ({"valid_from": ""}, "请填写生效日期"),
        ({"name": ""}, "请填写布局名称"),
    ],
)
def test_a_wrong_answer_is_said_and_nothing_is_kept(
    app: Flask, client: FlaskClient, changes: dict[str, str], words: str
) -> None:
    before = fingerprint(app.extensions["portfolio_engine"])
    answer = preview(client, changes)

    assert answer.status_code == 422
    assert words in answer.text.replace("&#39;", "'")
    assert fingerprint(app.extensions["portfolio_engine"]) == before


def test_a_reader_cannot_change_a_layout_and_another_district_does_not_exist(app: Flask) -> None:
    assert client_of(app, Role.LEADER).get(EDIT).status_code == 403
    stranger = client_of(app, Role.PLANNER, WANZHOU)
    assert [stranger.get(path).status_code for path in (EDIT, f"/layouts/{SHAPINGBA}/belts")] == [404, 404]


# --- outlines out of a file -----------------------------------------------------------------------------------------


def geojson(*named: tuple[str, Any], **more: Any) -> bytes:
    features = [{"type": "Feature", "properties": {"NAME": name}, "geometry": mapping(area)} for name, area in named]
    return json.dumps({"type": "FeatureCollection", "features": features} | more).encode()


def upload(
    client: FlaskClient, content: bytes, name: str = "三线.geojson", layer: str = "lines3", **more: str
) -> TestResponse:
    path = f"/layouts/{SHAPINGBA}/{layer}/upload"
    data = {"csrf_token": csrf_token(client, path), "file": (io.BytesIO(content), name), **more}
    return client.post(path, data=data, content_type="multipart/form-data")


def save(client: FlaskClient, page: str, layer: str) -> TestResponse:
    path = f"/layouts/{SHAPINGBA}/{layer}/edit"
    shown = client.post(path, data=_answers_in(page))
    assert "预览" in shown.text
    return client.post(path, data=_answers_in(shown.text))


def test_three_lines_work_everywhere_once_they_are_uploaded(app: Flask, client: FlaskClient) -> None:
    saved = save(client, upload(client, geojson(("西线", WEST), ("东线", EAST))).text, "lines3")
    layers = client.get(f"/maps/{SHAPINGBA}/data.json").json["layers"]

    assert saved.status_code == 302
    assert [layer["kind"] for layer in layers] == ["belts", "lines3"]
    assert listed_codes(client.get("/projects?district=500106&line=v1-1").text) == [IN_KEXUE, "500106-0011"]
    assert "西线" in client.get(f"/maps/{SHAPINGBA}").text
    assert "西线" in client.get(f"/projects/{IN_KEXUE}").text
    assert versions(app, LayoutKind.LINES3) == 1


def test_towns_are_matched_with_the_gazetteer_and_lines_can_be_made_of_them(app: Flask, client: FlaskClient) -> None:
    page = upload(client, geojson(("青木关镇", WEST), ("无名镇", EAST)), "镇街.geojson", "towns").text
    assert [row[2] for row in tables(page)[0][1:]] == ["对应", "没有对应"]
    assert "地名表里的这些镇街没有对应的界线" in page
    save(client, page, "towns")
    path = f"/layouts/{SHAPINGBA}/lines3/edit"
    given = answers(client, path)
    town = re.search(r'<option value="(spb-town-[^"]+)">青木关镇', client.get(path).text)
    assert town is not None
    data = given | {"name": "三线", "zones-0-name": "西线", "zones-0-towns": town[1]}
    shown = client.post(path, data=data)
    client.post(path, data=_answers_in(shown.text) | {"zones-0-towns": town[1]})

    assert versions(app, LayoutKind.LINES3) == 1
    assert IN_KEXUE in listed_codes(client.get("/projects?district=500106&line=v1-1").text)


BOWTIE = {
    "type": "Polygon",
    "coordinates": [[[106.4, 29.5], [106.42, 29.52], [106.42, 29.5], [106.4, 29.52], [106.4, 29.5]]],
}
METRIC = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4544"}}}


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (json.dumps(BOWTIE).encode(), "a.geojson", "自己与自己相交"),
        (geojson(("a", box(29.5, 106.4, 29.6, 106.5))), "a.geojson", "经纬度填反"),
        (geojson(("a", box(643000, 3270000, 644000, 3271000)), **METRIC), "a.geojson", "其他坐标系"),
        (geojson(("", WEST)), "a.geojson", "没有这个名称列"),
        (b"", "a.geojson", "文件是空的"),
        (b"PK", "a.zip", "压缩包打不开"),
        (b"x", "a.exe", "只能读取"),
    ],
)
def test_a_wrong_file_is_refused_with_a_sentence(client: FlaskClient, content: bytes, name: str, words: str) -> None:
    answer = upload(client, content, name)

    assert answer.status_code == 422
    assert words in answer.text


def test_areas_that_overlap_are_refused_before_anything_is_saved(app: Flask, client: FlaskClient) -> None:
    page = upload(client, geojson(("西线", WEST), ("东线", box(106.39, 29.45, 106.55, 29.75)))).text
    answer = client.post(f"/layouts/{SHAPINGBA}/lines3/edit", data=_answers_in(page))

    assert answer.status_code == 422
    assert "重叠" in answer.text
    assert versions(app, LayoutKind.LINES3) == 0


def test_a_file_of_200_mb_is_refused_in_a_sentence(client: FlaskClient) -> None:
    path = f"/layouts/{SHAPINGBA}/towns/upload"
    size = {"CONTENT_LENGTH": str(200 * 1024**2)}
    answer = client.post(path, data=b"x", content_type="multipart/form-data; boundary=x", environ_overrides=size)

    assert answer.status_code == 413
    assert "超过 25 MB" in answer.text


def test_hostile_names_of_a_file_stay_text(client: FlaskClient) -> None:
    hostile = "<img src=x>{{7*191}}"
    page = upload(client, geojson((hostile, WEST))).text
    save(client, page, "lines3")

    for path in (f"/maps/{SHAPINGBA}", f"/layouts/{SHAPINGBA}/lines3", f"/layouts/{SHAPINGBA}/lines3/edit"):
        body = client.get(path).text
        assert "<img src=x>" not in body
        assert "1337" not in body
    assert hostile in json.dumps(client.get(f"/maps/{SHAPINGBA}/data.json").json, ensure_ascii=False)


# --- a zone chosen by hand ------------------------------------------------------------------------------------------


def test_a_chosen_zone_is_shown_beside_the_computed_one_and_can_be_dropped(client: FlaskClient) -> None:
    path = f"/projects/{IN_KEXUE}/zones/belts"
    form = {"csrf_token": csrf_token(client, path), "version": "0", "zone": "loop", "reason": "学区划在环线"}
    assert client.post(path, data=form).location == f"/projects/{IN_KEXUE}#zones"
    page = client.get(f"/projects/{IN_KEXUE}").text

    assert "人工指定：学区划在环线" in page
    assert "按位置计算为：沿科学大道新优质教育集群带" in page
    assert listed_codes(client.get("/projects?district=500106&belt=loop").text) == [IN_KEXUE]
    assert client.post(path, data=form).status_code == 409

    client.post(f"{path}/drop", data={"csrf_token": form["csrf_token"]})
    assert listed_codes(client.get("/projects?district=500106&belt=kexue").text) == [IN_KEXUE]


@pytest.mark.parametrize(("zone", "reason", "words"), [("north", "试", "没有这个分区"), ("loop", "", "请写明理由")])
def test_a_wrong_choice_is_said_beside_its_field(client: FlaskClient, zone: str, reason: str, words: str) -> None:
    path = f"/projects/{IN_KEXUE}/zones/belts"
    form = {"csrf_token": csrf_token(client, path), "version": "0", "zone": zone, "reason": reason}
    answer = client.post(path, data=form)

    assert answer.status_code == 422
    assert words in answer.text


def test_a_site_across_two_belts_is_counted_by_its_shares(app: Flask, client: FlaskClient) -> None:
    save(client, upload(client, geojson(("西线", WEST), ("东线", EAST))).text, "lines3")
    with write(app) as session:
        project = make_project(session, district=SHAPINGBA, place=site(106.4, 29.6), seats=1001)
        project.site_outline = json.dumps(mapping(box(106.399, 29.6, 106.403, 29.601)))
        session.commit()
    west, east = tables(client.get(f"/layouts/{SHAPINGBA}/lines3").text)[-1][1:3]

    assert (west[1], east[1]) == ("2.25", "0.75")
    assert int(west[7]) == pytest.approx(250, abs=2)
    assert int(west[7]) + int(east[7]) == 1001
    page = client.get(f"/projects/{project.code}").text
    assert re.search(r"东线 7[45][.\d]*%、西线 2[45][.\d]*%|西线 2[45][.\d]*%、东线 7[45][.\d]*%", page)


def test_layouts_are_in_the_history_under_the_persons_name(app: Flask, client: FlaskClient) -> None:
    client.post(EDIT, data=_answers_in(preview(client, {"zones-2-width_m": "900"}).text))
    with read(app) as session:
        layout = session.query(Layout).filter_by(number=2).one()
        assert layout.entered_by == "admin"
