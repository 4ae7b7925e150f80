"""Keeping public facts, and taking one into a project's empty field."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.domain.errors import RuleError
from portfolio.domain.quantities import MoneyUnit, parse_money_fen, parse_quantity
from portfolio.domain.sentences import say
from portfolio.domain.terms import Confidence, FactField, Stage
from portfolio.store.base import utc_now
from portfolio.store.models import District, Fact, Project
from portfolio.store.queries import facts

_TARGETS: dict[FactField, str] = {
    FactField.SITE_AREA: "site_area_m2",
    FactField.FLOOR_AREA: "floor_area_m2",
    FactField.CLASSES: "classes",
    FactField.SEATS: "seats",
    FactField.START_YEAR: "start_year",
    FactField.COMPLETION_YEAR: "completion_year",
    FactField.STAGE: "stage",
    FactField.TOTAL_INVESTMENT: "total_investment_fen",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class FactDraft:
    """One value that one source states."""

    subject: str
    field: FactField
    value: str
    unit: str | None
    as_of: str | None
    source_title: str
    publisher: str | None
    address: str | None
    confidence: Confidence
    note: str | None
    is_whole: bool
    stage: Stage | None

    @property
    def key(self) -> str:
        """Return a hash over everything the source says."""
        content = json.dumps(dataclasses.asdict(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


def add_fact(session: Session, district: District, draft: FactDraft, project: Project | None) -> Fact | None:
    """Keep a fact beside the project it speaks of, if any; return None if it is kept already."""
    if facts.find_fact(session, draft.key) is not None:
        return None
    fact = Fact(key=draft.key, district=district, project=project, **dataclasses.asdict(draft))
    session.add(fact)
    session.flush()
    return fact


def target_of(fact: Fact) -> str | None:
    """Return the project field that a fact can fill, or None where it can fill none.

    A fact that covers a phase only, or several projects together, fills nothing; neither does a stage in words that
    stand for no stage of ours.
    """
    if fact.project_id is None or not fact.is_whole or (fact.field is FactField.STAGE and fact.stage is None):
        return None
    return _TARGETS.get(fact.field)


def can_accept(fact: Fact) -> bool:
    """Return whether a fact can fill a field of its project that is empty now."""
    target = target_of(fact)
    return target is not None and fact.project is not None and getattr(fact.project, target) is None


def accept_fact(session: Session, fact: Fact) -> Project:
    """Take a fact's value into the project's empty field.

    Raises
    ------
    RuleError
        If it can fill no field, the field has a value already, or the value does not read as one.
    """
    target, project = target_of(fact), fact.project
    if target is None or project is None:
        raise RuleError(say("这条资料不能直接填入项目字段，只作参考"))
    if getattr(project, target) is not None:
        raise RuleError(say("“{field}”已有值；如要更换，请编辑项目并写明依据", field=fact.field))
    setattr(project, target, value_of(fact))
    fact.accepted_by = session.info.get("actor") or "system"
    fact.accepted_at = utc_now()
    session.flush()
    return project


def value_of(fact: Fact) -> int | Decimal | Stage | None:
    """Return a fact's value as its field holds it: fen, square metres, whole numbers or a stage."""
    if fact.field is FactField.STAGE:
        return fact.stage
    if fact.field is FactField.TOTAL_INVESTMENT:
        return parse_money_fen(fact.value, MoneyUnit.from_label(fact.unit or ""))
    if fact.field in (FactField.SITE_AREA, FactField.FLOOR_AREA):
        return parse_quantity(fact.value)
    return int(parse_quantity(fact.value, places=0))
