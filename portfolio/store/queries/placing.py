"""Reads of the queue of projects without a place."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

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
