"""The leadership pack (报告) as one frozen value: every file of a pack is a rendering of it.

Values are plain: text, whole numbers, decimals, None. Money is whole fen.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from portfolio.domain.errors import RuleError
from portfolio.domain.quantities import format_money
from portfolio.domain.sentences import Sentence, say
from portfolio.domain.terms import MoneyState, Term
from portfolio.reports.tables import Column, Kind, Table

STATE_KEYS = tuple(state.value for state in MoneyState)
_EXACT = (Kind.AREA, Kind.QUANTITY, Kind.PERCENT, Kind.POINTS)
_NOT_HASHED = ("made_at", "made_by")  # the same figures have the same hash, whoever makes them


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What every file of a pack says of itself. ``query`` opens the same projects on the pages."""

    title: str
    scope: str
    query: str
    as_of: dt.date
    made_at: dt.datetime
    made_by: str
    has_samples: bool
    projects: int
    without_money: int
    without_investment: int
    without_stage: int
    earlier_as_of: dt.date | None = None
    earlier_hash: str | None = None


@dataclass(frozen=True, kw_only=True)
class PackTable:
    """One pack: its stamp and its tables, in the order in which the files show them."""

    stamp: Stamp
    headline: Table
    counts: Table
    kpis: Table
    by_source: Table
    by_year: Table
    matrix: Table
    stages: Table
    by_project: Table
    estimates: Table
    exceptions: Table
    commitments: Table
    definitions: Table

    @property
    def tables(self) -> dict[str, Table]:
        """Return the tables by their names."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "stamp"}

    @property
    def amounts(self) -> dict[str, int | None]:
        """Return the sum of each money state over all projects; None where there is no entry."""
        return dict(zip(STATE_KEYS, values(self.headline, "amount"), strict=True))

    @property
    def control_fen(self) -> int:
        """Return the sum of all states: no figure of its own, only a number by which two files can be compared."""
        return sum(fen or 0 for fen in self.amounts.values())

    @cached_property
    def hash(self) -> str:
        """Return the SHA-256 over every figure and every text but who made it and when."""
        content = _plain(self)
        stamp = {key: value for key, value in content["stamp"].items() if key not in _NOT_HASHED}
        return hashlib.sha256(_canonical({**content, "stamp": stamp}).encode()).hexdigest()

    @property
    def short_hash(self) -> str:
        """Return the part of the hash that the files print."""
        return self.hash[:8].upper()


def values(table: Table, key: str) -> list[Any]:
    """Return one column's values."""
    position = [column.key for column in table.columns].index(key)
    return [row[position] for row in table.rows]


def plain_table(table: Table) -> Table:
    """Return a table with its terms as their labels."""
    columns = tuple(replace(one, kind=Kind.TEXT) if one.kind is Kind.TERM else one for one in table.columns)
    rows = tuple(tuple(one.label if isinstance(one, Term) else one for one in row) for row in table.rows)
    return Table(table.title, columns, rows, None, tuple(table.notes), len(rows))


def check_sums(pack: PackTable) -> None:
    """Refuse a pack whose sums by source, by year and by project are not its headline.

    Raises
    ------
    RuleError
        Naming the table, the row and the state that differ, and by how much.
    """
    by_source, by_year = _sums_of_matrix(pack.matrix, "source"), _sums_of_matrix(pack.matrix, "year")
    for state in MoneyState:
        headline = pack.amounts[state] or 0
        for table, key, whole in ((pack.by_source, "source", by_source), (pack.by_year, "year", by_year)):
            for name, fen in zip(values(table, key), values(table, state), strict=True):
                what = say("“{table}”中“{row}”一行的{state}", table=say(table.title), row=name, state=state)
                _same(fen, whole.get((name, state)), what, say(pack.matrix.title))
        for table in (pack.by_source, pack.by_year, pack.matrix, pack.by_project):
            whole_of, title = say("总数"), say(table.title)
            rows = say("“{table}”各行的{state}", table=title, state=state)
            _same(sum(fen or 0 for fen in values(table, state)), headline, rows, whole_of)
            _same(_total(table, state), headline, say("“{table}”合计行的{state}", table=title, state=state), whole_of)


def _sums_of_matrix(matrix: Table, key: str) -> dict[tuple[Any, str], int]:
    sums: dict[tuple[Any, str], int] = {}
    for state in STATE_KEYS:
        for name, fen in zip(values(matrix, key), values(matrix, state), strict=True):
            sums[name, state] = sums.get((name, state), 0) + (fen or 0)
    return sums


def _total(table: Table, key: str) -> int | None:
    position = [column.key for column in table.columns].index(key)
    return None if table.totals is None else table.totals[position]


def _same(found: int | None, wanted: int | None, what: Sentence, other: Sentence) -> None:
    found, wanted = found or 0, wanted or 0
    if found != wanted:
        raise RuleError(
            say(
                "{what}合计 {found} 万元，与“{other}”的 {wanted} 万元相差 {difference} 万元，报告没有生成。"
                "请管理员运行 portfolio check 核对资金台账后重试。",
                what=what,
                found=format_money(found),
                other=other,
                wanted=format_money(wanted),
                difference=format_money(found - wanted),
            )
        )


def to_json(pack: PackTable) -> str:
    """Return the pack as canonical JSON: the same pack is the same text."""
    return _canonical(_plain(pack))


def from_json(text: str) -> PackTable:
    """Return the pack that ``to_json`` wrote."""
    content = json.loads(text)
    stamp = content.pop("stamp")
    for key in ("as_of", "earlier_as_of"):
        stamp[key] = dt.date.fromisoformat(stamp[key]) if stamp[key] else None
    stamp["made_at"] = dt.datetime.fromisoformat(stamp["made_at"])
    return PackTable(stamp=Stamp(**stamp), **{name: _table(one) for name, one in content.items()})


def _plain(pack: PackTable) -> dict[str, Any]:
    stamp = {key: str(one) if isinstance(one, dt.date) else one for key, one in asdict(pack.stamp).items()}
    return {"stamp": stamp} | {name: _plain_table(table) for name, table in pack.tables.items()}


def _plain_table(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "columns": [[one.key, one.label, one.kind.value, one.width] for one in table.columns],
        "rows": [_plain_row(row) for row in table.rows],
        "totals": None if table.totals is None else _plain_row(table.totals),
        "notes": list(table.notes),
    }


def _plain_row(row: Sequence[Any]) -> list[Any]:
    return [format(value, "f") if isinstance(value, Decimal) else value for value in row]


def _table(content: dict[str, Any]) -> Table:
    columns = tuple(Column(key, label, Kind(kind), width) for key, label, kind, width in content["columns"])
    kinds = [column.kind for column in columns]
    rows = tuple(_typed_row(kinds, row) for row in content["rows"])
    totals = None if content["totals"] is None else _typed_row(kinds, content["totals"])
    return Table(content["title"], columns, rows, totals, tuple(content["notes"]), len(rows))


def _typed_row(kinds: Sequence[Kind], row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(
        Decimal(value) if kind in _EXACT and value is not None else value
        for kind, value in zip(kinds, row, strict=True)
    )


def _canonical(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
