"""Seats come with the first September after the opening; a slip past it loses them; the unknown is apart."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from portfolio.domain.milestones import DelayReason, MilestoneDraft
from portfolio.domain.terms import Level, Stage
from portfolio.reports.seats import months_later, seats_at_risk, term_of
from portfolio.services import milestones
from portfolio.store.queries.projects import ProjectFilter
from tests.builders import make_project

SPECIAL = ProjectFilter(level=Level.SPECIAL)


@pytest.mark.parametrize(
    ("day", "term"), [("2026-01-01", 2026), ("2026-09-01", 2026), ("2026-09-02", 2027), ("2026-12-31", 2027)]
)
def test_a_school_opens_with_the_next_first_of_september(day: str, term: int) -> None:
    assert term_of(dt.date.fromisoformat(day)) == term


def test_months_later_keeps_to_the_month() -> None:
    assert months_later(dt.date(2026, 1, 31), 1) == dt.date(2026, 2, 28)
    assert months_later(dt.date(2026, 11, 30), 3) == dt.date(2027, 2, 28)
    assert months_later(dt.date(2026, 6, 15), 2) == dt.date(2026, 8, 15)


def opening(session: Session, seats: int | None, **days: str) -> None:
    project = make_project(session, level=Level.SPECIAL, seats=seats)
    given = {name: dt.date.fromisoformat(day) for name, day in days.items()}
    if given:
        draft = MilestoneDraft(stage=Stage.IN_USE, delay_reason=DelayReason.FUNDS, **given)  # type: ignore[arg-type]
        milestones.save_milestones(session, project, [draft], seen="")


def test_seats_stand_in_the_term_they_are_planned_and_in_the_one_they_are_expected_for(session: Session) -> None:
    before = seats_at_risk(session, SPECIAL)
    opening(session, 100, planned_on="2026-06-30")
    opening(session, 50, planned_on="2026-08-20", forecast_on="2027-01-10")
    opening(session, 30)
    opening(session, None, planned_on="2026-08-20")
    found = seats_at_risk(session, SPECIAL)
    whole = {row.year: row for row in found.terms if row.level is None}
    assert (whole[2026].planned, whole[2026].expected) == (150, 100)
    assert (whole[2027].planned, whole[2027].expected) == (0, 50)
    assert found.without_day - before.without_day == 1
    assert found.without_seats - before.without_seats == 1


def test_a_slip_loses_the_seats_that_pass_the_first_of_september_and_no_others(session: Session) -> None:
    opening(session, 100, planned_on="2026-06-15")  # three months on: 15 September
    opening(session, 20, planned_on="2026-08-15")
    opening(session, 7, planned_on="2025-08-15", actual_on="2025-08-20")
    rows = {row.year: row for row in seats_at_risk(session, SPECIAL).terms if row.level is None}
    assert rows[2026].lost == {1: 20, 2: 20, 3: 120}
    assert rows[2025].lost == {1: 0, 2: 0, 3: 0}


def test_levels_of_a_term_add_up_to_the_term(session: Session) -> None:
    opening(session, 100, planned_on="2026-06-15")
    other = make_project(session, level=Level.JUNIOR, seats=40)
    draft = MilestoneDraft(stage=Stage.IN_USE, planned_on=dt.date(2026, 7, 1))
    milestones.save_milestones(session, other, [draft], seen="")
    rows = [row for row in seats_at_risk(session, ProjectFilter()).terms if row.year == 2026]
    assert rows[0].expected == sum(row.expected for row in rows[1:]) == 140
