"""Maps: every project stands on exactly one side, no pin pretends to know more than is known."""

from __future__ import annotations

import json
import re
from collections import Counter
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portfolio.domain.terms import Stage
from portfolio.services.sample import add_samples
from portfolio.store.models import Project
from tests.builders import make_project, read, site, write
from tests.web.pages import change, listed_codes, tables

LOCATED = {"site", "neighbourhood", "town"}


def test_wanzhou_shows_18_located_and_24_unlocated_of_42(reader: FlaskClient) -> None:
    data = reader.get("/maps/500101/data.json").json

    assert len(_pins(reader, "500101")) == 18
    assert data["unlocated"]["count"] == 24
    assert data["coverage"].startswith("已标注 18 / 42 个项目，总投资 ")


@pytest.mark.parametrize("adcode", ["500101", "500106"])
def test_every_project_stands_on_exactly_one_side(reader: FlaskClient, shared_app: Flask, adcode: str) -> None:
    data = reader.get(f"/maps/{adcode}/data.json").json
    page = reader.get(f"/maps/{adcode}").text
    pins = [one["code"] for one in _pins(reader, adcode)]
    loose = re.findall(rf'map-row--loose"><a href="/projects/({adcode}-\d{{4}})"', page)
    with read(shared_app) as session:
        everything = session.scalars(select(Project.code).where(Project.code.startswith(adcode))).all()

    assert sorted(pins + loose) == sorted(everything)
    assert len(loose) == data["unlocated"]["count"]
    assert set(re.findall(r'data-project-code="([^"]+)"', page)) == set(pins)


def test_a_place_known_to_the_district_only_has_no_coordinates_and_no_pin(
    reader: FlaskClient, shared_app: Flask
) -> None:
    with read(shared_app) as session:
        vague = session.scalars(select(Project).where(Project.accuracy.in_(("district", "unknown")))).all()
    pins = {one["code"]: one for adcode in ("500101", "500106") for one in _pins(reader, adcode)}

    assert vague
    assert [one.code for one in vague if one.lon is not None or one.lat is not None or one.code in pins] == []
    assert {one["accuracy"] for one in pins.values()} <= LOCATED
    assert all(one["lon"] and one["lat"] for one in pins.values())


def _pins(client: FlaskClient, adcode: str, query: str = "") -> list[dict[str, object]]:
    found: list[dict[str, object]] = client.get(f"/maps/{adcode}/points.json?{query}").json["pins"]
    return found


def test_shapingba_has_its_circle_and_three_belts_and_wanzhou_none(reader: FlaskClient) -> None:
    layers = reader.get("/maps/500106/data.json").json["layers"]
    belts = layers[0]["zones"]["features"]

    assert [layer["kind"] for layer in layers] == ["belts"]

    assert len(belts) == 4
    assert [one["properties"]["short"] for one in belts] == sorted(
        {one["properties"]["short"] for one in belts}, key=[one["properties"]["short"] for one in belts].index
    )
    assert all(one["geometry"]["coordinates"] for one in belts)
    assert reader.get("/maps/500101/data.json").json["layers"] == []


def test_the_belts_summary_adds_up_to_all_projects(reader: FlaskClient) -> None:
    *rows, total = tables(reader.get("/maps/500106").text)[-1][1:]

    assert len(rows) == 6
    assert sum(int(row[1]) for row in rows) == int(total[1]) == 13
    assert all(sum(int(cell) for cell in row[2:6]) == int(row[1]) for row in rows)


def test_the_page_says_how_much_is_on_the_map(reader: FlaskClient) -> None:
    assert "已标注 18 / 42 个项目" in reader.get("/maps/500101").text
    assert "42 个项目 · 截至" in reader.get("/maps/500101").text


def test_the_money_of_the_coverage_is_what_is_known(client: FlaskClient) -> None:
    assert client.get("/maps/500101/data.json").json["coverage"] == "已标注 18 / 42 个项目，总投资 — / — 万元"
    change(client, "/projects/500101-0008/edit", ask="nature", total_investment="1", total_investment_unit="yi")

    assert client.get("/maps/500101/data.json").json["coverage"].endswith("总投资 — / 10,000.00 万元")


def test_a_filter_narrows_pins_list_and_coverage_alike(reader: FlaskClient) -> None:
    data = reader.get("/maps/500101/data.json?level=higher").json
    wanted = set(listed_codes(reader.get("/projects?district=500101&level=higher&located=yes").text))

    assert {one["code"] for one in _pins(reader, "500101", "level=higher")} == wanted
    assert data["coverage"].startswith(f"已标注 {len(wanted)} / 8 个项目")


def test_the_map_hands_its_filter_to_its_data(reader: FlaskClient) -> None:
    page = reader.get("/maps/500101", query_string={"q": "小学", "level": "primary"}).text
    query = "q=%E5%B0%8F%E5%AD%A6&level=primary"

    assert f'src="/maps/500101/shell.js?{query.replace("&", "&amp;")}"' in page
    script = reader.get(f"/maps/500101/shell.js?{query}").text
    assert f'"/maps/500101/data.json?{query}"'.replace("&", "\\u0026") in script


def test_a_new_place_is_on_the_map_and_in_its_belt_at_once(app: Flask, client: FlaskClient) -> None:
    before = len(_pins(client, "500106"))
    with write(app) as session:
        code = make_project(session, district="500106", place=site(106.4529, 29.5437)).code
        session.commit()
    pins = {one["code"]: one for one in _pins(client, "500106")}

    assert len(pins) == before + 1
    assert (pins[code]["lon"], pins[code]["lat"]) == (106.4529, 29.5437)
    assert client.get(f"/maps/projects/{code}/card.json").json["radius_m"] == 0


def test_the_inset_shows_its_project_alone(reader: FlaskClient) -> None:
    located = reader.get("/maps/projects/500106-0005/data.json").json["urls"]["points"]
    unlocated = reader.get("/maps/projects/500101-0001/data.json").json["urls"]["points"]

    assert [one["code"] for one in reader.get(located).json["pins"]] == ["500106-0005"]
    assert reader.get(unlocated).json["pins"] == []
    assert "筛选" not in reader.get("/maps/projects/500101-0001/data.json").json["labels"]["empty"]
    assert "/maps/projects/500106-0005/data.json" in reader.get("/maps/projects/500106-0005/shell.js").text


def test_the_legend_counts_every_project_once(reader: FlaskClient) -> None:
    page = reader.get("/maps/500101").text
    accuracy = page.split("位置精度</h2>")[1].split("</section>")[0]

    assert sum(int(count) for count in re.findall(r"<dd>(\d+)</dd>", accuracy)) == 42


def test_what_is_in_view_is_all_that_is_sent(reader: FlaskClient) -> None:
    everything = {one["code"]: one for one in _pins(reader, "500101")}
    box = (108.3, 30.7, 108.45, 30.85)
    inside = {
        code
        for code, one in everything.items()
        if box[0] <= one["lon"] <= box[2] and box[1] <= one["lat"] <= box[3]  # type: ignore[operator]
    }
    seen = {one["code"] for one in _pins(reader, "500101", f"bbox={','.join(map(str, box))}&zoom=12")}

    assert seen == inside
    assert 0 < len(seen) < 18


def test_many_projects_come_in_clusters_that_add_up(app: Flask, client: FlaskClient) -> None:
    with write(app) as session:
        add_samples(session, 1200)
        session.commit()
    for colour in ("stage", "light", "level", "money"):
        found = client.get(f"/maps/500106/points.json?zoom=11&colour={colour}").json
        legend = client.get("/maps/500106/facets.json").json["legend"][colour]
        classes = Counter(_class_of(pin, colour) for pin in found["pins"])
        for cluster in found["clusters"]:
            assert sum(cluster["classes"].values()) == cluster["count"] > 1
            assert cluster["bounds"][0] <= cluster["lon"] <= cluster["bounds"][2]
            classes.update(cluster["classes"])

        assert len(found["pins"]) + sum(one["count"] for one in found["clusters"]) == found["count"] == 482
        assert classes == {row["key"]: row["count"] for row in legend}


def _class_of(pin: dict[str, str], colour: str) -> str:
    if colour != "stage":
        return pin[colour]
    return (pin["stage"] or "unknown") if pin["status"] == "active" else pin["status"]


def test_heat_weighs_every_located_project_once(reader: FlaskClient) -> None:
    cells = reader.get("/maps/500101/heat.json?zoom=9").json["cells"]

    assert sum(weight for _, _, weight in cells) == 18


def test_the_map_of_all_districts_holds_what_each_holds(reader: FlaskClient) -> None:
    codes = {one["code"] for adcode in ("500101", "500106") for one in _pins(reader, adcode)}

    assert {one["code"] for one in _pins(reader, "all")} == codes
    assert {one["code"] for one in _pins(reader, "all", "district=500106")} == {
        one["code"] for one in _pins(reader, "500106")
    }
    assert len(reader.get("/maps/all/data.json").json["areas"]) == 2
    assert reader.get("/maps/all").status_code == 200


def test_a_year_keeps_what_is_completed_by_then_and_a_selection_what_is_chosen(app: Flask, client: FlaskClient) -> None:
    with write(app) as session:
        early = make_project(session, name="早", completion_year=2023, place=site(106.41, 29.61)).code
        late = make_project(session, name="晚", completion_year=2026, place=site(106.42, 29.61)).code
        session.commit()
    adcode = early[:6]

    assert {one["code"] for one in _pins(client, adcode, "year=2024")} == {early}
    assert {one["code"] for one in _pins(client, adcode, f"codes={late},{early}")} == {early, late}
    assert listed_codes(client.get(f"/projects?codes={late}").text) == [late]
    assert client.get(f"/maps/{adcode}/data.json?codes={early},{late}").json["years"] == {
        "first": 2023,
        "last": 2026,
        "unknown": 0,
    }


def test_search_finds_located_projects_first_and_says_which_are_not(reader: FlaskClient) -> None:
    found = reader.get("/maps/500106/search.json?q=小学").json["results"]

    assert found[0]["name"] == "青木关小学"
    assert found[0]["lon"]
    assert any(one["lon"] is None for one in found[1:])
    assert len(found) <= 10
    assert reader.get("/maps/500106/search.json?q=").json["results"] == []


def test_sums_are_made_anew_after_every_change(client: FlaskClient) -> None:
    before = client.get("/maps/500106/facets.json").json
    change(client, "/projects/500106-0011/edit", ask="nature", level="senior")
    after = client.get("/maps/500106/facets.json").json["legend"]["level"]

    assert {row["key"] for row in before["legend"]["level"]} == {"primary", "junior"}
    assert {row["key"] for row in after} == {"senior", "junior"}


@pytest.mark.parametrize(
    "query",
    [
        "bbox=1,2,3",
        "bbox=a,b,c,d",
        "bbox=nan,1,2,3",
        "bbox=3,1,2,4",
        "zoom=99",
        "zoom=x",
        "colour=red",
        "year=0",
        "year=x",
    ],
)
def test_a_view_that_is_none_is_refused(reader: FlaskClient, query: str) -> None:
    assert reader.get(f"/maps/500101/points.json?{query}").status_code == 422


@pytest.mark.parametrize("path", ["/maps/999999", "/maps/999999/data.json", "/maps/projects/500101-9999/data.json"])
def test_a_map_that_does_not_exist_is_404(reader: FlaskClient, path: str) -> None:
    assert reader.get(path).status_code == 404


def test_the_map_entry_leads_to_a_district(reader: FlaskClient) -> None:
    assert reader.get("/maps").location == "/maps/500101"
    assert reader.get("/maps?district=500106").location == "/maps/500106"


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "kml", "shp", "html"])
def test_a_map_file_holds_the_projects_of_the_map(reader: FlaskClient, kind: str) -> None:
    with reader.get(f"/maps/500106/download.{kind}") as response:
        name = unquote(response.headers["Content-Disposition"])
        assert response.status_code == 200
        assert name.endswith(".zip" if kind == "shp" else f".{kind}")
        assert "沙坪坝区" in name
        body = response.data
    if kind == "geojson":
        assert len(json.loads(body)["features"]) == 13
    if kind == "html":
        assert "青木关小学" in body.decode()
        assert re.findall(r"""(?:src|href)=["'][^"'#]""", re.sub(r"(?s)<script.*?</script>", "", body.decode())) == []


def test_a_map_file_carries_the_filter(reader: FlaskClient) -> None:
    features = reader.get("/maps/500101/download.geojson?level=higher").json["features"]

    assert {one["properties"]["学段"] for one in features} == {"高等教育"}
    assert len(features) == 8


def test_a_map_file_of_no_kind_is_404(reader: FlaskClient) -> None:
    assert reader.get("/maps/500101/download.exe").status_code == 404


def test_a_page_asks_once_for_all_scripts_of_a_map_and_may_keep_them(reader: FlaskClient) -> None:
    page = reader.get("/maps/500106").text
    found = re.findall(r'src="(/bundles/map\.js\?v=([0-9a-f]{12}))"', page)
    response = reader.get(found[0][0])

    assert len(found) == 1
    assert "/static/map" not in re.sub(r'href="/static/map\.css[^"]*"', "", page)
    assert response.headers["Cache-Control"].startswith("public, max-age=31536000")
    assert response.text.index("portfolioSource") < response.text.index("class ProjectMap")
    assert reader.get("/bundles/other.js").status_code == 404


def test_what_is_ticked_in_the_register_is_shown_on_one_map(reader: FlaskClient) -> None:
    page = reader.get("/projects?level=primary").text
    assert re.search(r'<input type="checkbox" name="codes" value="500101-\d{4}" form="selection"', page)
    picked = "codes=500101-0006&codes=500106-0014"

    response = reader.get(f"/maps?among=&level=primary&{picked}")
    assert unquote(response.location) == "/maps/all?level=primary&codes=500101-0006,500106-0014"


def test_the_register_leads_to_the_map_of_its_filter_while_nothing_is_ticked(reader: FlaskClient) -> None:
    assert unquote(reader.get("/maps?among=&level=primary").location) == "/maps/all?level=primary"
    assert unquote(reader.get("/maps?among=&district=500101").location) == "/maps/500101"
    assert unquote(reader.get("/maps?among=500101-0006").location) == "/maps/all?codes=500101-0006"
    assert reader.get("/maps").location == "/maps/500101"


def test_a_year_is_actual_once_the_project_is_delivered_and_planned_before(app: Flask, client: FlaskClient) -> None:
    with write(app) as session:
        for name, stage in (("建成小学", Stage.IN_USE), ("在建小学", Stage.STRUCTURE), ("未知小学", None)):
            project = make_project(session, name=name, place=site(108.4, 30.8))
            project.stage, project.completion_year = stage, 2024
        session.commit()

    def names(query: str) -> set[object]:
        return {one["name"] for one in _pins(client, "500101", f"year=2024&q=小学&{query}")}

    assert names("") >= {"建成小学", "在建小学", "未知小学"}
    assert names("opening=actual") == {"建成小学"}
    assert names("opening=planned") == {"在建小学", "未知小学"}
    assert client.get("/maps/500101/facets.json?opening=actual&q=建成小学").json["years"] == {
        "first": 2024,
        "last": 2024,
        "unknown": 0,
    }
