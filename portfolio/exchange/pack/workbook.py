"""The pack as a workbook: cover, summary with charts, money by source and year, projects, exceptions, definitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from portfolio.domain.clock import CHINA_TIME
from portfolio.domain.quantities import UNKNOWN
from portfolio.exchange.workbook import (
    A3,
    A4,
    HEADING_ROWS,
    Formats,
    open_book,
    set_up_page,
    write_block,
    write_heading,
)
from portfolio.reports.pack_briefing import control_line, stamp_lines
from portfolio.reports.pack_table import PackTable
from portfolio.reports.tables import Table

_WIDE_TABLES = ("by_project", "commitments")
_IN_SUMMARY = ("headline", "counts", "stages")
_TEAL, _MUTED = "#1E616D", "#5A6870"
_FONT = "Microsoft YaHei"
_LONGEST_MARGIN_TEXT = 120  # a header of the file format holds 255 characters, its codes included


def write_pack_workbook(target: IO[bytes], pack: PackTable) -> None:
    """Write the pack into ``target``."""
    with open_book(target) as book:
        stamp = pack.stamp
        book.set_properties({"title": stamp.title, "author": stamp.made_by, "comments": control_line(pack)})
        formats = Formats(book)
        _write_cover(book.add_worksheet("封面"), pack, book)
        _write_summary(book, pack, formats)
        for name in pack.tables:
            if name not in _IN_SUMMARY:
                _write_table(book, pack, name, formats)
        book.worksheets()[0].activate()


def title_of(pack: PackTable, what: str) -> str:
    """Return the title of one sheet, slide or page."""
    return f"{'【演示数据】' if pack.stamp.has_samples else ''}{pack.stamp.scope} · {what}"


def _caption(pack: PackTable) -> str:
    stamp = pack.stamp
    return f"截至 {stamp.as_of}　金额单位：万元，保留两位小数，四舍五入；未知为“{UNKNOWN}”"


def _set_margins(sheet: Worksheet, pack: PackTable) -> None:
    made = f"{pack.stamp.made_at.astimezone(CHINA_TIME):%Y-%m-%d %H:%M} {pack.stamp.made_by}"
    sheet.set_header(f"&L{_plain(pack.stamp.title)}&R截至 {pack.stamp.as_of}")
    sheet.set_footer(f"&L{_plain(control_line(pack))}　{_plain(made)}&R第 &P 页，共 &N 页")


def _plain(text: str) -> str:
    """Return typed text for a header, in which & starts a code."""
    return text[:_LONGEST_MARGIN_TEXT].replace("&", "&&")


def _write_cover(sheet: Worksheet, pack: PackTable, book: xlsxwriter.Workbook) -> None:
    font = {"font_name": _FONT, "valign": "vcenter"}
    title = book.add_format(font | {"font_size": 26, "bold": True, "text_wrap": True})
    name = book.add_format(font | {"font_size": 11, "font_color": _MUTED, "bottom": 4, "bottom_color": "#D8DEDF"})
    value = book.add_format(font | {"font_size": 11, "text_wrap": True, "bottom": 4, "bottom_color": "#D8DEDF"})
    sheet.hide_gridlines(2)
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)
    sheet.set_column(0, 0, 4)
    sheet.set_column(1, 1, 16)
    sheet.set_column(2, 2, 96)
    sheet.set_row(3, 84)
    sheet.merge_range(3, 1, 3, 2, "", title)
    sheet.write_string(3, 1, title_of(pack, pack.stamp.title.removeprefix(pack.stamp.scope)), title)
    lines = stamp_lines(pack)
    for number, (label, text) in enumerate(lines, 5):
        sheet.set_row(number, 34)
        sheet.write_string(number, 1, label, name)
        sheet.write_string(number, 2, text, value)
    sheet.print_area(0, 0, 5 + len(lines), 2)
    _set_margins(sheet, pack)


def _write_summary(book: xlsxwriter.Workbook, pack: PackTable, formats: Formats) -> None:
    sheet = book.add_worksheet("摘要")
    set_up_page(sheet, pack.headline)
    sheet.freeze_panes(2, 0)
    sheet.fit_to_pages(1, 1)
    sheet.set_column(0, 5, 17)
    write_heading(sheet, title_of(pack, "摘要"), _caption(pack), formats)
    row, places = HEADING_ROWS, {}
    for name in _IN_SUMMARY:
        table = getattr(pack, name)
        sheet.set_row(row, 24)
        sheet.write_string(row, 0, table.title, formats.section)
        places[name] = row + 1
        row = write_block(sheet, table, row + 1, formats) + 1
    _set_margins(sheet, pack)
    headline, stages = (places["headline"], len(pack.headline.rows)), (places["stages"], len(pack.stages.rows))
    _chart(book, sheet, "column", block=headline, title="各资金状态累计（万元）", at=(HEADING_ROWS, 7))
    _chart(book, sheet, "bar", block=stages, title="各阶段项目数", at=(places["counts"] + 8, 7))
    sheet.print_area(0, 0, row, 16)


def _chart(book: xlsxwriter.Workbook, sheet: Worksheet, kind: str, **look: Any) -> None:
    """Put a chart of a block's first two columns into the cell ``at``.

    ``block`` is its heading row and how many rows follow.
    """
    (head, count), at = look["block"], look["at"]
    chart = book.add_chart({"type": kind})
    name = sheet.get_name()
    chart.add_series(
        {
            "categories": [name, head + 1, 0, head + count, 0],
            "values": [name, head + 1, 1, head + count, 1],
            "fill": {"color": _TEAL},
            "gap": 60,
            "data_labels": {"value": True, "font": {"name": _FONT, "size": 8, "color": _MUTED}},
        }
    )
    _dress(chart, look["title"], is_bar=kind == "bar")
    chart.set_size({"width": 620, "height": 380})
    sheet.insert_chart(at[0], at[1], chart)


def _dress(chart: Any, title: str, *, is_bar: bool, has_legend: bool = False) -> None:
    """Give a chart the look of the house: title at the left, direct labels, zero base, no box."""
    font = {"name": _FONT, "size": 9, "color": _MUTED}
    chart.set_title(
        {"name": title, "overlay": False, "layout": {"x": 0.02, "y": 0.03}, "name_font": font | {"size": 11}}
    )
    chart.set_legend({"position": "top", "font": font} if has_legend else {"none": True})
    chart.set_chartarea({"border": {"none": True}})
    category = {"num_font": font, "line": {"color": "#D8DEDF"}, "major_tick_mark": "none", "reverse": is_bar}
    value = {"min": 0, "visible": False, "major_gridlines": {"visible": False}}
    across, upward = (value, category) if is_bar else (category, value)
    chart.set_x_axis(across)
    chart.set_y_axis(upward)


def _write_table(book: xlsxwriter.Workbook, pack: PackTable, name: str, formats: Formats) -> None:
    table = getattr(pack, name)
    sheet = book.add_worksheet(table.title)
    set_up_page(sheet, table, paper=A3 if name in _WIDE_TABLES else A4)
    write_heading(sheet, title_of(pack, table.title), _caption(pack), formats)
    last = write_block(sheet, table, HEADING_ROWS, formats)
    if not table.rows:
        sheet.write_string(last, 0, table.notes[0] if table.notes else "没有记录。", formats.caption)
    elif name in ("by_source", "by_year"):
        last = _chart_of_states(book, sheet, table, last + 1)
    _set_margins(sheet, pack)
    sheet.print_area(0, 0, last, len(table.columns) - 1)


def _chart_of_states(book: xlsxwriter.Workbook, sheet: Worksheet, table: Table, at: int) -> int:
    """Put a chart of what was appropriated, received, paid and built below a table; return its last row."""
    chart = book.add_chart({"type": "column"})
    label = next(position for position, column in enumerate(table.columns) if column.kind.is_number) - 1
    first, final, name = HEADING_ROWS + 1, HEADING_ROWS + len(table.rows), sheet.get_name()
    colours = ("#BFD9DB", "#78ACB2", "#1E616D", "#9A6417")
    for key, colour in zip(("appropriated", "received", "paid", "work_done"), colours, strict=True):
        position = [column.key for column in table.columns].index(key)
        chart.add_series(
            {
                "name": [name, HEADING_ROWS, position],
                "categories": [name, first, label, final, label],
                "values": [name, first, position, final, position],
                "fill": {"color": colour},
                "gap": 80,
            }
        )
    _dress(chart, f"{table.title}的下达、到位、支付和完成投资（万元）", is_bar=False, has_legend=True)
    grid = {"visible": True, "line": {"color": "#D8DEDF"}}
    font = {"name": _FONT, "size": 9, "color": _MUTED}
    chart.set_y_axis(
        {"min": 0, "num_format": "#,##0", "num_font": font, "line": {"none": True}, "major_gridlines": grid}
    )
    chart.set_size({"width": 7 * sum(column.width for column in table.columns), "height": 360})
    sheet.insert_chart(at, 0, chart)
    return at + 16


def sheet_names(pack: PackTable) -> Sequence[str]:
    """Return the names of the sheets in order."""
    return ("封面", "摘要", *(table.title for name, table in pack.tables.items() if name not in _IN_SUMMARY))
