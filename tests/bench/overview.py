"""The overview over many projects with two years of monthly reports, beside the same figures by plain SQL."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, insert, select

from portfolio.domain.clock import today
from portfolio.domain.periods import Period
from portfolio.domain.reporting import ReportState
from portfolio.domain.terms import Status
from portfolio.store.engine import open_session
from portfolio.store.lights import renew_lights
from portfolio.store.models import District, ProgressReport, Project, ReportingRound

MONTHS = 24
_BATCH = 20_000


def add_reports(engine: Engine) -> int:
    """Give every running project a report for each of the last 24 months, straight into the tables; return how many."""
    with open_session(engine, write=True, actor="bench") as session:
        connection, made = session.connection(), 0
        districts = connection.scalars(select(District.id)).all()
        for district in districts:
            running = select(Project.id).where(Project.district_id == district, Project.status == Status.ACTIVE)
            numbers = connection.scalars(running).all()
            for back in range(MONTHS):
                made += _add_round(connection, district, back, numbers)
        renew_lights(session)
        session.commit()
    return made


def _add_round(connection: Any, district: int, back: int, numbers: Any) -> int:
    period = _period(back)
    last = period.last_day
    values = {"starts_on": period.first_day, "ends_on": last, "opens_on": period.first_day, "due_on": last}
    statement = insert(ReportingRound).values(district_id=district, period=period.code, version=1, **values)
    number = connection.execute(statement).inserted_primary_key[0]
    at = dt.datetime.combine(last, dt.time(9), dt.UTC)
    common = {"round_id": number, "state": ReportState.ACCEPTED, "progress": "主体施工", "version": 1}
    common |= {"physical_percent": Decimal(50), "first_submitted_at": at, "submitted_at": at, "submitted_by": "bench"}
    for start in range(0, len(numbers), _BATCH):
        rows = [common | {"project_id": project} for project in numbers[start : start + _BATCH]]
        connection.execute(insert(ProgressReport), rows)
    return len(numbers)


def _period(back: int) -> Period:
    index = today().year * 12 + today().month - 2 - back
    return Period(index // 12, index % 12 + 1, 1)


_LIT = (
    "CASE WHEN l.red_on <= :d THEN 'red' WHEN l.amber_on <= :d THEN 'amber' "
    "WHEN l.is_measured THEN 'green' ELSE 'none' END"
)
_STATEMENTS = (
    "SELECT stage, count(*) FROM project GROUP BY stage",
    "SELECT basis, count(*) FROM project GROUP BY basis",
    "SELECT count(*), sum(lon IS NOT NULL), sum(total_investment_fen) FROM project",
    f"SELECT {_LIT} AS light, count(*) FROM project p JOIN project_light l ON l.project_id = p.id GROUP BY light",
    "SELECT light, count(*) FROM light_change WHERE id IN "
    "(SELECT max(id) FROM light_change WHERE seen_on <= :d GROUP BY project_id) GROUP BY light",
    f"SELECT p.code, p.name FROM project p JOIN project_light l ON l.project_id = p.id "
    f"WHERE {_LIT} IN ('red', 'amber') ORDER BY {_LIT} = 'red' DESC, coalesce(l.red_on, l.amber_on), p.code LIMIT 10",
    "SELECT state, sum(amount_fen) FROM ledger_entry GROUP BY state",
    "SELECT state, sum(amount_fen) FROM ledger_entry WHERE coalesce(document_on, entered_at) <= :d GROUP BY state",
    "SELECT state, sum(amount_fen) FROM ledger_entry WHERE year = :y GROUP BY state",
    "SELECT state, sum(amount_fen) FROM ledger_entry WHERE year = :y - 1 GROUP BY state",
    "SELECT year, month, state, sum(amount_fen) FROM ledger_entry GROUP BY year, month, state",
    "SELECT c.key, p.stage, count(*) FROM commitment c JOIN commitment_link k ON k.commitment_id = c.id "
    "JOIN project p ON p.id = k.project_id GROUP BY c.key, p.stage",
    "SELECT count(*) FROM light_change WHERE seen_on > :d",
    "SELECT max(due_on) FROM reporting_round WHERE due_on < :d",
)


def plain_overview(cursor: Any) -> None:
    """Fetch the overview's figures by plain SQL."""
    given = {"d": today().isoformat(), "y": today().year}
    for statement in _STATEMENTS:
        cursor.execute(statement, given).fetchall()
