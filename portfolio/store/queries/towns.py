"""Which town a project lies in: by the outlines in force; without any, by the town's point that it was put at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from portfolio.domain.layouts import NOWHERE, LayoutKind
from portfolio.domain.shares import WHOLE_PPM
from portfolio.domain.terms import Accuracy
from portfolio.store.models import District, GazetteerPlace, Layout, Project, ZoneShare
from portfolio.store.queries.layouts import ids_in_force, list_zone_names


def town_members(day: dt.date) -> CompoundSelect[Any]:
    """Return which project lies in which town on a day, as SQL: ``project_id``, ``town_key``, ``share_ppm``.

    One row per project and town; a site across outlines has a row for each, with its share.
    """
    in_force = ids_in_force(day, LayoutKind.TOWNS)
    drawn = select(ZoneShare.project_id, ZoneShare.zone_key.label("town_key"), ZoneShare.share_ppm)
    drawn = drawn.where(ZoneShare.layout_id.in_(in_force), ZoneShare.share_ppm > 0)
    placed = aliased(Project)  # the query around this one asks for projects too
    at_point = and_(
        GazetteerPlace.district_id + 0 == placed.district_id + 0,  # the index of places finds them, no district's
        GazetteerPlace.lon == placed.lon,
        GazetteerPlace.lat == placed.lat,
    )
    pointed = select(placed.id, GazetteerPlace.key, literal(WHOLE_PPM)).join(GazetteerPlace, at_point)
    return union_all(drawn, pointed.where(placed.accuracy == Accuracy.TOWN, *_is_town_point(day)))


def is_in_town(key: str, day: dt.date) -> ColumnElement[bool]:
    """Return whether any part of a project lies in the town, or with ``NOWHERE`` in none that is known, as SQL."""
    members = town_members(day).subquery()
    if key == NOWHERE:
        return Project.id.not_in(select(members.c.project_id))
    return Project.id.in_(select(members.c.project_id).where(members.c.town_key == key))


def list_town_points(session: Session, day: dt.date, adcode: str | None) -> Sequence[Any]:
    """List ``key``, ``name`` and ``adcode`` of the towns known by their point alone, of all districts or one."""
    columns = (GazetteerPlace.key, GazetteerPlace.name, District.adcode)
    statement = select(*columns).join(District, District.id == GazetteerPlace.district_id)
    statement = statement.where(*_is_town_point(day))
    if adcode is not None:
        statement = statement.where(District.adcode == adcode)
    return session.execute(statement.order_by(District.adcode, GazetteerPlace.key)).all()


def list_towns(session: Session, day: dt.date, adcode: str | None) -> Sequence[Any]:
    """List ``key``, ``name`` and ``adcode`` of the towns that projects may lie in, of all districts or one."""
    drawn = [row for row in list_zone_names(session, day, adcode) if row.kind is LayoutKind.TOWNS]
    return [*drawn, *list_town_points(session, day, adcode)]


def _is_town_point(day: dt.date) -> tuple[ColumnElement[bool], ...]:
    """Return whether a named place is the point of a town whose district has no outlines in force."""
    outlined = select(Layout.district_id).where(Layout.id.in_(ids_in_force(day, LayoutKind.TOWNS)))
    return GazetteerPlace.key.contains("-town-"), GazetteerPlace.district_id.not_in(outlined)
