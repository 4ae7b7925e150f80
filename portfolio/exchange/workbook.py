"""Tables as a workbook that a leader can print: title, scope, unit, as-of, frozen heading, totals, number formats.

Text is always written as text: nothing that a person typed becomes a formula.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from portfolio.domain.clock import CHINA_TIME
from portfolio.domain.quantities import UNKNOWN
from portfolio.domain.terms import Term
from portfolio.reports.tables import Column, Kind, Table

_FEN_PER_WAN = 1_000_000
_NUMBER_FORMATS = {
    Kind.MONEY: "#,##0.00;[Red]-#,##0.00;0",
    Kind.AREA: "#,##0.##",
    Kind.QUANTITY: "General",
    Kind.COUNT: "#,##0",
    Kind.PERCENT: "0.0%",
    Kind.POINTS: "+0.0;-0.0;0.0",
    Kind.YEAR: "0",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}
HEADING_ROWS = 3
A4, A3 = 9, 8  # as the file format numbers paper
_WIDE = 44
_OVERRUN = 8  # （万元）
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}


@dataclass(frozen=True)
class About:
    """What every sheet says of itself: scope, who made it and when, and whether it holds synthetic data."""

    scope: str
    made_by: str
    made_at: dt.datetime
    has_samples: bool = False

    @property
    def caption(self) -> str:
        """Return the line below the title."""
        local = self.made_at.astimezone(CHINA_TIME)
        return f"截至 {local:%Y-%m-%d %H:%M}　金额单位：万元（保留两位小数，四舍五入）　制表：{self.made_by}"

    def title_of(self, table: Table) -> str:
        """Return the title of a table's sheet."""
        return f"{'【演示数据】' if self.has_samples else ''}{self.scope} · {table.title}"


def write_workbook(target: IO[bytes], tables: Sequence[Table], about: About) -> None:
    """Write one sheet per table into ``target``, row by row so that memory stays small."""
    with open_book(target) as book:
        book.set_properties({"title": tables[0].title, "author": about.made_by, "comments": about.scope})
        formats = Formats(book)
        for table in tables:
            sheet = book.add_worksheet(table.title)
            set_up_page(sheet, table)
            write_heading(sheet, about.title_of(table), about.caption, formats)
            write_block(sheet, table, HEADING_ROWS, formats)


def open_book(target: IO[bytes]) -> xlsxwriter.Workbook:
    """Return a workbook in constant memory, into which rows are written in order and no text becomes a formula."""
    return xlsxwriter.Workbook(target, OPTIONS)


class Formats:
    """The workbook's few formats."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        font = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
        line = {"bottom": 4, "bottom_color": "#D8DEDF"}
        self.title = book.add_format(font | {"font_size": 16, "bold": True})
        self.section = book.add_format(font | {"font_size": 12, "bold": True})
        self.caption = book.add_format(font | {"font_color": "#5A6870"})
        head = font | {"bold": True, "text_wrap": True, "bg_color": "#EDF1F1", "top": 1, "bottom": 1}
        self.headings = {kind: book.add_format(head | _alignment(kind)) for kind in Kind}
        self.cells = {kind: self._cell(book, kind, font | line) for kind in Kind}
        self.wrapped = book.add_format(font | line | {"text_wrap": True, "num_format": "@"})
        self.totals = {kind: self._cell(book, kind, font | {"bold": True, "top": 1, "bottom": 1}) for kind in Kind}

    @staticmethod
    def _cell(book: xlsxwriter.Workbook, kind: Kind, base: dict[str, Any]) -> Format:
        return book.add_format(base | _alignment(kind) | {"num_format": _NUMBER_FORMATS.get(kind, "@")})


def _alignment(kind: Kind) -> dict[str, Any]:
    if kind is Kind.YEAR:
        return {"align": "center"}
    return {"align": "right", "indent": 1} if kind.is_number else {"align": "left"}


def set_up_page(sheet: Worksheet, table: Table, *, paper: int = A4) -> None:
    """Set a sheet that holds one table up for paper: landscape, one page wide, its heading on every page."""
    sheet.set_default_row(18)
    sheet.set_landscape()
    sheet.set_paper(paper)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADING_ROWS)
    sheet.freeze_panes(HEADING_ROWS + 1, min(2, len(table.columns) - 1))
    sheet.hide_gridlines(2)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&L&A&R第 &P 页，共 &N 页")
    for position, column in enumerate(table.columns):
        sheet.set_column(position, position, _width(column))


def _width(column: Column) -> int:
    """Return a column's width in figures: a heading that overruns it by less than its unit stays on one line."""
    needed = _figures(column.heading) + 1
    return needed if column.width < needed <= column.width + _OVERRUN else column.width


def write_heading(sheet: Worksheet, title: str, caption: str, formats: Formats) -> None:
    """Write the title and the line below it into the first rows."""
    sheet.set_row(0, 28)
    sheet.write_string(0, 0, title, formats.title)
    sheet.write_string(1, 0, caption, formats.caption)


def write_block(sheet: Worksheet, table: Table, first: int, formats: Formats) -> int:
    """Write headings, rows, totals and notes from row ``first`` on; return the first row below them."""
    sheet.set_row(first, 32)
    for position, column in enumerate(table.columns):
        sheet.write_string(first, position, column.heading, formats.headings[column.kind])
    writers = [_cell_writer(sheet, column, formats) for column in table.columns]
    wide = [(position, column.width) for position, column in enumerate(table.columns) if _is_wide(column)]
    number = first
    for number, row in enumerate(table.rows, first + 1):
        if wide:
            sheet.set_row(number, _height(row, wide))
        for position, (write, value) in enumerate(zip(writers, row, strict=True)):
            write(number, position, value)
    return _write_foot(sheet, table, number + 1, formats)


def _write_foot(sheet: Worksheet, table: Table, first: int, formats: Formats) -> int:
    row = first
    if table.totals is not None:
        for position, (column, value) in enumerate(zip(table.columns, table.totals, strict=True)):
            shown = value if column.kind.is_number else ("合计" if position == 0 else "")
            kind = column.kind if column.kind.is_number else Kind.TEXT
            _writer(sheet, kind, formats.totals[column.kind])(row, position, shown)
        row += 1
    for note in table.notes:
        sheet.write_string(row + 1, 0, note, formats.caption)
        row += 1
    return row + 1


def _is_wide(column: Column) -> bool:
    """Return whether a column holds sentences, which are set in several lines."""
    return column.kind is Kind.TEXT and column.width >= _WIDE


def _height(row: Sequence[Any], wide: Sequence[tuple[int, int]]) -> int:
    """Return the height of a row in points, as many lines as its longest sentence takes."""
    return 18 * max(1, *(math.ceil(_figures(row[position] or "") / width) for position, width in wide))


def _figures(text: str) -> int:
    """Return how wide a text is in figures: a Chinese character takes two."""
    return sum(1 if char.isascii() else 2 for char in text)


def _cell_writer(sheet: Worksheet, column: Column, formats: Formats) -> Callable[[int, int, Any], Any]:
    """Return the function that writes a column's cells; a wide column of text wraps."""
    return _writer(sheet, column.kind, formats.wrapped if _is_wide(column) else formats.cells[column.kind])


def _writer(sheet: Worksheet, kind: Kind, cell: Format) -> Callable[[int, int, Any], Any]:
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
