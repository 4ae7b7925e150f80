"""Funding summaries. Amounts are whole fen; a state without entries is None, not zero."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from sqlalchemy.orm import Session

from portfolio.domain.sentences import Sentence, say
from portfolio.domain.terms import MoneyState, Source
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.queries import ledger
from portfolio.store.queries.projects import ProjectFilter, count_projects

Side = TypeVar("Side", bound=Hashable)

STATES = tuple(MoneyState)
_STATE_COLUMNS = tuple(Column(state.value, state.label, Kind.MONEY, 15) for state in STATES)
_SUMMARY_COLUMNS = (
    Column("group", "来源类别", Kind.TEXT, 12),
    Column("source", "资金来源", Kind.TERM, 18),
    Column("year", "年度", Kind.YEAR, 8),
    *_STATE_COLUMNS,
)
_PROJECT_COLUMNS = (
    Column("name", "项目名称", Kind.TEXT, 34),
    Column("code", "编码", Kind.CODE, 14),
    Column("district", "区县", Kind.TEXT, 10),
    *_STATE_COLUMNS,
)


@dataclass(frozen=True)
class SummaryItem:
    """One amount of the summary, for machines."""

    source: Source
    year: int
    state: MoneyState
    amount_fen: int


@dataclass(frozen=True)
class Matrix:
    """One state by source and year: one row per source, one column per year; its sums by either side."""

    state: MoneyState
    table: Table
    by_source: Mapping[Source, int]
    by_year: Mapping[int, int]
    total_fen: int | None


@dataclass(frozen=True)
class Funding:
    """The whole ledger of the projects meant in one sum per source, year and state; every table of it is cut from that.

    ``projects`` are meant, ``known`` of them have entries.
    """

    items: Sequence[SummaryItem]
    projects: int
    known: int

    @cached_property
    def totals(self) -> dict[MoneyState, int]:
        """Return the sum of each state that has entries."""
        return _sum_by(self.items, lambda item: item.state)

    @property
    def notes(self) -> list[Sentence]:
        """Say how many projects the figures speak of."""
        return [
            say(
                "共 {count} 个项目，其中 {known} 个登记了资金，{unknown} 个没有资金记录，未计入。",
                count=self.projects,
                known=self.known,
                unknown=self.projects - self.known,
            ),
            say("申请、计划、下达、到位、支付是同一笔钱的先后状态，不能相加；完成投资是工作量，不是付款。"),
        ]

    def summary(self) -> Table:
        """Return one row per source and year that has entries, sources in tree order, with every state."""
        sums: dict[tuple[Source, int], dict[MoneyState, int]] = defaultdict(dict)
        for item in self.items:
            sums[item.source, item.year][item.state] = item.amount_fen
        rows = [(say(source.group), source, year, *_states(states)) for (source, year), states in sums.items()]
        totals = ("合计", None, None, *_states(self.totals))
        return Table("资金来源与年度", _SUMMARY_COLUMNS, rows, totals, self.notes)

    def matrix(self, state: MoneyState) -> Matrix:
        """Return one state as a matrix of sources and years."""
        items = [item for item in self.items if item.state is state]
        cells = {(item.source, item.year): item.amount_fen for item in items}
        by_source = _sum_by(items, lambda item: item.source)
        by_year = dict(sorted(_sum_by(items, lambda item: item.year).items()))
        rows = [(source, *(cells.get((source, year)) for year in by_year), by_source[source]) for source in by_source]
        total = sum(by_year.values()) if items else None
        columns = (
            Column("source", "资金来源", Kind.TERM, 18),
            *(Column(str(year), str(year), Kind.MONEY, 14) for year in by_year),
            Column("total", "合计", Kind.MONEY, 15),
        )
        totals = ("合计", *(by_year[year] for year in by_year), total)
        return Matrix(state, Table("来源与年度", columns, rows, totals, self.notes), by_source, by_year, total)


def read_funding(session: Session, chosen: ProjectFilter) -> Funding:
    """Add up the ledger of the projects meant."""
    found = [SummaryItem(*row[:3], int(row[3])) for row in ledger.sum_by_source_and_year(session, chosen)]
    sources, states = list(Source), list(MoneyState)
    items = sorted(found, key=lambda item: (sources.index(item.source), item.year, states.index(item.state)))
    return Funding(items, count_projects(session, chosen), ledger.count_projects_with_entries(session, chosen))


def summary_table(session: Session, chosen: ProjectFilter) -> Table:
    """Return the summary by source and year: one row per source and year that has entries, sources in tree order."""
    return read_funding(session, chosen).summary()


def read_matrix(session: Session, chosen: ProjectFilter, state: MoneyState) -> Matrix:
    """Return one state by source and year."""
    return read_funding(session, chosen).matrix(state)


def project_table(
    session: Session,
    chosen: ProjectFilter,
    *,
    limit: int | None = None,
    offset: int = 0,
    funding: Funding | None = None,
) -> Table:
    """Return the summary by project: one row per project that has entries, by code; with ``limit`` a window of them.

    The totals are those of all projects meant; ``funding`` is handed over where they are known already.
    """
    whole = funding or read_funding(session, chosen)
    sums: dict[tuple[str, str, str], dict[MoneyState, int]] = defaultdict(dict)
    for row in ledger.sum_by_project(session, chosen, limit=limit, offset=offset):
        sums[row.name, row.code, row.district][row.state] = int(row.fen)
    rows = [(*key, *_states(states)) for key, states in sums.items()]
    totals = ("合计", None, None, *_states(whole.totals))
    return Table("按项目", _PROJECT_COLUMNS, rows, totals, whole.notes, whole.known)


def summary_items(session: Session, chosen: ProjectFilter) -> Sequence[SummaryItem]:
    """Return the summary by source, year and state: one item per combination that has entries."""
    return read_funding(session, chosen).items


def _sum_by(items: Iterable[SummaryItem], side: Callable[[SummaryItem], Side]) -> dict[Side, int]:
    sums: dict[Side, int] = {}
    for item in items:
        sums[side(item)] = sums.get(side(item), 0) + item.amount_fen
    return sums


def _states(sums: Mapping[MoneyState, int]) -> tuple[int | None, ...]:
    return tuple(sums.get(state) for state in STATES)
