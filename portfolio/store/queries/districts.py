"""Reads of districts, plans and named places."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.domain.errors import NotFoundError
from portfolio.domain.search import search_key
from portfolio.domain.sentences import say
from portfolio.store.models import District, GazetteerPlace, Plan


def list_districts(session: Session) -> Sequence[District]:
    """List districts by adcode."""
    return session.scalars(select(District).order_by(District.adcode)).all()


def find_district(session: Session, adcode: str) -> District | None:
    """Return the district with that adcode, or None."""
    return session.scalar(select(District).where(District.adcode == adcode))


def get_district(session: Session, adcode: str) -> District:
    """Return the district with that adcode."""
    district = find_district(session, adcode)
    if district is None:
        raise NotFoundError(say("没有行政区划代码为 {adcode} 的区县，请先装入该区县的规划数据", adcode=adcode))
    return district


def find_plan(session: Session, key: str) -> Plan | None:
    """Return the plan with that key, or None."""
    return session.scalar(select(Plan).where(Plan.key == key))


def list_plans(session: Session) -> Sequence[Plan]:
    """List plans by key."""
    return session.scalars(select(Plan).order_by(Plan.key)).all()


def list_places(session: Session, district: District) -> Sequence[GazetteerPlace]:
    """List a district's named places by name."""
    statement = select(GazetteerPlace).where(GazetteerPlace.district_id == district.id)
    return session.scalars(statement.order_by(GazetteerPlace.name, GazetteerPlace.key)).all()


def find_place(session: Session, key: str) -> GazetteerPlace | None:
    """Return the named place with that key, or None."""
    return session.scalar(select(GazetteerPlace).where(GazetteerPlace.key == key))


def find_place_by_name(session: Session, district: District, name: str) -> GazetteerPlace | None:
    """Return the district's place whose name folds to the same text as ``name``, or None."""
    wanted = search_key(name)
    return next((place for place in list_places(session, district) if search_key(place.name) == wanted), None)
