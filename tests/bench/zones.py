"""Zone tables, years, seats and the placing queue over many projects, beside the same figures by plain SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portfolio.domain.cells import shift_for
from portfolio.domain.clock import today
from portfolio.domain.colours import ColourBy
from portfolio.domain.layouts import LayoutKind
from portfolio.domain.terms import Opening
from portfolio.reports.maps import CLUSTER_PIXELS
from portfolio.reports.seats import seats_at_risk
from portfolio.reports.zones import sum_zones
from portfolio.services import membership
from portfolio.store.engine import open_session
from portfolio.store.queries import maps, placing
from portfolio.store.queries.layouts import find_layout_in_force
from portfolio.store.queries.projects import ProjectFilter
from tests.builders import SHAPINGBA

Pair = tuple[str, Callable[[], object], Callable[[], object]]

_ZONES = (
    "SELECT z.zone_key, p.stage, count(*), sum(p.floor_area_m2), sum(p.seats), sum(p.total_investment_fen), sum(r.fen) "
    "FROM project p JOIN zone_share z ON z.project_id = p.id AND z.layout_id = :layout AND z.share_ppm > 0 "
    "LEFT JOIN (SELECT project_id, sum(amount_fen) AS fen FROM ledger_entry WHERE state = 'received' "
    "GROUP BY project_id) r ON r.project_id = p.id WHERE p.district_id = :district GROUP BY z.zone_key, p.stage"
)
_NO_ZONE = (
    "SELECT p.stage, count(*), sum(p.floor_area_m2), sum(p.seats), sum(p.total_investment_fen), sum(r.fen) "
    "FROM project p LEFT JOIN (SELECT project_id, sum(amount_fen) AS fen FROM ledger_entry WHERE state = 'received' "
    "GROUP BY project_id) r ON r.project_id = p.id WHERE p.district_id = :district AND p.id NOT IN "
    "(SELECT project_id FROM zone_share WHERE layout_id = :layout AND share_ppm > 0) GROUP BY p.stage"
)
_OPENING = "coalesce(m.actual_on, m.forecast_on, m.planned_on)"
_JOINED = "FROM project p LEFT JOIN milestone m ON m.project_id = p.id AND m.stage = 'in_use'"
_YEARS = (
    f"SELECT coalesce(CAST(strftime('%Y', {_OPENING}) AS INTEGER), p.completion_year) AS year, count(*) {_JOINED} "
    "WHERE p.lon IS NOT NULL AND p.accuracy IN ('site', 'neighbourhood', 'town') GROUP BY year"
)
_SEATS = (
    f"SELECT p.district_id, p.level, strftime('%Y', m.planned_on) AS planned, strftime('%Y', {_OPENING}) AS opening, "
    f"sum(p.seats), count(*) {_JOINED} WHERE p.status = 'active' GROUP BY p.district_id, p.level, planned, opening"
)
_UNPLACED = "FROM project WHERE (lon IS NULL OR accuracy NOT IN ('site', 'neighbourhood', 'town'))"


def pairs(engine: Engine, cursor: Any) -> Iterator[Pair]:
    """Yield what is measured: its name, our way and the plain one."""
    with open_session(engine, write=True, actor="bench") as session:
        membership._write(session.connection(), True, True)
        session.commit()
    with open_session(engine, write=False) as session:
        yield _zones(session, cursor)
        everything = ProjectFilter()
        yield (
            "years of the map, all districts",
            lambda: maps.count_years(session, everything),
            lambda: cursor.execute(_YEARS).fetchall(),
        )
        yield (
            "seats by term, level and town",
            lambda: seats_at_risk(session, everything),
            lambda: cursor.execute(_SEATS).fetchall(),
        )
        yield _clusters(session, "the year slider", replace(everything, year=today().year))
        yield _clusters(session, "year and planned", replace(everything, year=today().year, opening=Opening.PLANNED))
        middle = cursor.execute(f"SELECT code {_UNPLACED} ORDER BY code LIMIT 1 OFFSET 5000").fetchone()[0]
        yield (
            "placing queue : next and how many are left",
            lambda: _queue(session, middle),
            lambda: _plain_queue(cursor, middle),
        )


def _zones(session: Session, cursor: Any) -> Pair:
    layout = find_layout_in_force(session, SHAPINGBA, LayoutKind.BELTS, today())
    assert layout is not None
    given = {"layout": layout.id, "district": layout.district_id}
    chosen = ProjectFilter(district=SHAPINGBA)
    return (
        "zone table of one district",
        lambda: sum_zones(session, chosen, layout),
        lambda: [cursor.execute(statement, given).fetchall() for statement in (_ZONES, _NO_ZONE)],
    )


def _clusters(session: Session, what: str, chosen: ProjectFilter) -> Pair:
    """Compare the clusters of a whole map that is narrowed by year with those of all its projects."""

    def count(meant: ProjectFilter) -> object:
        return maps.list_clusters(session, meant, shift=shift_for(8.5, CLUSTER_PIXELS), colour=ColourBy.STAGE)

    return f"clusters with {what} : without", lambda: count(chosen), lambda: count(ProjectFilter())


def _queue(session: Session, after: str) -> None:
    for back in (False, True):
        assert placing.find_unplaced(session, ProjectFilter(), after=after, back=back)
    assert placing.count_unplaced(session, ProjectFilter())


def _plain_queue(cursor: Any, after: str) -> None:
    cursor.execute(f"SELECT min(code) {_UNPLACED} AND code > ?", [after]).fetchone()
    cursor.execute(f"SELECT max(code) {_UNPLACED} AND code < ?", [after]).fetchone()
    cursor.execute(f"SELECT count(*) {_UNPLACED}").fetchone()
