"""The ledger over many projects: which entries are meant, as a list, as totals, and summed by any of their sides.

An entry counts from its day on: the day of its document; without one the day on which it was entered, or the last day
of its month or year where that had passed by then, so that the past can be entered later.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from portfolio.domain.clock import CHINA_TIME
from portfolio.domain.terms import MoneyState, Source
from portfolio.store.models import District, LedgerEntry, Project
from portfolio.store.queries.projects import ProjectFilter, conditions

ENTRY_COLUMNS = (
    LedgerEntry.id,
    Project.code,
    Project.name,
    District.name.label("district"),
    LedgerEntry.source,
    LedgerEntry.state,
    LedgerEntry.year,
    LedgerEntry.month,
    LedgerEntry.amount_fen,
    LedgerEntry.document_no,
    LedgerEntry.document_on,
    LedgerEntry.note,
    LedgerEntry.reverses_id,
    LedgerEntry.entered_by,
    LedgerEntry.entered_at,
)


@dataclass(frozen=True, kw_only=True)
class EntryFilter:
    """Which entries are meant; None leaves a side open. ``until`` is the last day that counts."""

    projects: ProjectFilter = field(default_factory=ProjectFilter)
    source: Source | None = None
    state: MoneyState | None = None
    year: int | None = None
    until: dt.date | None = None
    document: str | None = None

    def with_projects(self, **changes: Any) -> EntryFilter:
        """Return the same filter over other projects."""
        return replace(self, projects=replace(self.projects, **changes))


def midnight_after(day: dt.date) -> dt.datetime:
    """Return the moment at which a day ends in China."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), CHINA_TIME).astimezone(dt.UTC)


def counts_by(day: dt.date) -> ColumnElement[bool]:
    """Return whether an entry counts on ``day``, as SQL."""
    year, month = LedgerEntry.year, LedgerEntry.month
    has_month_passed = month <= (day.month if _is_last_of_month(day) else day.month - 1)
    is_new_year_eve = (day.month, day.day) == (12, 31)
    this_year_passed = or_(has_month_passed, month.is_(None)) if is_new_year_eve else has_month_passed
    period_passed = or_(year < day.year, and_(year == day.year, this_year_passed))
    undated = and_(LedgerEntry.document_on.is_(None), or_(LedgerEntry.entered_at < midnight_after(day), period_passed))
    return or_(LedgerEntry.document_on <= day, undated)


def _is_last_of_month(day: dt.date) -> bool:
    return day.day == calendar.monthrange(day.year, day.month)[1]


def day_of(entry: Any) -> dt.date:
    """Return the day from which an entry counts: ``counts_by`` for one row in Python."""
    document_on: dt.date | None = entry.document_on
    if document_on is not None:
        return document_on
    month = entry.month or 12
    period_end = dt.date(entry.year, month, calendar.monthrange(entry.year, month)[1])
    entered_on: dt.date = entry.entered_at.astimezone(CHINA_TIME).date()
    return min(period_end, entered_on)


def entry_conditions(chosen: EntryFilter) -> list[ColumnElement[bool]]:
    """Return the filter as SQL conditions on the ledger; the projects are looked up only where they matter."""
    sides = {LedgerEntry.source: chosen.source, LedgerEntry.state: chosen.state, LedgerEntry.year: chosen.year}
    wanted: list[ColumnElement[bool]] = [column == value for column, value in sides.items() if value is not None]
    if chosen.until is not None:
        wanted.append(counts_by(chosen.until))
    if chosen.document:
        wanted.append(LedgerEntry.document_no.contains(chosen.document, autoescape=True))
    about = conditions(chosen.projects)
    if about:
        wanted.append(LedgerEntry.project_id.in_(select(Project.id).where(*about)))
    return wanted


def list_entries(session: Session, chosen: EntryFilter, *, limit: int | None = None, offset: int = 0) -> Sequence[Any]:
    """List the entries meant, newest first, with their projects; ``ENTRY_COLUMNS`` name the values of a row."""
    # the window first: names are then looked up for its rows alone
    meant = select(LedgerEntry.id).where(*entry_conditions(chosen)).order_by(LedgerEntry.id.desc())
    if limit is not None:
        meant = meant.limit(limit).offset(offset)
    statement = _joined(select(*ENTRY_COLUMNS)).where(LedgerEntry.id.in_(meant))
    return session.execute(statement.order_by(LedgerEntry.id.desc())).all()


def _joined(statement: Any) -> Any:
    statement = statement.select_from(LedgerEntry).join(Project, Project.id == LedgerEntry.project_id)
    return statement.join(District, District.id == Project.district_id)


def count_entries(session: Session, chosen: EntryFilter) -> int:
    """Return how many entries are meant."""
    return session.scalar(select(func.count()).select_from(LedgerEntry).where(*entry_conditions(chosen))) or 0


def sum_entries(session: Session, chosen: EntryFilter, *by: Any) -> Sequence[Any]:
    """Return the sum in fen for each combination of the columns ``by`` that has entries, the sum last in each row.

    ``by`` are columns of the ledger, of the project or of the district.
    """
    statement = select(*by, func.sum(LedgerEntry.amount_fen)).where(*entry_conditions(chosen)).group_by(*by)
    if any(column.class_ is not LedgerEntry for column in by):
        statement = _joined(statement)
    return session.execute(statement).all()


def list_years(session: Session) -> Sequence[int]:
    """List the years that have entries, in order."""
    return session.scalars(select(LedgerEntry.year).distinct().order_by(LedgerEntry.year)).all()
