"""Tables as CSV that spreadsheet programs open safely: UTF-8 with a mark, and no cell that they would run."""

from __future__ import annotations

import csv
import datetime as dt
from typing import Any, TextIO

from portfolio.domain.quantities import MoneyUnit, fen_to
from portfolio.domain.terms import Term
from portfolio.reports.tables import Kind, Table

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_csv(target: TextIO, table: Table) -> None:
    """Write headings and rows; money in 万元 exact to the fen, unknown empty, no totals row.

    A text that a spreadsheet program would take for a formula gets an apostrophe before it.
    """
    target.write("\ufeff")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([column.heading for column in table.columns])
    kinds = [column.kind for column in table.columns]
    for row in table.rows:
        writer.writerow([plain(kind, value) for kind, value in zip(kinds, row, strict=True)])


def plain(kind: Kind, value: Any) -> str:
    """Return one value as text for a CSV cell."""
    if value is None:
        return ""
    if kind is Kind.MONEY:
        return format(fen_to(value, MoneyUnit.WAN), "f")
    if kind in (Kind.PERCENT, Kind.POINTS):
        return f"{value * 100:.1f}%" if kind is Kind.PERCENT else f"{value:.1f}"
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, Term):
        return value.label
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_DANGEROUS) else text
