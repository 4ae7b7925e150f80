"""Reads of public facts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portfolio.domain.errors import NotFoundError
from portfolio.domain.sentences import say
from portfolio.store.models import District, Fact, Project


def list_facts(session: Session, adcode: str | None = None, *, unmatched: bool = False) -> Sequence[Fact]:
    """List facts by district, subject and field; with ``unmatched`` only those that speak of no registered project."""
    statement = select(Fact).join(Fact.district).options(joinedload(Fact.project), joinedload(Fact.district))
    if adcode is not None:
        statement = statement.where(District.adcode == adcode)
    if unmatched:
        statement = statement.where(Fact.project_id.is_(None))
    return session.scalars(statement.order_by(District.adcode, Fact.subject, Fact.field, Fact.id)).all()


def list_facts_of_project(session: Session, project: Project) -> Sequence[Fact]:
    """List the facts that speak of a project, by field and then as loaded."""
    return session.scalars(select(Fact).where(Fact.project_id == project.id).order_by(Fact.field, Fact.id)).all()


def find_fact(session: Session, key: str) -> Fact | None:
    """Return the fact with that key, or None."""
    return session.scalar(select(Fact).where(Fact.key == key))


def get_fact_of_project(session: Session, project: Project, number: int) -> Fact:
    """Return one fact that speaks of a project."""
    fact = session.get(Fact, number)
    if fact is None or fact.project_id != project.id:
        raise NotFoundError(say("项目 {code} 没有第 {number} 号公开资料", code=project.code, number=number))
    return fact
