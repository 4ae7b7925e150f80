"""The curve of money: quarters add up to years, and the forecast is nothing but what plans leave to be done."""

from __future__ import annotations

import datetime as dt

import time_machine
from sqlalchemy.orm import Session

from portfolio.domain.terms import MoneyState, Source
from portfolio.reports.cashflow import read_cashflow
from portfolio.reports.funding import read_matrix
from portfolio.store.models import Project
from portfolio.store.queries.projects import ProjectFilter
from tests.builders import make_entry, make_plan, make_project

ALL = ProjectFilter()
WAN = 1_000_000
DONE = MoneyState.WORK_DONE


def wan(values: object) -> list[int | None]:
    return [None if value is None else value // WAN for value in values]  # type: ignore[attr-defined]


def plan_by_quarter(session: Session, project: Project, amounts: list[int], year: int = 2025) -> None:
    """Plan an amount of a source of its own for each quarter: the builder sets one cell."""
    for quarter, amount in enumerate(amounts, 1):
        if amount:
            other = make_project(session) if quarter > 1 else project
            make_plan(session, other, wan=amount, year=year, quarter=quarter, document_on=dt.date(year, 1, 5))


def test_the_curve_is_cumulative_and_ends_where_its_figures_end(session: Session) -> None:
    project = make_project(session)
    plan_by_quarter(session, project, [10, 20, 30, 40])
    for month, amount in ((2, 5), (5, 15), (8, 25)):
        make_entry(session, project, wan=amount, state=DONE, document_on=dt.date(2025, month, 10))
    flow = read_cashflow(session, ALL, dt.date(2025, 8, 31))

    assert wan(flow.series["plan"]) == [10, 30, 60, 100]
    assert wan(flow.series["actual"]) == [5, 20, 45, None]
    assert flow.quarters[flow.now or 0] == (2025, 3)


def test_the_forecast_adds_what_the_years_plan_leaves_and_the_plans_of_later_years(session: Session) -> None:
    project = make_project(session)
    plan_by_quarter(session, project, [10, 20, 30, 40])
    make_plan(session, project, wan=7, year=2026, quarter=2, document_on=dt.date(2025, 2, 1))
    make_entry(session, project, wan=25, state=DONE, document_on=dt.date(2025, 5, 10))
    flow = read_cashflow(session, ALL, dt.date(2025, 6, 30))
    # 75 of the year's 100 are left: 30 by the third quarter as planned, all of it by the fourth, then 7 in 2026
    assert wan(flow.series["forecast"]) == [None, 25, 55, 100, 100, 107, None, None]


def test_what_past_years_left_undone_is_not_carried_into_the_forecast(session: Session) -> None:
    project = make_project(session)
    make_plan(session, project, wan=100, year=2024, document_on=dt.date(2024, 1, 5))
    make_entry(session, project, wan=30, state=DONE, year=2024, document_on=dt.date(2024, 6, 1))
    flow = read_cashflow(session, ALL, dt.date(2025, 3, 31))
    assert wan(flow.series["forecast"]) == [None] * 4


def test_a_plan_that_is_overfulfilled_forecasts_nothing_more(session: Session) -> None:
    project = make_project(session)
    make_plan(session, project, wan=10, document_on=dt.date(2025, 1, 5))
    make_entry(session, project, wan=12, state=DONE, document_on=dt.date(2025, 6, 1))
    assert set(read_cashflow(session, ALL, dt.date(2025, 9, 1)).series["forecast"]) == {None}


def test_the_baseline_stays_when_the_plan_is_adjusted(session: Session) -> None:
    project = make_project(session)
    make_plan(session, project, wan=10, document_on=dt.date(2025, 1, 5))
    make_plan(session, project, wan=4, document_on=dt.date(2025, 6, 5))
    flow = read_cashflow(session, ALL, dt.date(2025, 12, 31))
    assert (wan(flow.series["baseline"])[-1], wan(flow.series["plan"])[-1]) == (10, 4)


def test_quarters_of_a_year_add_up_to_the_year_whatever_the_documents_say(session: Session) -> None:
    project = make_project(session)
    with time_machine.travel(dt.datetime(2026, 3, 1, 4, tzinfo=dt.UTC), tick=False):
        make_entry(session, project, wan=2, state=DONE, year=2025, document_on=dt.date(2024, 2, 1))
        make_entry(session, project, wan=4, state=DONE, year=2025, month=5)
        make_entry(session, project, wan=8, state=DONE, year=2025)
        flow = read_cashflow(session, ALL, dt.date(2026, 3, 1))
    assert wan(row[2] for row in flow.table.rows) == [2, 4, None, 8]
    assert flow.series["actual"][-1] == read_matrix(session, ALL, DONE).by_year[2025]


def test_a_source_narrows_the_curve(session: Session) -> None:
    project = make_project(session)
    make_entry(session, project, wan=3, state=DONE, document_on=dt.date(2025, 5, 10), source=Source.LOAN)
    for state in (MoneyState.RECEIVED, MoneyState.PAID):
        make_entry(session, project, wan=5, state=state, document_on=dt.date(2025, 5, 10))
    day = dt.date(2025, 6, 30)
    assert wan(read_cashflow(session, ALL, day, source=Source.LOAN).series["actual"]) == [None, 3, None, None]
    assert wan(read_cashflow(session, ALL, day, source=Source.LOAN).series["paid"]) == [None] * 4
    assert read_cashflow(session, ALL, day, source=Source.OTHER).table.rows == []
