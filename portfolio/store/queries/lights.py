"""Reads of lights: the rules, what is known of each project, the light as SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Enum, and_, case, func, select, type_coerce
from sqlalchemy.orm import Session

from portfolio.domain.lights import DEFAULT_RULES, Condition, Light, LightRule, Verdict, judge
from portfolio.domain.sentences import say
from portfolio.domain.terms import Status
from portfolio.store.base import codes_of
from portfolio.store.models import (
    LightChange,
    LightOverride,
    Project,
    ProjectLight,
)
from portfolio.store.queries.evidence import read_evidence
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
    return override.light, say(
        "{made_by}指定，有效至 {expires_on}：{reason}",
        made_by=override.made_by,
        expires_on=override.expires_on,
        reason=override.reason,
    )


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
