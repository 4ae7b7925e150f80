"""Reads of annual investment plans. Sums are whole fen.

A decision counts from the day of its document. Without one, a plan as first set counts from the first day of its year,
an adjustment from the last, or from the day on which it was entered where that was earlier.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from portfolio.domain.drafts import PlanCell
from portfolio.domain.terms import MoneyState, PlanMove
from portfolio.store.models import District, LedgerEntry, PlanChange, PlanLine, Project
from portfolio.store.queries.entries import EntryFilter, entry_conditions, midnight_after
from portfolio.store.queries.projects import conditions
from portfolio.store.queries.register import Window


def list_plan_changes(session: Session, project: Project, year: int | None = None) -> Sequence[PlanChange]:
    """List the decisions on a project's plans, newest first, their lines loaded; all or those of one year."""
    statement = select(PlanChange).where(PlanChange.project_id == project.id).options(selectinload(PlanChange.lines))
    if year is not None:
        statement = statement.where(PlanChange.year == year)
    return session.scalars(statement.order_by(PlanChange.id.desc())).all()


def plan_cells(session: Session, project: Project, year: int) -> dict[PlanCell, int]:
    """Return a project's plan of a year as it stands: fen by source and quarter, without cells that are nothing."""
    statement = select(PlanLine.source, PlanLine.quarter, func.sum(PlanLine.amount_fen)).join(PlanLine.change)
    statement = statement.where(PlanChange.project_id == project.id, PlanChange.year == year)
    found = session.execute(statement.group_by(PlanLine.source, PlanLine.quarter))
    return {(source, quarter): int(fen) for source, quarter, fen in found if fen}


def in_force_by(day: dt.date) -> ColumnElement[bool]:
    """Return whether a decision counts on ``day``, as SQL."""
    is_set = PlanChange.move == PlanMove.SET
    ends_by = PlanChange.year <= (day.year if (day.month, day.day) == (12, 31) else day.year - 1)
    period = or_(and_(is_set, PlanChange.year <= day.year), ends_by)
    undated = and_(PlanChange.document_on.is_(None), or_(PlanChange.entered_at < midnight_after(day), period))
    return or_(PlanChange.document_on <= day, undated)


def sum_plan(session: Session, chosen: EntryFilter, *by: Any) -> Sequence[Any]:
    """Return the plan in fen for each combination of the columns ``by`` that has lines, the sum last in each row.

    ``by`` are columns of the lines, the decisions, the project or the district. State and document of the filter do
    not speak of plans.
    """
    statement = select(*by, func.sum(PlanLine.amount_fen)).select_from(PlanLine).join(PlanLine.change)
    statement = statement.where(*_conditions(chosen)).group_by(*by)
    if any(column.class_ in (Project, District) for column in by):
        statement = _with_projects(statement)
    return session.execute(statement).all()


def _conditions(chosen: EntryFilter) -> list[ColumnElement[bool]]:
    sides = {PlanLine.source: chosen.source, PlanChange.year: chosen.year}
    wanted: list[ColumnElement[bool]] = [column == value for column, value in sides.items() if value is not None]
    if chosen.until is not None:
        wanted.append(in_force_by(chosen.until))
    about = conditions(chosen.projects)
    if about:
        wanted.append(PlanChange.project_id.in_(select(Project.id).where(*about)))
    return wanted


def _with_projects(statement: Select[Any]) -> Select[Any]:
    statement = statement.join(Project, Project.id == PlanChange.project_id)
    return statement.join(District, District.id == Project.district_id)


def list_plan_years(session: Session) -> Sequence[int]:
    """List the years that have a plan, in order."""
    return session.scalars(select(PlanChange.year).distinct().order_by(PlanChange.year)).all()


def _projects_with_figures(chosen: EntryFilter, states: Sequence[MoneyState], years: Sequence[int]) -> Any:
    """Return which projects meant have a plan, or entries in one of the states, in one of the years."""
    wide = replace(chosen, year=None)
    planned = select(PlanChange.project_id).join(PlanLine.change).where(*_conditions(wide), PlanChange.year.in_(years))
    entered = select(LedgerEntry.project_id).where(
        *entry_conditions(wide), LedgerEntry.state.in_(states), LedgerEntry.year.in_(years)
    )
    return planned.union(entered)


def list_projects_with_figures(
    session: Session,
    chosen: EntryFilter,
    states: Sequence[MoneyState],
    years: Sequence[int],
    *,
    window: Window | None = None,
) -> Sequence[Any]:
    """List id, code, name, district and total investment of those projects by code, all or one window of them."""
    columns = (Project.id, Project.code, Project.name, District.name.label("district"), Project.total_investment_fen)
    statement = select(*columns).join(District, District.id == Project.district_id).order_by(Project.code)
    statement = statement.where(Project.id.in_(_projects_with_figures(chosen, states, years)))
    if window is not None:
        statement = statement.limit(window.limit).offset(window.offset)
    return session.execute(statement).all()


def count_projects_with_figures(
    session: Session, chosen: EntryFilter, states: Sequence[MoneyState], years: Sequence[int]
) -> int:
    """Return how many those projects are."""
    meant = _projects_with_figures(chosen, states, years).subquery()
    return session.scalar(select(func.count()).select_from(meant)) or 0
