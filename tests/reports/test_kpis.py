"""The four ratios, with figures that can be checked in the head, for any day, scope and source."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from portfolio.domain.milestones import DelayReason, MilestoneDraft
from portfolio.domain.terms import KpiKind, Level, MoneyState, Source, Stage, Status
from portfolio.reports.kpis import Side, breakdown, read_kpis, starts_table, year_before
from portfolio.services import ledger, milestones, projects
from portfolio.store.models import Project
from portfolio.store.queries.entries import EntryFilter, day_of, list_entries
from portfolio.store.queries.milestones import list_milestones
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.starts import list_starts
from tests.builders import SHAPINGBA, WANZHOU, make_entry, make_plan, make_project

ALL = ProjectFilter()
DAY = dt.date(2025, 9, 30)
DONE, GIVEN, RECEIVED, PAID = MoneyState.WORK_DONE, MoneyState.APPROPRIATED, MoneyState.RECEIVED, MoneyState.PAID


def on(day: str, wan: int, state: MoneyState) -> dict[str, object]:
    """Return the values of an entry by a document of that day, of that day's year."""
    date = dt.date.fromisoformat(day)
    return {"wan": wan, "state": state, "document_on": date, "year": date.year}


def shares(session: Session, chosen: ProjectFilter = ALL, day: dt.date = DAY, **options: Source) -> dict[str, str]:
    """Return this year's and last year's shares and the change, as text, by ratio."""
    table = read_kpis(session, chosen, day, **options)
    return {
        kpi.kind.value: " ".join(
            "—" if one is None else f"{one:.2f}" for one in (kpi.now.share, kpi.before.share, kpi.points)
        )
        for kpi in table.kpis
    }


@pytest.fixture
def furnished(session: Session) -> Session:
    """One project of each district: this year 60 of 100 done, 80 of 200 received, 20 of 80 paid; less last year."""
    ours, theirs = make_project(session), make_project(session, district=SHAPINGBA, level=Level.JUNIOR)
    make_plan(session, ours, wan=100, year=2025, document_on=dt.date(2025, 1, 10))
    make_plan(session, ours, wan=50, year=2024, document_on=dt.date(2024, 1, 10))
    for values in (
        on("2025-08-01", 60, DONE),
        on("2025-03-01", 200, GIVEN),
        on("2025-04-01", 80, RECEIVED),
        on("2025-09-30", 20, PAID),
        on("2024-08-01", 20, DONE),
        on("2024-03-01", 100, GIVEN),
        on("2024-04-01", 50, RECEIVED),
        on("2024-09-01", 50, PAID),
    ):
        make_entry(session, ours, **values)  # type: ignore[arg-type]
    make_entry(session, theirs, **on("2025-05-01", 100, RECEIVED), source=Source.SPECIAL_BOND)  # type: ignore[arg-type]
    return session


def test_each_ratio_is_part_over_whole_of_the_year_beside_the_year_before(furnished: Session) -> None:
    assert shares(furnished, ProjectFilter(district=WANZHOU)) == {
        "investment": "0.60 0.40 20.00",
        "started": "— — —",
        "received": "0.40 0.50 -10.00",
        "paid": "0.25 1.00 -75.00",
    }


def test_what_comes_after_the_day_does_not_count(furnished: Session) -> None:
    assert shares(furnished, ProjectFilter(district=WANZHOU), dt.date(2025, 9, 29))["paid"] == "— 1.00 —"
    assert shares(furnished, ProjectFilter(district=WANZHOU), dt.date(2025, 7, 31))["investment"] == "— — —"


def test_district_level_and_source_narrow_the_ratios(furnished: Session) -> None:
    assert shares(furnished)["received"] == "0.90 0.50 40.00"
    assert shares(furnished, ProjectFilter(district=SHAPINGBA))["received"] == "— — —"
    assert shares(furnished, ProjectFilter(level=Level.JUNIOR))["paid"] == "— — —"
    assert shares(furnished, source=Source.DISTRICT_BUDGET)["received"] == "0.40 0.50 -10.00"
    assert shares(furnished, source=Source.SPECIAL_BOND)["received"] == "— — —"


def test_a_share_of_nothing_is_unknown_and_never_zero_or_whole(session: Session) -> None:
    assert set(shares(session).values()) == {"— — —"}
    project = make_project(session)
    entry = make_entry(session, project, **on("2025-03-01", 10, GIVEN))  # type: ignore[arg-type]
    make_entry(session, project, **on("2025-03-02", 10, RECEIVED))  # type: ignore[arg-type]
    assert shares(session)["received"] == "1.00 — —"
    ledger.reverse_entry(session, entry, "文件作废")
    assert shares(session)["received"] == "— — —"


def test_an_adjustment_changes_the_plan_from_its_document_on(session: Session) -> None:
    project = make_project(session)
    make_plan(session, project, wan=100, document_on=dt.date(2025, 1, 10))
    make_plan(session, project, wan=200, document_on=dt.date(2025, 7, 1))
    make_entry(session, project, **on("2025-02-01", 50, DONE))  # type: ignore[arg-type]
    assert shares(session, day=dt.date(2025, 6, 30))["investment"].startswith("0.50")
    assert shares(session, day=dt.date(2025, 7, 1))["investment"].startswith("0.25")


@pytest.mark.parametrize(
    ("year", "month", "first_day"),
    [
        (2024, None, "2024-12-31"),
        (2024, 2, "2024-02-29"),
        (2025, 5, "2025-05-31"),
        (2026, None, "2025-06-15"),
        (2025, 12, "2025-06-15"),
    ],
)
def test_an_entry_without_document_counts_from_the_end_of_its_period_or_its_entering(
    session: Session, year: int, month: int | None, first_day: str
) -> None:
    with time_machine.travel(dt.datetime(2025, 6, 15, 4, tzinfo=dt.UTC), tick=False):
        make_entry(session, make_project(session), year=year, month=month)
    first = dt.date.fromisoformat(first_day)
    day_before = first - dt.timedelta(days=1)
    assert day_of(list_entries(session, EntryFilter())[0]) == first
    assert [len(list_entries(session, EntryFilter(until=day))) for day in (day_before, first)] == [0, 1]


def test_an_undated_plan_counts_from_new_year_and_an_undated_adjustment_from_its_entering(session: Session) -> None:
    project = make_project(session)
    with time_machine.travel(dt.datetime(2025, 6, 15, 4, tzinfo=dt.UTC), tick=False):
        make_plan(session, project, wan=100)
        make_plan(session, project, wan=300)
    make_entry(session, project, **on("2025-01-02", 30, DONE))  # type: ignore[arg-type]
    found = [shares(session, day=dt.date(2025, *day))["investment"][:4] for day in ((1, 2), (6, 14), (6, 15))]
    assert found == ["0.30", "0.30", "0.10"]


def test_started_projects_are_those_of_the_year_that_have_reached_the_start(session: Session) -> None:
    today = dt.date(2025, 9, 30)
    with time_machine.travel(dt.datetime(2025, 9, 30, 4, tzinfo=dt.UTC), tick=False):
        for stage in (Stage.STARTED, Stage.IN_USE, Stage.TENDER, None):
            make_project(session, stage=stage, start_year=2025)
        make_project(session, stage=Stage.STARTED, start_year=2025).status = Status.CANCELLED
        make_project(session, stage=Stage.STARTED, start_year=2024)
        table = read_kpis(session, ALL, today)
        listed = starts_table(session, ALL, today)
    started = table[KpiKind.STARTED]
    assert (started.now.part, started.now.whole, started.now.share) == (2, 4, Decimal("0.5"))
    assert table.unstaged == 1
    assert [row[-1] for row in listed.rows].count("已开工") == 2
    assert listed.count == 4


def test_starts_of_a_past_day_come_out_of_the_history(session: Session) -> None:
    with time_machine.travel(dt.datetime(2024, 3, 1, 4, tzinfo=dt.UTC), tick=False) as clock:
        project = make_project(session, stage=Stage.TENDER, start_year=2024)
        clock.move_to(dt.datetime(2024, 8, 1, 4, tzinfo=dt.UTC))
        projects.set_stage(session, project, Stage.STARTED, version=project.version)
        clock.move_to(dt.datetime(2025, 9, 30, 4, tzinfo=dt.UTC))
        project.start_year = 2025
        session.flush()
        ratios = [
            read_kpis(session, ALL, day)[KpiKind.STARTED].now
            for day in (dt.date(2024, 2, 1), dt.date(2024, 7, 31), dt.date(2024, 8, 1), dt.date(2025, 9, 30))
        ]
    assert [(ratio.part, ratio.whole) for ratio in ratios] == [(0, 0), (0, 1), (1, 1), (1, 1)]


def starting(session: Session, *, start_year: int | None = None, stage: Stage | None = None, **days: Any) -> Project:
    """Register a project with a year of start, a stage and the days of its milestone 开工."""
    project = make_project(session, stage=stage, start_year=start_year)
    if days:
        draft = MilestoneDraft(stage=Stage.STARTED, delay_reason=DelayReason.FUNDS, **days)
        milestones.save_milestones(session, project, [draft], seen="")
        project.stage = stage
        session.flush()
    return project


@pytest.mark.parametrize(
    ("given", "counted", "started"),
    [
        ({"start_year": 2025}, True, False),
        ({"start_year": 2024}, False, False),
        ({"start_year": 2024, "planned_on": dt.date(2025, 12, 31)}, True, False),
        ({"start_year": 2025, "planned_on": dt.date(2026, 1, 1)}, False, False),
        ({"planned_on": dt.date(2025, 1, 1)}, True, False),
        ({"start_year": 2025, "forecast_on": dt.date(2026, 3, 1)}, True, False),
        ({"start_year": 2025, "stage": Stage.STRUCTURE}, True, True),
        ({"start_year": 2025, "stage": Stage.TENDER, "actual_on": dt.date(2025, 9, 30)}, True, True),
        ({"start_year": 2025, "actual_on": dt.date(2025, 9, 30)}, True, True),
        ({"planned_on": dt.date(2025, 5, 1), "actual_on": dt.date(2024, 12, 1)}, True, True),
        ({"actual_on": dt.date(2025, 5, 1)}, False, False),
        ({}, False, False),
    ],
)
def test_a_start_is_planned_by_its_planned_day_and_has_come_by_its_actual_one_else_by_year_and_stage(
    session: Session, given: dict[str, object], counted: bool, started: bool
) -> None:
    with time_machine.travel(dt.datetime(2025, 9, 30, 4, tzinfo=dt.UTC), tick=False):
        project = starting(session, **given)  # type: ignore[arg-type]
        found = [one for one in list_starts(session, ALL, dt.date(2025, 9, 30)) if one.code == project.code]
        ratio = read_kpis(session, ALL, dt.date(2025, 9, 30))[KpiKind.STARTED].now
    assert [one.has_started for one in found] == ([started] if counted else [])
    assert (ratio.part, ratio.whole) == (int(started), int(counted))


def test_an_actual_day_counts_from_itself_on_and_a_plan_of_the_past_as_it_stood(session: Session) -> None:
    with time_machine.travel(dt.datetime(2024, 3, 1, 4, tzinfo=dt.UTC), tick=False) as clock:
        project = starting(session, stage=Stage.TENDER, planned_on=dt.date(2024, 10, 1))
        clock.move_to(dt.datetime(2024, 12, 1, 4, tzinfo=dt.UTC))
        (row,) = list_milestones(session, project)
        plan = MilestoneDraft(stage=Stage.STARTED, planned_on=dt.date(2025, 2, 1))
        milestones.save_milestones(session, project, [plan], seen=milestones.stamp([row]))
        clock.move_to(dt.datetime(2025, 9, 30, 4, tzinfo=dt.UTC))
        late = dataclasses.replace(plan, actual_on=dt.date(2025, 2, 20))
        milestones.save_milestones(session, project, [late], seen=milestones.stamp([row]))
        days = [(2024, 2, 1), (2024, 11, 30), (2024, 12, 31), (2025, 2, 19), (2025, 2, 20), (2025, 9, 30)]
        ratios = [read_kpis(session, ALL, dt.date(*day))[KpiKind.STARTED].now for day in days]
    assert [(one.part, one.whole) for one in ratios] == [(0, 0), (0, 1), (0, 0), (0, 1), (1, 1), (1, 1)]


def test_a_planned_day_goes_before_the_year_in_the_past_too(session: Session) -> None:
    with time_machine.travel(dt.datetime(2024, 3, 1, 4, tzinfo=dt.UTC), tick=False) as clock:
        starting(session, start_year=2024, planned_on=dt.date(2025, 4, 1))
        starting(session, start_year=2024)
        clock.move_to(dt.datetime(2025, 9, 30, 4, tzinfo=dt.UTC))
        days = (dt.date(2024, 6, 1), dt.date(2025, 6, 1))
        found = [read_kpis(session, ALL, day)[KpiKind.STARTED].now for day in days]
    assert [(one.part, one.whole) for one in found] == [(0, 1), (0, 1)]


def test_every_ratio_of_a_breakdown_is_that_of_its_own_scope(furnished: Session) -> None:
    rows = {row[0]: row[1:] for row in breakdown(furnished, ALL, DAY, Side.DISTRICT).rows}
    for adcode, name in ((WANZHOU, "万州区"), (SHAPINGBA, "沙坪坝区")):
        own = read_kpis(furnished, ProjectFilter(district=adcode), DAY)
        assert rows[name] == tuple(kpi.now.share for kpi in own.kpis)
    by_source = {row[0]: row[1:] for row in breakdown(furnished, ALL, DAY, Side.SOURCE).rows}
    for source in (Source.DISTRICT_BUDGET, Source.SPECIAL_BOND):
        of_source = read_kpis(furnished, ALL, DAY, source=source)
        assert by_source[source] == tuple(kpi.now.share for kpi in of_source.kpis if kpi.kind is not KpiKind.STARTED)
    by_level = breakdown(furnished, ALL, DAY, Side.LEVEL)
    assert [row[0] for row in by_level.rows] == [Level.PRIMARY, Level.JUNIOR]


def test_the_table_says_part_whole_and_change(furnished: Session) -> None:
    table = read_kpis(furnished, ProjectFilter(district=WANZHOU), DAY).table
    assert table.rows[0] == (
        KpiKind.INVESTMENT, "完成投资", "年度计划投资", 60_000_000, 100_000_000, None, None,
        Decimal("0.6"), Decimal("0.4"), Decimal("20.0"),
    )  # fmt: skip


def test_the_day_before_a_leap_day_has_a_year_before() -> None:
    assert year_before(dt.date(2024, 2, 29)) == dt.date(2023, 2, 28)
    assert year_before(dt.date(2025, 2, 28)) == dt.date(2024, 2, 28)


def test_without_any_project_every_ratio_is_unknown(empty_session: Session) -> None:
    assert set(shares(empty_session).values()) == {"— — —"}
