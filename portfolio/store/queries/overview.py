"""Counts of projects by one of their columns."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.domain.terms import Basis, Stage
from portfolio.store.models import Project
from portfolio.store.queries.projects import ProjectFilter, conditions


def count_by_stage(session: Session, chosen: ProjectFilter) -> dict[Stage | None, int]:
    """Return how many of the projects meant stand at each stage; None for unknown."""
    statement = select(Project.stage, func.count()).where(*conditions(chosen)).group_by(Project.stage)
    return {term: count for term, count in session.execute(statement)}  # noqa: C416 (rows are no pairs to dict)


def count_by_basis(session: Session, chosen: ProjectFilter) -> dict[Basis, int]:
    """Return how many of the projects meant stand on each basis."""
    statement = select(Project.basis, func.count()).where(*conditions(chosen)).group_by(Project.basis)
    return {term: count for term, count in session.execute(statement)}  # noqa: C416 (rows are no pairs to dict)
