"""What everybody may know of a project: its size, and what it costs where a public source says so."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.domain.errors import RuleError
from portfolio.domain.quantities import MoneyUnit, parse_money_fen
from portfolio.domain.terms import Confidence, FactField
from portfolio.store.models import Fact, Project
from portfolio.store.queries import facts


@dataclass(frozen=True)
class Investment:
    """A project's total investment in fen, and the public source that states it."""

    fen: int
    source: str
    as_of: str | None


@dataclass(frozen=True)
class PublicFacts:
    """One project's figures for everybody; None is unknown or not public."""

    seats: int | None
    site_area_m2: Decimal | None
    floor_area_m2: Decimal | None
    investment: Investment | None


def public_facts(session: Session, project: Project) -> PublicFacts:
    """Return what everybody may know of a project's size and cost."""
    return PublicFacts(project.seats, project.site_area_m2, project.floor_area_m2, _investment(session, project))


def _investment(session: Session, project: Project) -> Investment | None:
    """Return the total investment where a public source states the very amount that is registered."""
    for fact in facts.list_facts_of_project(session, project):
        is_source = fact.field is FactField.TOTAL_INVESTMENT and fact.confidence is not Confidence.FORUM
        if is_source and fact.is_whole and _stated_fen(fact) == project.total_investment_fen is not None:
            source = "，".join(filter(None, (fact.source_title, fact.publisher)))
            return Investment(project.total_investment_fen, source, fact.as_of)
    return None


def _stated_fen(fact: Fact) -> int | None:
    try:
        return parse_money_fen(fact.value, MoneyUnit.from_label(fact.unit or ""))
    except RuleError:
        return None
