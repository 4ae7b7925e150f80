"""Sums by zone: what lies wholly in one, straight from SQL; what several share, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, Text, and_, cast, exists, func, literal, not_, null, select
from sqlalchemy.orm import Session

from portfolio.domain.shares import WHOLE_PPM
from portfolio.domain.terms import Accuracy, MoneyState
from portfolio.store.models import GazetteerPlace, Layout, LedgerEntry, Project, ZoneShare
from portfolio.store.queries.projects import ProjectFilter, conditions


def sum_whole(session: Session, chosen: ProjectFilter, layout: Layout) -> Sequence[Any]:
    """Sum the projects meant that lie wholly in one zone, or are known of none (``zone_key`` None).

    One row per zone and stage: ``zone_key``, ``stage``, ``count``, ``floor_area_m2``, ``seats``, ``investment_fen``,
    ``received_fen``.
    """
    whole = _among(chosen, layout, ZoneShare.zone_key).where(ZoneShare.share_ppm == WHOLE_PPM)
    rows = session.execute(_summed(whole)).all()
    shared = exists().where(
        ZoneShare.project_id == Project.id, ZoneShare.layout_id == layout.id, ZoneShare.share_ppm > 0
    )
    nowhere = _projects(chosen, cast(null(), Text)).where(Project.district_id == layout.district_id, not_(shared))
    return [*rows, *session.execute(_summed(nowhere)).all()]


def list_split(session: Session, chosen: ProjectFilter, layout: Layout) -> Sequence[Any]:
    """List the projects meant that several zones share, one row per project and zone: ``id``, ``share_ppm`` too."""
    received = select(func.sum(LedgerEntry.amount_fen)).where(
        LedgerEntry.project_id == Project.id, LedgerEntry.state == MoneyState.RECEIVED
    )  # of few projects: looked up for each, where the sums of all would be scanned again and again
    columns = _columns(ZoneShare.zone_key, received.scalar_subquery())
    statement = select(*columns, Project.id, ZoneShare.share_ppm).join(Project, Project.id == ZoneShare.project_id)
    split = (ZoneShare.layout_id == layout.id, ZoneShare.share_ppm.between(1, WHOLE_PPM - 1))
    statement = statement.where(*split, *conditions(chosen))
    return session.execute(statement.order_by(Project.id, ZoneShare.share_ppm.desc(), ZoneShare.zone_key)).all()


def sum_at_towns(session: Session, chosen: ProjectFilter, keys: Sequence[str]) -> Sequence[Any]:
    """Sum the projects meant that are known to the town and stand at its point, by the town's key in the gazetteer.

    One row per town that has any: ``key``, ``count``, ``seats``, ``investment_fen``.
    """
    sums = (
        func.count().label("count"),
        func.sum(Project.seats).label("seats"),
        func.sum(Project.total_investment_fen).label("investment_fen"),
    )
    at_point = and_(GazetteerPlace.lon == Project.lon, GazetteerPlace.lat == Project.lat)
    statement = select(GazetteerPlace.key, *sums).select_from(Project).join(GazetteerPlace, at_point)
    placed = (Project.accuracy == Accuracy.TOWN, GazetteerPlace.key.in_(keys))
    return session.execute(statement.where(*conditions(chosen), *placed).group_by(GazetteerPlace.key)).all()


def _among(chosen: ProjectFilter, layout: Layout, key: Any) -> Select[Any]:
    statement = _projects(chosen, key).join(ZoneShare, ZoneShare.project_id == Project.id)
    return statement.where(ZoneShare.layout_id == layout.id)


def _projects(chosen: ProjectFilter, key: Any) -> Select[Any]:
    received = (
        select(LedgerEntry.project_id, func.sum(LedgerEntry.amount_fen).label("fen"))
        .where(LedgerEntry.state == MoneyState.RECEIVED)
        .group_by(LedgerEntry.project_id)
        .subquery()
    )
    columns = _columns(key, received.c.fen)
    statement = select(*columns).select_from(Project).outerjoin(received, received.c.project_id == Project.id)
    return statement.where(*conditions(chosen))


def _columns(key: Any, received: Any) -> Sequence[Any]:
    return (
        key.label("zone_key"),
        Project.stage,
        literal(1).label("count"),
        Project.floor_area_m2,
        Project.seats,
        Project.total_investment_fen.label("investment_fen"),
        received.label("received_fen"),
    )


def _summed(rows: Select[Any]) -> Select[Any]:
    one = rows.subquery()
    sums = ("count", "floor_area_m2", "seats", "investment_fen", "received_fen")
    columns = (one.c.zone_key, one.c.stage, *(func.sum(one.c[name]).label(name) for name in sums))
    return select(*columns).group_by(one.c.zone_key, one.c.stage)
