"""Reads for placing projects: the queue of those without a place, and those that a table of places means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from portfolio.store.models import Project
from portfolio.store.queries.projects import ProjectFilter, conditions, count_projects


def count_unplaced(session: Session, chosen: ProjectFilter) -> int:
    """Return how many of the projects meant have no place."""
    return count_projects(session, replace(chosen, located=False))


def find_unplaced(session: Session, chosen: ProjectFilter, *, after: str = "", back: bool = False) -> str | None:
    """Return the code of the next project without a place after that code, or with ``back`` the one before it.

    At the end the queue begins again, so that what was passed over comes back; None where the queue is empty.
    """
    wanted = conditions(replace(chosen, located=False))
    nearest = func.max(Project.code) if back else func.min(Project.code)
    beyond = Project.code < after if back else Project.code > after
    found: str | None = session.scalar(select(nearest).where(*wanted, beyond)) if after else None
    return found or session.scalar(select(nearest).where(*wanted))


def list_meant(
    session: Session, chosen: ProjectFilter, *, codes: Sequence[str], names: Sequence[str]
) -> Sequence[Project]:
    """List the projects that have one of the codes or names, their districts loaded, by code."""
    wanted = or_(Project.code.in_(codes), Project.name.in_(names))
    statement = select(Project).where(*conditions(chosen), wanted).order_by(Project.code)
    return session.scalars(statement.options(joinedload(Project.district))).all()
