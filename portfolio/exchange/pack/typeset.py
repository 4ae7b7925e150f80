"""The briefing as a PDF, typeset with its tables behind it; the fonts come with Python packages and are embedded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pylopdf_fonts_zh_cn
import typst

from portfolio.domain.clock import CHINA_TIME
from portfolio.domain.quantities import UNKNOWN, format_money, format_number, format_percent
from portfolio.exchange.wallmap_page import printable
from portfolio.reports.pack_briefing import briefing, chinese_day, control_line, stamp_lines
from portfolio.reports.pack_table import PackTable
from portfolio.reports.tables import Kind, Table

MOST_ROWS = 100
_TEMPLATE = Path(__file__).with_name("letter.typ")
_FONTS = Path(str(pylopdf_fonts_zh_cn.__file__)).parent
_BEHIND = (
    *("kpis", "by_source", "by_year", "matrix", "estimates"),
    *("exceptions", "by_project", "commitments", "definitions"),
)
_SHOWN = ("state", "amount", "earlier", "change")


def write_pdf(pack: PackTable, *, issuer: str | None = None, timeline: bytes | None = None) -> bytes:
    """Return the briefing as a PDF; with ``issuer`` under that office's red headline, with the ``timeline`` (SVG)."""
    compiler = typst.Compiler(_TEMPLATE, font_paths=[_FONTS], ignore_system_fonts=True)
    drawn = {"timeline": printable(timeline.decode()) if timeline else None}
    content = json.dumps(_content(pack, issuer) | drawn, ensure_ascii=False)
    moment = pack.stamp.made_at.astimezone(CHINA_TIME).replace(microsecond=0)
    return cast("bytes", compiler.compile(format="pdf", sys_inputs={"pack": content}, timestamp=moment))


def _content(pack: PackTable, issuer: str | None) -> dict[str, Any]:
    stamp = pack.stamp
    mark = "【演示数据】" if stamp.has_samples else ""
    return {
        "title": printable(f"{mark}{stamp.title}"),
        "author": printable(stamp.made_by),
        "day": f"（截至{chinese_day(stamp.as_of)}）",
        "issuer": printable(issuer) if issuer else None,
        "control": control_line(pack),
        "caption": printable(f"{stamp.scope}　截至 {stamp.as_of}　金额单位：万元，保留两位小数；未知为“{UNKNOWN}”"),
        "sections": [
            {
                "heading": section.heading,
                "sentences": [{"text": printable(one.text), "note": printable(one.note)} for one in section.sentences],
                "table": _sheet(_narrow(pack.headline)) if section.is_about_money else None,
            }
            for section in briefing(pack)
        ],
        "stamp": [[name, printable(value)] for name, value in stamp_lines(pack)],
        "tables": [_sheet(getattr(pack, name)) for name in _BEHIND],
    }


def _narrow(table: Table) -> Table:
    """Return the headline with the columns that fit beside the prose."""
    places = [position for position, column in enumerate(table.columns) if column.key in _SHOWN]
    rows = [[row[place] for place in places] for row in table.rows]
    return Table(table.title, [table.columns[place] for place in places], rows)


def _sheet(table: Table) -> dict[str, Any]:
    kinds = [column.kind for column in table.columns]
    totals = None if table.totals is None else ["合计", *_written(kinds, table.totals, blank="")[1:]]
    return {
        "title": table.title,
        "columns": [{"heading": one.heading, "kind": one.kind.value, "width": one.width} for one in table.columns],
        "rows": [_written(kinds, row) for row in table.rows[:MOST_ROWS]],
        "totals": totals,
        "notes": [*table.notes, *_left_off(table)],
    }


def _left_off(table: Table) -> list[str]:
    """Say that a table goes on elsewhere: ten thousand rows would take typst two gigabytes."""
    count = len(table.rows)
    if count <= MOST_ROWS:
        return []
    return [f"本表共 {count} 行，这里列前 {MOST_ROWS} 行；合计为全部各行之和，其余各行见 Excel 数据表和 CSV 数据。"]


def _written(kinds: Sequence[Kind], row: Sequence[Any], blank: str = UNKNOWN) -> list[str]:
    return [written(kind, value) if value is not None else blank for kind, value in zip(kinds, row, strict=True)]


def written(kind: Kind, value: str | int | Decimal | None) -> str:
    """Write one value for a reader."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, str):
        return printable(value)
    if kind is Kind.MONEY:
        return format_money(int(value))
    if kind is Kind.PERCENT:
        return format_percent(value, 1)
    if kind is Kind.POINTS:
        return f"{value:+.1f}"
    return str(value) if kind is Kind.YEAR else format_number(value)
