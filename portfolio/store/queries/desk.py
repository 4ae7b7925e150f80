"""Reads of what one person keeps at hand."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portfolio.store.models import Followed, Project, SavedView, User
from portfolio.store.queries.projects import ProjectFilter, conditions


def list_views(session: Session, user: User) -> Sequence[SavedView]:
    """List a person's views by name."""
    return session.scalars(select(SavedView).where(SavedView.user_id == user.id).order_by(SavedView.name)).all()


def find_view(session: Session, user: User, name: str) -> SavedView | None:
    """Return a person's view of that name, or None."""
    return session.scalar(select(SavedView).where(SavedView.user_id == user.id, SavedView.name == name))


def list_followed(session: Session, user: User, chosen: ProjectFilter) -> Sequence[Project]:
    """List the projects that a person follows among those meant, by name."""
    statement = select(Project).join(Followed, Followed.project_id == Project.id).options(joinedload(Project.district))
    return session.scalars(
        statement.where(Followed.user_id == user.id, *conditions(chosen)).order_by(Project.name)
    ).all()


def find_followed(session: Session, user: User, project: Project) -> Followed | None:
    """Return the record by which a person follows a project, or None."""
    return session.scalar(select(Followed).where(Followed.user_id == user.id, Followed.project_id == project.id))
