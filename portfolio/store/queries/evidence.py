"""Reads of what is known of projects for their lights."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from portfolio.domain.clock import CHINA_TIME
from portfolio.domain.lights import Dated, Evidence
from portfolio.domain.reporting import ProblemLevel, ReportState
from portfolio.domain.sentences import say
from portfolio.domain.terms import MoneyState
from portfolio.store.models import (
    LedgerEntry,
    Milestone,
    PlanChange,
    PlanLine,
    Problem,
    ProgressReport,
    Project,
    ReportingRound,
)

_HIGH = tuple(level for level in ProblemLevel if level.is_high)
_HANDED_IN = (ReportState.SUBMITTED, ReportState.ACCEPTED)


def read_evidence(connection: Connection, numbers: Sequence[int], day: dt.date) -> Mapping[int, Evidence]:
    """Return what is known of projects for their lights, by project id; investment is that of the day's year."""
    known: dict[int, dict[str, Any]] = defaultdict(dict)
    for read in (_standing, _milestones, _payments, _investment, _reports, _problems):
        for number, values in read(connection, numbers, day):
            known[number].update(values)
    return {number: Evidence(**values) for number, values in known.items()}


def _standing(connection: Connection, numbers: Sequence[int], _day: dt.date) -> Any:
    columns = (Project.id, Project.stage, Project.status, Project.completion_year)
    for row in connection.execute(select(*columns).where(Project.id.in_(numbers))):
        yield row.id, {"stage": row.stage, "status": row.status, "completion_year": row.completion_year}


def _milestones(connection: Connection, numbers: Sequence[int], _day: dt.date) -> Any:
    """Yield the milestone that is due first of those not reached."""
    of = Milestone
    open_ones = select(of.project_id, of.stage, of.planned_on).where(of.planned_on.is_not(None), of.actual_on.is_(None))
    for row in connection.execute(open_ones.where(of.project_id.in_(numbers)).order_by(of.planned_on.desc(), of.id)):
        yield row.project_id, {"milestone": Dated(say("{stage}", stage=row.stage), row.planned_on)}


def _payments(connection: Connection, numbers: Sequence[int], _day: dt.date) -> Any:
    newest = func.max(func.coalesce(LedgerEntry.document_on, func.date(LedgerEntry.entered_at)))
    statement = _sums(numbers, LedgerEntry.state == MoneyState.PAID).add_columns(
        Project.total_investment_fen, newest.label("newest")
    )
    statement = statement.join(Project, Project.id == LedgerEntry.project_id)
    for row in connection.execute(statement.group_by(Project.total_investment_fen)):
        if row.total_investment_fen:
            newest_on = dt.date.fromisoformat(str(row.newest))
            percent = Decimal(int(row.fen) * 100) / row.total_investment_fen
            yield row.project_id, {"paid_percent": percent, "paid_on": newest_on}


def _investment(connection: Connection, numbers: Sequence[int], day: dt.date) -> Any:
    """Yield the year's plan in force and the work done; without a plan there is nothing to measure by."""
    of_year = and_(LedgerEntry.state == MoneyState.WORK_DONE, LedgerEntry.year == day.year)
    done = {row.project_id: int(row.fen) for row in connection.execute(_sums(numbers, of_year))}
    columns: tuple[Any, ...] = (PlanChange.project_id, func.sum(PlanLine.amount_fen).label("fen"))
    planned = select(*columns).join(PlanChange, PlanChange.id == PlanLine.change_id).group_by(PlanChange.project_id)
    planned = planned.where(PlanChange.project_id.in_(numbers), PlanChange.year == day.year)
    for number, fen in connection.execute(planned):
        yield number, {"year": day.year, "planned_fen": int(fen), "done_fen": done.get(number, 0)}


def _sums(numbers: Sequence[int], wanted: ColumnElement[bool]) -> Select[Any]:
    columns: tuple[Any, ...] = (LedgerEntry.project_id, func.sum(LedgerEntry.amount_fen).label("fen"))
    return select(*columns).where(LedgerEntry.project_id.in_(numbers), wanted).group_by(LedgerEntry.project_id)


def _reports(connection: Connection, numbers: Sequence[int], _day: dt.date) -> Any:
    """Yield the last report handed in; before the first, the day from which on one has been asked for."""
    of, asked = ProgressReport, ReportingRound
    statement = select(of.project_id, of.state, of.submitted_at, of.physical_percent, asked.opens_on)
    statement = statement.join(asked, asked.id == of.round_id).where(of.project_id.in_(numbers))
    handed_in = set()
    for row in connection.execute(statement.order_by(asked.ends_on.desc(), of.id)):
        if row.project_id in handed_in:
            continue
        if row.state in _HANDED_IN:
            handed_in.add(row.project_id)
            on = row.submitted_at.astimezone(CHINA_TIME).date()
            yield row.project_id, {"reported_on": on, "physical_percent": row.physical_percent}
        else:
            yield row.project_id, {"reported_on": row.opens_on}


def _problems(connection: Connection, numbers: Sequence[int], _day: dt.date) -> Any:
    """Yield the open high-level problem that is due first."""
    of = Problem
    statement = select(of.project_id, of.what, of.due_on).where(of.project_id.in_(numbers), of.closed_on.is_(None))
    for row in connection.execute(statement.where(of.level.in_(_HIGH)).order_by(of.due_on.desc(), of.id)):
        yield row.project_id, {"problem": Dated(row.what, row.due_on)}
