"""Annual investment plans against what was done. Amounts are whole fen; nothing entered is None, not zero."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.sentences import say
from portfolio.domain.terms import MoneyState, Source
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.models import LedgerEntry, PlanChange, PlanLine, Project
from portfolio.store.queries import investment, ledger
from portfolio.store.queries.entries import EntryFilter, sum_entries
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.register import Window

ACTUAL = (MoneyState.WORK_DONE, MoneyState.APPROPRIATED, MoneyState.RECEIVED, MoneyState.PAID)
STATE_KEYS = frozenset(state.value for state in ACTUAL)
ROLLING_YEARS = 3
_PLAN = "plan"
_PROJECT_COLUMNS = (
    Column("name", "项目名称", Kind.TEXT, 34),
    Column("code", "编码", Kind.CODE, 14),
    Column("district", "区县", Kind.TEXT, 10),
)
_FIGURE_COLUMNS = (
    Column("plan", "年度计划投资", Kind.MONEY, 15),
    Column("work_done", "完成投资", Kind.MONEY, 15),
    Column("left", "计划未完成", Kind.MONEY, 15),
    Column("share", "投资进度", Kind.PERCENT, 10),
    Column("appropriated", "下达", Kind.MONEY, 15),
    Column("received", "到位", Kind.MONEY, 15),
    Column("paid", "支付", Kind.MONEY, 15),
)
_NOTE = say(
    "年度计划投资是当年要完成的工作量，按项目、资金来源和季度下达或调整，"
    "现行计划为历次决定之和；资金记录中的“计划”是已列入计划的资金，两者不相加。"
)

_LATER_NOTE = say(
    "以后年度 = 总投资 − 以前年度完成投资 − 三年计划；总投资未填的不计算。总投资与以前年度只列到项目，不合计。"
)


def plan_table(
    session: Session, chosen: ProjectFilter, year: int, as_of: dt.date, *, window: Window | None = None
) -> Table:
    """Return plan against actual of a year: one row per project with a plan or with money of that year, by code.

    The totals are those of all projects meant, whatever the window.
    """
    wanted = EntryFilter(projects=chosen, year=year, until=as_of)
    rows = investment.list_projects_with_figures(session, wanted, ACTUAL, (year,), window=window)
    shown = replace(wanted, projects=replace(chosen, codes=tuple(row.code for row in rows))) if window else wanted
    sums = _sums(session, shown, by_project=True) if rows else {}
    lines = [(row.name, row.code, row.district, *_figures(sums.get(row.id, {}))) for row in rows]
    totals = ("合计", None, None, *_figures(_sums(session, wanted).get(None, {})))
    count = investment.count_projects_with_figures(session, wanted, ACTUAL, (year,)) if window else len(lines)
    return Table("年度投资计划", (*_PROJECT_COLUMNS, *_FIGURE_COLUMNS), lines, totals, (_NOTE,), count)


def plan_by_source(session: Session, chosen: ProjectFilter, year: int, as_of: dt.date) -> Table:
    """Return plan against actual of a year: one row per source that has either, in tree order."""
    wanted = EntryFilter(projects=chosen, year=year, until=as_of)
    sums: dict[Source, dict[str, int]] = defaultdict(dict)
    for source, state, fen in sum_entries(session, wanted, LedgerEntry.source, LedgerEntry.state):
        sums[source][state.value] = int(fen)
    for source, fen in investment.sum_plan(session, wanted, PlanLine.source):
        sums[source][_PLAN] = int(fen)
    rows = [(source, *_figures(sums[source])) for source in Source if set(sums.get(source, ())) & _SHOWN]
    totals = ("合计", *_figures(_sums(session, wanted).get(None, {})))
    columns = (Column("source", "资金来源", Kind.TERM, 18), *_FIGURE_COLUMNS)
    return Table("年度计划按来源", columns, rows, totals, (_NOTE,), len(rows))


_SHOWN = STATE_KEYS | {_PLAN}


def _sums(session: Session, wanted: EntryFilter, *, by_project: bool = False) -> dict[int | None, dict[str, int]]:
    """Return fen by state, and the plan, for each project number; under None for all together."""
    entries, plans = ((LedgerEntry.project_id,), (PlanChange.project_id,)) if by_project else ((), ())
    found: dict[int | None, dict[str, int]] = defaultdict(dict)
    for *key, state, fen in sum_entries(session, wanted, *entries, LedgerEntry.state):
        found[key[0] if key else None][state.value] = int(fen)
    for *key, fen in investment.sum_plan(session, wanted, *plans):
        if fen is not None:
            found[key[0] if key else None][_PLAN] = int(fen)
    return found


def _figures(sums: Mapping[str, int]) -> tuple[Any, ...]:
    plan, done = sums.get(_PLAN), sums.get(MoneyState.WORK_DONE.value)
    left = None if plan is None else plan - (done or 0)
    share = None if done is None or not plan else Decimal(done) / plan
    money = (sums.get(state.value) for state in ACTUAL[1:])
    return (plan, done, left, share, *money)


def rolling_table(session: Session, chosen: ProjectFilter, first_year: int, *, window: Window | None = None) -> Table:
    """Return the three-year plan: one row per project with a plan in one of the years, by code.

    What is left for later years is the total investment less what was done before and what the three years plan.
    """
    years = range(first_year, first_year + ROLLING_YEARS)
    wanted = EntryFilter(projects=chosen)
    rows = investment.list_projects_with_figures(session, wanted, (), tuple(years), window=window)
    shown = EntryFilter(projects=replace(chosen, codes=tuple(row.code for row in rows))) if window else wanted
    plans, done = _plans(session, shown), _done_before(session, shown, first_year)
    lines = [
        (row.name, row.code, row.district, row.total_investment_fen, *_rolling(row, plans.get(row.id, {}), done, years))
        for row in rows
    ]
    columns = (
        *_PROJECT_COLUMNS,
        Column("total_investment_fen", "总投资", Kind.MONEY, 15),
        Column("done_before", "以前年度完成投资", Kind.MONEY, 15),
        *(Column(f"plan_{year}", str(year), Kind.MONEY, 15) for year in years),
        Column("three_years", "三年合计", Kind.MONEY, 15),
        Column("later", "以后年度", Kind.MONEY, 15),
    )
    count = investment.count_projects_with_figures(session, wanted, (), tuple(years)) if window else len(lines)
    totals = ("合计", None, None, None, None, *_rolling_totals(session, wanted, years), None)
    return Table("三年滚动投资计划", columns, lines, totals, (_NOTE, _LATER_NOTE), count)


def _plans(session: Session, wanted: EntryFilter) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for number, year, fen in investment.sum_plan(session, wanted, PlanChange.project_id, PlanChange.year):
        found[number][year] = int(fen)
    return found


def _done_before(session: Session, wanted: EntryFilter, first_year: int) -> dict[int, int]:
    done = replace(wanted, state=MoneyState.WORK_DONE)
    sums: dict[int, int] = {}
    for number, year, fen in sum_entries(session, done, LedgerEntry.project_id, LedgerEntry.year):
        if year < first_year:
            sums[number] = sums.get(number, 0) + int(fen)
    return sums


def _rolling(row: Any, plans: Mapping[int, int], done: Mapping[int, int], years: range) -> tuple[int | None, ...]:
    planned = [plans.get(year) for year in years]
    three, before = sum(fen or 0 for fen in planned), done.get(row.id)
    total = row.total_investment_fen
    return (before, *planned, three, None if total is None else total - (before or 0) - three)


def _rolling_totals(session: Session, wanted: EntryFilter, years: range) -> tuple[int | None, ...]:
    sums = {year: int(fen) for year, fen in investment.sum_plan(session, wanted, PlanChange.year)}
    planned = [sums.get(year) for year in years]
    known = [fen for fen in planned if fen is not None]
    return (*planned, sum(known) if known else None)


@dataclass(frozen=True)
class PlanYear:
    """One year of a project: its plan by quarter (None for what names the year alone) and what was done."""

    year: int
    plan_fen: int | None
    by_quarter: Mapping[int | None, int]
    sums: Mapping[MoneyState, int]
    decisions: int

    @property
    def share(self) -> Decimal | None:
        """Return 投资进度 of the year."""
        done = self.sums.get(MoneyState.WORK_DONE)
        return None if done is None or not self.plan_fen else Decimal(done) / self.plan_fen


def project_plans(session: Session, project: Project) -> tuple[Sequence[PlanYear], Sequence[PlanChange]]:
    """Return each year with a plan or with work done, newest first, and every decision, newest first."""
    changes = investment.list_plan_changes(session, project)
    cells: dict[int, dict[int | None, int]] = defaultdict(lambda: defaultdict(int))
    for change in changes:
        for line in change.lines:
            cells[change.year][line.quarter] += line.amount_fen
    sums = _by_year(ledger.list_entries(session, project))
    years = sorted({*cells, *(year for year, states in sums.items() if MoneyState.WORK_DONE in states)}, reverse=True)
    return [_plan_year(year, cells, sums, changes) for year in years], changes


def _by_year(entries: Sequence[LedgerEntry]) -> dict[int, dict[MoneyState, int]]:
    sums: dict[int, dict[MoneyState, int]] = defaultdict(dict)
    for entry in entries:
        sums[entry.year][entry.state] = sums[entry.year].get(entry.state, 0) + entry.amount_fen
    return sums


def _plan_year(
    year: int,
    cells: Mapping[int, Mapping[int | None, int]],
    sums: Mapping[int, Mapping[MoneyState, int]],
    changes: Sequence[PlanChange],
) -> PlanYear:
    quarters = cells.get(year)
    plan = None if quarters is None else sum(quarters.values())
    return PlanYear(year, plan, quarters or {}, sums.get(year, {}), sum(change.year == year for change in changes))
