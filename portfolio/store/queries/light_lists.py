"""Reads of the lights of many projects: how many of each colour, the worst, those that turned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from portfolio.domain.lights import Light
from portfolio.store.models import LightChange, Project, ProjectLight
from portfolio.store.queries.lights import light_expression
from portfolio.store.queries.projects import ProjectFilter, conditions


def count_by_light(session: Session, chosen: ProjectFilter, day: dt.date) -> dict[Light, int]:
    """Return how many of the projects meant have each light on a day."""
    lit = select(light_expression(day).label("light")).select_from(Project).where(*conditions(chosen)).subquery()
    statement = select(lit.c.light, func.count()).group_by(lit.c.light)
    return {light: count for light, count in session.execute(statement)}  # noqa: C416 (rows are no pairs to dict)


def count_by_light_kept(session: Session, chosen: ProjectFilter, day: dt.date) -> dict[Light, int] | None:
    """Return how many had each light as written down by a day; None where nothing was written down so early."""
    of = LightChange
    newest = select(func.max(of.id).label("id")).where(of.seen_on <= day).group_by(of.project_id)
    statement = select(of.light, func.count()).join(Project, Project.id == of.project_id)
    statement = statement.where(of.id.in_(newest), *conditions(chosen)).group_by(of.light)
    found = {light: count for light, count in session.execute(statement)}  # noqa: C416 (rows are no pairs to dict)
    return found or None


def list_worst(session: Session, chosen: ProjectFilter, day: dt.date, *, limit: int) -> Sequence[Any]:
    """List the projects meant whose light is red or amber: red first, then those that have been so the longest."""
    plain = "id code name remark responsible_unit responsible_person lead_unit owner"
    lit, since = light_expression(day), func.coalesce(ProjectLight.red_on, ProjectLight.amber_on)
    statement = select(*(getattr(Project, name) for name in plain.split()))
    statement = statement.join(ProjectLight, ProjectLight.project_id == Project.id)
    statement = statement.where(lit.in_((Light.RED, Light.AMBER)), *conditions(chosen))
    return session.execute(statement.order_by((lit == Light.RED).desc(), since, Project.code).limit(limit)).all()


def list_turned(session: Session, chosen: ProjectFilter, since: dt.date, *, limit: int) -> Sequence[LightChange]:
    """List the lights of the projects meant that turned after a day, newest first, with their projects."""
    statement = _turned(select(LightChange).options(joinedload(LightChange.project)), chosen, since)
    return session.scalars(statement.order_by(LightChange.id.desc()).limit(limit)).all()


def count_turned(session: Session, chosen: ProjectFilter, since: dt.date) -> int:
    """Return how many lights of the projects meant turned after a day."""
    return session.scalar(_turned(select(func.count()).select_from(LightChange), chosen, since)) or 0


def _turned(statement: Select[Any], chosen: ProjectFilter, since: dt.date) -> Select[Any]:
    statement = statement.join(Project, Project.id == LightChange.project_id)
    return statement.where(LightChange.seen_on > since, *conditions(chosen))
