"""Downloads: what a workbook says of itself, its totals, formats and the mark of synthetic data."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import func, select

from portfolio.domain.clock import today
from portfolio.domain.reporting import ProblemDraft, ProblemLevel
from portfolio.domain.roles import Role
from portfolio.domain.terms import MoneyState
from portfolio.services import problems
from portfolio.store.models import LedgerEntry, Project
from portfolio.store.queries.reports import list_reports
from tests.builders import client_of, make_entry, make_project, read, write
from tests.report_builders import make_round
from tests.web.pages import download, tables


def sheets(client: FlaskClient, path: str) -> list[Worksheet]:
    """Return the sheets of a workbook."""
    book = openpyxl.load_workbook(io.BytesIO(download(client, path)))
    return [book[name] for name in book.sheetnames]


def column(sheet: Worksheet, heading: str) -> list[object]:
    """Return the cells below a heading."""
    position = next(cell.column for cell in sheet[4] if cell.value == heading)
    return [row[0].value for row in sheet.iter_rows(min_row=5, min_col=position, max_col=position)]


def test_a_workbook_says_scope_day_unit_and_who_made_it(reader: FlaskClient) -> None:
    sheet = sheets(reader, "/downloads/register.xlsx?district=500101")[0]

    assert sheet["A1"].value == "万州区 · 项目库"
    assert str(sheet["A2"].value).startswith("截至 20")
    assert "金额单位：万元" in str(sheet["A2"].value)
    assert "制表：admin" in str(sheet["A2"].value)


def test_heading_and_first_columns_stay_in_view_and_on_every_printed_page(reader: FlaskClient) -> None:
    sheet = sheets(reader, "/downloads/register.xlsx")[0]

    assert sheet.freeze_panes == "C5"
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.page_setup.orientation == "landscape"


def test_numbers_are_numbers_with_their_format(reader: FlaskClient) -> None:
    path = "/downloads/register.xlsx?columns=floor_area_m2,seats,total_investment_fen,start_year,updated_at"
    sheet = sheets(reader, path)[0]
    row = {sheet.cell(4, cell.column).value: cell for cell in sheet[5]}

    assert row["总投资（万元）"].value == 100
    assert row["总投资（万元）"].number_format == "#,##0.00;[Red]-#,##0.00;0"
    assert row["建筑面积（㎡）"].number_format == "#,##0.##"
    assert (row["学位"].value, row["学位"].number_format) == (45, "#,##0")
    assert row["开工年份"].number_format == "0"
    assert row["最近更新"].is_date
    assert row["编码"].data_type == "s"


def test_unknown_is_a_dash_and_not_zero(reader: FlaskClient) -> None:
    areas = column(sheets(reader, "/downloads/register.xlsx?columns=floor_area_m2")[0], "建筑面积（㎡）")

    assert areas[:3] == [500, 1000, "—"]


def test_the_register_adds_up_in_the_file_as_in_the_database(reader: FlaskClient, shared_app: Flask) -> None:
    sheet = sheets(reader, "/downloads/register.xlsx?columns=seats,total_investment_fen")[0]
    with read(shared_app) as session:
        seats, fen = session.execute(select(func.sum(Project.seats), func.sum(Project.total_investment_fen))).one()

    assert sheet.cell(60, 1).value == "合计"
    assert column(sheet, "学位")[55] == seats
    assert column(sheet, "总投资（万元）")[55] == int(fen) / 1_000_000


def test_the_funding_workbook_holds_both_tables_of_the_page(reader: FlaskClient) -> None:
    page = tables(reader.get("/money").text)[-2:]
    found = sheets(reader, "/downloads/funding.xlsx")

    assert [sheet.title for sheet in found] == ["资金来源与年度", "按项目"]
    for table, sheet in zip(page, found, strict=True):
        assert [cell.value for cell in sheet[4]] == table[0]
        for number, row in enumerate(table[1:], 5):
            written = [_shown(cell.value) for cell in sheet[number]]
            assert written == row


def _shown(value: object) -> str:
    if isinstance(value, int | float):
        return str(value) if 2000 <= value <= 2100 and value == int(value) else f"{value:,.2f}" if value else "0"
    return str(value or "")


def test_the_funding_total_is_the_sum_of_the_ledger(reader: FlaskClient, shared_app: Flask) -> None:
    with read(shared_app) as session:
        received = LedgerEntry.state == MoneyState.RECEIVED
        fen = session.scalar(select(func.sum(LedgerEntry.amount_fen)).where(received)) or 0
    totals = [column(sheet, "到位（万元）") for sheet in sheets(reader, "/downloads/funding.xlsx")]

    for cells in totals:
        assert int(fen) / 1_000_000 in cells
    rows = list(csv.DictReader(io.StringIO(download(reader, "/downloads/funding.csv").decode("utf-8-sig"))))
    assert sum(round(float(row["到位（万元）"] or 0) * 1_000_000) for row in rows) == fen


def test_csv_opens_as_utf_8_and_is_exact_to_the_fen(app: Flask, client: FlaskClient) -> None:
    with write(app) as session:
        make_entry(session, make_project(session, name="一分钱小学"), wan=1)
        session.flush()
        project = make_project(session, name="零头小学", total_investment_fen=1)
        session.commit()
    content = download(client, "/downloads/register.csv?q=小学&columns=total_investment_fen")
    rows = {row["编码"]: row for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))}

    assert content.startswith(b"\xef\xbb\xbf")
    assert rows[project.code]["总投资（万元）"] == "0.000001"


def test_synthetic_data_is_marked_on_every_file_and_page(app: Flask, client: FlaskClient) -> None:
    assert "演示" not in str(sheets(client, "/downloads/register.xlsx")[0]["A1"].value)
    with write(app) as session:
        make_project(session).is_sample = True
        session.commit()

    assert str(sheets(client, "/downloads/register.xlsx")[0]["A1"].value).startswith("【演示数据】")
    assert all(str(one["A1"].value).startswith("【演示数据】") for one in sheets(client, "/downloads/funding.xlsx"))
    assert 'class="banner"' in client.get("/projects").text


def test_the_name_of_the_file_tells_scope_and_day(reader: FlaskClient) -> None:
    with reader.get("/downloads/register.xlsx?district=500106") as response:
        disposition = response.headers["Content-Disposition"]
        assert disposition.startswith("attachment")
        assert "%E6%B2%99%E5%9D%AA%E5%9D%9D%E5%8C%BA" in disposition
        assert response.mimetype.endswith("spreadsheetml.sheet")


@pytest.mark.parametrize("path", ["/downloads/register.pdf", "/downloads/funding.exe", "/downloads/other.xlsx"])
def test_other_formats_are_404(reader: FlaskClient, path: str) -> None:
    assert reader.get(path).status_code == 404


def test_a_viewer_may_download_and_a_stranger_may_not(app: Flask, anonymous: FlaskClient) -> None:
    assert download(client_of(app, Role.VIEWER), "/downloads/register.csv")
    assert anonymous.get("/downloads/register.csv").status_code == 302


def test_a_round_and_its_problems_are_downloaded_with_every_project_asked(app: Flask, client: FlaskClient) -> None:
    with write(app) as session:
        opened = make_round(session)
        address, count = f"{opened.district.adcode}/{opened.period}", len(list_reports(session, opened))
        day = today()
        due_on = day + dt.timedelta(days=9)
        draft = ProblemDraft(what="=1+1", level=ProblemLevel.SEVERE, owner="区教委", opened_on=day, due_on=due_on)
        problems.open_problem(session, list_reports(session, opened)[0].project, draft)
        session.commit()
    rows = list(csv.reader(io.StringIO(download(client, f"/downloads/reports/{address}.csv").decode("utf-8-sig"))))
    assert sum(len(row) > 1 and bool(re.fullmatch(r"\d{6}-\d{4}", row[1])) for row in rows) == count > 1
    assert "'=1+1" in download(client, "/downloads/problems.csv").decode("utf-8-sig")
    for path in (f"/downloads/reports/{address}.xlsx", "/downloads/problems.xlsx"):
        assert download(client, path).startswith(b"PK")
