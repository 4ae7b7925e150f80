"""When projects open and start, decided in one place: milestones' days go before the years that the register names.

Of a milestone's days the actual one counts before the expected and the planned; whether somebody confirmed it makes no
difference. A school's year is that of 移交投用, else of 竣工验收, else its registered year of completion; the year in
which it was to start is that of the planned day of 开工, else its registered year.

A project's columns ``opening_year`` and ``has_opened`` hold the answers (see ``store/openings``).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Integer, ScalarSelect, and_, case, cast, extract, func, select

from portfolio.domain.openings import term_days
from portfolio.domain.terms import Phase, Stage, Status
from portfolio.store.models import Milestone, Project

_OPENED = (Stage.IN_USE, Stage.ACCEPTED)
_DELIVERED = tuple(stage for stage in Stage if stage.phase is Phase.DELIVERED)
EXPECTED_ON = func.coalesce(Milestone.actual_on, Milestone.forecast_on, Milestone.planned_on)


def day_of(stage: Stage, day: Any = EXPECTED_ON) -> ScalarSelect[Any]:
    """Return the day of a project's milestone that counts, or another of its days, as SQL; null without one."""
    wanted = (Milestone.project_id == Project.id, Milestone.stage == stage)
    return select(day).where(*wanted).correlate(Project).scalar_subquery()


def year_of_opening() -> ColumnElement[int | None]:
    """Return the year in which a project opens or opened, as SQL; null where nothing tells it."""
    years = [cast(extract("year", day_of(stage)), Integer) for stage in _OPENED]
    return func.coalesce(*years, Project.completion_year)


def opening_has_come() -> ColumnElement[bool]:
    """Return whether that year has come true: the milestone has its actual day; without one the stage tells, as SQL."""
    is_actual = case((Milestone.actual_on.is_not(None), 1), else_=0)
    delivered = case((Project.stage.in_(_DELIVERED), 1), else_=0)
    return func.coalesce(*(day_of(stage, is_actual) for stage in _OPENED), delivered) == 1


def is_to_start_in(year: int) -> ColumnElement[bool]:
    """Return whether a project was to start building in a year, as SQL; null where nothing tells it."""
    planned = day_of(Stage.STARTED, Milestone.planned_on)
    in_year = planned.between(dt.date(year, 1, 1), dt.date(year, 12, 31))
    return func.coalesce(in_year, Project.start_year == year)


def has_seats_in_a_term() -> ColumnElement[bool]:
    """Return whether a project's seats count with a September term: both are known, as SQL."""
    return and_(Project.seats.is_not(None), day_of(Stage.IN_USE).is_not(None))


def is_in_term(year: int, *, planned: bool = False) -> ColumnElement[bool]:
    """Return whether a project's seats count with the September term of a year, expected or planned, as SQL."""
    day = day_of(Stage.IN_USE, Milestone.planned_on) if planned else day_of(Stage.IN_USE)
    return and_(Project.status == Status.ACTIVE, Project.seats.is_not(None), day.between(*term_days(year)))


def is_lost_by(months: int) -> ColumnElement[bool]:
    """Return whether a slip of so many months takes a project's seats out of their September term, as SQL."""
    month_and_day = extract("month", EXPECTED_ON) * 100 + extract("day", EXPECTED_ON)
    lost = month_and_day.between((9 - months) * 100 + 2, 901)  # of any year: see domain.openings.last_safe_day
    opening = and_(Milestone.project_id == Project.id, Milestone.stage == Stage.IN_USE, Milestone.actual_on.is_(None))
    found = select(Milestone.id).where(opening, lost).correlate(Project).exists()
    return and_(Project.status == Status.ACTIVE, Project.seats.is_not(None), found)
