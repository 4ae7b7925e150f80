"""When projects open, decided in one place: the milestone 移交投用, its actual day before the expected and the planned.

Whether somebody confirmed an actual day makes no difference.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, extract, func, select

from portfolio.domain.openings import LAST_DAY, LOST_FROM, term_days
from portfolio.domain.terms import Stage, Status
from portfolio.store.models import Milestone, Project

EXPECTED_ON = func.coalesce(Milestone.actual_on, Milestone.forecast_on, Milestone.planned_on)


def opening_day(day: Any = EXPECTED_ON) -> ScalarSelect[Any]:
    """Return the day on which a project is expected to open, or another of the days of its opening, as SQL."""
    wanted = (Milestone.project_id == Project.id, Milestone.stage == Stage.IN_USE)
    return select(day).where(*wanted).correlate(Project).scalar_subquery()


def has_seats_in_a_term() -> ColumnElement[bool]:
    """Return whether a project's seats count with a September term: both are known, as SQL."""
    return and_(Project.seats.is_not(None), opening_day().is_not(None))


def is_in_term(year: int, *, planned: bool = False) -> ColumnElement[bool]:
    """Return whether a project's seats count with the September term of a year, expected or planned, as SQL."""
    day = opening_day(Milestone.planned_on) if planned else opening_day()
    return and_(Project.status == Status.ACTIVE, Project.seats.is_not(None), day.between(*term_days(year)))


def is_lost_by(months: int) -> ColumnElement[bool]:
    """Return whether a slip of so many months takes a project's seats out of their September term, as SQL."""
    lost = and_(Milestone.actual_on.is_(None), month_and_day(EXPECTED_ON).between(LOST_FROM[months], LAST_DAY))
    opening = and_(Milestone.project_id == Project.id, Milestone.stage == Stage.IN_USE)
    found = select(Milestone.id).where(opening, lost).correlate(Project).exists()
    return and_(Project.status == Status.ACTIVE, Project.seats.is_not(None), found)


def month_and_day(day: ColumnElement[Any]) -> ColumnElement[int]:
    """Return month and day as one number, such as 901, as SQL."""
    return extract("month", day) * 100 + extract("day", day)
