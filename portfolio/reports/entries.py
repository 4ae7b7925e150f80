"""The ledger as a list: one row per entry that a filter means, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.sentences import say, several
from portfolio.domain.terms import MoneyState
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.models import LedgerEntry
from portfolio.store.queries.entries import EntryFilter, count_entries, list_entries, sum_entries
from portfolio.store.queries.register import Window

_COLUMNS = (
    Column("name", "项目名称", Kind.TEXT, 34),
    Column("code", "编码", Kind.CODE, 14),
    Column("district", "区县", Kind.TEXT, 10),
    Column("source", "资金来源", Kind.TERM, 18),
    Column("state", "资金状态", Kind.TERM, 10),
    Column("year", "年度", Kind.YEAR, 8),
    Column("month", "月份", Kind.YEAR, 6),
    Column("amount_fen", "金额", Kind.MONEY, 15),
    Column("document_no", "文号", Kind.TEXT, 22),
    Column("document_on", "文件日期", Kind.CODE, 12),
    Column("note", "说明", Kind.TEXT, 24),
    Column("entered", "登记", Kind.CODE, 22),
    Column("number", "记录号", Kind.CODE, 12),
)


@dataclass(frozen=True)
class Entries:
    """The list, and the sum of each state that has entries: states are never added together."""

    table: Table
    sums: dict[MoneyState, int]


def read_entries(session: Session, chosen: EntryFilter, *, window: Window | None = None) -> Entries:
    """Return the entries meant, all or one window of them; the total stands only where one state is chosen."""
    shown = window or Window()
    rows = [_row(entry) for entry in list_entries(session, chosen, limit=shown.limit, offset=shown.offset)]
    sums = {state: int(fen) for state, fen in sum_entries(session, chosen, LedgerEntry.state)}
    total = sums.get(chosen.state) if chosen.state else None
    totals = tuple("合计" if n == 0 else total if one.key == "amount_fen" else None for n, one in enumerate(_COLUMNS))
    count = count_entries(session, chosen)
    note = say("申请、计划、下达、到位、支付是同一笔钱的先后状态，不能相加；选定一种状态后才有合计。")
    return Entries(Table("资金记录", _COLUMNS, rows, totals if chosen.state else None, (note,), count), sums)


def _row(entry: Any) -> tuple[Any, ...]:
    reversal = say("冲销第 {number} 号", number=entry.reverses_id) if entry.reverses_id else None
    return (
        entry.name,
        entry.code,
        entry.district,
        entry.source,
        entry.state,
        entry.year,
        entry.month,
        entry.amount_fen,
        entry.document_no,
        entry.document_on.isoformat() if entry.document_on else None,
        several(filter(None, (reversal, entry.note)), "；") or None,
        f"{entry.entered_by} {entry.entered_at:%Y-%m-%d}",
        str(entry.id),
    )
