"""Reads of the money ledger. Sums are whole fen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, exists, func, select
from sqlalchemy.orm import Session

from portfolio.domain.errors import NotFoundError
from portfolio.domain.terms import MoneyState, Source
from portfolio.store.models import District, LedgerEntry, Project
from portfolio.store.queries.projects import ProjectFilter, conditions


def list_entries(session: Session, project: Project) -> Sequence[LedgerEntry]:
    """List a project's entries, newest first."""
    statement = select(LedgerEntry).where(LedgerEntry.project_id == project.id)
    return session.scalars(statement.order_by(LedgerEntry.id.desc())).all()


def get_entry(session: Session, project: Project, number: int) -> LedgerEntry:
    """Return one entry of a project."""
    entry = session.get(LedgerEntry, number)
    if entry is None or entry.project_id != project.id:
        raise NotFoundError(f"项目 {project.code} 没有第 {number} 号资金记录")
    return entry


def find_reversal(session: Session, entry: LedgerEntry) -> LedgerEntry | None:
    """Return the entry that reverses this one, or None."""
    return session.scalar(select(LedgerEntry).where(LedgerEntry.reverses_id == entry.id))


def sum_by_source_and_year(session: Session, chosen: ProjectFilter) -> Sequence[Row[Source, int, MoneyState, int]]:
    """Return source, year, state and the sum of amounts, one row per combination that has entries."""
    groups = (LedgerEntry.source, LedgerEntry.year, LedgerEntry.state)
    statement = select(*groups, func.sum(LedgerEntry.amount_fen)).group_by(*groups)
    return session.execute(_among(statement, chosen)).all()


def sum_by_project(
    session: Session, chosen: ProjectFilter, *, limit: int | None = None, offset: int = 0
) -> Sequence[Any]:
    """Return project, district and state with the sum of amounts, one row per project and state, by code.

    ``limit`` and ``offset`` count projects with entries.
    """
    has_entries = exists().where(LedgerEntry.project_id == Project.id)
    meant = select(Project.id).where(*conditions(chosen), has_entries).order_by(Project.code)
    if limit is not None:
        meant = meant.limit(limit).offset(offset)
    columns = (Project.code, Project.name, District.name.label("district"), LedgerEntry.state)
    statement = select(*columns, func.sum(LedgerEntry.amount_fen).label("fen")).select_from(LedgerEntry)
    statement = statement.join(Project, Project.id == LedgerEntry.project_id)
    statement = statement.join(District, District.id == Project.district_id).where(Project.id.in_(meant))
    return session.execute(statement.group_by(*columns).order_by(Project.code, LedgerEntry.state)).all()


def sum_states(session: Session, chosen: ProjectFilter) -> dict[MoneyState, int]:
    """Return the sum of amounts in each state that has entries, over all projects meant."""
    statement = select(LedgerEntry.state, func.sum(LedgerEntry.amount_fen)).group_by(LedgerEntry.state)
    return {state: int(fen) for state, fen in session.execute(_among(statement, chosen))}


def sum_by_state(session: Session, project: Project) -> dict[MoneyState, int]:
    """Return the sum of a project's amounts in each state that has entries."""
    statement = select(LedgerEntry.state, func.sum(LedgerEntry.amount_fen)).where(LedgerEntry.project_id == project.id)
    return {state: int(fen) for state, fen in session.execute(statement.group_by(LedgerEntry.state))}


def count_projects_with_entries(session: Session, chosen: ProjectFilter) -> int:
    """Return how many of the projects meant have at least one entry."""
    statement = select(func.count(LedgerEntry.project_id.distinct()))
    return session.scalar(_among(statement, chosen)) or 0


def _among(statement: Any, chosen: ProjectFilter) -> Any:
    wanted = conditions(chosen)
    if not wanted:
        return statement
    return statement.where(LedgerEntry.project_id.in_(select(Project.id).where(*wanted)))
