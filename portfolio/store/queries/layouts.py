"""Reads of layouts: which version is in force, its zones, and what lies in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from portfolio.domain.errors import NotFoundError
from portfolio.domain.layouts import LayoutKind
from portfolio.domain.sentences import say
from portfolio.store.models import District, Layout, Project, Zone, ZoneChoice, ZoneShare


def ids_in_force(day: dt.date, kind: LayoutKind | None = None) -> Select[int]:
    """Return the versions in force on a day, one for each district and kind, or of one kind alone, as SQL."""
    later = aliased(Layout)
    is_later = or_(
        later.valid_from > Layout.valid_from,
        and_(later.valid_from == Layout.valid_from, later.number > Layout.number),
    )
    superseded = exists().where(
        later.district_id == Layout.district_id, later.kind == Layout.kind, later.valid_from <= day, is_later
    )
    wanted = [Layout.kind == kind] if kind else []
    return select(Layout.id).where(*wanted, Layout.valid_from <= day, not_(superseded))


def find_layout_in_force(session: Session, adcode: str, kind: LayoutKind, day: dt.date) -> Layout | None:
    """Return the version of a district's layout that is in force on a day, its zones loaded, or None."""
    wanted = (Layout.id.in_(ids_in_force(day, kind)), District.adcode == adcode)
    return session.scalar(_layouts().join(District).where(*wanted))


def list_layouts_in_force(session: Session, day: dt.date) -> Sequence[Layout]:
    """List the versions in force on a day, of every kind and district, by district and kind; zones loaded."""
    wanted = Layout.id.in_(ids_in_force(day))
    return session.scalars(_layouts().where(wanted).order_by(Layout.district_id, Layout.kind)).all()


def list_layouts(session: Session, district: District, kind: LayoutKind) -> Sequence[Layout]:
    """List the versions of a district's layout, newest first, their zones loaded."""
    statement = _layouts().where(Layout.district_id == district.id, Layout.kind == kind)
    return session.scalars(statement.order_by(Layout.number.desc())).all()


def get_layout(session: Session, district: District, kind: LayoutKind, number: int) -> Layout:
    """Return one version of a district's layout."""
    found = next((one for one in list_layouts(session, district, kind) if one.number == number), None)
    if found is None:
        raise NotFoundError(
            say("{district}的{kind}没有第 {number} 版", district=district.name, kind=kind, number=number)
        )
    return found


def _layouts() -> Select[Layout]:
    return select(Layout).options(selectinload(Layout.zones), joinedload(Layout.district))


def find_choice(session: Session, project: Project, kind: LayoutKind) -> ZoneChoice | None:
    """Return the zone that somebody chose for a project, or None."""
    return session.scalar(select(ZoneChoice).where(ZoneChoice.project_id == project.id, ZoneChoice.kind == kind))


def list_choices(session: Session, project: Project) -> Sequence[ZoneChoice]:
    """List the zones that somebody chose for a project."""
    statement = select(ZoneChoice).where(ZoneChoice.project_id == project.id)
    return session.scalars(statement.order_by(ZoneChoice.kind)).all()


def list_choices_of_district(session: Session, district: District, kind: LayoutKind) -> Sequence[ZoneChoice]:
    """List the zones that somebody chose for projects of a district, by project."""
    statement = select(ZoneChoice).join(Project).where(Project.district_id == district.id, ZoneChoice.kind == kind)
    return session.scalars(statement.order_by(ZoneChoice.project_id)).all()


def list_shares(session: Session, project: Project) -> Sequence[ZoneShare]:
    """List a project's shares in every version of every layout, the largest first."""
    statement = select(ZoneShare).where(ZoneShare.project_id == project.id)
    order = (ZoneShare.layout_id, ZoneShare.share_ppm.desc(), ZoneShare.computed_ppm.desc(), ZoneShare.zone_key)
    return session.scalars(statement.order_by(*order)).all()


def list_members(session: Session, layout: Layout) -> Sequence[Any]:
    """List the shares that count in a version: project ``id``, ``code``, ``name``, ``zone_key``, ``share_ppm``."""
    columns = (Project.id, Project.code, Project.name, ZoneShare.zone_key, ZoneShare.share_ppm)
    statement = select(*columns).join(Project, Project.id == ZoneShare.project_id)
    statement = statement.where(ZoneShare.layout_id == layout.id, ZoneShare.share_ppm > 0)
    return session.execute(statement.order_by(Project.code, ZoneShare.share_ppm.desc(), ZoneShare.zone_key)).all()


def list_all_shares(session: Session) -> dict[tuple[int, int], dict[str, tuple[int, int]]]:
    """Return what is stored: shares that count and computed ones by project and version, then by zone."""
    found: dict[tuple[int, int], dict[str, tuple[int, int]]] = {}
    for row in session.execute(select(*ZoneShare.__table__.columns)):
        found.setdefault((row.project_id, row.layout_id), {})[row.zone_key] = (row.share_ppm, row.computed_ppm)
    return found


def list_zone_names(session: Session, day: dt.date, adcode: str | None) -> Sequence[Any]:
    """List ``kind``, ``key``, ``short``, ``name`` and ``adcode`` of the zones in force, of all districts or one."""
    columns = (Layout.kind, Zone.key, Zone.short, Zone.name, District.adcode)
    statement = select(*columns).select_from(Zone).join(Layout).join(District)
    statement = statement.where(Layout.id.in_(ids_in_force(day)))
    if adcode is not None:
        statement = statement.where(District.adcode == adcode)
    return session.execute(statement.order_by(District.adcode, Layout.kind, Zone.position)).all()


def count_layouts(session: Session, district: District, kind: LayoutKind) -> int:
    """Return how many versions a district's layout has."""
    statement = select(func.count()).where(Layout.district_id == district.id, Layout.kind == kind)
    return session.scalar(statement.select_from(Layout)) or 0


def is_in_zone(kind: LayoutKind, key: str, day: dt.date) -> ColumnElement[bool]:
    """Return whether any part of a project lies in the zone, as SQL."""
    members = _members(kind, day).where(ZoneShare.zone_key == key)
    return Project.id.in_(members)


def is_in_no_zone(kind: LayoutKind, day: dt.date) -> ColumnElement[bool]:
    """Return whether nothing is known of a project's zone, as SQL."""
    return Project.id.not_in(_members(kind, day))


def _members(kind: LayoutKind, day: dt.date) -> Select[int]:
    in_force = ids_in_force(day, kind)
    return select(ZoneShare.project_id).where(ZoneShare.layout_id.in_(in_force), ZoneShare.share_ppm > 0)
