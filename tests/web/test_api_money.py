"""The reading API on plans, ratios and the curve of money: the rows of the pages, in the same scope."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portfolio.domain.roles import Role
from portfolio.domain.terms import MoneyState, Source
from portfolio.web.views.downloads import XLSX
from tests.builders import SHAPINGBA, WANZHOU, make_entry, make_plan, make_project, token_of, write
from tests.web.pages import tables

DAY = {"as_of": "2025-12-31"}
YEAR = {"budget_year": "2025", **DAY}


@pytest.fixture
def furnished(app: Flask) -> Flask:
    """Application with a plan of 400 万元 in Wanzhou and of 80 万元 in Shapingba, and some of its money."""
    with write(app) as session:
        for adcode, wan in ((WANZHOU, 400), (SHAPINGBA, 80)):
            project = make_project(session, name=f"计划小学{adcode}", district=adcode, start_year=2025)
            make_plan(session, project, wan=wan, quarter=2, document_on=dt.date(2025, 1, 5))
            for state, month, part in (
                (MoneyState.WORK_DONE, 5, 4),
                (MoneyState.APPROPRIATED, 2, 2),
                (MoneyState.RECEIVED, 3, 4),
                (MoneyState.PAID, 8, 8),
            ):
                make_entry(session, project, wan=wan // part, state=state, month=month)
        session.commit()
    return app


def get(client: FlaskClient, path: str, headers: dict[str, str], **answers: str) -> Any:
    """Return what the API answers."""
    response = client.get(f"/api/v1/{path}", query_string=answers, headers=headers)
    assert response.status_code == 200, response.text
    return response.json


def test_a_plan_stands_against_what_was_done_by_project_source_and_quarter(
    furnished: Flask, anonymous: FlaskClient
) -> None:
    token = token_of(furnished, Role.VIEWER)
    by_project = get(anonymous, "investment", token, **YEAR, district=WANZHOU)
    assert by_project["total"] == 1
    item = by_project["items"][0]
    assert item.pop("code").startswith("500101-")
    assert item == {
        "name": "计划小学500101", "district": "万州区", "plan": "4000000.00", "work_done": "1000000.00",
        "left": "3000000.00", "share": 0.25, "appropriated": "2000000.00", "received": "1000000.00",
        "paid": "500000.00",
    }  # fmt: skip
    (source,) = get(anonymous, "investment", token, **YEAR, by="source")["items"]
    assert (source["source"], source["plan"], source["work_done"]) == ("区级财政", "4800000.00", "1200000.00")
    quarters = get(anonymous, "investment", token, **YEAR, by="quarter")["items"]
    assert [(one["quarter"], one["plan"], one["work_done"], one["paid"]) for one in quarters] == [
        ("2025-Q1", None, None, None),
        ("2025-Q2", "4800000.00", "1200000.00", None),
        ("2025-Q3", None, None, "600000.00"),
        ("2025-Q4", None, None, None),
    ]
    assert get(anonymous, "investment", token, budget_year="2024", by="quarter") == {"items": [], "total": 0}


def test_each_ratio_names_its_definition_and_where_the_records_it_counts_are_listed(
    furnished: Flask, client: FlaskClient
) -> None:
    items = {one["key"]: one for one in client.get("/api/v1/kpis?as_of=2025-12-31&district=500101").json["items"]}
    assert list(items) == ["investment", "started", "received", "paid"]
    paid = items["paid"]
    assert (paid["name"], paid["definition"], paid["unit"]) == ("支付率", "支付 / 到位", "yuan")
    assert (paid["part"], paid["whole"], paid["share"]) == ("500000.00", "1000000.00", 0.5)
    assert paid["before"] == {"part": None, "whole": None, "share": None}
    assert paid["points"] is None
    started = items.pop("started")
    assert (started["unit"], started["definition"]) == ("projects", "已开工 / 计划开工")
    assert client.get(started["part_records"]).status_code == 200
    for item in items.values():
        for address in (item["part_records"], item["whole_records"]):
            page = client.get(address).text
            assert "计划小学500101" in page
            assert "计划小学500106" not in page
    assert "50.00" in client.get(paid["part_records"]).text


def test_the_curve_says_the_same_as_its_page(furnished: Flask, client: FlaskClient) -> None:
    items = client.get("/api/v1/cashflow?as_of=2025-12-31").json["items"]
    shown = tables(client.get("/money/cashflow?as_of=2025-12-31").text)[0][1:]
    assert [one["quarter"] for one in items] == [row[0] for row in shown] == [f"2025-Q{n}" for n in range(1, 5)]
    keys = ("planned", "done", "baseline", "plan", "actual", "paid", "forecast")
    for item, row in zip(items, shown, strict=True):
        assert [wan(item[key]) for key in keys] == row[1:]


def wan(yuan: str | None) -> str:
    """Write yuan as the pages write them."""
    return "—" if yuan is None else "0" if float(yuan) == 0 else f"{float(yuan) / 10_000:,.2f}"


def test_quarters_of_a_year_stand_on_its_page_and_in_its_download(furnished: Flask, client: FlaskClient) -> None:
    page = client.get("/money/investment?budget_year=2025&as_of=2025-12-31").text
    assert tables(page)[1][2] == ["2025-Q2", "480.00", "120.00", "—"]
    assert tables(page)[1][-1] == ["合计", "480.00", "120.00", "60.00"]
    with client.get("/downloads/investment.xlsx?budget_year=2025&as_of=2025-12-31") as sent:
        assert sent.mimetype == XLSX


@pytest.mark.parametrize("path", ["investment", "investment?by=source", "investment?by=quarter", "kpis", "cashflow"])
def test_another_district_is_neither_listed_nor_counted(furnished: Flask, anonymous: FlaskClient, path: str) -> None:
    name, _, query = path.partition("?")
    asked = {**YEAR, **dict(part.split("=") for part in query.split("&") if part)}
    planner, viewer = token_of(furnished, Role.PLANNER, SHAPINGBA), token_of(furnished, Role.VIEWER)
    mine = figures(get(anonymous, name, planner, **asked))
    assert mine == figures(get(anonymous, name, viewer, **asked, district=SHAPINGBA))
    assert mine != figures(get(anonymous, name, viewer, **asked))
    assert figures(get(anonymous, name, planner, **(asked | {"district": WANZHOU}))) == mine


def figures(answer: Any) -> list[dict[str, Any]]:
    """Return the items without the addresses of their records, which say the filter."""
    return [{key: one[key] for key in one if not key.endswith("_records")} for one in answer["items"]]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("investment?by=moon", "by=project"),
        ("investment?budget_year=25", "四位年份"),
        ("kpis?as_of=yesterday", "2025-09-01"),
        ("cashflow?as_of=2099-01-01", "不晚于今天"),
        ("cashflow?source=moon", ""),
        ("kpis?per_page=201", "1 至 200"),
    ],
)
def test_what_cannot_be_answered_says_why(client: FlaskClient, path: str, sentence: str) -> None:
    refused = client.get(f"/api/v1/{path}")
    assert refused.status_code == 422
    assert sentence in refused.json["error"]


def test_without_a_token_nothing_is_told(anonymous: FlaskClient) -> None:
    for path in ("investment", "kpis", "cashflow"):
        assert anonymous.get(f"/api/v1/{path}").status_code == 401


def test_a_source_narrows_ratios_and_curve(furnished: Flask, client: FlaskClient) -> None:
    loan = client.get(f"/api/v1/kpis?as_of=2025-12-31&source={Source.LOAN.value}").json["items"]
    assert [one["share"] for one in loan if one["unit"] == "yuan"] == [None, None, None]
    assert client.get(f"/api/v1/cashflow?source={Source.LOAN.value}").json == {"items": [], "total": 0}
