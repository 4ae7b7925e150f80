"""Reads for maps: places of projects, and how many of them are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, not_, select
from sqlalchemy.orm import Session

from portfolio.domain.terms import MoneyState
from portfolio.store.models import District, LedgerEntry, Plan, Project
from portfolio.store.queries.projects import ProjectFilter, conditions, is_located


@dataclass(frozen=True)
class Coverage:
    """How many projects, and how much investment in fen, a map shows out of how many; None where nothing is known."""

    located: int
    count: int
    located_fen: int | None
    total_fen: int | None


def list_places(session: Session, chosen: ProjectFilter, *, located: bool) -> Sequence[Any]:
    """List what a map shows of the projects meant, those located or those not, one row per project, by code."""
    received = select(func.sum(LedgerEntry.amount_fen)).where(
        LedgerEntry.project_id == Project.id, LedgerEntry.state == MoneyState.RECEIVED
    )
    plain = (
        "code name remark lon lat accuracy nature level stage status floor_area_m2 seats total_investment_fen "
        "section item place_basis"
    )
    columns = [getattr(Project, name) for name in plain.split()]
    statement = select(*columns, Plan.short.label("plan"), received.scalar_subquery().label("received_fen"))
    statement = statement.select_from(Project).join(District, District.id == Project.district_id)
    statement = statement.outerjoin(Plan, Plan.id == Project.plan_id).where(*conditions(chosen))
    statement = statement.where(is_located() if located else not_(is_located()))
    return session.execute(statement.order_by(Project.code)).all()


def measure_coverage(session: Session, chosen: ProjectFilter) -> Coverage:
    """Count the projects meant and those located, and add up their total investment."""
    located = is_located()
    fen = Project.total_investment_fen
    statement = select(
        func.coalesce(func.sum(case((located, 1), else_=0)), 0),
        func.count(),
        func.sum(case((located, fen))),
        func.sum(fen),
    )
    row = session.execute(statement.where(*conditions(chosen))).one()
    return Coverage(int(row[0]), row[1], *(None if value is None else int(value) for value in row[2:]))
