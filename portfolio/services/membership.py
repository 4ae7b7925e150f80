"""Which project lies in which zone: one listener keeps it, so that no service can forget it.

Whatever changes a place, adds a version of a layout or chooses a zone by hand, the shares that follow from it are
written in the same flush.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import Connection, delete, event, insert, inspect, select
from sqlalchemy.orm import Session

from geo.belts import zone_shares
from geo.crs import LONLAT
from portfolio.domain.layouts import OUTSIDE
from portfolio.domain.sentences import say
from portfolio.domain.shares import WHOLE_PPM, split_exactly
from portfolio.store.models import Layout, Project, Zone, ZoneChoice, ZoneShare
from portfolio.store.queries.layouts import list_all_shares
from portfolio.store.queries.projects import LOCATED

_PLACE = ("lon", "lat", "accuracy", "site_outline")
_FINE = 10**12  # shares of area as whole numbers, before they are cut to millionths
Shares = dict[str, int]


@event.listens_for(Session, "after_flush")
def _follow(session: Session, _context: object) -> None:
    changed = [*session.new, *session.dirty, *session.deleted]
    moved = {one.id for one in changed if isinstance(one, Project) and _has_moved(session, one)}
    moved |= {one.project_id for one in changed if isinstance(one, ZoneChoice)}
    added = {one.id for one in session.new if isinstance(one, Layout)}
    if moved:
        _write(session.connection(), Project.id.in_(moved), Layout.id.not_in(added))
    if added:
        _write(session.connection(), True, Layout.id.in_(added))


def _has_moved(session: Session, project: Project) -> bool:
    if project in session.deleted:
        return False
    state = inspect(project)
    return project in session.new or any(state.attrs[name].history.has_changes() for name in _PLACE)


def _write(connection: Connection, which_projects: Any, which_layouts: Any) -> None:
    """Write the shares of some projects in some versions anew."""
    projects = select(Project.id).where(which_projects)
    layouts = select(Layout.id).where(which_layouts)
    old = delete(ZoneShare).where(ZoneShare.project_id.in_(projects), ZoneShare.layout_id.in_(layouts))
    connection.execute(old)
    rows = [
        {"project_id": project, "layout_id": layout, "zone_key": key, "share_ppm": counts, "computed_ppm": computed}
        for (project, layout), shares in _shares(connection, which_projects, which_layouts).items()
        for key, (counts, computed) in shares.items()
    ]
    if rows:
        connection.execute(insert(ZoneShare), rows)


def _shares(
    connection: Connection, which_projects: Any, which_layouts: Any
) -> dict[tuple[int, int], dict[str, tuple[int, int]]]:
    """Return the shares of projects in versions: what counts and what was computed, by zone."""
    columns = (Project.id, Project.district_id, Project.lon, Project.lat, Project.accuracy, Project.site_outline)
    places: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(select(*columns).where(which_projects)):
        places[row.district_id].append(row)
    chosen = _chosen(connection, which_projects)
    found = {}
    for layout in connection.execute(select(Layout.id, Layout.district_id, Layout.kind).where(which_layouts)):
        zones = _zones(connection, layout.id)
        computed = compute_shares(places[layout.district_id], zones)
        for place in places[layout.district_id]:
            key = chosen.get((place.id, layout.kind))
            shares = _with_choice(computed.get(place.id, {}), key if key in _keys(zones) else None)
            if shares:
                found[place.id, layout.id] = shares
    return found


def _chosen(connection: Connection, which_projects: Any) -> dict[tuple[int, Any], str]:
    statement = select(ZoneChoice.project_id, ZoneChoice.kind, ZoneChoice.zone_key)
    rows = connection.execute(statement.join(Project, Project.id == ZoneChoice.project_id).where(which_projects))
    return {(row.project_id, row.kind): row.zone_key for row in rows}


def _zones(connection: Connection, layout_id: int) -> gpd.GeoDataFrame:
    statement = select(Zone.key, Zone.shape).where(Zone.layout_id == layout_id).order_by(Zone.position)
    return zone_frame((row.key, row.shape) for row in connection.execute(statement))


def zone_frame(zones: Iterable[tuple[str, str]]) -> gpd.GeoDataFrame:
    """Return zones, key and shape as GeoJSON text, as ``geo.belts`` takes them: one row per zone, in order."""
    rows = [(key, shapely.from_geojson(shape)) for key, shape in zones]
    return gpd.GeoDataFrame(rows, columns=["belt", "geometry"], geometry="geometry", crs=LONLAT)


def _keys(zones: gpd.GeoDataFrame) -> set[str]:
    return {*zones["belt"], OUTSIDE}


def compute_shares(places: Sequence[Any], zones: gpd.GeoDataFrame) -> dict[int, Shares]:
    """Return the shares of located places in zones, in millionths that add up to one, by project.

    A place has ``id``, ``lon``, ``lat``, ``accuracy`` and ``site_outline``; the site counts before the point. What lies
    in no zone is under ``OUTSIDE``. A project that is not located has no shares.
    """
    located = [place for place in places if place.lon is not None and place.accuracy in LOCATED]
    if not located:
        return {}
    frame = gpd.GeoDataFrame(
        {"project_id": [place.id for place in located]}, geometry=[_shape(place) for place in located], crs=LONLAT
    )
    return _in_millionths(frame["project_id"], zone_shares(frame, zones))


def _shape(place: Any) -> shapely.Geometry:
    return shapely.from_geojson(place.site_outline) if place.site_outline else shapely.Point(place.lon, place.lat)


def _in_millionths(numbers: Iterable[int], measured: pd.DataFrame) -> dict[int, Shares]:
    fine: dict[int, dict[str, int]] = {int(number): {} for number in numbers}
    for number, key, share in measured.itertuples(index=False):
        fine[int(number)][key] = round(share * _FINE)
    return {number: _whole(weights) for number, weights in fine.items()}


def _whole(weights: Mapping[str, int]) -> Shares:
    """Split one whole; edges rounded to a centimetre may make areas that meet cover a little more than it."""
    outside = max(0, _FINE - sum(weights.values()))
    weighed = {key: weight for key, weight in {**weights, OUTSIDE: outside}.items() if weight}
    return {key: ppm for key, ppm in split_exactly(WHOLE_PPM, weighed).items() if ppm}


def _with_choice(computed: Shares, key: str | None) -> dict[str, tuple[int, int]]:
    """Return what counts beside what was computed: all of it in the chosen zone, where there is one."""
    if key is None:
        return {zone: (ppm, ppm) for zone, ppm in computed.items()}
    return {zone: (0, ppm) for zone, ppm in computed.items()} | {key: (WHOLE_PPM, computed.get(key, 0))}


def first_wrong_share(session: Session) -> str | None:
    """Return a sentence naming the first project whose stored shares are not what its place says, or None."""
    stored = list_all_shares(session)
    expected = _shares(session.connection(), True, True)
    wrong = next((pair for pair in sorted({*stored, *expected}) if stored.get(pair) != expected.get(pair)), None)
    if wrong is None:
        return None
    return say(
        "{code} 在第 {number} 号布局中的归属与其位置不符", code=session.get_one(Project, wrong[0]).code, number=wrong[1]
    )
