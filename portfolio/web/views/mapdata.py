"""What the scripts of a map ask for: the unchanging sheet, the points in view, what the legend counts, one card."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext

from portfolio.domain.clock import today
from portfolio.domain.colours import ColourBy, MoneyStep
from portfolio.domain.errors import RuleError
from portfolio.domain.lights import Light
from portfolio.domain.quantities import UNKNOWN, format_money, format_number
from portfolio.domain.roles import Permission
from portfolio.domain.terms import Accuracy, Level, Stage, Status, Term
from portfolio.reports import maps as report
from portfolio.store.models import District, GazetteerPlace, Project
from portfolio.store.queries import districts, lights, maps
from portfolio.store.queries.projects import ProjectFilter
from portfolio.web import filters
from portfolio.web.atlas import district_sheet, layers_json
from portfolio.web.bases import bases_json
from portfolio.web.database import get_session
from portfolio.web.language import tell, translate
from portfolio.web.map_scope import MapScope, map_scope
from portfolio.web.map_words import MAP_WORDS
from portfolio.web.permissions import requires
from portfolio.web.remember import remembered
from portfolio.web.scope import get_project_in_scope
from portfolio.web.signin import can
from portfolio.web.town_map import towns_json

blueprint = Blueprint("mapdata", __name__, url_prefix="/maps")

UNLOCATED_NAMES = 12
FOUND = 10
HIGHEST_ZOOM = 24
_STATE = ("colour", "layers", "measure", "base", "view", "year", "opening", "focus", "bbox", "zoom")


@blueprint.get("/<adcode>/data.json")
@requires(Permission.VIEW)
def sheet(adcode: str) -> ResponseReturnValue:
    """Send what stays the same while a person moves about the map."""
    scope = map_scope(adcode)
    return jsonify(sheet_json(scope) | {"urls": _urls(adcode, filters.filter_args()), "bases": bases_json()})


@blueprint.get("/<adcode>/points.json")
@requires(Permission.VIEW)
def points(adcode: str) -> ResponseReturnValue:
    """Send the located projects of one view: as pins while they are few, else in clusters."""
    return jsonify(points_json(map_scope(adcode)))


@blueprint.get("/<adcode>/heat.json")
@requires(Permission.VIEW)
def heat(adcode: str) -> ResponseReturnValue:
    """Send how many projects stand where, for the heat layer."""
    return jsonify(heat_json(map_scope(adcode)))


@blueprint.get("/<adcode>/facets.json")
@requires(Permission.VIEW)
def facets(adcode: str) -> ResponseReturnValue:
    """Send what the legend counts, and the coverage."""
    scope = map_scope(adcode)
    found = scope.facets()
    return jsonify(
        legend=legend_rows(found), coverage=tell(found.coverage), unlocated=found.unlocated, years=_years(scope)
    )


@blueprint.get("/<adcode>/search.json")
@requires(Permission.VIEW)
def search(adcode: str) -> ResponseReturnValue:
    """Send the first projects of the map whose names hold what was typed; nothing typed finds nothing."""
    return jsonify(results=[_found(row) for row in list_found(map_scope(adcode))])


@blueprint.get("/projects/<code>/card.json")
@requires(Permission.VIEW)
def card(code: str) -> ResponseReturnValue:
    """Send what the map says of one project when it is opened."""
    project = get_project_in_scope(code)
    (row,) = maps.list_places(get_session(), ProjectFilter(code=code), located=project.is_located)
    return jsonify(card_json(row, lights.read_shown(get_session(), [row.id], today())[row.id]))


@blueprint.get("/projects/<code>/data.json")
@requires(Permission.VIEW)
def inset(code: str) -> ResponseReturnValue:
    """Send what the small map of one project shows: the district and that project alone."""
    project = get_project_in_scope(code)
    shared = districts_json([project.district])
    own = {
        "coverage": "",
        "unlocated": _unlocated(project.district.adcode, ProjectFilter(code=code), 0),
        "years": None,
        "bases": bases_json(),
        "outline": _outline(project),
        "labels": shared["labels"] | {"empty": gettext("这个项目还没有坐标。")},
        "urls": _urls(project.district.adcode, {"codes": code}),
    }
    return jsonify(shared | own)


def points_json(scope: MapScope) -> dict[str, Any]:
    """Return the located projects of the view that is asked for."""
    chosen, zoom = _in_view(scope.chosen)
    colour = ColourBy.from_label(request.args.get("colour") or ColourBy.STAGE.value)
    found = report.read_points(get_session(), chosen, zoom=zoom, colour=colour)
    clusters = [vars(cluster) for cluster in found.clusters]
    return {"count": found.count, "pins": [pin_json(row) for row in found.pins], "clusters": clusters}


def heat_json(scope: MapScope) -> dict[str, Any]:
    """Return how many projects stand where in the view that is asked for."""
    chosen, zoom = _in_view(scope.chosen)
    return {"cells": report.read_heat(get_session(), chosen, zoom=zoom)}


def list_found(scope: MapScope) -> list[Any]:
    """List the first projects whose names hold what was typed, those with a place first."""
    if not (scope.chosen.q or scope.chosen.named):
        return []
    rows: list[Any] = []
    for located in (True, False):
        rows += maps.list_places(get_session(), scope.chosen, located=located, limit=FOUND - len(rows))
    return rows


def _in_view(chosen: ProjectFilter) -> tuple[ProjectFilter, float]:
    """Return the filter narrowed to the box of the address, and the zoom.

    Raises
    ------
    RuleError
        If ``bbox`` or ``zoom`` is none.
    """
    zoom = _numbers("zoom", 1)[0] if request.args.get("zoom") else 10.0
    if not 0 <= zoom <= HIGHEST_ZOOM:
        raise RuleError(gettext("zoom 应在 0 至 %(highest)s 之间", highest=HIGHEST_ZOOM))
    if not request.args.get("bbox"):
        return chosen, zoom
    west, south, east, north = _numbers("bbox", 4)
    if not (west <= east and south <= north):
        raise RuleError(gettext("bbox 依次为西、南、东、北，西不能大于东，南不能大于北"))
    return chosen.inside((west, south, east, north)), zoom


def _numbers(name: str, count: int) -> list[float]:
    try:
        found = [float(part) for part in request.args[name].split(",")]
    except ValueError:
        found = []
    if len(found) != count or not all(map(math.isfinite, found)):
        raise RuleError(gettext("%(name)s 应为 %(count)s 个用逗号分开的数字", name=name, count=count))
    return found


def sheet_json(scope: MapScope) -> dict[str, Any]:
    """Return what stays the same while a person moves about the map."""
    return districts_json(scope.districts) | _about(scope, scope.facets()) | {"towns": towns_json(scope)}


def districts_json(shown: Sequence[District]) -> dict[str, Any]:
    """Return the part of the sheet that depends on the districts alone."""
    adcodes = tuple(one.adcode for one in shown)
    return remembered(("sheet", adcodes, str(get_locale())), lambda: _sheet(shown))


def _sheet(shown: Sequence[District]) -> dict[str, Any]:
    sheets = [(district, district_sheet(district.adcode)) for district in shown]
    seats = {one.adcode: {"lon": one.seat_lon, "lat": one.seat_lat} for one in shown}
    return {
        "areas": [
            {"adcode": one.adcode, "name": one.name, "outline": found.outline_json(), "seat": seats[one.adcode]}
            for one, found in sheets
        ],
        "layers": layers_json([found for _, found in sheets]),
        "guides": {"type": "FeatureCollection", "features": [one for _, found in sheets for one in found.guides()]},
        "places": [{"name": place.name, "lon": place.lon, "lat": place.lat} for one in shown for place in _towns(one)],
        "radii": {accuracy.value: metres for accuracy, metres in report.UNCERTAINTY_M.items() if metres},
        "terms": _terms(),
        "letters": {level.value: translate(level.letter) for level in Level},
        "outline_note": next((tell(found.outline.note) for _, found in sheets if found.outline), None),
        "labels": {key: str(words) for key, words in MAP_WORDS.items()},
    }


def _about(scope: MapScope, facets: report.Facets) -> dict[str, Any]:
    """Return the part of the sheet that depends on the filter."""
    return {
        "coverage": tell(facets.coverage),
        "unlocated": _unlocated(scope.adcode, scope.chosen, facets.unlocated),
        "years": _years(scope),
    }


def _years(scope: MapScope) -> dict[str, int] | None:
    """Return the first and last year of opening and how many projects have none; None where nobody has one."""
    years = remembered(
        ("years", scope.chosen), lambda: [tuple(row) for row in maps.count_years(get_session(), scope.chosen)]
    )
    known = [year for year, _ in years if year is not None]
    unknown = sum(count for year, count in years if year is None)
    return {"first": min(known), "last": max(known), "unknown": unknown} if known else None


def _unlocated(adcode: str, chosen: ProjectFilter, count: int) -> dict[str, Any]:
    rows = maps.list_places(get_session(), chosen, located=False, limit=UNLOCATED_NAMES) if count else []
    return {
        "count": count,
        "url": rest_url(adcode, located=False),
        "label": gettext("未定位 %(count)s 个", count=count),
        "items": [{"name": report.full_name(row), "url": project_url(row)} for row in rows],
    }


def rest_url(adcode: str, *, located: bool) -> str:
    """Return the address of the register with the map's filter, located projects or the others."""
    side = {"located": "yes" if located else "no"}
    district: dict[str, Any] = {} if adcode == "all" else {"district": adcode}
    return url_for("projects.index", **{**district, **filters.filter_args(but=("located",)), **district, **side})


def _urls(adcode: str, args: Mapping[str, str]) -> dict[str, str]:
    """Return the addresses that the scripts ask, the filter attached."""
    query = urlencode({name: value for name, value in args.items() if name not in _STATE}, quote_via=quote)
    names = ("points", "heat", "facets", "search")
    urls = {name: f"{url_for(f'.{name}', adcode=adcode)}?{query}" for name in names}
    return urls | {"card": url_for(".card", code="CODE").replace("CODE", "{code}")}


def _towns(district: District) -> list[GazetteerPlace]:
    """Return the towns whose names help to find one's way on a map without a base."""
    return [place for place in districts.list_places(get_session(), district) if "-town-" in place.key]


def _terms() -> dict[str, dict[str, str]]:
    listed: dict[str, type[Term]] = {
        "stage": Stage,
        "status": Status,
        "light": Light,
        "level": Level,
        "accuracy": Accuracy,
        "money": MoneyStep,
    }
    return {name: {term.value: gettext(term.label) for term in terms} for name, terms in listed.items()}


def legend_rows(found: report.Facets) -> dict[str, list[dict[str, Any]]]:
    """Return the legend's groups by name; every row counts what it stands for."""
    terms = _terms()
    stages = {**terms["stage"], "unknown": gettext("阶段未知"), **terms["status"]}
    labels = {
        ColourBy.STAGE: stages,
        ColourBy.LIGHT: terms["light"],
        ColourBy.LEVEL: terms["level"],
        ColourBy.MONEY: terms["money"],
    }
    groups = {colour.value: _legend(labels[colour], found.classes[colour]) for colour in ColourBy}
    return groups | {"accuracy": _legend(terms["accuracy"], found.accuracy)}


def _legend(labels: Mapping[str, str], counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"key": key, "label": label, "count": counts[key]} for key, label in labels.items() if counts.get(key)]


def pin_json(row: Any) -> dict[str, Any]:
    """Return what the map needs to draw a pin."""
    return {
        "code": row.code,
        "name": row.name,
        "lon": row.lon,
        "lat": row.lat,
        "accuracy": row.accuracy.value,
        "level": row.level.value,
        "stage": row.stage.value if row.stage else None,
        "status": row.status.value,
        "light": row.light.value,
        "money": row.money,
    }


def card_json(row: Any, shown: tuple[Light, str]) -> dict[str, Any]:
    """Return what the map says of a project when it is opened; ``shown`` is its light and why."""
    light, reason = shown
    return {
        "code": row.code,
        "name": row.name,
        "remark": row.remark,
        "url": project_url(row),
        "place_url": url_for("places.edit", code=row.code) if can(Permission.EDIT_PROJECTS) else None,
        "level": gettext(row.level.label),
        "nature": gettext(row.nature.label),
        "stage": gettext(row.stage.label) if row.stage else None,
        "status": None if row.status is Status.ACTIVE else gettext(row.status.label),
        "light": {"key": light.value, "label": gettext(light.label), "reason": tell(reason)},
        "accuracy": row.accuracy.value,
        "accuracy_label": gettext(row.accuracy.label),
        "radius_m": report.UNCERTAINTY_M.get(row.accuracy),
        "lon": row.lon,
        "lat": row.lat,
        "citation": report.citation(row),
        "zones": [],
        "facts": _facts(row),
        "outline": _outline(row),
    }


def _outline(row: Any) -> Any:
    """Return a project's site as GeoJSON geometry, or None."""
    return json.loads(row.site_outline) if row.site_outline else None


def _facts(row: Any) -> list[dict[str, str]]:
    """Return what is known of a project's size, money and place, as label and value."""
    facts = (
        (gettext("学位（个）"), format_number(row.seats)),
        (gettext("建筑面积（平方米）"), format_number(row.floor_area_m2)),
        (gettext("总投资（万元）"), format_money(row.total_investment_fen)),
        (gettext("到位资金（万元）"), format_money(row.received_fen)),
        (gettext("位置依据"), row.place_basis or UNKNOWN),
        (gettext("位置核实人"), row.place_confirmed_by or UNKNOWN),
    )
    return [{"label": label, "value": value} for label, value in facts if value != UNKNOWN]


def _found(row: Any) -> dict[str, Any]:
    return {"code": row.code, "name": report.full_name(row), "lon": row.lon, "lat": row.lat, "url": project_url(row)}


def project_url(row: Project | Any) -> str:
    """Return the address of a project's page."""
    return url_for("projects.show", code=row.code)
