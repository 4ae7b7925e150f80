"""Sums of seats by the September term that projects open with, and by the slip that would lose it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, extract, func, select
from sqlalchemy.orm import Session

from portfolio.domain.openings import LAST_DAY, LOST_FROM
from portfolio.domain.shares import WHOLE_PPM
from portfolio.domain.terms import Stage, Status
from portfolio.store.models import District, Milestone, Project
from portfolio.store.queries.openings import EXPECTED_ON, month_and_day
from portfolio.store.queries.projects import ProjectFilter, conditions
from portfolio.store.queries.towns import town_members

_KEYS = ("planned", "expected", "slip", "has_seats")


def sum_by_level(session: Session, chosen: ProjectFilter) -> Sequence[Any]:
    """Sum the seats of the projects meant that go on, one row per ``level`` and what stands below.

    ``planned`` and ``expected`` are the years of the September terms, None where no day is known; ``slip`` is the
    number of months from which on a slip loses the expected one, 0 for none; ``has_seats`` says whether seats are
    known; ``seats`` is their sum, ``count`` the number of projects.
    """
    rows = _openings(chosen, Project.level.label("level")).subquery()
    return session.execute(_summed(rows, "level")).all()


def sum_by_town(session: Session, chosen: ProjectFilter, day: dt.date) -> Sequence[Any]:
    """Sum the seats of the projects meant that lie in no more than one town, by ``adcode`` and ``town``.

    ``town`` is None where none is known; all else as in ``sum_by_level``.
    """
    members = town_members(day).subquery()
    rows = _openings(chosen, District.adcode, members.c.town_key.label("town"))
    rows = rows.outerjoin(members, members.c.project_id == Project.id)
    whole = func.coalesce(members.c.share_ppm, WHOLE_PPM) == WHOLE_PPM
    return session.execute(_summed(rows.where(whole).subquery(), "adcode", "town")).all()


def list_across_towns(session: Session, chosen: ProjectFilter, day: dt.date) -> Sequence[Any]:
    """List the projects meant that several towns share, one row per project and town, the largest share first.

    With ``id`` and ``share_ppm`` beside the columns of ``sum_by_town``.
    """
    members = town_members(day).subquery()
    columns = (District.adcode, members.c.town_key.label("town"), Project.id, members.c.share_ppm)
    rows = _openings(chosen, *columns).join(members, members.c.project_id == Project.id)
    rows = rows.where(members.c.share_ppm < WHOLE_PPM)
    return session.execute(rows.order_by(Project.id, members.c.share_ppm.desc(), members.c.town_key)).all()


def _openings(chosen: ProjectFilter, *columns: ColumnElement[Any] | Any) -> Select[Any]:
    """Return one row per project meant that goes on: its own ``columns``, its terms and its seats."""
    opening = and_(Milestone.project_id == Project.id, Milestone.stage == Stage.IN_USE)
    own = (
        _term_of(Milestone.planned_on).label("planned"),
        _term_of(EXPECTED_ON).label("expected"),
        _slip().label("slip"),
        case((Project.seats.is_(None), 0), else_=1).label("has_seats"),
        Project.seats,
    )
    statement = select(*columns, *own).select_from(Project).join(District, District.id == Project.district_id)
    statement = statement.outerjoin(Milestone, opening)
    return statement.where(Project.status == Status.ACTIVE, *conditions(chosen))


def _summed(rows: Any, *keys: str) -> Select[Any]:
    group = [rows.c[key] for key in (*keys, *_KEYS)]
    return select(*group, func.sum(rows.c.seats).label("seats"), func.count().label("count")).group_by(*group)


def _term_of(day: ColumnElement[Any] | Any) -> ColumnElement[int]:
    return extract("year", day) + case((month_and_day(day) > LAST_DAY, 1), else_=0)


def _slip() -> ColumnElement[int]:
    lost = [(month_and_day(EXPECTED_ON).between(first, LAST_DAY), months) for months, first in LOST_FROM.items()]
    return case((Milestone.actual_on.is_not(None), 0), *lost, else_=0)
