"""The reading API: the same answers as the pages, as JSON."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portfolio.domain.roles import Role
from portfolio.plans.loader import SHIPPED
from tests.builders import make_entry, make_project, token_of, write
from tests.web.pages import listed_codes

LISTS = ("projects", "commitments", "indicators", "funding/summary")


def get(client: FlaskClient, path: str, **answers: str | int) -> Any:
    return client.get(f"/api/v1/{path}", query_string=answers).json


def walk(client: FlaskClient, path: str, per_page: int, **answers: str) -> list[Mapping[str, Any]]:
    """Return every item of a list, page by page."""
    found: list[Mapping[str, Any]] = []
    while True:
        page = get(client, path, per_page=per_page, page=len(found) // per_page + 1, **answers)
        found += page["items"]
        if not page["items"] or len(found) == page["total"]:
            return found


@pytest.mark.parametrize("path", LISTS)
def test_every_list_has_items_and_total(reader: FlaskClient, path: str) -> None:
    answer = get(reader, path)

    assert set(answer) == {"items", "total"}
    assert len(answer["items"]) == min(50, answer["total"]) > 0


@pytest.mark.parametrize("path", LISTS)
def test_pages_share_out_the_list_without_a_gap(reader: FlaskClient, path: str) -> None:
    total = get(reader, path)["total"]
    found = [str(one) for one in walk(reader, path, 7)]

    assert len(found) == total
    assert len(set(found)) == total


def test_two_hundred_stand_on_a_page_at_most(reader: FlaskClient) -> None:
    assert len(get(reader, "projects", per_page=200)["items"]) == 55
    response = reader.get("/api/v1/projects?per_page=201")

    assert response.status_code == 422
    assert "1 至 200" in response.json["error"]


def test_a_page_beyond_the_last_is_empty(reader: FlaskClient) -> None:
    assert get(reader, "projects", page=1_000_000) == {"items": [], "total": 55}


@pytest.mark.parametrize("path", LISTS)
def test_only_a_valid_bearer_token_or_session_opens_the_api(app: Flask, anonymous: FlaskClient, path: str) -> None:
    address = f"/api/v1/{path}"
    refused = [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic YWRtaW46Y29ycmVjdCBob3JzZSBiYXR0ZXJ5"},
        {"Authorization": token_of(app, Role.VIEWER)["Authorization"].removeprefix("Bearer ")},
    ]
    answers = [anonymous.get(address, headers=headers) for headers in refused]

    assert [answer.status_code for answer in answers] == [401] * 5
    assert all(answer.headers["WWW-Authenticate"] == "Bearer" for answer in answers)
    assert all("请登录" in answer.json["error"] for answer in answers)
    assert anonymous.get(address, headers=token_of(app, Role.VIEWER)).status_code == 200


def test_a_token_in_the_address_opens_nothing(app: Flask, anonymous: FlaskClient) -> None:
    token = token_of(app, Role.VIEWER)["Authorization"].removeprefix("Bearer ")

    assert anonymous.get(f"/api/v1/projects?token={token}&access_token={token}").status_code == 401


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"district": "500101"}, 42),
        ({"district": "500106"}, 13),
        ({"level": "primary"}, 19),
        ({"level": "小学"}, 19),
        ({"stage": "unknown"}, 17),
        ({"district": "500101", "level": "高等教育"}, 8),
        ({"nature": "迁建"}, 6),
        ({"q": "万中附属小学(暂定名)"}, 1),
        ({"q": "小学", "district": "500106"}, 5),
    ],
)
def test_filters_take_codes_and_chinese_labels(reader: FlaskClient, filters: dict[str, str], count: int) -> None:
    assert get(reader, "projects", **filters)["total"] == count


def test_a_stage_is_found_by_code_and_by_label_alike(reader: FlaskClient) -> None:
    by_code = get(reader, "projects", stage="started")
    by_label = get(reader, "projects", stage="施工许可·开工")

    assert by_code == by_label
    assert {one["stage"] for one in by_code["items"]} == {"施工许可·开工"}


@pytest.mark.parametrize("query", ["district=500101", "level=primary", "q=小学", "nature=new&located=yes", "q=实训"])
def test_page_and_api_list_the_same_projects(reader: FlaskClient, query: str) -> None:
    found = [one["code"] for one in reader.get(f"/api/v1/projects?per_page=200&{query}").json["items"]]

    assert listed_codes(reader.get(f"/projects?{query}").text) == found


def test_each_of_the_42_names_of_the_wanzhou_plan_is_found(reader: FlaskClient) -> None:
    with (SHIPPED / "500101" / "projects.csv").open(encoding="utf-8") as file:
        names = [(row["code"], row["name"]) for row in csv.DictReader(file)]
    missing = [
        (code, name)
        for code, name in names
        if (code, name) not in [(one["code"], one["name"]) for one in get(reader, "projects", q=name)["items"]]
    ]

    assert len(names) == 42
    assert missing == []


@pytest.mark.parametrize("adcode", ["500101", "500106"])
def test_each_commitment_of_the_plans_is_there_with_its_figure(reader: FlaskClient, adcode: str) -> None:
    with (SHIPPED / adcode / "commitments.csv").open(encoding="utf-8") as file:
        planned = {row["key"]: (row["what"], row["value"] or None, row["unit"] or None) for row in csv.DictReader(file)}
    found = {one["key"]: one for one in walk(reader, "commitments", 50, district=adcode)}

    assert set(found) == set(planned)
    for key, (what, value, unit) in planned.items():
        assert (found[key]["what"], found[key]["unit"]) == (what, unit)
        assert found[key]["value"] == (float(value) if value else None)


def test_commitments_count_linked_projects(reader: FlaskClient) -> None:
    schools = next(one for one in get(reader, "commitments", district="500106")["items"] if one["value"] == 41)

    assert schools["linked"] == 9
    counted = schools["delivered"] + schools["under_way"] + schools["planned"] + schools["stage_unknown"]
    assert counted == 9


def test_amounts_are_exact_text_in_yuan(app: Flask, anonymous: FlaskClient) -> None:
    with write(app) as session:
        project = make_project(session)
        make_entry(session, project, wan=10**9)
        make_entry(session, make_project(session), wan=10**9)
        session.commit()
    answer = anonymous.get("/api/v1/funding/summary?by=source,year", headers=token_of(app, Role.VIEWER)).json

    assert answer == {
        "items": [{"source": "区级财政", "year": 2025, "state": "到位", "amount": "20000000000000.00"}],
        "total": 1,
    }


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("projects?level=king", 422),
        ("projects?district=999999", 422),
        ("projects?per_page=0", 422),
        ("projects?page=-1", 422),
        ("projects?page=1e3", 422),
        ("projects?page=１", 422),
        ("projects?located=x", 422),
        ("funding/summary?by=moon", 422),
        ("nothing", 404),
    ],
)
def test_what_cannot_be_answered_is_a_json_sentence_in_chinese(reader: FlaskClient, path: str, status: int) -> None:
    response = reader.get(f"/api/v1/{path}")

    assert response.status_code == status
    assert set(response.json) == {"error"}
    assert any("\u4e00" <= char <= "\u9fff" for char in response.json["error"])


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_api_only_reads(reader: FlaskClient, method: str) -> None:
    response = reader.open("/api/v1/projects", method=method)

    assert response.status_code == 405
    assert "不能这样访问" in response.json["error"]
