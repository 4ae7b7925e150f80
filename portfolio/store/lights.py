"""Keeping each project's light up with its records: one listener renews it, so that no service can forget it.

The derived table says from which day on each colour stands, so that reading a light never writes and needs no daily
run. Only the log of changes waits for one: a light that turns by the mere passing of days is written down at the next
save of the project, or by ``portfolio init``, which every `make run` calls.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, delete, event, func, insert, select
from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.lights import Evidence, Finding, Light, LightRule, foresee, is_measured, judge
from portfolio.store.base import Tracked
from portfolio.store.models import LightChange, Project, ProjectLight, Setting
from portfolio.store.queries.evidence import read_evidence
from portfolio.store.queries.lights import (
    BATCH,
    RULES_KEY,
    OverrideRow,
    read_overrides,
    read_rules,
    shown_light,
)


def watch(session: Session) -> None:
    """Renew the lights of the projects whose records the session changes, in the same transaction."""
    event.listen(session, "after_flush", _follow)


def renew_lights(session: Session, numbers: Iterable[int] | None = None) -> int:
    """Work the lights of projects out anew (all of them without ``numbers``); return how many changed colour."""
    connection, rules, day = session.connection(), read_rules(session), today()
    wanted = iter(numbers if numbers is not None else connection.scalars(select(Project.id).order_by(Project.id)).all())
    changed = 0
    while batch := list(islice(wanted, BATCH)):
        changed += _renew(connection, batch, rules, day)
    return changed


def _follow(session: Session, _context: object) -> None:
    touched = [record for record in (*session.new, *session.dirty, *session.deleted) if isinstance(record, Tracked)]
    if any(isinstance(record, Setting) and record.key == RULES_KEY for record in touched):
        renew_lights(session)
    elif numbers := sorted(set(_projects_of(touched))):
        renew_lights(session, numbers)


def _projects_of(records: Iterable[Tracked]) -> Iterator[int]:
    """Yield the project of each record that has one; of a removed one nothing is known, so that nothing is written."""
    for record in records:
        if isinstance(record, Project):
            yield record.id
        elif hasattr(record, "project_id"):
            if record.project_id is not None:
                yield record.project_id
        elif getattr(record, "project", None) is not None:
            yield record.project.id  # type: ignore[attr-defined]


def _renew(connection: Connection, numbers: Sequence[int], rules: Sequence[LightRule], day: dt.date) -> int:
    evidence = read_evidence(connection, numbers, day)
    overrides = read_overrides(connection, numbers)
    rows = [_row(number, known, rules, overrides.get(number)) for number, known in evidence.items()]
    connection.execute(delete(ProjectLight).where(ProjectLight.project_id.in_(numbers)))
    if rows:
        connection.execute(insert(ProjectLight), rows)
    verdicts = {number: judge(known, rules, day) for number, known in evidence.items()}
    shown = {number: shown_light(verdict, overrides.get(number), day) for number, verdict in verdicts.items()}
    return _note_changes(connection, shown, day)


def _row(number: int, evidence: Evidence, rules: Sequence[LightRule], override: OverrideRow | None) -> dict[str, Any]:
    ahead = [one for one in foresee(evidence, rules) if one.until is None or one.since <= one.until]
    lasting = [one for one in ahead if one.until is None]
    yearly = [one for one in ahead if one.until is not None]
    return {
        "project_id": number,
        "is_measured": is_measured(evidence),
        "amber_on": _first(lasting, Light.AMBER),
        "red_on": _first(lasting, Light.RED),
        "year": evidence.year if yearly else None,
        "year_amber_on": _first(yearly, Light.AMBER),
        "year_red_on": _first(yearly, Light.RED),
        "override": override.light if override else None,
        "override_until": override.expires_on if override else None,
    }


def _first(findings: Sequence[Finding], colour: Light) -> dt.date | None:
    return min((one.since for one in findings if one.rule.colour is colour), default=None)


def _note_changes(connection: Connection, shown: Mapping[int, tuple[Light, str]], day: dt.date) -> int:
    """Write down each project whose light is another than the last one written down."""
    last = _last_lights(connection, list(shown))
    rows = [
        {"project_id": number, "light": light, "sentence": sentence, "seen_on": day}
        for number, (light, sentence) in shown.items()
        if last.get(number, Light.NONE) is not light
    ]
    if rows:
        connection.execute(insert(LightChange), rows)
    return len(rows)


def _last_lights(connection: Connection, numbers: Sequence[int]) -> Mapping[int, Light]:
    of = LightChange
    newest = select(func.max(of.id)).where(of.project_id.in_(numbers)).group_by(of.project_id)
    found = connection.execute(select(of.project_id, of.light).where(of.id.in_(newest)))
    return {row.project_id: row.light for row in found}
