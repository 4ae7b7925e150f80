"""Counts of projects for the overview."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.domain.terms import Basis, Stage
from portfolio.store.models import Project, Revision
from portfolio.store.queries.entries import midnight_after
from portfolio.store.queries.projects import ProjectFilter, conditions


def count_by_stage(session: Session, chosen: ProjectFilter) -> dict[Stage | None, int]:
    """Return how many of the projects meant stand at each stage; None for unknown."""
    statement = select(Project.stage, func.count()).where(*conditions(chosen)).group_by(Project.stage)
    return {term: count for term, count in session.execute(statement)}  # noqa: C416 (rows are no pairs to dict)


def count_by_basis(session: Session, chosen: ProjectFilter) -> dict[Basis, int]:
    """Return how many of the projects meant stand on each basis."""
    statement = select(Project.basis, func.count()).where(*conditions(chosen)).group_by(Project.basis)
    return {term: count for term, count in session.execute(statement)}  # noqa: C416 (rows are no pairs to dict)


def count_registered_since(session: Session, chosen: ProjectFilter, day: dt.date) -> int:
    """Return how many of the projects meant were registered after a day."""
    registered = select(Revision.record_id).where(
        Revision.record_type == Project.__tablename__,
        Revision.operation == "insert",
        Revision.at >= midnight_after(day),
    )
    statement = select(func.count()).select_from(Project).where(*conditions(chosen), Project.id.in_(registered))
    return session.scalar(statement) or 0
