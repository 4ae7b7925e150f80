"""The same answers by plain SQL through the same driver, the same cells by plain XlsxWriter: what we compare with."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

_SHOWN = (
    "p.code, p.name, p.level, p.nature, p.stage, p.status, p.basis, p.accuracy, p.floor_area_m2, p.seats, "
    "p.total_investment_fen, p.completion_year, p.is_sample, "
    "(SELECT sum(amount_fen) FROM ledger_entry e WHERE e.project_id = p.id AND e.state = 'received')"
)
_TOTALS = ", ".join(
    f"sum({name}), count({name})"
    for name in ("site_area_m2", "floor_area_m2", "classes", "seats", "total_investment_fen")
)
FILTER = "p.district_id = (SELECT id FROM district WHERE adcode = ?) AND p.level = ?"
SEARCH = "p.search_text LIKE '%' || ? || '%'"


def rows(cursor: Any, where: str, values: tuple[str, ...], order: str = "p.code") -> list[Any]:
    """Return the first 50 rows."""
    statement = f"SELECT {_SHOWN} FROM project p JOIN district d ON d.id = p.district_id WHERE {where}"
    return list(cursor.execute(f"{statement} ORDER BY {order}, p.code LIMIT 50", values).fetchall())


def page(cursor: Any, where: str, values: tuple[str, ...], order: str = "p.code") -> None:
    """Fetch the first 50 rows, the count, and the totals of all rows."""
    rows(cursor, where, values, order)
    cursor.execute(f"SELECT count(*), {_TOTALS} FROM project p WHERE {where}", values).fetchall()
    money = "SELECT e.state, sum(e.amount_fen) FROM ledger_entry e JOIN project p ON p.id = e.project_id"
    cursor.execute(f"{money} WHERE e.state IN ('received', 'paid') AND {where} GROUP BY e.state", values).fetchall()


def summary(cursor: Any) -> None:
    """Fetch the funding summary by source and year, and how many projects it speaks of."""
    cursor.execute(
        "SELECT source, year, state, sum(amount_fen) FROM ledger_entry GROUP BY source, year, state"
    ).fetchall()
    cursor.execute("SELECT count(*) FROM project").fetchall()
    cursor.execute("SELECT count(DISTINCT project_id) FROM ledger_entry").fetchall()


def workbook(cells: list[list[Any]]) -> bytes:
    """Write cells row by row in constant memory."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_urls": False}) as book:
        sheet, plain = book.add_worksheet(), book.add_format({"num_format": "#,##0.00"})
        for number, row in enumerate(cells):
            for position, value in enumerate(row):
                if isinstance(value, int | float):
                    sheet.write_number(number, position, value, plain)
                else:
                    sheet.write_string(number, position, value or "", plain)
    return target.getvalue()
