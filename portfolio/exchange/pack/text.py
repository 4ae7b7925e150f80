"""The pack as one CSV file: what it says of itself, then every table under its title."""

from __future__ import annotations

import csv
from typing import TextIO

from portfolio.exchange.csvfile import plain
from portfolio.reports.pack_briefing import stamp_lines
from portfolio.reports.pack_table import PackTable
from portfolio.reports.tables import Kind, Table


def write_pack_csv(target: TextIO, pack: PackTable) -> None:
    """Write the stamp and every table with its totals; money in 万元 exact to the fen, unknown empty."""
    target.write("\ufeff")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([plain(Kind.TEXT, pack.stamp.title)])
    for name, value in stamp_lines(pack):
        writer.writerow([name, plain(Kind.TEXT, value)])
    for table in pack.tables.values():
        writer.writerow([])
        writer.writerow([table.title])
        writer.writerow([column.heading for column in table.columns])
        writer.writerows(_rows(table))


def _rows(table: Table) -> list[list[str]]:
    kinds = [column.kind for column in table.columns]
    rows = [[plain(kind, value) for kind, value in zip(kinds, row, strict=True)] for row in table.rows]
    if table.totals is not None:
        totals = [plain(kind, value) for kind, value in zip(kinds, table.totals, strict=True)]
        rows.append(["合计", *totals[1:]])
    return rows
