"""Maps: every project stands on exactly one side, no pin pretends to know more than is known."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portfolio.store.models import Project
from tests.builders import make_project, read, site, write
from tests.web.pages import change, listed_codes, tables

LOCATED = {"site", "neighbourhood", "town"}


def test_wanzhou_shows_18_located_and_24_unlocated_of_42(reader: FlaskClient) -> None:
    data = reader.get("/maps/500101/data.json").json

    assert len(data["projects"]) == 18
    assert data["unlocated"]["count"] == 24
    assert data["coverage"].startswith("已标注 18 / 42 个项目，总投资 ")


@pytest.mark.parametrize("adcode", ["500101", "500106"])
def test_every_project_stands_on_exactly_one_side(reader: FlaskClient, shared_app: Flask, adcode: str) -> None:
    data = reader.get(f"/maps/{adcode}/data.json").json
    page = reader.get(f"/maps/{adcode}").text
    pins = [one["code"] for one in data["projects"]]
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


def _pins(client: FlaskClient, adcode: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = client.get(f"/maps/{adcode}/data.json").json["projects"]
    return found


def test_shapingba_has_its_circle_and_three_belts_and_wanzhou_none(reader: FlaskClient) -> None:
    belts = reader.get("/maps/500106/data.json").json["belts"]["features"]

    assert len(belts) == 4
    assert [one["properties"]["short"] for one in belts] == sorted(
        {one["properties"]["short"] for one in belts}, key=[one["properties"]["short"] for one in belts].index
    )
    assert all(one["geometry"]["coordinates"] for one in belts)
    assert reader.get("/maps/500101/data.json").json["belts"] is None


def test_the_belts_summary_adds_up_to_all_projects(reader: FlaskClient) -> None:
    rows = tables(reader.get("/maps/500106").text)[-1][1:]

    assert len(rows) == 6
    assert sum(int(row[1]) for row in rows) == 13
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

    assert {one["code"] for one in data["projects"]} == wanted
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
    assert pins[code]["radius_m"] == 0


def test_the_inset_shows_its_project_alone(reader: FlaskClient) -> None:
    data = reader.get("/maps/projects/500106-0005/data.json").json

    assert [one["code"] for one in data["projects"]] == ["500106-0005"]
    assert reader.get("/maps/projects/500101-0001/data.json").json["projects"] == []
    assert "/maps/projects/500106-0005/data.json" in reader.get("/maps/projects/500106-0005/shell.js").text


def test_the_legend_counts_every_project_once(reader: FlaskClient) -> None:
    page = reader.get("/maps/500101").text
    accuracy = page.split("位置精度</h2>")[1].split("</section>")[0]

    assert sum(int(count) for count in re.findall(r"<dd>(\d+)</dd>", accuracy)) == 42


@pytest.mark.parametrize("path", ["/maps/999999", "/maps/999999/data.json", "/maps/projects/500101-9999/data.json"])
def test_a_map_that_does_not_exist_is_404(reader: FlaskClient, path: str) -> None:
    assert reader.get(path).status_code == 404


def test_the_map_entry_leads_to_a_district(reader: FlaskClient) -> None:
    assert reader.get("/maps").location == "/maps/500101"
    assert reader.get("/maps?district=500106").location == "/maps/500106"


def test_the_overview_counts_what_its_links_list(reader: FlaskClient, shared_app: Flask) -> None:
    page = reader.get("/").text
    with read(shared_app) as session:
        total = session.scalar(select(func.count(Project.id)))
    links = re.findall(r'<a href="(/projects\?[^"]+)">(\d+)</a>', page.replace("&amp;", "&"))

    assert total == 55
    assert len(links) == 8
    for link, count in links:
        assert f"{count} 个项目 · 截至" in reader.get(link).text
