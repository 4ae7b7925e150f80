"""The education budget on its page: entered with its source, checked, charted, corrected, taken out."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portfolio.domain.roles import Role
from portfolio.store.models import BudgetFigure
from tests.builders import SHAPINGBA, WANZHOU, client_of, fingerprint, read
from tests.web.pages import change, csrf_token, download, form_with, tables, wrong_fields

NEW = f"/money/budget/{WANZHOU}/new"
FIGURE = {"measure": "spending", "year": "2023", "amount": "50", "unit": "yi", "basis": "2023 年区级财政决算公开"}


def enter(client: FlaskClient, **answers: str) -> TestResponse:
    return change(client, NEW, ask="basis", **(FIGURE | answers))


def figures(app: Flask) -> list[BudgetFigure]:
    with read(app) as session:
        return list(session.scalars(select(BudgetFigure).order_by(BudgetFigure.id)))


def test_figures_are_checked_year_on_year_and_the_plan_is_cited(app: Flask, client: FlaskClient) -> None:
    for year, amount in (("2021", "40"), ("2022", "50"), ("2023", "45")):
        assert enter(client, year=year, amount=amount).status_code == 302
    page = client.get(f"/money/budget?district={WANZHOU}").text

    assert "确保一般公共预算教育支出逐年只增不减" in page
    assert "一般公共预算教育支出：2023 年比上年下降，不符合“只增不减”" in page
    rows = {row[0]: row[1:5] for row in tables(page)[0][1:]}
    assert rows["2022"] == ["500,000", "100,000", "25.0%", "增长"]
    assert rows["2023"] == ["450,000", "-50,000", "-10.0%", "▼ 下降"]
    assert rows["2024"] == ["—", "—", "—", "缺数据"]
    assert page.count('class="fell"') == 1
    text = download(client, f"/downloads/budget.csv?district={WANZHOU}").decode("utf-8-sig")
    assert "万州区,一般公共预算教育支出,万元,2023,450000,-50000,-10.0%,下降,2023 年区级财政决算公开" in text


@pytest.mark.parametrize(
    ("field", "bad", "sentence"),
    [
        ("amount", "", "请填写金额"),
        ("amount", "NaN", "请填写数字"),
        ("amount", "1e9999", "请填写数字"),
        ("amount", "-5", "大于 0"),
        ("amount", "１２", "半角数字"),
        ("amount", "0.001", "不足 100 万元"),
        ("year", "1999", "2000 至 2100"),
        ("year", "2099", "还没有到"),
        ("measure", "moon", "请从列表中选择一项"),
        ("unit", "ton", "请从列表中选择一项"),
        ("basis", "", "请写明数据来源"),
        ("basis", "长" * 300, "多了 100 个"),
    ],
)
def test_a_bad_answer_is_refused_beside_its_field_and_nothing_is_saved(
    app: Flask, client: FlaskClient, field: str, bad: str, sentence: str
) -> None:
    before = fingerprint(app.extensions["portfolio_engine"])
    response = enter(client, **{field: bad})
    assert response.status_code == 422
    assert sentence in wrong_fields(response.text).get(field, ""), wrong_fields(response.text)
    assert fingerprint(app.extensions["portfolio_engine"]) == before


def test_a_year_that_is_there_already_is_refused(app: Flask, client: FlaskClient) -> None:
    enter(client)
    response = enter(client, amount="60")
    assert "已登记" in wrong_fields(response.text)["year"]
    assert len(figures(app)) == 1


def test_a_figure_is_corrected_and_a_stale_correction_is_409(app: Flask, client: FlaskClient) -> None:
    enter(client)
    path = f"/money/budget/{WANZHOU}/{figures(app)[0].id}"
    stale = form_with(client.get(path).text, "basis").answers
    assert stale["amount"] == "500000"
    assert change(client, path, ask="basis", amount="60", unit="yi").status_code == 302
    assert client.post(path, data=stale | {"amount": "7"}).status_code == 409
    assert figures(app)[0].amount_fen == 60 * 10_000_000_000


def test_a_figure_is_taken_out(app: Flask, client: FlaskClient) -> None:
    enter(client)
    path = f"/money/budget/{WANZHOU}/{figures(app)[0].id}"
    removal = re.search(r'action="([^"]+/remove)"', client.get(path).text)
    assert removal
    token = csrf_token(client, path)
    assert client.post(removal[1], data={"csrf_token": token, "version": "9"}).status_code == 409
    assert client.post(removal[1], data={"csrf_token": token, "version": "1"}).status_code == 302
    assert figures(app) == []


def test_another_districts_budget_does_not_exist_for_a_planner(app: Flask, client: FlaskClient) -> None:
    enter(client)
    planner = client_of(app, Role.PLANNER, SHAPINGBA)
    assert planner.get(NEW).status_code == 404
    assert planner.get(f"/money/budget/{WANZHOU}/{figures(app)[0].id}").status_code == 404
    assert "500,000" not in planner.get("/money/budget").text
