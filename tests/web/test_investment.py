"""The plan of a year as a form, and as pages beside what was done; every figure opens the records it counts."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portfolio.domain.terms import MoneyState, Source
from portfolio.store.models import PlanChange
from portfolio.store.queries.investment import plan_cells
from portfolio.store.queries.projects import get_project
from tests.builders import fingerprint, make_entry, make_plan, read, write
from tests.web.pages import change, form_with, tables, wrong_fields

QIFANG = "500101-0008"
EDIT = f"/projects/{QIFANG}/investment/2025"
WAN = 1_000_000


def save(client: FlaskClient, **answers: str) -> TestResponse:
    """Change the plan of 2025 through the page."""
    return change(client, EDIT, ask="seen", **answers)


def cells(app: Flask, year: int = 2025) -> dict[tuple[str, int | None], int]:
    with read(app) as session:
        found = plan_cells(session, get_project(session, QIFANG), year)
    return {(source.value, quarter): fen for (source, quarter), fen in found.items()}


def test_a_plan_is_kept_by_source_and_quarter_to_the_fen(app: Flask, client: FlaskClient) -> None:
    answers = {"city_grant_1": "120.5", "city_grant_year": "0.000001", "special_bond_4": "1,000"}
    assert save(client, **answers, document_no="渝教基〔2025〕3号", document_on="2025-01-15").status_code == 302

    assert cells(app) == {("city_grant", 1): 120_500_000, ("city_grant", None): 1, ("special_bond", 4): 1000 * WAN}
    page = client.get(f"/projects/{QIFANG}").text
    assert "渝教基〔2025〕3号 · 2025-01-15" in page
    assert "1,120.50" in page


def test_an_adjustment_keeps_both_decisions_and_needs_a_reason(app: Flask, client: FlaskClient) -> None:
    save(client, city_grant_1="100")
    refused = save(client, city_grant_1="80")
    assert "请写明调整原因" in wrong_fields(refused.text)["reason"]
    assert save(client, city_grant_1="80", reason="压减").status_code == 302

    assert cells(app) == {("city_grant", 1): 80 * WAN}
    with read(app) as session:
        decisions = session.scalars(select(PlanChange).order_by(PlanChange.id)).all()
        assert [[line.amount_fen // WAN for line in one.lines] for one in decisions] == [[100], [-20]]


@pytest.mark.parametrize(
    ("field", "bad", "sentence"),
    [
        ("city_grant_1", "-5", "不能小于 0"),
        ("city_grant_1", "1e9999", "请填写数字"),
        ("city_grant_1", "NaN", "请填写数字"),
        ("city_grant_1", "sNaN", "请填写数字"),
        ("city_grant_1", "Infinity", "请填写数字"),
        ("city_grant_1", "1_000", "请填写数字"),
        ("city_grant_1", "１２３", "半角数字"),
        ("city_grant_1", "1,23", "请填写数字"),
        ("city_grant_1", "0.0000001", "最小到分"),
        ("city_grant_1", "9" * 15, "10 万亿元"),
        ("unit", "ton", "请从列表中选择一项"),
        ("document_on", "2025-02-30", "2025-09-01 的格式"),
        ("document_on", "2099-01-01", "晚于今天"),
        ("document_no", "a\x00b", "控制字符"),
        ("reason", "长" * 300, "多了 100 个"),
    ],
)
def test_a_bad_answer_is_refused_beside_its_field_and_nothing_is_saved(
    app: Flask, client: FlaskClient, field: str, bad: str, sentence: str
) -> None:
    before = fingerprint(app.extensions["portfolio_engine"])
    response = save(client, **({"city_grant_2": "10"} | {field: bad}))

    assert response.status_code == 422
    assert sentence in wrong_fields(response.text).get(field, ""), wrong_fields(response.text)
    assert unescape(sentence) in response.text.split("error-summary")[1]
    assert fingerprint(app.extensions["portfolio_engine"]) == before


def test_an_empty_plan_is_refused(app: Flask, client: FlaskClient) -> None:
    response = save(client)
    assert (response.status_code, cells(app)) == (422, {})
    assert "与现行计划相同" in response.text


@pytest.mark.parametrize("path", [EDIT.replace("2025", "1999"), EDIT.replace("2025", "2101"), EDIT + "5"])
def test_a_year_outside_the_range_has_no_plan(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("year", ["1999", "20２5", "abc", "99999"])
def test_a_wrong_year_is_refused_in_words(client: FlaskClient, year: str) -> None:
    for path in ("/money/investment", "/money/investment/rolling", f"/projects/{QIFANG}/investment", "/money/entries"):
        response = client.get(f"{path}?budget_year={year}")
        assert response.status_code == 422, path
        assert "2000 至 2100" in response.text


@pytest.mark.parametrize("day", ["2025-02-30", "1999-01-01", "2099-01-01", "yesterday", "2025-W05-1x"])
def test_a_wrong_day_is_refused_in_words(client: FlaskClient, day: str) -> None:
    for path in ("/money/kpis?as_of=", "/money/starts?as_of=", "/money/investment?as_of=", "/money/entries?until="):
        assert client.get(path + day).status_code == 422, path


def test_a_save_after_somebody_elses_is_409_and_shows_the_plan_in_force(app: Flask, client: FlaskClient) -> None:
    form = form_with(client.get(EDIT).text, "seen")
    save(client, city_grant_1="100")
    response = client.post(EDIT, data=form.answers | {"city_grant_1": "7"})

    assert response.status_code == 409
    assert "已经修改了这条记录" in response.text
    assert "现行 100.00 万元" in response.text
    assert cells(app) == {("city_grant", 1): 100 * WAN}


def test_the_plan_of_the_year_before_can_be_filled_in_and_is_saved_only_when_sent(
    app: Flask, client: FlaskClient
) -> None:
    save(client, city_grant_1="100", special_bond_year="50")
    path = EDIT.replace("2025", "2026")
    offered = re.search(r'href="([^"]*from=2025[^"]*)"', client.get(path).text)
    assert offered
    page = client.get(unescape(offered[1])).text
    answers = form_with(page, "seen").answers
    assert (answers["city_grant_1"], answers["special_bond_year"], cells(app, 2026)) == ("100", "50", {})

    client.post(path, data=answers)
    assert cells(app, 2026) == cells(app, 2025)


@pytest.fixture
def planned(app: Flask) -> Flask:
    """Application with one project that has a plan and money of 2025."""
    with write(app) as session:
        project = get_project(session, QIFANG)
        make_plan(session, project, wan=200, quarter=1, source=Source.CITY_GRANT)
        for state, wan in ((MoneyState.WORK_DONE, 50), (MoneyState.RECEIVED, 80), (MoneyState.PAID, 20)):
            make_entry(session, project, wan=wan, state=state, source=Source.CITY_GRANT)
        session.commit()
    return app


def test_plan_and_actual_stand_side_by_side_by_source_and_by_project(planned: Flask, client: FlaskClient) -> None:
    by_source, _by_quarter, by_project = tables(client.get("/money/investment?budget_year=2025").text)
    assert by_source[1] == ["市级补助", "200.00", "50.00", "150.00", "25.0%", "—", "80.00", "20.00"]
    assert by_project[1] == ["其芳小学", QIFANG, "万州区", *by_source[1][1:]]
    assert by_project[2][3:] == by_source[2][1:] == by_source[1][1:]


def test_figures_of_a_source_open_the_entries_they_count(planned: Flask, client: FlaskClient) -> None:
    page = client.get("/money/investment?budget_year=2025&district=500101").text
    links = [unescape(one) for one in re.findall(r'href="(/money/entries\?[^"]*source=city_grant[^"]*)"', page)]
    assert len(links) == 3
    sums = [tables(client.get(link).text)[0][-1][7] for link in links]
    assert sums == ["50.00", "80.00", "20.00"]


def test_the_rolling_plan_shows_three_years_and_what_is_left(planned: Flask, client: FlaskClient) -> None:
    with write(planned) as session:
        project = get_project(session, QIFANG)
        project.total_investment_fen = 1000 * WAN
        make_plan(session, project, wan=300, year=2026)
        session.commit()
    row = tables(client.get("/money/investment/rolling?budget_year=2026").text)[0][1]
    assert row == ["其芳小学", QIFANG, "万州区", "1,000.00", "50.00", "300.00", "—", "—", "300.00", "650.00"]


def test_without_plans_the_pages_say_what_to_do(client: FlaskClient) -> None:
    assert "2025 年还没有投资计划" in client.get("/money/investment?budget_year=2025").text
    assert "这三年还没有投资计划" in client.get("/money/investment/rolling").text
    assert "没有符合条件的资金记录" in client.get("/money/entries").text
    assert "没有当年计划开工的项目" in client.get("/money/starts").text
    assert "还没有年度投资计划" in client.get(f"/projects/{QIFANG}").text
