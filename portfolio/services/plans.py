"""Entering what a district's data files hold. Adds what is missing; what is there already is never overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from portfolio.store.models import Commitment, District, GazetteerPlace, Indicator, Plan
from portfolio.store.queries import commitments, districts

RecordT = TypeVar("RecordT")


def ensure_district(session: Session, adcode: str, values: Mapping[str, Any]) -> tuple[District, bool]:
    """Return the district and whether it was added."""
    found = districts.find_district(session, adcode)
    return (found, False) if found else (_add(session, District(adcode=adcode, **values)), True)


def ensure_plan(session: Session, district: District, key: str, values: Mapping[str, Any]) -> tuple[Plan, bool]:
    """Return the plan and whether it was added."""
    found = districts.find_plan(session, key)
    return (found, False) if found else (_add(session, Plan(district=district, key=key, **values)), True)


def ensure_place(session: Session, district: District, key: str, values: Mapping[str, Any]) -> bool:
    """Add a named place unless it is there; return whether it was added."""
    if districts.find_place(session, key) is not None:
        return False
    _add(session, GazetteerPlace(district=district, key=key, **values))
    return True


def ensure_commitment(session: Session, plan: Plan, key: str, values: Mapping[str, Any]) -> bool:
    """Add a commitment unless it is there; return whether it was added."""
    if commitments.find_commitment(session, key) is not None:
        return False
    _add(session, Commitment(plan=plan, key=key, **values))
    return True


def ensure_indicator(session: Session, plan: Plan, number: int, values: Mapping[str, Any]) -> bool:
    """Add an indicator unless it is there; return whether it was added."""
    if commitments.find_indicator(session, plan, number) is not None:
        return False
    _add(session, Indicator(plan=plan, number=number, **values))
    return True


def _add(session: Session, record: RecordT) -> RecordT:
    session.add(record)
    session.flush()
    return record
