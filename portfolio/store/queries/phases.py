"""Reads of programmes (总项目): the projects that are a project's phases (分期)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portfolio.store.models import Project


def list_phases(session: Session, project: Project) -> Sequence[Project]:
    """List the phases of a project, by code; none of one that is no programme."""
    return session.scalars(select(Project).where(Project.parent_id == project.id).order_by(Project.code)).all()


def has_phases(session: Session, project: Project) -> bool:
    """Return whether a project is the programme of others."""
    return bool(session.scalar(select(exists().where(Project.parent_id == project.id))))


def read_names(session: Session, numbers: Collection[int]) -> Mapping[int, str]:
    """Return the codes and names of projects by their row numbers."""
    statement = select(Project.id, Project.code, Project.name).where(Project.id.in_(numbers))
    return {row.id: f"{row.code} {row.name}" for row in session.execute(statement)} if numbers else {}
