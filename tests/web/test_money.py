"""Money: what is entered is added up to the fen, and taken back only by a new entry."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from portfolio.domain.terms import MoneyState, Source
from portfolio.store.models import LedgerEntry
from tests.builders import read, sizes
from tests.web.pages import change, tables, wrong_fields

QIFANG, JIANGNAN = "500101-0008", "500101-0009"
GRANT = {"source": "city_grant", "state": "received", "year": "2025", "amount": "120.5", "unit": "wan"}


def enter(client: FlaskClient, code: str = QIFANG, **answers: str) -> TestResponse:
    """Enter an amount through the page."""
    return change(client, f"/projects/{code}/money/new", ask="amount", **(GRANT | answers))


def reverse(client: FlaskClient, number: int, reason: str = "金额登记有误") -> TestResponse:
    """Take an entry back through the page."""
    return change(client, f"/projects/{QIFANG}/money/{number}/reverse", ask="reason", reason=reason)


def entries(app: Flask) -> list[LedgerEntry]:
    with read(app) as session:
        return list(session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)))


@pytest.mark.parametrize(
    ("amount", "unit", "fen"),
    [
        ("0.01", "yuan", 1),
        ("1,234.56", "yuan", 123_456),
        ("120.5", "wan", 120_500_000),
        ("0.000001", "wan", 1),
        ("1.2", "yi", 12_000_000_000),
        ("100000", "yi", 10**15),
    ],
)
def test_an_amount_is_kept_to_the_fen_in_every_unit(
    app: Flask, client: FlaskClient, amount: str, unit: str, fen: int
) -> None:
    assert enter(client, amount=amount, unit=unit).status_code == 302
    assert [entry.amount_fen for entry in entries(app)] == [fen]


def test_an_entry_keeps_source_state_month_document_and_who(app: Flask, client: FlaskClient) -> None:
    enter(client, month="9", document_no="万发改〔2025〕1号", document_on="2025-09-01", note="首批")
    entry = entries(app)[0]

    assert (entry.source, entry.state) == (Source.CITY_GRANT, MoneyState.RECEIVED)
    assert (entry.year, entry.month, str(entry.document_on)) == (2025, 9, "2025-09-01")
    assert (entry.document_no, entry.note, entry.entered_by) == ("万发改〔2025〕1号", "首批", "admin")
    page = client.get(f"/projects/{QIFANG}").text
    assert "万发改〔2025〕1号 · 2025-09-01 · 首批" in page
    assert "120.50" in page


@pytest.mark.parametrize(
    ("field", "bad", "sentence"),
    [
        ("amount", "", "请填写金额"),
        ("amount", "0", "必须大于 0"),
        ("amount", "-5", "请对原记录做冲销"),
        ("amount", "1e9999", "请填写数字"),
        ("amount", "NaN", "请填写数字"),
        ("amount", "Infinity", "请填写数字"),
        ("amount", "1_000", "请填写数字"),
        ("amount", "１２３", "半角数字"),
        ("amount", "0.0000001", "最小到分"),
        ("amount", "99999999999999", "10 万亿元"),
        ("amount", "9" * 10_000, "请填写数字"),
        ("year", "", "请填写年度"),
        ("year", "1999", "2000 至 2100"),
        ("year", "２０２５", "2000 至 2100"),
        ("month", "13", "请从列表中选择月份"),
        ("source", "moon", "请从列表中选择一项"),
        ("state", "lost", "请从列表中选择一项"),
        ("unit", "ton", "请从列表中选择一项"),
        ("document_on", "2025-02-30", "2025-09-01 的格式"),
        ("document_on", "2099-01-01", "晚于今天"),
        ("document_no", "a\x00b", "控制字符"),
        ("note", "长" * 10_000, "多了 9800 个"),
    ],
    ids=lambda value: repr(value[:12]),
)
def test_a_bad_answer_is_refused_beside_its_field_and_nothing_is_entered(
    app: Flask, client: FlaskClient, field: str, bad: str, sentence: str
) -> None:
    before = sizes(app)
    response = enter(client, **{field: bad})

    assert response.status_code == 422
    assert sentence in wrong_fields(response.text).get(field, ""), wrong_fields(response.text)
    assert sizes(app) == before


def test_a_reversal_takes_an_entry_back_in_full_and_keeps_both(app: Flask, client: FlaskClient) -> None:
    enter(client)
    number = entries(app)[0].id

    assert reverse(client, number).status_code == 302
    assert [entry.amount_fen for entry in entries(app)] == [120_500_000, -120_500_000]
    page = client.get(f"/projects/{QIFANG}").text
    assert "已冲销" in page
    assert f"冲销第 {number} 号" in page
    assert "-120.50" in page


def test_an_entry_is_reversed_once(app: Flask, client: FlaskClient) -> None:
    enter(client)
    number = entries(app)[0].id
    reverse(client, number)
    before = sizes(app)
    response = reverse(client, number)

    assert response.status_code == 422
    assert "已经冲销过" in response.text
    assert sizes(app) == before


def test_a_reversal_is_not_reversed(app: Flask, client: FlaskClient) -> None:
    enter(client)
    reverse(client, entries(app)[0].id)
    before = sizes(app)
    response = reverse(client, entries(app)[1].id)

    assert response.status_code == 422
    assert "冲销记录不能再冲销" in response.text
    assert sizes(app) == before


def test_a_reversal_needs_a_reason(app: Flask, client: FlaskClient) -> None:
    enter(client)
    before = sizes(app)
    response = reverse(client, entries(app)[0].id, reason="　")

    assert response.status_code == 422
    assert "请写明冲销原因" in response.text
    assert sizes(app) == before


@pytest.mark.parametrize("number", ["0", "99999", "9" * 25])
def test_an_entry_that_is_not_the_projects_cannot_be_reversed(client: FlaskClient, number: str) -> None:
    assert client.get(f"/projects/{QIFANG}/money/{number}/reverse").status_code == 404


def test_an_entry_of_another_project_cannot_be_reversed(app: Flask, client: FlaskClient) -> None:
    enter(client, JIANGNAN)
    number = entries(app)[0].id

    assert client.get(f"/projects/{QIFANG}/money/{number}/reverse").status_code == 404


def test_states_are_never_added_together(client: FlaskClient) -> None:
    for state, amount in (("planned", "300"), ("appropriated", "200"), ("received", "100"), ("paid", "40")):
        enter(client, state=state, amount=amount)
    summary, by_project = tables(client.get("/money").text)[-2:]

    assert summary[1] == ["市级", "市级补助", "2025", "—", "300.00", "200.00", "100.00", "40.00", "—"]
    assert by_project[1][3:] == ["—", "300.00", "200.00", "100.00", "40.00", "—"]


def test_the_summary_adds_up_by_source_and_year_and_in_total(client: FlaskClient) -> None:
    enter(client, amount="0.01", unit="yuan")
    enter(client, amount="1", unit="wan")
    enter(client, amount="2", unit="wan", year="2024")
    enter(client, JIANGNAN, amount="1", unit="yi", source="special_bond")
    summary, by_project = tables(client.get("/money").text)[-2:]
    received = summary[0].index("到位（万元）")

    assert [(row[1], row[2], row[received]) for row in summary[1:-1]] == [
        ("市级补助", "2024", "2.00"),
        ("市级补助", "2025", "1.00"),
        ("专项债券", "2025", "10,000.00"),
    ]
    assert summary[-1][received] == by_project[-1][received] == "10,003.00"
    assert [(row[1], row[received]) for row in by_project[1:-1]] == [(QIFANG, "3.00"), (JIANGNAN, "10,000.00")]


def test_a_reversed_amount_is_zero_in_the_sum_and_not_unknown(app: Flask, client: FlaskClient) -> None:
    enter(client)
    reverse(client, entries(app)[0].id)

    assert tables(client.get("/money").text)[-2][-1][6] == "0"


def test_project_list_page_and_summary_say_the_same_sum(reader: FlaskClient, shared_app: Flask) -> None:
    with read(shared_app) as session:
        received = LedgerEntry.state == MoneyState.RECEIVED
        fen = session.scalar(select(func.sum(LedgerEntry.amount_fen)).where(received)) or 0
    wanted = f"{fen / 1_000_000:,.2f}"

    assert tables(reader.get("/money").text)[-2][-1][6] == wanted
    assert tables(reader.get("/projects?columns=received_fen").text)[0][-1][2] == wanted


def test_without_money_the_summary_says_what_to_do(client: FlaskClient) -> None:
    page = client.get("/money").text

    assert "还没有资金记录" in page
    assert "共 55 个项目，其中 0 个登记了资金，55 个没有资金记录" in page


def test_filters_narrow_the_summary(reader: FlaskClient) -> None:
    codes = re.findall(r"/projects/(\d{6})-\d{4}#money", reader.get("/money?district=500106").text)

    assert set(codes) == {"500106"}
