"""The map and its projects for everybody: the pages of those who are signed in, less what is not public.

Whatever is sent is picked by name out of what the signed-in see: a thing that is added there does not appear here.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from geo.maps import project_map
from portfolio.domain.clock import today
from portfolio.domain.colours import ColourBy
from portfolio.domain.errors import RuleError
from portfolio.domain.layouts import LayoutKind
from portfolio.domain.lights import Light
from portfolio.domain.quantities import UNKNOWN, format_money, format_number
from portfolio.reports.public import PublicFacts, public_facts
from portfolio.store.models import Project
from portfolio.store.queries import maps
from portfolio.store.queries.map_settings import review_number
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.register import TERMS
from portfolio.web import filters
from portfolio.web.allowance import check_allowance
from portfolio.web.database import get_session
from portfolio.web.map_scope import MapScope
from portfolio.web.map_words import shell_words
from portfolio.web.permissions import public
from portfolio.web.public_scope import NOT_FILTERS, get_public_project, public_districts, public_map_scope
from portfolio.web.views.mapdata import card_json, districts_json, heat_json, legend_rows, list_found, points_json
from portfolio.web.views.maps import LISTED, map_bounds, map_legends, rows_json

blueprint = Blueprint("public", __name__, url_prefix="/public")
blueprint.before_request(check_allowance)

FOR_A_MINUTE = "public, max-age=60"
COLOURS = (ColourBy.STAGE, ColourBy.LEVEL)
_LEGENDS = (*(colour.value for colour in COLOURS), "accuracy")
_SHEET = ("areas", "layers", "guides", "places", "radii", "terms", "letters", "labels")
_PIN = ("code", "name", "lon", "lat", "accuracy", "level", "stage", "status")
_CARD = (
    *("code", "name", "level", "nature", "stage", "status", "accuracy", "accuracy_label", "radius_m", "lon", "lat"),
    *("citation", "zones"),
)
_ROW = ("code", "name", "lon", "lat", "about")


@blueprint.get("")
@public
def index() -> ResponseReturnValue:
    """Go to the first map that everybody may see."""
    shown = public_districts()
    if not shown:
        abort(404)
    return redirect(url_for(".show", adcode=shown[0].adcode))


@blueprint.get("/<adcode>")
@public
def show(adcode: str) -> ResponseReturnValue:
    """Show a district's projects on a map."""
    scope = public_map_scope(adcode)
    facets = scope.facets()
    located, unlocated = (
        maps.list_places(get_session(), scope.chosen, located=is_so, limit=LISTED) for is_so in (True, False)
    )
    return render_template(
        "public/map.html",
        shell=project_map(map_bounds(scope), _filtered(".sheet", adcode), words=shell_words()),
        shell_url=_filtered(".shell", adcode),
        data_url=_filtered(".sheet", adcode),
        subtitle=gettext("%(count)s 个项目 · 截至 %(day)s", count=facets.count, day=today().isoformat()),
        coverage=_coverage(scope),
        legends={name: group for name, group in map_legends(scope).items() if name in _LEGENDS},
        projects=[_picked(row, _ROW) | {"url": project_url(row["code"])} for row in rows_json(located)],
        located_count=facets.located,
        unlocated=[{"name": row.name, "url": project_url(row.code), "reason": ""} for row in unlocated],
        unlocated_count=facets.unlocated,
        adcode=adcode,
        notes=_notes(adcode),
        **_frame(scope),
    )


def _frame(scope: MapScope) -> dict[str, Any]:
    """Return what stands around the map; what only the signed-in have is empty."""
    tabs = [
        {"label": one.name, "url": url_for(".show", adcode=one.adcode), "current": one.adcode == scope.adcode}
        for one in public_districts()
    ]
    return {
        "scope_title": gettext("%(district)s · 教育建设项目", district=scope.districts[0].name),
        "tabs": tabs if len(tabs) > 1 else [],
        "terms": TERMS,
        "chips": filters.chips(but=NOT_FILTERS),
        "is_filtered": bool(filters.filter_args(but=NOT_FILTERS)),
        "rest_url_located": None,
        "rest_url_unlocated": None,
        **dict.fromkeys(("zone_tables", "zone_choices", "layout_links", "downloads", "openings", "town_legends"), ()),
    }


def _notes(adcode: str) -> list[str]:
    """Return the review number, or why there is no boundary."""
    number = review_number(get_session(), adcode)
    if number is None:
        return [gettext("没有审图号，依规定不公开区界和圈带；取得审图号并由管理员填写后显示")]
    return [gettext("审图号：%(number)s", number=number), gettext("圈带和参照线为示意，不作界线依据")]


@blueprint.get("/<adcode>/shell.js")
@public
def shell(adcode: str) -> ResponseReturnValue:
    """Send the script that sets the map up."""
    made = project_map(map_bounds(public_map_scope(adcode)), _filtered(".sheet", adcode), words=shell_words())
    return _kept(Response(made.script, content_type="text/javascript; charset=utf-8"))


@blueprint.get("/<adcode>/data.json")
@public
def sheet(adcode: str) -> ResponseReturnValue:
    """Send what stays the same while a person moves about the map."""
    scope = public_map_scope(adcode)
    about = {"coverage": _coverage(scope), "unlocated": _unlocated(scope), "years": None, "urls": _urls(adcode)}
    found = _picked(districts_json(scope.districts), _SHEET)
    return _kept(jsonify(found | _boundaries(adcode, found) | about))


def _boundaries(adcode: str, found: dict[str, Any]) -> dict[str, Any]:
    """Return outline and belts where they have a review number; the belts end at the boundary and so draw it too."""
    if review_number(get_session(), adcode) is None:
        return {"areas": [area | {"outline": None} for area in found["areas"]], "layers": []}
    return {"layers": [layer | {"note": ""} for layer in found["layers"] if layer["kind"] == LayoutKind.BELTS.value]}


@blueprint.get("/<adcode>/points.json")
@public
def points(adcode: str) -> ResponseReturnValue:
    """Send the located projects of one view: as pins while they are few, else in clusters."""
    scope = public_map_scope(adcode)
    if ColourBy.from_label(request.args.get("colour") or ColourBy.STAGE.value) not in COLOURS:
        raise RuleError(gettext("公开地图只能按阶段或学段着色"))
    found = points_json(scope)
    return _kept(jsonify(found | {"pins": [_picked(pin, _PIN) for pin in found["pins"]]}))


@blueprint.get("/<adcode>/heat.json")
@public
def heat(adcode: str) -> ResponseReturnValue:
    """Send how many projects stand where, for the heat layer."""
    return _kept(jsonify(heat_json(public_map_scope(adcode))))


@blueprint.get("/<adcode>/facets.json")
@public
def facets(adcode: str) -> ResponseReturnValue:
    """Send what the legend counts, and the coverage."""
    scope = public_map_scope(adcode)
    found = scope.facets()
    legend = _picked(legend_rows(found), _LEGENDS)
    return _kept(jsonify(legend=legend, coverage=_coverage(scope), unlocated=found.unlocated))


@blueprint.get("/<adcode>/search.json")
@public
def search(adcode: str) -> ResponseReturnValue:
    """Send the first projects whose names hold what was typed."""
    rows = list_found(public_map_scope(adcode))
    found = [
        {"code": row.code, "name": row.name, "lon": row.lon, "lat": row.lat, "url": project_url(row.code)}
        for row in rows
    ]
    return _kept(jsonify(results=found))


@blueprint.get("/projects/<code>/card.json")
@public
def card(code: str) -> ResponseReturnValue:
    """Send what the map says of one project when it is opened."""
    project = get_public_project(code)
    (row,) = maps.list_places(get_session(), ProjectFilter(code=code), located=project.is_located)
    found = _picked(card_json(row, (Light.NONE, "")), _CARD)
    nothing = {"remark": None, "place_url": None, "outline": None, "light": {"key": Light.NONE.value}}
    figures = _figures(public_facts(get_session(), project))
    facts = [{"label": label, "value": value} for label, value in figures if value != UNKNOWN]
    return _kept(jsonify(found | nothing | {"url": project_url(code), "facts": facts}))


@blueprint.get("/projects/<code>")
@public
def project(code: str) -> ResponseReturnValue:
    """Show what everybody may know of one project."""
    shown: Project = get_public_project(code)
    known = public_facts(get_session(), shown)
    return render_template("public/project.html", project=shown, figures=_figures(known), investment=known.investment)


def _figures(known: PublicFacts) -> list[tuple[str, str]]:
    """Return a project's size and cost as label and value; unknown is a dash."""
    fen = known.investment.fen if known.investment else None
    figures = (
        (gettext("学位（个）"), format_number(known.seats)),
        (gettext("占地面积（平方米）"), format_number(known.site_area_m2)),
        (gettext("建筑面积（平方米）"), format_number(known.floor_area_m2)),
        (gettext("总投资（万元）"), format_money(fen)),
    )
    return [(str(label), value) for label, value in figures]


def project_url(code: str) -> str:
    """Return the address of a project's public page."""
    return url_for("public.project", code=code)


def _coverage(scope: MapScope) -> str:
    found = scope.facets()
    return str(gettext("已标注 %(located)s / %(count)s 个项目", located=found.located, count=found.count))


def _unlocated(scope: MapScope) -> dict[str, Any]:
    count = scope.facets().unlocated
    rows = maps.list_places(get_session(), scope.chosen, located=False, limit=8) if count else []
    return {
        "count": count,
        "url": url_for(".show", adcode=scope.adcode, _anchor="unlocated"),
        "label": gettext("未定位 %(count)s 个", count=count),
        "items": [{"name": row.name, "url": project_url(row.code)} for row in rows],
    }


def _urls(adcode: str) -> dict[str, str]:
    """Return the addresses that the scripts ask, the filter attached."""
    names = ("points", "heat", "facets", "search")
    urls = {name: _filtered(f".{name}", adcode) for name in names}
    urls = {name: url if "?" in url else f"{url}?" for name, url in urls.items()}
    return urls | {"card": url_for(".card", code="CODE").replace("CODE", "{code}")}


def _filtered(endpoint: str, adcode: str) -> str:
    args: dict[str, Any] = filters.filter_args(but=NOT_FILTERS)
    return url_for(endpoint, adcode=adcode, **args)


def _picked(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: values[name] for name in names}


def _kept(response: Response) -> Response:
    """Let browsers and proxies keep an answer for a minute; it differs by language alone."""
    response.headers["Cache-Control"] = FOR_A_MINUTE
    response.vary.add("Cookie")
    return response
