"""Files hold what the tables hold: read back by another library, to the fen, and nothing in them runs."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from portfolio.domain.terms import Nature
from portfolio.exchange.csvfile import write_csv
from portfolio.exchange.workbook import About, write_workbook
from portfolio.reports.tables import Column, Kind, Table

ABOUT = About("万州区", "李明", dt.datetime(2026, 11, 22, 4, 5, tzinfo=dt.UTC))
COLUMNS = (
    Column("name", "项目名称", Kind.TEXT),
    Column("nature", "建设性质", Kind.TERM),
    Column("fen", "到位资金", Kind.MONEY),
    Column("area", "建筑面积", Kind.AREA),
    Column("year", "建成年份", Kind.YEAR),
)
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "{{7*191}}", "http://example.com", "C:\\2019", "<script>", "00123"]
FIRST_ROW = 5


def table(*rows: tuple[object, ...]) -> Table:
    return Table("项目库", COLUMNS, rows, [None, None, 300, None, None], ["共 2 个项目"])


def workbook(*rows: tuple[object, ...], about: About = ABOUT) -> bytes:
    target = io.BytesIO()
    write_workbook(target, [table(*rows)], about)
    return target.getvalue()


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@settings(max_examples=40)
@given(st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=20))
def test_money_read_back_from_a_workbook_is_the_money_to_the_fen(amounts: list[int]) -> None:
    content = workbook(*(("甲", Nature.NEW, fen, None, None) for fen in amounts))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    read = [round(Decimal(str(row[2])) * 1_000_000) for row in sheet[FIRST_ROW - 1 : FIRST_ROW - 1 + len(amounts)]]
    assert read == amounts


@pytest.mark.parametrize("text", HOSTILE)
def test_no_typed_text_becomes_a_formula_or_a_link(text: str) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook((text, Nature.NEW, 1, None, None)))).active
    cell = sheet.cell(FIRST_ROW, 1)
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


@pytest.mark.parametrize("text", HOSTILE)
def test_csv_cells_that_would_run_are_made_harmless_and_others_left_as_they_are(text: str) -> None:
    target = io.StringIO(newline="")
    write_csv(target, table((text, Nature.NEW, 1, None, None)))
    cell = rows_of(target.getvalue())[1][0]
    assert cell == (f"'{text}" if text[0] in "=+-@\t" else text)


def test_negative_money_stays_a_number_in_both_files() -> None:
    target = io.StringIO(newline="")
    write_csv(target, table(("甲", Nature.NEW, -1_500_000, None, None)))
    assert rows_of(target.getvalue())[1][2] == "-1.5"
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(("甲", Nature.NEW, -1_500_000, None, None)))).active
    assert (sheet.cell(FIRST_ROW, 3).value, sheet.cell(FIRST_ROW, 3).data_type) == (-1.5, "n")


def test_a_sheet_says_scope_date_unit_and_author_and_freezes_its_heading() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(("甲", Nature.NEW, 300, None, None)))).active
    assert sheet["A1"].value == "万州区 · 项目库"
    assert sheet["A2"].value == "截至 2026-11-22 12:05　金额单位：万元（保留两位小数，四舍五入）　制表：李明"
    assert [cell.value for cell in sheet[4]][2:4] == ["到位资金（万元）", "建筑面积（㎡）"]
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.page_setup.orientation) == ("C5", "$4:$4", "landscape")
    assert [sheet.cell(6, column).value for column in (1, 3)] == ["合计", 300 / 1_000_000]
    assert sheet.cell(8, 1).value == "共 2 个项目"
    assert "#,##0.00" in sheet.cell(5, 3).number_format


def test_unknown_is_a_dash_in_the_workbook_and_empty_in_csv_never_zero() -> None:
    unknown = ("甲", None, None, None, None)
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(unknown))).active
    assert [sheet.cell(FIRST_ROW, column).value for column in (2, 3, 4, 5)] == ["—"] * 4
    target = io.StringIO(newline="")
    write_csv(target, table(unknown))
    assert rows_of(target.getvalue())[1] == ["甲", "", "", "", ""]


def test_a_workbook_with_synthetic_data_is_marked() -> None:
    about = About("万州区", "李明", ABOUT.made_at, has_samples=True)
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(("甲", None, None, None, None), about=about))).active
    assert sheet["A1"].value.startswith("【演示数据】")


def test_a_table_without_rows_is_still_a_sheet() -> None:
    assert openpyxl.load_workbook(io.BytesIO(workbook())).active["A4"].value == "项目名称"
