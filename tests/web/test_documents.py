"""Documents, sources, contracts and the four estimates on their pages."""

from __future__ import annotations

import csv
import io
from decimal import Decimal, InvalidOperation
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from portfolio.domain.roles import Role
from portfolio.domain.terms import EstimateKind, Source
from portfolio.store.models import FundingDocument, LedgerEntry
from portfolio.store.queries.projects import get_project
from tests.builders import (
    SHAPINGBA,
    client_of,
    make_contract,
    make_document,
    make_entry,
    make_estimate,
    read,
    sizes,
    split,
    write,
)
from tests.web.pages import change, csrf_token, form_with, tables, wrong_fields

QIFANG, JIANGNAN = "500101-0008", "500101-0009"
HOSTILE_AMOUNTS = {
    "1e9999": "请填写数字",
    "NaN": "请填写数字",
    "sNaN": "请填写数字",
    "Infinity": "请填写数字",
    "1_000": "请填写数字",
    "１２３": "半角数字",
    "1,23": "请填写数字",
    "1234567890123456": "10 万亿元",
    "-5": "大于 0",
    "1 000": "请填写数字",
    "0.0000000000001": "最小到分",
    "0x10": "请填写数字",
    "=1+1": "请填写数字",
    "9" * 5000: "请填写数字",
}
DOCUMENT = {
    "district": "500101", "number": "渝财建〔2025〕9号", "issued_on": "2025-03-01", "source": "city_grant",
    "state": "received", "year": "2025", "amount": "100", "unit": "wan",
}  # fmt: skip
CONTRACT = {
    "number": "HT-1", "name": "施工合同", "party": "某公司", "signed_on": "2025-01-10", "amount": "100", "unit": "wan",
}  # fmt: skip


@pytest.fixture
def furnished(app: Flask) -> Flask:
    """Application with money, a contract and a document of 100 万元 in one project."""
    with write(app) as session:
        project = get_project(session, QIFANG)
        project.total_investment_fen = 10**13
        make_document(session, wan=100)
        make_contract(session, project, wan=100)
        make_entry(session, project, wan=100)
        session.commit()
    return app


def allocations(app: Flask) -> list[int]:
    with read(app) as session:
        found = select(LedgerEntry.amount_fen).where(LedgerEntry.document_id.is_not(None)).order_by(LedgerEntry.id)
        return list(session.scalars(found))


def give(client: FlaskClient, *rows: tuple[str, str], **answers: str) -> TestResponse:
    """Split the first document through its page."""
    filled: dict[str, str] = {}
    for number, (code, amount) in enumerate(rows):
        filled |= {f"rows-{number}-project": code, f"rows-{number}-amount": amount}
    return change(client, "/money/documents/1/split", ask="total", **(filled | answers))


# --- hostile amounts --------------------------------------------------------------------------------------------------

MONEY_FORMS: dict[str, tuple[str, str, dict[str, str]]] = {
    "entry": (f"/projects/{QIFANG}/money/new", "amount", {"source": "loan", "state": "received", "year": "2025"}),
    "carry": (f"/projects/{QIFANG}/money/carry", "amount", {}),
    "document": ("/money/documents/new", "amount", DOCUMENT),
    "total of a split": ("/money/documents/1/split", "total", {"rows-0-project": QIFANG, "rows-0-amount": "1"}),
    "row of a split": ("/money/documents/1/split", "rows-0-amount", {"rows-0-project": QIFANG, "total": "1"}),
    "estimate": (f"/projects/{QIFANG}/estimates/design", "amount", {}),
    "contract": (f"/projects/{QIFANG}/contracts/new", "amount", CONTRACT),
    "retention": (f"/projects/{QIFANG}/contracts/new", "retention", CONTRACT),
    "retention in percent": (f"/projects/{QIFANG}/contracts/new", "retention_percent", CONTRACT),
}


@pytest.mark.parametrize("name", MONEY_FORMS)
def test_hostile_amounts_are_refused_beside_their_field_on_every_form_and_nothing_is_saved(
    furnished: Flask, client: FlaskClient, name: str
) -> None:
    path, field, others = MONEY_FORMS[name]
    before = sizes(furnished)
    form = form_with(client.get(path).text, field)
    for amount, sentence in HOSTILE_AMOUNTS.items():
        response = client.post(path, data=form.answers | others | {field: amount})
        wrong = wrong_fields(response.text).get(field, "")
        assert response.status_code == 422, amount
        other = field == "retention_percent" or "最多 40 个字符" in wrong
        assert sentence in wrong or (other and wrong), (amount, wrong_fields(response.text))
    assert sizes(furnished) == before


def test_hostile_amounts_of_a_contract_change_are_refused(furnished: Flask, client: FlaskClient) -> None:
    path = f"/projects/{QIFANG}/contracts/1"
    answers = form_with(client.get(path).text, "direction").answers | {"changed_on": "2025-02-01", "reason": "签证"}
    before = sizes(furnished)
    for amount, sentence in HOSTILE_AMOUNTS.items():
        response = client.post(f"{path}/changes", data=answers | {"amount": amount})
        assert response.status_code == 422
        assert sentence in wrong_fields(response.text)["amount"], amount
    assert sizes(furnished) == before


# --- documents --------------------------------------------------------------------------------------------------------


def test_a_document_is_registered_with_its_file_and_split_in_one_go(app: Flask, client: FlaskClient) -> None:
    answers = DOCUMENT | {"csrf_token": csrf_token(client, "/money/documents/new")}
    file: Any = (io.BytesIO(b"%PDF-1.7 made up"), "../批复\u202e.pdf")
    registered = client.post("/money/documents/new", data=answers | {"file": file})
    assert registered.location == "/money/documents/1/split"

    given = give(client, (QIFANG, "60"), ("", ""), (JIANGNAN, "39.999999"), total="99.999999")
    assert given.location == "/money/documents/1"
    assert allocations(app) == [60_000_000, 39_999_999]
    page = client.get("/money/documents/1").text
    assert "其芳小学" in page
    assert "0.00" in page
    with client.get("/money/documents/1/files/1") as sent:
        assert sent.data == b"%PDF-1.7 made up"
        assert sent.headers["Content-Disposition"].startswith("attachment")
        assert sent.mimetype == "application/pdf"


@pytest.mark.parametrize(
    ("rows", "total", "sentence"),
    [
        ([(QIFANG, "60"), (JIANGNAN, "30")], "100", "比本次分配总额少 10 万元"),
        ([(QIFANG, "60"), (JIANGNAN, "41")], "101", "超出 1 万元"),
        ([(QIFANG, "60"), (QIFANG, "40")], "100", "出现了两次"),
        ([("500106-0005", "100")], "100", "不能分配"),
        ([], "100", "至少填写一个项目"),
    ],
)
def test_a_split_that_does_not_fit_says_why_and_enters_nothing(
    furnished: Flask, client: FlaskClient, rows: list[tuple[str, str]], total: str, sentence: str
) -> None:
    before = sizes(furnished)
    response = give(client, *rows, total=total)

    assert response.status_code == 422
    assert sentence in wrong_fields(response.text)["total"]
    assert sizes(furnished) == before


def test_a_half_filled_row_is_pointed_out(furnished: Flask, client: FlaskClient) -> None:
    response = give(client, (QIFANG, ""), ("", "5"), ("500101-9999", "5"), total="5")

    assert wrong_fields(response.text) == {
        "rows-0-amount": "请填写金额",
        "rows-1-project": "请填写项目编码，或从列表中选择",
    }
    found = wrong_fields(give(client, ("500101-9999", "5"), total="5").text)
    assert "没有编码为 500101-9999 的项目" in found["rows-0-project"]


def test_more_rows_are_to_be_had_without_losing_what_was_typed(furnished: Flask, client: FlaskClient) -> None:
    response = give(client, (QIFANG, "5"), total="5", more="yes")

    assert response.status_code == 200
    assert 'name="rows-15-project"' in response.text
    assert form_with(response.text, "total").answers["rows-0-project"] == QIFANG
    assert allocations(furnished) == []


def test_a_reversed_share_may_be_given_again_and_then_the_document_declared_void(
    furnished: Flask, client: FlaskClient
) -> None:
    give(client, (QIFANG, "100"), total="100")
    with read(furnished) as session:
        number = session.scalar(select(LedgerEntry.id).where(LedgerEntry.document_id == 1))
    refused = change(client, "/money/documents/1/withdraw", ask="reason", reason="重复")
    assert "请先冲销再作废" in wrong_fields(refused.text)["reason"]
    change(client, f"/projects/{QIFANG}/money/{number}/reverse", ask="reason", reason="分错")
    assert change(client, "/money/documents/1/withdraw", ask="reason", reason="重复").status_code == 302
    assert "作废：重复" in client.get("/money/documents/1").text
    assert "已作废" in give(client, (QIFANG, "1"), total="1").text


def test_the_lists_say_what_each_document_and_source_gave_and_what_is_left(
    furnished: Flask, client: FlaskClient
) -> None:
    give(client, (QIFANG, "60"), total="60")
    row = tables(client.get("/money/documents").text)[0][1]
    assert row[4:11] == ["市级补助", "到位", "2025", "100.00", "60.00", "40.00", "1"]
    by_source = {row[0]: row for row in tables(client.get("/money/sources").text)[0][1:]}
    assert by_source["市级补助"][2:5] == ["1", "100.00", "40.00"]
    receivers, documents = tables(client.get("/money/sources/city_grant").text)
    assert receivers[1][0] == "其芳小学"
    assert documents[1][9] == "40.00"
    assert client.get("/money/sources/moon").status_code == 404


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("批复.pdf", b"<script>alert(1)</script>", "请上传 PDF"),
        ("批复.exe", b"MZ\x90", "请上传 PDF"),
        ("批复.zip", b"PK\x03\x04", "请上传 PDF"),
        ("批复.pdf", b"", "文件是空的"),
    ],
)
def test_a_file_of_no_accepted_kind_is_refused_beside_its_field(
    app: Flask, client: FlaskClient, name: str, body: bytes, sentence: str
) -> None:
    answers = DOCUMENT | {"csrf_token": csrf_token(client, "/money/documents/new")}
    file: Any = (io.BytesIO(body), name)
    response = client.post("/money/documents/new", data=answers | {"file": file})

    assert sentence in wrong_fields(response.text)["file"]
    with read(app) as session:
        assert session.scalars(select(FundingDocument)).all() == []


def test_a_planner_of_another_district_neither_sees_nor_fills_a_document(furnished: Flask) -> None:
    planner = client_of(furnished, Role.PLANNER, SHAPINGBA)
    assert planner.get("/money/documents/1").status_code == 404
    assert planner.get("/money/documents/1/split").status_code == 404
    assert "渝财建" not in planner.get("/money/documents").text
    token = csrf_token(planner, "/money/documents/new")
    refused = planner.post("/money/documents/new", data=DOCUMENT | {"csrf_token": token})
    assert "没有这个区县" in wrong_fields(refused.text)["district"]


# --- what only names a document ---------------------------------------------------------------------------------------


@pytest.fixture
def named(app: Flask) -> Flask:
    """Application with 60 and 30 万元 that name a document in one project each, and what is of another year."""
    with write(app) as session:
        given = {"source": Source.CITY_GRANT, "document_no": "渝财建[2025] 9 号"}
        make_entry(session, get_project(session, QIFANG), wan=60, **given)
        make_entry(session, get_project(session, JIANGNAN), wan=30, **given)
        make_entry(session, get_project(session, JIANGNAN), wan=5, year=2026, **given)
        session.commit()
    return app


def test_registering_a_document_tells_what_names_it_already_and_one_action_brings_all_of_it_under_it(
    named: Flask, client: FlaskClient
) -> None:
    registered = change(client, "/money/documents/new", ask="number", **DOCUMENT)
    assert registered.location == "/money/documents/1#unclaimed"
    page = client.get("/money/documents/1").text
    assert "另有 2 笔（90.00 万元）只写文号、未挂接，请在下面认领" in page
    own, other = tables(page)
    assert [row[1:5] for row in own[1:]] == [
        ["1", "2025", "到位", "60.00"],
        ["2", "2025", "到位", "30.00"],
        ["", "", "", "90.00"],
    ]
    assert "▲ 年度是 2026，文件是 2025" in other[1][0]
    assert tables(client.get("/money/documents").text)[0][1][11] == "2"
    assert "另有 2 笔（90 万元）只写文号、未挂接" in client.get("/money/documents").text

    ticked = {"entries": ["1", "2"], "csrf_token": csrf_token(client, "/money/documents/1")}
    assert client.post("/money/documents/1/claim", data=ticked).location == "/money/documents/1"
    assert allocations(named) == [60_000_000, 30_000_000]
    page = client.get("/money/documents/1").text
    assert "已认领 2 笔" in page
    assert "去认领" not in page
    assert "认领到资金文件 渝财建〔2025〕9号" in client.get(f"/projects/{QIFANG}").text


@pytest.mark.parametrize(
    ("ticked", "sentence"),
    [
        ([], "请勾选要认领的记录"),
        (["1", "3"], "第 3 号：年度是 2026，文件是 2025"),
        (["99"], "没有第 99 号未挂接的记录"),
        (["１", "x" * 99], "没有第 0 号未挂接的记录"),
        (["1", "2"], "还可分配 80 万元，本次分配超出 10 万元"),
    ],
)
def test_a_claim_that_does_not_fit_says_why_keeps_the_ticks_and_moves_nothing(
    named: Flask, client: FlaskClient, ticked: list[str], sentence: str
) -> None:
    change(client, "/money/documents/new", ask="number", **(DOCUMENT | {"amount": "80"}))
    before = sizes(named)
    answers = {"entries": ticked, "csrf_token": csrf_token(client, "/money/documents/1")}
    refused = client.post("/money/documents/1/claim", data=answers)

    assert refused.status_code == 422
    assert sentence in wrong_fields(refused.text)["entries"]
    assert ('value="1" checked' in refused.text) == ("1" in ticked)
    assert sizes(named) == before


def test_a_viewer_sees_what_is_unclaimed_without_ticks_and_another_district_nothing(
    named: Flask, client: FlaskClient
) -> None:
    change(client, "/money/documents/new", ask="number", **DOCUMENT)
    viewer, planner = client_of(named, Role.VIEWER), client_of(named, Role.PLANNER, SHAPINGBA)
    page = viewer.get("/money/documents/1").text
    assert "另有 2 笔" in page
    assert 'name="entries"' not in page
    answers = {"entries": "1", "csrf_token": csrf_token(planner, "/money/documents/new")}
    assert planner.post("/money/documents/1/claim", data=answers).status_code == 404


# --- one amount under a document --------------------------------------------------------------------------------------

ONE = {"document": "1", "source": "city_grant", "state": "received", "year": "2025", "amount": "60", "unit": "wan"}


def test_an_entry_that_names_a_document_stands_on_its_page_and_lessens_what_is_left(
    furnished: Flask, client: FlaskClient
) -> None:
    path = f"/projects/{QIFANG}/money/new"
    assert change(client, path, ask="amount", **ONE).status_code == 302
    page = client.get("/money/documents/1").text
    assert tables(page)[0][1][1].startswith("其芳小学")
    assert "40.00" in page
    assert "可分配 40 万元" in client.get(path).text

    refused = change(client, path, ask="amount", **(ONE | {"amount": "41"}))
    assert (refused.status_code, wrong_fields(refused.text)["amount"]) == (
        422,
        "文件还可分配 40 万元，本次分配超出 1 万元",
    )
    assert allocations(furnished) == [60_000_000]


@pytest.mark.parametrize(
    ("answers", "field", "sentence"),
    [
        ({"year": "2026"}, "document", "市级补助、到位、2025 年的，请把来源、状态和年度改为一致"),
        ({"month": "2"}, "month", "早于文件日期 2025-03-01"),
        ({"document_no": "另一号"}, "document_no", "以文件为准"),
        ({"contract": "1"}, "contract", "只有支付才对应合同"),
        ({"document": "99"}, "document", "不在列表中"),
        ({"document": "2"}, "document", "不在列表中"),
    ],
)
def test_an_entry_that_does_not_fit_its_document_says_why_beside_the_field_and_saves_nothing(
    furnished: Flask, client: FlaskClient, answers: dict[str, str], field: str, sentence: str
) -> None:
    with write(furnished) as session:
        make_document(session, district=SHAPINGBA)
        session.commit()
    before = sizes(furnished)
    refused = change(client, f"/projects/{QIFANG}/money/new", ask="amount", **(ONE | answers))

    assert refused.status_code == 422
    assert sentence in wrong_fields(refused.text)[field]
    assert sizes(furnished) == before


def test_the_entry_form_asks_for_a_document_only_where_the_district_has_one_with_something_left(
    furnished: Flask, client: FlaskClient
) -> None:
    assert 'name="document"' not in client.get("/projects/500106-0005/money/new").text
    page = client.get(f"/projects/{QIFANG}/money/new").text
    assert '<optgroup label="市级补助 · 到位 · 2025">' in page
    assert 'data-source="city_grant"' in page


# --- slips ------------------------------------------------------------------------------------------------------------


def test_an_amount_in_a_wrong_unit_is_saved_only_after_the_question_is_ticked(
    furnished: Flask, client: FlaskClient
) -> None:
    with write(furnished) as session:
        get_project(session, JIANGNAN).total_investment_fen = 10**8
        session.commit()
    answers = {"source": "loan", "state": "received", "year": "2025", "amount": "200000", "unit": "wan"}
    path, before = f"/projects/{JIANGNAN}/money/new", sizes(furnished)
    asked = change(client, path, ask="amount", **answers)
    question = wrong_fields(asked.text)["confirmed"]

    assert asked.status_code == 422
    assert "单位是否应为万元？" in question
    assert sizes(furnished) == before
    assert change(client, path, ask="amount", **answers, confirmed="yes").status_code == 422
    assert change(client, path, ask="amount", **answers, confirmed=question).status_code == 302
    assert question in client.get(f"/projects/{JIANGNAN}").text


def test_a_payment_beyond_received_money_is_refused_or_asked_about_as_the_office_has_set(
    furnished: Flask, client: FlaskClient
) -> None:
    answers = {"source": "district_budget", "state": "paid", "year": "2025", "amount": "101", "unit": "wan"}
    path = f"/projects/{QIFANG}/money/new"
    refused = change(client, path, ask="amount", **answers)
    assert "将超过到位资金 1 万元" in wrong_fields(refused.text)["amount"]

    assert change(client, "/settings", ask="overdraw", overdraw="warn").status_code == 302
    question = wrong_fields(change(client, path, ask="amount", **answers).text)["confirmed"]
    assert "将超过到位资金 1 万元" in question
    assert change(client, path, ask="amount", **answers, confirmed=question).status_code == 302


def test_a_payment_names_its_contract_and_stands_on_the_contracts_page(furnished: Flask, client: FlaskClient) -> None:
    answers = {"source": "district_budget", "state": "paid", "year": "2025", "amount": "30", "unit": "wan"}
    assert change(client, f"/projects/{QIFANG}/money/new", ask="amount", **answers, contract="1").status_code == 302
    page = client.get(f"/projects/{QIFANG}/contracts/1").text
    assert "30.0%" in page
    row = tables(client.get("/money/contracts").text)[0][1]
    assert row[4:9] == ["100.00", "30.00", "70.00", "100.00", "0"]
    refused = change(client, f"/projects/{QIFANG}/contracts/1/withdraw", ask="reason", reason="重签")
    assert "请先冲销支付再作废" in wrong_fields(refused.text)["reason"]


# --- carrying forward -------------------------------------------------------------------------------------------------


def test_unspent_money_is_carried_forward_as_a_visible_pair(furnished: Flask, client: FlaskClient) -> None:
    path = f"/projects/{QIFANG}/money/carry"
    refused = change(client, path, ask="origin", amount="101")
    assert "到位未支付的只有 100 万元" in wrong_fields(refused.text)["amount"]
    assert change(client, path, ask="origin", amount="70").status_code == 302
    page = client.get(f"/projects/{QIFANG}").text
    assert "结转至 2026 年" in page
    assert "自 2025 年结转" in page


def test_a_project_without_unspent_money_says_so(client: FlaskClient) -> None:
    assert "没有可结转的资金" in client.get(f"/projects/{JIANGNAN}/money/carry").text


# --- contracts --------------------------------------------------------------------------------------------------------


def test_a_contract_is_registered_changed_and_edited(app: Flask, client: FlaskClient) -> None:
    shown = change(client, f"/projects/{QIFANG}/contracts/new", ask="party", **CONTRACT, retention_percent="3")
    path = shown.location or ""
    answers = {"direction": "less", "amount": "10", "changed_on": "2025-02-01", "reason": "甩项"}
    assert change(client, path, ask="direction", **answers).status_code == 302
    page = client.get(path).text
    assert "90.00" in page
    assert "2.70" in page
    edited = change(client, f"{path}/edit", ask="party", party="另一公司", retention_percent="", retention="5")
    assert edited.status_code == 302
    assert "另一公司" in client.get(path).text
    assert "5.00" in client.get(path).text


def test_a_stale_edit_of_a_contract_saves_nothing(furnished: Flask, client: FlaskClient) -> None:
    path = f"/projects/{QIFANG}/contracts/1/edit"
    stale = form_with(client.get(path).text, "party").answers
    change(client, path, ask="party", party="第一次")
    assert client.post(path, data=stale | {"party": "第二次"}).status_code == 409
    assert "第一次" in client.get(f"/projects/{QIFANG}/contracts/1").text


# --- the four estimates -----------------------------------------------------------------------------------------------


def test_the_row_of_four_names_the_first_step_that_overran_and_the_rule(app: Flask, client: FlaskClient) -> None:
    for step, amount in (("feasibility", "100"), ("design", "112"), ("contract", "120")):
        assert change(client, f"/projects/{QIFANG}/estimates/{step}", ask="amount", amount=amount).status_code == 302
    page = client.get(f"/projects/{QIFANG}").text
    assert "概算超过批准估算 10% 及以上，须报发展改革部门" in page
    assert page.count("首个超出的环节") == 1
    assert "超估算 12.0%" in page
    rows = tables(client.get("/money/estimates?over=yes").text)[0]
    assert rows[1][:1] + rows[1][3:] == ["其芳小学", "100.00", "112.00", "120.00", "—", "12.0%", "概算", "12.0%"]


def test_a_figure_is_corrected_with_a_reason_and_the_old_one_stays_in_sight(app: Flask, client: FlaskClient) -> None:
    path = f"/projects/{QIFANG}/estimates/design"
    change(client, path, ask="amount", amount="112")
    refused = change(client, path, ask="amount", amount="105")
    assert "请写明更正原因" in wrong_fields(refused.text)["reason"]
    change(client, path, ask="amount", amount="105", reason="复核")
    page = client.get(f"/projects/{QIFANG}").text
    assert "更正记录 2 条" in page
    assert "复核" in page
    change(client, f"{path}/withdraw", ask="reason", reason="撤回")
    assert "更正记录 3 条" in client.get(f"/projects/{QIFANG}").text
    assert client.get(f"/projects/{QIFANG}/estimates/final/withdraw").status_code == 404
    assert client.get(f"/projects/{QIFANG}/estimates/moon").status_code == 404


def test_a_stale_figure_is_not_replaced(app: Flask, client: FlaskClient) -> None:
    path = f"/projects/{QIFANG}/estimates/design"
    stale = form_with(client.get(path).text, "amount").answers
    change(client, path, ask="amount", amount="112")
    assert client.post(path, data=stale | {"amount": "99"}).status_code == 409


@pytest.mark.parametrize("name", ["estimates", "contracts", "documents"])
def test_each_list_can_be_downloaded_as_it_is(furnished: Flask, client: FlaskClient, name: str) -> None:
    with write(furnished) as session:
        project = get_project(session, QIFANG)
        make_estimate(session, project, EstimateKind.DESIGN, wan=100)
        split(session, session.get_one(FundingDocument, 1), (project, 60))
        session.commit()
    shown = tables(client.get(f"/money/{name}").text)[0]
    with client.get(f"/downloads/{name}.csv") as sent:
        lines = sent.data.decode("utf-8-sig").splitlines()
    assert len(lines) == len([row for row in shown if row[0] != "合计"])
    with client.get(f"/downloads/{name}.xlsx") as sent:
        assert sent.status_code == 200


def exact(cell: str) -> Decimal | str:
    """Return what a cell says, however it is written: as a number where it is one; unknown is nothing."""
    try:
        return Decimal(cell.replace(",", ""))
    except InvalidOperation:
        return cell.replace("—", "")


def test_the_pages_of_sources_are_downloaded_as_they_stand_on_screen(furnished: Flask, client: FlaskClient) -> None:
    give(client, (QIFANG, "60"), total="60")
    pages = {"sources": "/money/sources?district=500101", "sources/city_grant": "/money/sources/city_grant"}
    for name, path in pages.items():
        page = client.get(path).text
        query = path.partition("?")[2]
        assert f'href="/downloads/{name}.xlsx{f"?{query}" if query else ""}"' in page
        shown = tables(page)
        with client.get(f"/downloads/{name}.csv?{query}") as sent:
            lines = list(csv.reader(io.StringIO(sent.data.decode("utf-8-sig"))))
        rows = [row for row in shown[0][1:] if row[0] != "合计"]
        assert [[exact(cell) for cell in row] for row in rows] == [[exact(cell) for cell in row] for row in lines[1:]]
        with client.get(f"/downloads/{name}.xlsx?{query}") as sent:
            book = load_workbook(io.BytesIO(sent.data))
        assert [sheet for sheet in ("资金来源", "给了哪些项目", "资金文件") if sheet in book.sheetnames] == (
            ["资金来源"] if name == "sources" else ["给了哪些项目", "资金文件"]
        )
    assert client.get("/downloads/sources/moon.csv").status_code == 404


@pytest.mark.parametrize("path", ["/money/documents", "/money/sources", "/money/contracts", "/money/estimates"])
def test_an_empty_list_says_what_belongs_there(client: FlaskClient, path: str) -> None:
    assert 'class="empty"' in client.get(path).text


def test_a_file_has_to_be_chosen_again_after_a_question(furnished: Flask, client: FlaskClient) -> None:
    with write(furnished) as session:
        get_project(session, JIANGNAN).total_investment_fen = 10**8
        session.commit()
    path = f"/projects/{JIANGNAN}/contracts/new"
    file: Any = (io.BytesIO(b"%PDF-1.7"), "合同.pdf")
    answers = CONTRACT | {"amount": "200000", "csrf_token": csrf_token(client, path)}
    wrong = wrong_fields(client.post(path, data=answers | {"file": file}).text)

    assert "单位是否应为万元" in wrong["confirmed"]
    assert "附件请重新选择" in wrong["file"]
