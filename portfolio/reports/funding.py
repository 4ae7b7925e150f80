"""Funding summaries. Amounts are whole fen; a state without entries is None, not zero."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.terms import MoneyState, Source
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.queries import ledger
from portfolio.store.queries.projects import ProjectFilter, count_projects

STATES = tuple(MoneyState)
_STATE_COLUMNS = tuple(Column(state.value, state.label, Kind.MONEY, 15) for state in STATES)


def summary_table(session: Session, chosen: ProjectFilter) -> Table:
    """Return the summary by source and year: one row per source and year that has entries, sources in tree order."""
    sums: dict[tuple[Source, int], dict[MoneyState, int]] = defaultdict(dict)
    for source, year, state, fen in ledger.sum_by_source_and_year(session, chosen):
        sums[source, year][state] = int(fen)
    order = list(Source)
    keys = sorted(sums, key=lambda key: (order.index(key[0]), key[1]))
    rows = [(source.group, source, year, *_states(sums[source, year])) for source, year in keys]
    columns = (
        Column("group", "来源类别", Kind.TEXT, 12),
        Column("source", "资金来源", Kind.TERM, 18),
        Column("year", "年度", Kind.YEAR, 8),
        *_STATE_COLUMNS,
    )
    totals = ("合计", None, None, *_sums(rows, skip=3))
    return Table("资金来源与年度", columns, rows, totals, coverage_notes(session, chosen))


def project_table(session: Session, chosen: ProjectFilter, *, limit: int | None = None, offset: int = 0) -> Table:
    """Return the summary by project: one row per project that has entries, by code; with ``limit`` a window of them.

    The totals are those of all projects meant.
    """
    sums: dict[tuple[str, str, str], dict[MoneyState, int]] = defaultdict(dict)
    for row in ledger.sum_by_project(session, chosen, limit=limit, offset=offset):
        sums[row.code, row.name, row.district][row.state] = int(row.fen)
    rows = [(*key, *_states(sums[key])) for key in sorted(sums)]
    columns = (
        Column("code", "编码", Kind.CODE, 14),
        Column("name", "项目名称", Kind.TEXT, 34),
        Column("district", "区县", Kind.TEXT, 10),
        *_STATE_COLUMNS,
    )
    totals = ("合计", None, None, *_states(ledger.sum_states(session, chosen)))
    count = ledger.count_projects_with_entries(session, chosen)
    return Table("按项目", columns, rows, totals, coverage_notes(session, chosen), count)


def coverage_notes(session: Session, chosen: ProjectFilter) -> list[str]:
    """Say how many projects the figures speak of."""
    count = count_projects(session, chosen)
    known = ledger.count_projects_with_entries(session, chosen)
    return [
        f"共 {count} 个项目，其中 {known} 个登记了资金，{count - known} 个没有资金记录，未计入。",
        "申请、计划、下达、到位、支付是同一笔钱的先后状态，不能相加；完成投资是工作量，不是付款。",
    ]


@dataclass(frozen=True)
class SummaryItem:
    """One amount of the summary, for machines."""

    source: Source
    year: int
    state: MoneyState
    amount_fen: int


def summary_items(session: Session, chosen: ProjectFilter) -> list[SummaryItem]:
    """Return the summary by source, year and state: one item per combination that has entries."""
    found = [SummaryItem(*row[:3], int(row[3])) for row in ledger.sum_by_source_and_year(session, chosen)]
    sources, states = list(Source), list(MoneyState)
    return sorted(found, key=lambda item: (sources.index(item.source), item.year, states.index(item.state)))


def _states(sums: dict[MoneyState, int]) -> tuple[int | None, ...]:
    return tuple(sums.get(state) for state in STATES)


def _sums(rows: Sequence[Sequence[Any]], *, skip: int) -> Iterable[int | None]:
    columns = list(zip(*rows, strict=True))[skip:] if rows else [()] * len(STATES)
    known = [[value for value in column if value is not None] for column in columns]
    return [sum(values) if values else None for values in known]
