"""The register's rows and totals, straight from SQL: one expression for each column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, aliased

from portfolio.domain.clock import today
from portfolio.domain.lights import Light
from portfolio.domain.terms import Accuracy, Basis, Level, MoneyState, Nature, Stage, Status, Term
from portfolio.store.models import District, LedgerEntry, Project
from portfolio.store.queries.lights import light_expression
from portfolio.store.queries.projects import ProjectFilter, conditions


@dataclass(frozen=True, kw_only=True)
class Window:
    """Which rows of a sorted list are meant; without a limit all of them."""

    sort: str = "code"
    descending: bool = False
    limit: int | None = None
    offset: int = 0


TERMS: dict[str, type[Term]] = {
    "level": Level,
    "nature": Nature,
    "stage": Stage,
    "status": Status,
    "light": Light,
    "basis": Basis,
    "accuracy": Accuracy,
}
SUMMED = ("site_area_m2", "floor_area_m2", "classes", "seats", "total_investment_fen")


def _money(state: MoneyState) -> ColumnElement[Any]:
    statement = select(func.sum(LedgerEntry.amount_fen))
    return statement.where(LedgerEntry.project_id == Project.id, LedgerEntry.state == state).scalar_subquery()


def _programme() -> ColumnElement[Any]:
    programme = aliased(Project)
    return select(programme.name).where(programme.id == Project.parent_id).scalar_subquery()


def _in_order(column: Any, terms: type[Term]) -> ColumnElement[Any]:
    return case({term: number for number, term in enumerate(terms)}, value=column)


def expressions(day: dt.date) -> dict[str, ColumnElement[Any]]:
    """Return the SQL expression of each column that a register can show."""
    plain = (
        "code name remark level nature stage status basis accuracy site_area_m2 floor_area_m2 classes seats "
        "total_investment_fen start_year completion_year opening_year lead_unit owner national_code updated_at "
        "is_sample"
    )
    found: dict[str, Any] = {name: getattr(Project, name) for name in plain.split()}
    found["district"] = District.name
    found["programme"] = _programme()
    found["light"] = light_expression(day)
    found["received_fen"] = _money(MoneyState.RECEIVED)
    found["paid_fen"] = _money(MoneyState.PAID)
    return found


def _sorting(window: Window, expression: ColumnElement[Any]) -> Sequence[ColumnElement[Any]]:
    if window.sort in TERMS:
        expression = _in_order(expression, TERMS[window.sort])
    directed = expression.desc() if window.descending else expression.asc()
    return (directed.nulls_last(), Project.code.asc())


def list_register(
    session: Session,
    chosen: ProjectFilter,
    keys: Sequence[str],
    window: Window,
) -> Sequence[Any]:
    """List the columns ``keys`` of the projects meant, one row per project, unknown values last."""
    available = expressions(chosen.today or today())
    order = _sorting(window, available[window.sort])
    statement = select(*(available[key].label(key) for key in keys)).select_from(Project).order_by(*order)
    statement = statement.join(District, District.id == Project.district_id)
    if window.limit is None:
        return session.execute(statement.where(*conditions(chosen))).all()
    # choose the window first: sums of money are then looked up for its rows alone
    meant = select(Project.id).join(District, District.id == Project.district_id).where(*conditions(chosen))
    meant = meant.order_by(*order).limit(window.limit).offset(window.offset)
    return session.execute(statement.where(Project.id.in_(meant))).all()


def total_register(session: Session, chosen: ProjectFilter) -> dict[str, Any]:
    """Return ``count``, the sum of each summable column, and under ``known_<column>`` how many have a value."""
    columns = [func.count().label("count")]
    for name in SUMMED:
        column = getattr(Project, name)
        columns += [func.sum(column).label(name), func.count(column).label(f"known_{name}")]
    totals = dict(session.execute(select(*columns).where(*conditions(chosen))).one()._mapping)
    return totals | _total_money(session, chosen)


def _total_money(session: Session, chosen: ProjectFilter) -> dict[str, int | None]:
    states = {MoneyState.RECEIVED: "received_fen", MoneyState.PAID: "paid_fen"}
    statement = select(LedgerEntry.state, func.sum(LedgerEntry.amount_fen)).where(LedgerEntry.state.in_(states))
    wanted = conditions(chosen)
    if wanted:
        statement = statement.where(LedgerEntry.project_id.in_(select(Project.id).where(*wanted)))
    sums = {state: int(fen) for state, fen in session.execute(statement.group_by(LedgerEntry.state))}
    return {key: sums.get(state) for state, key in states.items()}
