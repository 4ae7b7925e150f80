"""Reads of lights: the rules, what is known of each project, the light as SQL."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Enum, Select, and_, case, func, select, type_coerce
from sqlalchemy.orm import Session

from portfolio.domain.lights import DEFAULT_RULES, Condition, Evidence, Light, LightRule, Verdict, judge
from portfolio.domain.terms import MoneyState, Status
from portfolio.store.base import codes_of
from portfolio.store.models import (
    LedgerEntry,
    LightChange,
    LightOverride,
    PlanChange,
    PlanLine,
    Project,
    ProjectLight,
)
from portfolio.store.queries.settings import find_setting

RULES_KEY = "lights.rules"
BATCH = 500  # projects in one statement
_LIGHT = Enum(Light, native_enum=False, values_callable=codes_of)


def read_rules(session: Session) -> Sequence[LightRule]:
    """Return the rules in force."""
    stored = find_setting(session, RULES_KEY)
    return DEFAULT_RULES if stored is None else rules_of(stored)


def rules_of(stored: Sequence[Mapping[str, Any]]) -> Sequence[LightRule]:
    """Return rules out of what a setting keeps of them."""
    return [
        LightRule(
            one["name"], Condition.from_label(one["condition"]), int(one["above"]), Light.from_label(one["colour"])
        )
        for one in stored
    ]


def light_expression(day: dt.date) -> ColumnElement[Any]:
    """Return the light of a project on a day as SQL: what a person said, else by the rules."""
    of = ProjectLight
    in_year = of.year == day.year
    found = case(
        (of.override_until >= day, of.override),
        (of.red_on <= day, Light.RED.value),
        (and_(in_year, of.year_red_on <= day), Light.RED.value),
        (of.amber_on <= day, Light.AMBER.value),
        (and_(in_year, of.year_amber_on <= day), Light.AMBER.value),
        (of.is_measured, Light.GREEN.value),
        else_=Light.NONE.value,
    )
    statement = select(type_coerce(found, _LIGHT)).where(of.project_id == Project.id).correlate(Project)
    return type_coerce(func.coalesce(statement.scalar_subquery(), Light.NONE.value), _LIGHT)


def read_evidence(connection: Connection, numbers: Sequence[int], day: dt.date) -> Mapping[int, Evidence]:
    """Return what is known of projects for their lights, by project id; investment is that of the day's year."""
    known: dict[int, dict[str, Any]] = defaultdict(dict)
    for read in (_standing, _payments, _investment):
        for number, values in read(connection, numbers, day):
            known[number].update(values)
    return {number: Evidence(**values) for number, values in known.items()}


def _standing(connection: Connection, numbers: Sequence[int], _day: dt.date) -> Any:
    columns = (Project.id, Project.stage, Project.status, Project.completion_year)
    for row in connection.execute(select(*columns).where(Project.id.in_(numbers))):
        yield row.id, {"stage": row.stage, "status": row.status, "completion_year": row.completion_year}


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


class OverrideRow(NamedTuple):
    """What a person said of a project's light; it holds until the end of ``expires_on``."""

    light: Light
    expires_on: dt.date
    made_by: str
    reason: str


def read_overrides(connection: Connection, numbers: Sequence[int]) -> Mapping[int, OverrideRow]:
    """Return the newest word of a person that was not taken back, by project id; it may have run out."""
    of = LightOverride
    columns = (of.project_id, of.light, of.expires_on, of.made_by, of.reason)
    statement = select(*columns).where(of.project_id.in_(numbers), of.ended_at.is_(None)).order_by(of.id)
    return {row[0]: OverrideRow(*row[1:]) for row in connection.execute(statement)}


def shown_light(verdict: Verdict, override: OverrideRow | None, day: dt.date) -> tuple[Light, str]:
    """Return the light that is shown, and why: what a person said goes before the rules while it holds."""
    if override is None or override.expires_on < day:
        return verdict.light, verdict.sentence
    return override.light, f"{override.made_by}指定，有效至 {override.expires_on}：{override.reason}"


def read_verdicts(session: Session, numbers: Sequence[int], day: dt.date) -> Mapping[int, Verdict]:
    """Return projects' lights by the rules, with what fired and why, by project id."""
    rules, connection = read_rules(session), session.connection()
    found: dict[int, Verdict] = {}
    for start in range(0, len(numbers), BATCH):
        evidence = read_evidence(connection, numbers[start : start + BATCH], day)
        found |= {number: judge(known, rules, day) for number, known in evidence.items()}
    return found


def read_shown(session: Session, numbers: Sequence[int], day: dt.date) -> Mapping[int, tuple[Light, str]]:
    """Return the light shown of each project and why, by project id."""
    overrides = read_overrides(session.connection(), numbers)
    verdicts = read_verdicts(session, numbers, day)
    return {number: shown_light(verdict, overrides.get(number), day) for number, verdict in verdicts.items()}


def find_override(session: Session, project: Project, day: dt.date) -> LightOverride | None:
    """Return what a person said of a project's light, where it holds on a day."""
    statement = select(LightOverride).where(
        LightOverride.project_id == project.id, LightOverride.ended_at.is_(None), LightOverride.expires_on >= day
    )
    return session.scalar(statement.order_by(LightOverride.id.desc()).limit(1))


def list_changes(session: Session, project: Project, limit: int = 12) -> Sequence[LightChange]:
    """List the lights that a project came to, newest first."""
    statement = select(LightChange).where(LightChange.project_id == project.id)
    return session.scalars(statement.order_by(LightChange.id.desc()).limit(limit)).all()


def list_running(session: Session) -> Sequence[Any]:
    """List ``id``, ``code`` and ``name`` of the projects that go on, by code: the only ones that rules judge."""
    columns = (Project.id, Project.code, Project.name)
    return session.execute(select(*columns).where(Project.status == Status.ACTIVE).order_by(Project.code)).all()
