"""Reads of the history."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portfolio.domain.errors import NotFoundError
from portfolio.domain.sentences import say
from portfolio.store.base import Tracked
from portfolio.store.models import Project, Revision


def list_revisions(session: Session, record: Tracked) -> Sequence[Revision]:
    """List every version of a record, newest first."""
    return session.scalars(_of(record).order_by(Revision.record_version.desc(), Revision.id.desc())).all()


def get_revision(session: Session, project: Project, version: int) -> Revision:
    """Return a project's revision with that version."""
    revision = session.scalar(_of(project).where(Revision.record_version == version))
    if revision is None:
        raise NotFoundError(say("项目 {code} 没有第 {version} 版", code=project.code, version=version))
    return revision


def last_actor(session: Session, table: str, record: Tracked) -> str:
    """Return who saved a record of a table last."""
    statement = select(Revision.actor).where(Revision.record_type == table, Revision.record_id == record.id)
    return session.scalars(statement.order_by(Revision.id.desc())).first() or ""


def last_revision_id(session: Session) -> int:
    """Return the number of the newest revision, 0 before the first; it grows with every change of any record."""
    return session.scalar(select(func.max(Revision.id))) or 0


def _of(record: Tracked) -> Select[Revision]:
    kind = record.__tablename__  # type: ignore[attr-defined]
    return select(Revision).where(Revision.record_type == kind, Revision.record_id == record.id)
