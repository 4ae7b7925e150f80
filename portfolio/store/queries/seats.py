"""Sums of seats by the September term that projects open with, and by the slip that would lose it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, null, select
from sqlalchemy.orm import Session

from portfolio.domain.openings import SLIPS, last_safe_day, term_days, term_of
from portfolio.domain.shares import WHOLE_PPM
from portfolio.domain.terms import Stage, Status
from portfolio.store.models import District, Milestone, Project
from portfolio.store.queries.openings import EXPECTED_ON
from portfolio.store.queries.projects import ProjectFilter, conditions
from portfolio.store.queries.towns import town_members


def sum_seats(session: Session, chosen: ProjectFilter, day: dt.date) -> Sequence[Any]:
    """Sum the seats of the projects meant that go on and lie in no more than one town.

    One row per ``adcode``, ``town`` (None where none is known), ``level`` and what follows: ``planned`` and
    ``expected`` are the years of the September terms, None where no day is known; ``slip`` is the number of months from
    which on a slip loses the expected one, 0 for none; ``has_seats`` says whether seats are known; ``seats`` is their
    sum, ``count`` the number of projects.
    """
    members = town_members(day).subquery()
    rows = _openings(session, chosen, members.c.town_key.label("town"))
    rows = rows.outerjoin(members, members.c.project_id == Project.id)
    one = rows.where(func.coalesce(members.c.share_ppm, WHOLE_PPM) == WHOLE_PPM).subquery()
    keys = [one.c[key] for key in ("adcode", "town", "level", "planned", "expected", "slip", "has_seats")]
    statement = select(*keys, func.sum(one.c.seats).label("seats"), func.count().label("count"))
    return session.execute(statement.group_by(*keys)).all()


def list_across_towns(session: Session, chosen: ProjectFilter, day: dt.date) -> Sequence[Any]:
    """List the projects meant that several towns share, one row per project and town, the largest share first.

    With ``id`` and ``share_ppm`` beside the columns of ``sum_seats``.
    """
    members = town_members(day).subquery()
    columns = (members.c.town_key.label("town"), Project.id, members.c.share_ppm)
    rows = _openings(session, chosen, *columns).join(members, members.c.project_id == Project.id)
    rows = rows.where(members.c.share_ppm < WHOLE_PPM)
    return session.execute(rows.order_by(Project.id, members.c.share_ppm.desc(), members.c.town_key)).all()


def _openings(session: Session, chosen: ProjectFilter, *columns: ColumnElement[Any] | Any) -> Select[Any]:
    """Return one row per project meant that goes on: ``columns``, district, level, its terms and its seats."""
    terms = _terms(session)
    opening = and_(Milestone.project_id == Project.id, Milestone.stage == Stage.IN_USE)
    own = (
        District.adcode,
        Project.level,
        _term_of(Milestone.planned_on, terms).label("planned"),
        _term_of(EXPECTED_ON, terms).label("expected"),
        _slip(terms).label("slip"),
        case((Project.seats.is_(None), 0), else_=1).label("has_seats"),
        Project.seats,
    )
    statement = select(*columns, *own).select_from(Project).join(District, District.id == Project.district_id)
    statement = statement.outerjoin(Milestone, opening)
    return statement.where(Project.status == Status.ACTIVE, *conditions(chosen))


def _terms(session: Session) -> range:
    """Return the years of the September terms that any day of opening comes to."""
    days = (Milestone.planned_on, Milestone.forecast_on, Milestone.actual_on)
    edges = select(*(edge(day) for day in days for edge in (func.min, func.max))).where(Milestone.stage == Stage.IN_USE)
    years = [term_of(day) for day in session.execute(edges).one() if day is not None]
    return range(min(years, default=0), max(years, default=-1) + 1)


def _term_of(day: ColumnElement[Any] | Any, terms: range) -> ColumnElement[Any]:
    """Return the year of a day's term as SQL: comparing days takes a tenth of the time of taking them apart."""
    return case(*((day <= term_days(year)[1], year) for year in terms)) if terms else null()


def _slip(terms: range) -> ColumnElement[Any]:
    """Return from how many months on a slip takes a project out of its term, 0 where no counted one does, as SQL."""
    most = max(SLIPS)
    steps = [
        (last_safe_day(year, months) >= EXPECTED_ON, months + 1 if months < most else 0)
        for year in terms
        for months in range(most, -1, -1)
    ]
    return case((EXPECTED_ON.is_(None), 0), (Milestone.actual_on.is_not(None), 0), *steps, else_=0)
