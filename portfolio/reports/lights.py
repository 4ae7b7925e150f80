"""A project's light with its reasons, and what other rules would do to the lights."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.lights import Light, LightRule, Verdict, judge
from portfolio.store.models import LightChange, LightOverride, Project, Revision
from portfolio.store.queries import lights
from portfolio.store.queries.evidence import read_evidence
from portfolio.store.queries.settings import list_setting_revisions


@dataclass(frozen=True)
class LightPage:
    """What a project's page says of its light on a day: by the rules, what a person said instead, the lights before."""

    day: dt.date
    light: Light
    sentence: str
    computed: Verdict
    override: LightOverride | None
    changes: Sequence[LightChange]


def light_page(session: Session, project: Project) -> LightPage:
    """Gather what a project's page says of its light."""
    day = today()
    light, sentence = lights.read_shown(session, [project.id], day)[project.id]
    return LightPage(
        day=day,
        light=light,
        sentence=sentence,
        computed=lights.read_verdicts(session, [project.id], day)[project.id],
        override=lights.find_override(session, project, day),
        changes=lights.list_changes(session, project),
    )


@dataclass(frozen=True)
class Turned:
    """One project whose light would be another: the computed light before and after, and the new reason."""

    code: str
    name: str
    before: Light
    after: Light
    sentence: str


@dataclass(frozen=True)
class RulePreview:
    """What other rules would change; ``counts`` says how many projects would turn to each colour."""

    turned: Sequence[Turned]
    counts: dict[Light, int]


def preview_rules(session: Session, rules: Sequence[LightRule]) -> RulePreview:
    """Work out which projects would have another light under other rules, by code; nothing is changed."""
    turned = list(_turned(session, rules))
    return RulePreview(turned, dict(Counter(one.after for one in turned)))


def _turned(session: Session, rules: Sequence[LightRule]) -> Iterator[Turned]:
    present, day, rows = lights.read_rules(session), today(), lights.list_running(session)
    for start in range(0, len(rows), lights.BATCH):
        batch = rows[start : start + lights.BATCH]
        evidence = read_evidence(session.connection(), [row.id for row in batch], day)
        for row in batch:
            before, after = judge(evidence[row.id], present, day), judge(evidence[row.id], rules, day)
            if before.light is not after.light:
                yield Turned(row.code, row.name, before.light, after.light, after.sentence)


@dataclass(frozen=True)
class RuleVersion:
    """The rules as one person put them in force."""

    revision: Revision
    rules: Sequence[LightRule]


def list_rule_versions(session: Session) -> Sequence[RuleVersion]:
    """List the rules that were ever put in force here, newest first; none where the shipped ones still hold."""
    revisions = list_setting_revisions(session, lights.RULES_KEY)
    return [RuleVersion(one, lights.rules_of(json.loads(json.loads(one.state)["value"]))) for one in revisions]
