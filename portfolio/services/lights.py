"""Deciding about lights: another light for a time, and the rules themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.errors import RuleError
from portfolio.domain.lights import Light, LightRule, check_rules
from portfolio.domain.sentences import say
from portfolio.services.settings import change_setting
from portfolio.store.base import utc_now
from portfolio.store.models import LightOverride, Project
from portfolio.store.queries.lights import RULES_KEY, find_override

LONGEST_DAYS = 366


def override_light(
    session: Session, project: Project, light: Light, *, reason: str, expires_on: dt.date
) -> LightOverride:
    """Set another light than the computed one until the end of a day; both are kept and shown.

    Raises
    ------
    RuleError
        If no reason is given, or the day is past or more than a year ahead.
    """
    if not reason.strip():
        raise RuleError(say("请写明为什么改灯，将记入沿革"), "reason")
    if not today() <= expires_on <= today() + dt.timedelta(days=LONGEST_DAYS):
        raise RuleError(say("有效期应在今天至一年之内，到期后恢复为按规则计算"), "expires_on")
    end_override(session, project)
    made = LightOverride(
        project_id=project.id,
        light=light,
        reason=reason.strip(),
        expires_on=expires_on,
        made_by=_actor(session),
        made_at=utc_now(),
    )
    session.add(made)
    session.flush()
    return made


def end_override(session: Session, project: Project) -> LightOverride | None:
    """Take back what a person said of a project's light; return it, or None where nothing held."""
    held = find_override(session, project, today())
    if held is not None:
        held.ended_by, held.ended_at = _actor(session), utc_now()
        session.flush()
    return held


def change_rules(session: Session, rules: Sequence[LightRule], *, version: int | None = None) -> None:
    """Put other rules in force; every project's light is worked out anew. ``version`` as in ``change_setting``.

    Raises
    ------
    RuleError
        If the rules contradict each other, or no reason is given.
    StaleError
        If somebody changed the rules since they were read at ``version``.
    """
    check_rules(rules)
    if not session.info.get("reason"):
        raise RuleError(say("请写明为什么调整规则，将记入沿革"), "reason")
    stored = [
        {"name": one.name, "condition": one.condition.value, "above": one.above, "colour": one.colour.value}
        for one in rules
    ]
    change_setting(session, RULES_KEY, stored, version=version)


def _actor(session: Session) -> str:
    return session.info.get("actor") or "system"
