"""Sums of the ledger with the numbers of the entries they stand on. Whole fen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.store.models import LedgerEntry, Project
from portfolio.store.queries.entries import counts_by
from portfolio.store.queries.projects import ProjectFilter, conditions


def sum_money(session: Session, chosen: ProjectFilter, day: dt.date, groups: Sequence[Any] = ()) -> Sequence[Any]:
    """Return the groups, then state, ``fen``, ``entries``, ``first`` and ``last`` number of the entries up to ``day``.

    One row per combination that has entries; ``groups`` are columns of the ledger or of the project.
    """
    keys = (*groups, LedgerEntry.state)
    statement = select(
        *keys,
        func.sum(LedgerEntry.amount_fen).label("fen"),
        func.count().label("entries"),
        func.min(LedgerEntry.id).label("first"),
        func.max(LedgerEntry.id).label("last"),
    )
    statement = statement.join(Project, Project.id == LedgerEntry.project_id)
    return session.execute(statement.where(counts_by(day), *conditions(chosen)).group_by(*keys)).all()


def list_numbers(session: Session, chosen: ProjectFilter) -> dict[str, int]:
    """Return the number of each project meant, by its code."""
    rows = session.execute(select(Project.code, Project.id).where(*conditions(chosen)))
    return {code: number for code, number in rows}  # noqa: C416 (rows are no pairs to dict)
