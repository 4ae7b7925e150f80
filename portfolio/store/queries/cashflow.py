"""Plans and entries by the quarter in which they fall. Sums are whole fen.

An entry falls into the quarter of its day (``entries.day_of``), kept inside its budget year, so that the quarters of a
year always add up to the year. What a plan names for the year alone falls into the last quarter.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from portfolio.domain.terms import MoneyState, PlanMove
from portfolio.store.models import LedgerEntry, PlanChange, PlanLine
from portfolio.store.queries.entries import EntryFilter, day_of, entry_conditions
from portfolio.store.queries.investment import sum_plan

Quarter = tuple[int, int]
"""A year and its quarter from 1 to 4."""


def quarter_of(day: dt.date) -> Quarter:
    """Return the quarter of a day."""
    return day.year, (day.month + 2) // 3


def sum_actual(session: Session, chosen: EntryFilter) -> dict[MoneyState, dict[Quarter, int]]:
    """Return work done and payments by state and quarter."""
    entry = LedgerEntry
    undated = entry.document_on.is_(None)
    columns = (
        entry.state,
        entry.year,
        case((undated, entry.month)).label("month"),
        entry.document_on,
        case((undated, entry.entered_at)).label("entered_at"),
    )
    states = (MoneyState.WORK_DONE, MoneyState.PAID)
    statement = select(*columns, func.sum(entry.amount_fen).label("fen")).where(*entry_conditions(chosen))
    found: dict[MoneyState, dict[Quarter, int]] = {state: defaultdict(int) for state in states}
    for row in session.execute(statement.where(entry.state.in_(states)).group_by(*columns)):
        found[row.state][_inside(row)] += int(row.fen)
    return found


def _inside(row: Any) -> Quarter:
    year, quarter = quarter_of(day_of(row))
    return row.year, quarter if year == row.year else 4 if year > row.year else 1


def sum_planned(session: Session, chosen: EntryFilter) -> tuple[Mapping[Quarter, int], Mapping[Quarter, int]]:
    """Return the plans as first set, and the plans in force, by quarter."""
    baseline: dict[Quarter, int] = defaultdict(int)
    in_force: dict[Quarter, int] = defaultdict(int)
    sides = (PlanChange.move, PlanChange.year, PlanLine.quarter)
    for move, year, quarter, fen in sum_plan(session, replace(chosen, year=None), *sides):
        in_force[year, quarter or 4] += int(fen)
        if move is PlanMove.SET:
            baseline[year, quarter or 4] += int(fen)
    return baseline, in_force
