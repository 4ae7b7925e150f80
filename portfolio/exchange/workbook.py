"""Tables as a workbook that a leader can print: title, scope, unit, as-of, frozen heading, totals, number formats.

Text is always written as text: nothing that a person typed becomes a formula.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from portfolio.domain.clock import CHINA_TIME
from portfolio.domain.quantities import UNKNOWN
from portfolio.domain.terms import Term
from portfolio.reports.tables import Kind, Table

_FEN_PER_WAN = 1_000_000
_NUMBER_FORMATS = {
    Kind.MONEY: "#,##0.00;[Red]-#,##0.00;0",
    Kind.AREA: "#,##0.##",
    Kind.COUNT: "#,##0",
    Kind.PERCENT: "0.0%",
    Kind.POINTS: "+0.0;-0.0;0.0",
    Kind.YEAR: "0",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}
_HEADING_ROWS = 3


@dataclass(frozen=True)
class About:
    """What every sheet says of itself: scope, who made it and when, and whether it holds synthetic data."""

    scope: str
    made_by: str
    made_at: dt.datetime
    has_samples: bool = False


def write_workbook(target: IO[bytes], tables: Sequence[Table], about: About) -> None:
    """Write one sheet per table into ``target``, row by row so that memory stays small."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": tables[0].title, "author": about.made_by, "comments": about.scope})
        formats = _Formats(book)
        for table in tables:
            _write_sheet(book.add_worksheet(table.title), table, about, formats)


class _Formats:
    """The workbook's few formats."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        font = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
        line = {"bottom": 4, "bottom_color": "#D8DEDF"}
        self.title = book.add_format(font | {"font_size": 16, "bold": True})
        self.caption = book.add_format(font | {"font_color": "#5A6870"})
        head = font | {"bold": True, "text_wrap": True, "bg_color": "#EDF1F1", "top": 1, "bottom": 1}
        self.headings = {kind: book.add_format(head | _alignment(kind)) for kind in Kind}
        self.cells = {kind: self._cell(book, kind, font | line) for kind in Kind}
        self.totals = {kind: self._cell(book, kind, font | {"bold": True, "top": 1, "bottom": 1}) for kind in Kind}

    @staticmethod
    def _cell(book: xlsxwriter.Workbook, kind: Kind, base: dict[str, Any]) -> Format:
        return book.add_format(base | _alignment(kind) | {"num_format": _NUMBER_FORMATS.get(kind, "@")})


def _alignment(kind: Kind) -> dict[str, str]:
    if kind is Kind.YEAR:
        return {"align": "center"}
    return {"align": "right" if kind.is_number else "left"}


def _write_sheet(sheet: Worksheet, table: Table, about: About, formats: _Formats) -> None:
    _set_up_page(sheet, table)
    _write_heading(sheet, table, about, formats)
    writers = [_cell_writer(sheet, column.kind, formats.cells[column.kind]) for column in table.columns]
    number = _HEADING_ROWS
    for number, row in enumerate(table.rows, _HEADING_ROWS + 1):
        for position, (write, value) in enumerate(zip(writers, row, strict=True)):
            write(number, position, value)
    _write_foot(sheet, table, number + 1, formats)


def _set_up_page(sheet: Worksheet, table: Table) -> None:
    sheet.set_default_row(18)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEADING_ROWS)
    sheet.freeze_panes(_HEADING_ROWS + 1, min(2, len(table.columns) - 1))
    sheet.hide_gridlines(2)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&L&A&R第 &P 页，共 &N 页")
    for position, column in enumerate(table.columns):
        sheet.set_column(position, position, column.width)


def _write_heading(sheet: Worksheet, table: Table, about: About, formats: _Formats) -> None:
    local = about.made_at.astimezone(CHINA_TIME)
    mark = "【演示数据】" if about.has_samples else ""
    sheet.set_row(0, 28)
    sheet.write_string(0, 0, f"{mark}{about.scope} · {table.title}", formats.title)
    caption = f"截至 {local:%Y-%m-%d %H:%M}　金额单位：万元（保留两位小数，四舍五入）　制表：{about.made_by}"
    sheet.write_string(1, 0, caption, formats.caption)
    sheet.set_row(_HEADING_ROWS, 32)
    for position, column in enumerate(table.columns):
        sheet.write_string(_HEADING_ROWS, position, column.heading, formats.headings[column.kind])


def _write_foot(sheet: Worksheet, table: Table, first: int, formats: _Formats) -> None:
    row = first
    if table.totals is not None:
        for position, (column, value) in enumerate(zip(table.columns, table.totals, strict=True)):
            shown = value if column.kind.is_number else ("合计" if position == 0 else "")
            kind = column.kind if column.kind.is_number else Kind.TEXT
            _cell_writer(sheet, kind, formats.totals[column.kind])(row, position, shown)
        row += 1
    for note in table.notes:
        sheet.write_string(row + 1, 0, note, formats.caption)
        row += 1


def _cell_writer(sheet: Worksheet, kind: Kind, cell: Format) -> Callable[[int, int, Any], Any]:
    """Return the function that writes one value of a kind; unknown becomes a dash."""

    def write(row: int, position: int, value: Any) -> None:
        if value is None:
            sheet.write_string(row, position, UNKNOWN if kind is not Kind.TEXT else "", cell)
        elif kind is Kind.MONEY:
            sheet.write_number(row, position, value / _FEN_PER_WAN, cell)
        elif kind.is_number or kind is Kind.YEAR:
            sheet.write_number(row, position, value, cell)
        elif kind is Kind.MOMENT:
            sheet.write_datetime(row, position, value.astimezone(CHINA_TIME).replace(tzinfo=None), cell)
        else:
            sheet.write_string(row, position, value.label if isinstance(value, Term) else value, cell)

    return write
