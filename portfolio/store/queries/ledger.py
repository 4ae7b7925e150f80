"""Reads of the money ledger. Sums are whole fen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from portfolio.domain.errors import NotFoundError
from portfolio.domain.sentences import say
from portfolio.domain.terms import MoneyState, Source
from portfolio.store.models import District, FundingDocument, LedgerEntry, Project
from portfolio.store.queries.projects import ProjectFilter, conditions


def list_entries(session: Session, project: Project) -> Sequence[LedgerEntry]:
    """List a project's entries, newest first."""
    statement = select(LedgerEntry).where(LedgerEntry.project_id == project.id)
    return session.scalars(statement.order_by(LedgerEntry.id.desc())).all()


def get_entry(session: Session, project: Project, number: int) -> LedgerEntry:
    """Return one entry of a project."""
    entry = session.get(LedgerEntry, number)
    if entry is None or entry.project_id != project.id:
        raise NotFoundError(say("项目 {code} 没有第 {number} 号资金记录", code=project.code, number=number))
    return entry


def find_reversal(session: Session, entry: LedgerEntry) -> LedgerEntry | None:
    """Return the entry that reverses this one, or None."""
    return session.scalar(select(LedgerEntry).where(LedgerEntry.reverses_id == entry.id))


def reversed_among(entries: Sequence[LedgerEntry]) -> frozenset[int]:
    """Return the numbers of the entries that others of the same list reverse."""
    return frozenset(entry.reverses_id for entry in entries if entry.reverses_id is not None)


def list_live_entries_of(session: Session, document: FundingDocument) -> Sequence[LedgerEntry]:
    """List the entries that a document gives and that were not reversed, by number."""
    reversal = aliased(LedgerEntry)
    statement = select(LedgerEntry).where(
        LedgerEntry.document_id == document.id,
        LedgerEntry.reverses_id.is_(None),
        ~exists().where(reversal.reverses_id == LedgerEntry.id),
    )
    return session.scalars(statement.order_by(LedgerEntry.id)).all()


def find_carried(session: Session, entry: LedgerEntry) -> LedgerEntry | None:
    """Return the other entry of a pair that carries money forward, or None."""
    if entry.carried_from_id is not None:
        return session.get_one(LedgerEntry, entry.carried_from_id)
    return session.scalar(select(LedgerEntry).where(LedgerEntry.carried_from_id == entry.id))


def sum_of_source(session: Session, project: Project, source: Source, year: int | None = None) -> dict[MoneyState, int]:
    """Return the sum of one source's money in a project by state, of all years or of one."""
    statement = select(LedgerEntry.state, func.sum(LedgerEntry.amount_fen)).group_by(LedgerEntry.state)
    statement = statement.where(LedgerEntry.project_id == project.id, LedgerEntry.source == source)
    if year is not None:
        statement = statement.where(LedgerEntry.year == year)
    return {state: int(fen) for state, fen in session.execute(statement)}


def list_planned_sources(session: Session, numbers: Sequence[int]) -> dict[int, list[Source]]:
    """Return the sources of which money is planned or appropriated, by project number; in order."""
    groups = (LedgerEntry.project_id, LedgerEntry.source)
    statement = select(*groups, func.sum(LedgerEntry.amount_fen)).where(
        LedgerEntry.project_id.in_(numbers), LedgerEntry.state.in_((MoneyState.PLANNED, MoneyState.APPROPRIATED))
    )
    found: dict[int, list[Source]] = {number: [] for number in numbers}
    for project_id, source, fen in session.execute(statement.group_by(*groups)):
        if fen:
            found[project_id].append(source)
    order = list(Source)
    return {number: sorted(sources, key=order.index) for number, sources in found.items()}


def list_unspent(session: Session, project: Project) -> list[tuple[Source, int, int]]:
    """List source, year and what was received but not paid of it, where that is above zero; in order."""
    groups = (LedgerEntry.source, LedgerEntry.year)
    signed = case((LedgerEntry.state == MoneyState.PAID, -LedgerEntry.amount_fen), else_=LedgerEntry.amount_fen)
    statement = select(*groups, func.sum(signed)).where(
        LedgerEntry.project_id == project.id, LedgerEntry.state.in_((MoneyState.RECEIVED, MoneyState.PAID))
    )
    order = list(Source)
    found = [(source, year, int(fen)) for source, year, fen in session.execute(statement.group_by(*groups)) if fen > 0]
    return sorted(found, key=lambda row: (order.index(row[0]), row[1]))


def sum_by_source_and_year(session: Session, chosen: ProjectFilter) -> Sequence[Row[Source, int, MoneyState, int]]:
    """Return source, year, state and the sum of amounts, one row per combination that has entries."""
    groups = (LedgerEntry.source, LedgerEntry.year, LedgerEntry.state)
    statement = select(*groups, func.sum(LedgerEntry.amount_fen)).group_by(*groups)
    return session.execute(_among(statement, chosen)).all()


def sum_by_project(
    session: Session,
    chosen: ProjectFilter,
    *,
    source: Source | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Sequence[Any]:
    """Return project, district and state with the sum of amounts, one row per project and state, by code.

    ``source`` leaves the others out; ``limit`` and ``offset`` count projects with entries of any source.
    """
    has_entries = exists().where(LedgerEntry.project_id == Project.id)
    meant = select(Project.id).where(*conditions(chosen), has_entries).order_by(Project.code)
    if limit is not None:
        meant = meant.limit(limit).offset(offset)
    columns = (Project.code, Project.name, District.name.label("district"), LedgerEntry.state)
    statement = select(*columns, func.sum(LedgerEntry.amount_fen).label("fen")).select_from(LedgerEntry)
    statement = statement.join(Project, Project.id == LedgerEntry.project_id)
    statement = statement.join(District, District.id == Project.district_id).where(Project.id.in_(meant))
    if source is not None:
        statement = statement.where(LedgerEntry.source == source)
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
