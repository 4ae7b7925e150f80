"""Map pages: folium draws the shell from constants, the data comes from ``mapdata`` as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from geo.maps import Bounds, MapShell, inset_map, project_map
from portfolio.domain.clock import today
from portfolio.domain.colours import ColourBy
from portfolio.domain.roles import Permission
from portfolio.domain.terms import Opening, Term
from portfolio.reports import maps as report
from portfolio.store.models import Project
from portfolio.store.queries import maps
from portfolio.store.queries.map_settings import review_number
from portfolio.store.queries.register import TERMS
from portfolio.web import filters
from portfolio.web.atlas import Sheet, district_sheet
from portfolio.web.bases import offer_bases
from portfolio.web.database import get_session
from portfolio.web.map_scope import ALL, MapScope, map_scope
from portfolio.web.map_words import shell_words
from portfolio.web.pages import project_url
from portfolio.web.permissions import requires
from portfolio.web.scope import get_project_in_scope, visible_districts
from portfolio.web.signin import can
from portfolio.web.town_map import town_legends
from portfolio.web.views.mapdata import legend_rows, rest_url
from portfolio.web.zones import layout_links, zone_tables

blueprint = Blueprint("maps", __name__, url_prefix="/maps")

# The page and its script draw the same shell, and folium takes its time.
_kept_map = lru_cache(maxsize=64)(project_map)
LISTED = 200  # a longer list is for the register
AMONG = "among"  # the register says so, with the codes that it is narrowed to
_GIVEN = ("district", "located")  # a map of a district shows both sides
_KINDS = (
    ("html", lazy_gettext("单个网页文件（可离线打开）")),
    ("geojson", lazy_gettext("GeoJSON")),
    ("gpkg", lazy_gettext("GeoPackage（QGIS）")),
    ("kml", lazy_gettext("KML")),
    ("shp", lazy_gettext("Shapefile")),
)


@blueprint.get("")
@requires(Permission.VIEW)
def index() -> ResponseReturnValue:
    """Go to the map of what is ticked in the register, else of its filter, else of the first district to be seen.

    Zones are looked for in every district.
    """
    shown = visible_districts()
    if not shown:
        return render_template("maps/none.html")
    codes = ",".join(request.args.getlist("codes")) or request.args.get(AMONG)
    is_anywhere = codes or not request.args.keys().isdisjoint({AMONG, *filters.ZONE_FILTERS})
    adcode = request.args.get("district") or (ALL if is_anywhere else shown[0].adcode)
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name not in ("district", AMONG)}
    return redirect(url_for(".show", **{**kept, "codes": codes or None, "adcode": adcode}))


@blueprint.get("/<adcode>")
@requires(Permission.VIEW)
def show(adcode: str) -> ResponseReturnValue:
    """Show projects on a map, with list, legend and the belts' summary."""
    scope, session = map_scope(adcode), get_session()
    facets = scope.facets()
    located = maps.list_names(session, scope.chosen, located=True, limit=LISTED)
    unlocated = maps.list_names(session, scope.chosen, located=False, limit=LISTED)
    offer_bases()
    return render_template(
        "maps/show.html",
        shell=_shell(scope),
        shell_url=_with_filter(".shell", adcode),
        data_url=_with_filter("mapdata.sheet", adcode),
        scope_title=map_title(adcode),
        subtitle=gettext("%(count)s 个项目 · 截至 %(day)s", count=facets.count, day=today().isoformat()),
        coverage=facets.coverage,
        legends=_legends(facets),
        zone_tables=zone_tables(scope),
        layout_links=layout_links(scope),
        town_legends=town_legends(scope),
        projects=rows_json(located),
        located_count=facets.located,
        unlocated=[_loose_json(row) for row in unlocated],
        unlocated_count=facets.unlocated,
        adcode=adcode,
        notes=[*map_notes(scope), *_review_note(adcode)],
        rest_url_located=rest_url(adcode, located=True),
        rest_url_unlocated=rest_url(adcode, located=False),
        **_frame(scope),
    )


@blueprint.get("/<adcode>/shell.js")
@requires(Permission.VIEW)
def shell(adcode: str) -> ResponseReturnValue:
    """Send the script that sets the map up."""
    return _script(_shell(map_scope(adcode)))


@blueprint.get("/projects/<code>/shell.js")
@requires(Permission.VIEW)
def inset_shell(code: str) -> ResponseReturnValue:
    """Send the script that sets up the small map of one project."""
    return _script(project_inset(get_project_in_scope(code)))


@blueprint.get("/<adcode>/small.js")
@requires(Permission.VIEW)
def small_shell(adcode: str) -> ResponseReturnValue:
    """Send the script that sets up the small map of many projects."""
    return _script(small_map(adcode))


def small_map(adcode: str) -> MapShell:
    """Return the shell of a small map of the projects that the address means."""
    scope = map_scope(adcode)
    return inset_map(map_bounds(scope), _with_filter("mapdata.sheet", adcode), words=shell_words())


def project_inset(project: Project) -> MapShell:
    """Return the shell of the small map of one project."""
    bounds = district_sheet(project.district.adcode).bounds(project.district)
    return inset_map(bounds, url_for("mapdata.inset", code=project.code), focus=project.code, words=shell_words())


def _frame(scope: MapScope) -> dict[str, Any]:
    """Return what stands around the map: the other maps, filters, downloads."""
    return {
        "tabs": [_tab(one, scope.adcode) for one in _adcodes()],
        "chips": filters.chips(but=_GIVEN),
        "terms": TERMS,
        "openings": list(Opening),
        "zone_choices": filters.zone_choices(scope.chosen),
        "is_filtered": bool(filters.filter_args(but=_GIVEN)),
        "downloads": _downloads(scope.adcode),
        "filter_args": filters.filter_args(but=_GIVEN),
    }


def _adcodes() -> list[str]:
    shown = [one.adcode for one in visible_districts()]
    return [*shown, ALL] if len(shown) > 1 else shown


def _tab(adcode: str, current: str) -> dict[str, Any]:
    return {"label": map_title(adcode), "url": url_for(".show", adcode=adcode), "current": adcode == current}


def map_title(adcode: str) -> str:
    """Return what the map of a district, or of all, is called."""
    if adcode == ALL:
        return str(gettext("全部区县"))
    district = next(one for one in visible_districts() if one.adcode == adcode)
    layout = district_sheet(adcode).layout
    if layout is not None:
        return f"{district.name} · {layout.name}"
    return str(gettext("%(district)s · 项目点", district=district.name))


def _downloads(adcode: str) -> list[dict[str, Any]]:
    """Return what the map is to be had as; the feed is for everybody, since it shows no more than the pages."""
    feed = {"label": gettext("QGIS 实时图层…"), "url": url_for("mapfiles.feed"), "is_file": False}
    if not can(Permission.EXPORT):
        return [feed]
    args: dict[str, Any] = filters.filter_args(but=_GIVEN)
    files = [
        {"label": str(label), "url": url_for("mapfiles.download", adcode=adcode, kind=kind, **args), "is_file": True}
        for kind, label in _KINDS
    ]
    wall = {"label": gettext("挂图（A3、A0）…"), "url": url_for("wallmaps.choose", adcode=adcode, **args)}
    return [wall | {"is_file": False}, *files, feed]


def _sheet(scope: MapScope) -> Sheet | None:
    """Return the sheet of a map of one district."""
    return district_sheet(scope.districts[0].adcode) if len(scope.districts) == 1 else None


def map_bounds(scope: MapScope) -> Bounds:
    """Return west, south, east, north of the districts of a map, WGS-84 degrees."""
    edges = [district_sheet(one.adcode).bounds(one) for one in scope.districts]
    west, south = min(one[0] for one in edges), min(one[1] for one in edges)
    return west, south, max(one[2] for one in edges), max(one[3] for one in edges)


def _shell(scope: MapScope) -> MapShell:
    return _kept_map(map_bounds(scope), _with_filter("mapdata.sheet", scope.adcode), words=shell_words())


def _with_filter(endpoint: str, adcode: str) -> str:
    """Return the address of the same filter's data; every special character is escaped, quotes too."""
    query = urlencode(filters.filter_args(but=_GIVEN), quote_via=quote)
    return url_for(endpoint, adcode=adcode) + (f"?{query}" if query else "")


def _script(made: MapShell) -> Response:
    return Response(made.script, content_type="text/javascript; charset=utf-8")


def _legends(facets: report.Facets) -> dict[str, dict[str, Any]]:
    """Return the legend's groups by what the colours stand for, and the accuracy of the places."""
    rows = legend_rows(facets)
    legends = {one.value: _group(gettext(one.label), rows[one.value], _prefix(one)) for one in ColourBy}
    stack = {"key": "stack", "label": gettext("未定位"), "count": facets.unlocated}
    accuracy = _group(gettext("位置精度"), rows["accuracy"], "accuracy-")
    return legends | {"accuracy": {**accuracy, "rows": [*accuracy["rows"], {**stack, "symbol": "stack"}]}}


def map_legends(scope: MapScope) -> dict[str, dict[str, Any]]:
    """Return the legend's groups of a map by name; every row has the class of its symbol."""
    return _legends(scope.facets())


def map_notes(scope: MapScope) -> list[str]:
    """Return what is to be known of the outline and the layout of a map of one district."""
    sheet = _sheet(scope)
    parts = [*sheet.layouts, sheet.outline] if sheet else []
    return [part.note for part in parts if part is not None and part.note]


def _review_note(adcode: str) -> list[str]:
    number = review_number(get_session(), adcode)
    return [gettext("审图号：%(number)s", number=number)] if number else []


def _prefix(colour: ColourBy) -> str:
    return "" if colour is ColourBy.STAGE else f"{colour.value}-"


def _group(title: str, rows: list[dict[str, Any]], prefix: str) -> dict[str, Any]:
    return {"title": title, "rows": [{**row, "symbol": f"{prefix}{row['key']}"} for row in rows]}


def rows_json(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the list beside the map; each term is translated once, not once a row."""
    labels: dict[Term | None, str] = {None: gettext("阶段未知")}
    for row in rows:
        for term in (row.nature, row.level, row.stage):
            if term not in labels:
                labels[term] = gettext(term.label)
    return [
        {
            "code": row.code,
            "name": row.name,
            "url": project_url(row.code),
            "lon": row.lon,
            "lat": row.lat,
            "about": [labels[row.level], labels[row.nature], labels[row.stage]],
        }
        for row in rows
    ]


def _loose_json(row: Any) -> dict[str, Any]:
    return {"code": row.code, "name": report.full_name(row), "url": project_url(row.code), "reason": row.place_basis}
