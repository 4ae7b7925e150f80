"""The curve of money over time: the plan as first set, the plan in force, what was done and paid, what is to come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from portfolio.domain.sentences import say
from portfolio.domain.terms import MoneyState, Source
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.queries.cashflow import Quarter, quarter_of, sum_actual, sum_planned
from portfolio.store.queries.entries import EntryFilter
from portfolio.store.queries.projects import ProjectFilter

SERIES = ("baseline", "plan", "actual", "paid", "forecast")
_COLUMNS = (
    Column("quarter", "季度", Kind.TEXT, 10),
    Column("planned", "当季计划", Kind.MONEY, 15),
    Column("done", "当季完成投资", Kind.MONEY, 15),
    Column("baseline", "首次计划累计", Kind.MONEY, 15),
    Column("plan", "现行计划累计", Kind.MONEY, 15),
    Column("actual", "完成投资累计", Kind.MONEY, 15),
    Column("paid", "支付累计", Kind.MONEY, 15),
    Column("forecast", "预测累计", Kind.MONEY, 15),
)
_NOTES = (
    say("首次计划是各年度第一次下达的计划，现行计划含历次调整；只有全年数的计划列在第四季度。"),
    say(
        "完成投资和支付按记录的日期归入季度，日期在预算年度以外的，归入该年度的第一或第四季度，各季度之和等于年度合计。"
    ),
    say(
        "预测只用已下达的计划：当年 = 已完成 + 当年计划未完成部分（先按其余各季度的计划，"
        "剩余的在第四季度），以后年度 = 已下达的计划；以前年度没有完成的不顺延，"
        "没有计划的年度不预测。"
    ),
)
_QUARTER_NOTE = say("只有全年数的计划列在第四季度；完成投资和支付按记录的日期归入季度。")


@dataclass(frozen=True)
class CashFlow:
    """The table, one row per quarter, and its cumulative series by name; ``now`` is the place of the as-of quarter."""

    as_of: dt.date
    table: Table
    quarters: Sequence[Quarter]
    series: Mapping[str, Sequence[int | None]]
    now: int | None


def read_cashflow(session: Session, chosen: ProjectFilter, as_of: dt.date, *, source: Source | None = None) -> CashFlow:
    """Return the curve of the projects meant, of one source or of all, as it stood on a day."""
    wanted = EntryFilter(projects=chosen, source=source, until=as_of)
    baseline, plan = sum_planned(session, wanted)
    actual = sum_actual(session, wanted)
    done, paid = actual[MoneyState.WORK_DONE], actual[MoneyState.PAID]
    quarters = list(_span({*baseline, *plan, *done, *paid}))
    current = quarter_of(as_of)
    series = {
        "baseline": _cumulate(quarters, baseline),
        "plan": _cumulate(quarters, plan),
        "actual": _cumulate(quarters, done, until=current),
        "paid": _cumulate(quarters, paid, until=current),
        "forecast": _forecast(quarters, plan, done, current),
    }
    rows = [
        (
            f"{one[0]}-Q{one[1]}",
            plan.get(one),
            done.get(one),
            *(series[key][place] for key in SERIES),
        )
        for place, one in enumerate(quarters)
    ]
    now = quarters.index(current) if current in quarters else None
    return CashFlow(as_of, Table("资金曲线", _COLUMNS, rows, None, _NOTES, len(rows)), quarters, series, now)


def plan_by_quarter(session: Session, chosen: ProjectFilter, year: int, as_of: dt.date) -> Table:
    """Return plan against actual of a year: its four quarters, no row where the year has neither."""
    wanted = EntryFilter(projects=chosen, until=as_of)
    plan, actual = sum_planned(session, wanted)[1], sum_actual(session, replace(wanted, year=year))
    sums = (plan, actual[MoneyState.WORK_DONE], actual[MoneyState.PAID])
    found = [[one.get((year, number)) for one in sums] for number in range(1, 5)]
    rows = [(f"{year}-Q{number}", *fen) for number, fen in enumerate(found, start=1)]
    known = [[fen for fen in column if fen is not None] for column in zip(*found, strict=True)]
    totals = ("合计", *(sum(column) if column else None for column in known))
    columns = (
        Column("quarter", "季度", Kind.TEXT, 10),
        Column("plan", "年度计划投资", Kind.MONEY, 15),
        Column("work_done", "完成投资", Kind.MONEY, 15),
        Column("paid", "支付", Kind.MONEY, 15),
    )
    shown = rows if any(known) else []
    return Table("年度计划按季度", columns, shown, totals, (_QUARTER_NOTE,), len(shown))


def _span(found: set[Quarter]) -> Iterator[Quarter]:
    """Yield every quarter from the first to the last year that has a figure."""
    if found:
        for year in range(min(found)[0], max(found)[0] + 1):
            yield from ((year, number) for number in range(1, 5))


def _cumulate(
    quarters: Sequence[Quarter], sums: Mapping[Quarter, int], *, until: Quarter | None = None
) -> list[int | None]:
    """Return the running total; nothing before the first figure and after ``until``, or where there is no figure."""
    first = min(sums, default=None)
    total = 0
    found: list[int | None] = []
    for quarter in quarters:
        total += sums.get(quarter, 0)
        is_shown = first is not None and quarter >= first and (until is None or quarter <= until)
        found.append(total if is_shown else None)
    return found


def _forecast(
    quarters: Sequence[Quarter], plan: Mapping[Quarter, int], done: Mapping[Quarter, int], current: Quarter
) -> list[int | None]:
    """Return what is done up to the current quarter, and from there on what the plans in force leave to be done."""
    year, number = current
    so_far = sum(fen for quarter, fen in done.items() if quarter <= current)
    of_year = sum(fen for quarter, fen in done.items() if quarter[0] == year and quarter <= current)
    left = max(0, sum(fen for quarter, fen in plan.items() if quarter[0] == year) - of_year)
    to_come = {quarter for quarter, fen in plan.items() if fen > 0 and quarter[0] > year}
    if not left and not to_come:
        return [None] * len(quarters)
    last = max({*to_come, (year, 4)})
    total, left = (so_far + left, 0) if number == 4 else (so_far, left)
    found: list[int | None] = []
    for quarter in quarters:
        if current < quarter <= last:
            step, left = _step(quarter, plan.get(quarter, 0), left, year)
            total += step
        found.append(total if current <= quarter <= last else None)
    return found


def _step(quarter: Quarter, planned: int, left: int, year: int) -> tuple[int, int]:
    """Return what a coming quarter adds, and what the current year then still leaves."""
    if quarter[0] > year:
        return planned, left
    step = left if quarter[1] == 4 else min(planned, left)
    return step, left - step
