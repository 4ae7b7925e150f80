"""Maps: folium draws the shell from constants, the data comes from here as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from geo.maps import MapShell, inset_map, project_map
from portfolio.domain.clock import today
from portfolio.domain.quantities import UNKNOWN, format_money, format_number
from portfolio.domain.roles import Permission
from portfolio.domain.terms import Accuracy, Stage, Status
from portfolio.reports import maps as report
from portfolio.store.models import District, GazetteerPlace, Project
from portfolio.store.queries import districts
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.register import TERMS
from portfolio.web import filters
from portfolio.web.atlas import Sheet, district_sheet
from portfolio.web.database import get_session
from portfolio.web.permissions import requires
from portfolio.web.scope import get_project_in_scope, visible_districts
from portfolio.web.signin import in_scope

blueprint = Blueprint("maps", __name__, url_prefix="/maps")

UNLOCATED_NAMES = 12
LISTED = 200  # a longer list is for the register
_GIVEN = ("district", "located")  # a map is of one district and shows both sides
MAP_WORDS = {
    "loading": lazy_gettext("正在读取地图数据…"),
    "failed": lazy_gettext("地图数据没有读到，请检查网络后刷新页面。"),
    "forbidden": lazy_gettext("没有读取地图数据的权限，或登录已过期，请重新登录后再试。"),
    "broken": lazy_gettext("服务器暂时给不出地图数据，请稍后刷新；多次不行请联系管理员。"),
    "empty": lazy_gettext("当前范围内没有已定位的项目，请在项目页填写位置，或放宽筛选条件。"),
    "stage_unknown": lazy_gettext("阶段未知"),
    "site": lazy_gettext("位置已到地块"),
    "neighbourhood": lazy_gettext("位置只到片区：虚线圈内均有可能"),
    "town": lazy_gettext("位置只到镇街：虚线圈内均有可能"),
    "radius": lazy_gettext("半径约 {m} 米"),
    "citation": lazy_gettext("依据："),
    "close": lazy_gettext("关闭"),
    "zoom_in": lazy_gettext("放大"),
    "zoom_out": lazy_gettext("缩小"),
    "whole": lazy_gettext("全区"),
    "dense": lazy_gettext("项目集中处"),
    "unlocated_more": lazy_gettext("查看未定位项目"),
    "unlocated_hint": lazy_gettext("这些项目的位置还不清楚，先放在区政府所在地；填写位置后即可上图。"),
    "map": lazy_gettext("项目分布图"),
}


@blueprint.get("")
@requires(Permission.VIEW)
def index() -> ResponseReturnValue:
    """Go to the map of the first district that the person may see."""
    shown = visible_districts()
    if not shown:
        return render_template("maps/none.html")
    adcode = request.args.get("district") or shown[0].adcode
    return redirect(url_for(".show", adcode=adcode))


@blueprint.get("/<adcode>")
@requires(Permission.VIEW)
def show(adcode: str) -> ResponseReturnValue:
    """Show a district's projects on its map, with list, legend and the belts' summary."""
    district, chosen = _district(adcode), _filter(adcode)
    sheet = district_sheet(adcode)
    pins, unlocated = _read(chosen, sheet)
    return render_template(
        "maps/show.html",
        shell=_shell(district, sheet),
        shell_url=_with_filter(".shell", adcode),
        scope_title=_title(district, sheet),
        subtitle=gettext("%(count)s 个项目 · 截至 %(day)s", count=len(pins) + len(unlocated), day=today().isoformat()),
        coverage=report.coverage_sentence(get_session(), chosen),
        legend=_legend(pins, unlocated, sheet),
        projects=[_pin_json(pin) for pin in pins[:LISTED]],
        located_count=len(pins),
        unlocated=[
            {"name": pin.full_name, "url": _url(pin), "reason": pin.row.place_basis} for pin in unlocated[:LISTED]
        ],
        unlocated_count=len(unlocated),
        belts=_belts(pins, unlocated, sheet),
        adcode=adcode,
        layout_note=sheet.layout.note if sheet.layout else None,
        outline_note=sheet.outline.note if sheet.outline else None,
        tabs=[_tab(one, adcode) for one in visible_districts()],
        chips=filters.chips(but=_GIVEN),
        terms=TERMS,
        is_filtered=bool(filters.filter_args(but=_GIVEN)),
    )


@blueprint.get("/<adcode>/shell.js")
@requires(Permission.VIEW)
def shell(adcode: str) -> ResponseReturnValue:
    """Send the script that sets the map up."""
    district = _district(adcode)
    return _script(_shell(district, district_sheet(adcode)))


@blueprint.get("/<adcode>/data.json")
@requires(Permission.VIEW)
def data(adcode: str) -> ResponseReturnValue:
    """Send what the map shows."""
    district, chosen = _district(adcode), _filter(adcode)
    sheet = district_sheet(adcode)
    pins, unlocated = _read(chosen, sheet)
    coverage = report.coverage_sentence(get_session(), chosen)
    return jsonify(_sheet_json(district, sheet) | _projects_json(pins) | _rest_json(district, unlocated, coverage))


@blueprint.get("/projects/<code>/shell.js")
@requires(Permission.VIEW)
def inset_shell(code: str) -> ResponseReturnValue:
    """Send the script that sets up the small map of one project."""
    return _script(project_inset(get_project_in_scope(code)))


@blueprint.get("/projects/<code>/data.json")
@requires(Permission.VIEW)
def inset_data(code: str) -> ResponseReturnValue:
    """Send what the small map of one project shows: the district and that project alone."""
    project = get_project_in_scope(code)
    sheet = district_sheet(project.district.adcode)
    pins, _ = _read(ProjectFilter(code=code), sheet)
    return jsonify(_sheet_json(project.district, sheet) | _projects_json(pins))


def project_inset(project: Project) -> MapShell:
    """Return the shell of the small map of one project."""
    bounds = district_sheet(project.district.adcode).bounds(project.district)
    return inset_map(bounds, url_for("maps.inset_data", code=project.code), focus=project.code)


def _district(adcode: str) -> District:
    district = districts.get_district(get_session(), adcode)
    return district if in_scope(adcode) else abort(404)


def _filter(adcode: str) -> ProjectFilter:
    """Return the filter of the address within the map's district."""
    args = {name: value for name, value in request.args.items() if name not in _GIVEN}
    return filters.read_filter(args).within(adcode)


def _read(chosen: ProjectFilter, sheet: Sheet) -> tuple[list[report.Pin], list[report.Pin]]:
    session = get_session()
    return report.list_pins(session, chosen, sheet.belts), report.list_unlocated(session, chosen)


def _shell(district: District, sheet: Sheet) -> MapShell:
    return project_map(sheet.bounds(district), _with_filter(".data", district.adcode))


def _with_filter(endpoint: str, adcode: str) -> str:
    """Return the address of the same filter's data; every special character is escaped, quotes too."""
    query = urlencode(filters.filter_args(but=_GIVEN), quote_via=quote)
    return url_for(endpoint, adcode=adcode) + (f"?{query}" if query else "")


def _script(made: MapShell) -> Response:
    return Response(made.script, content_type="text/javascript; charset=utf-8")


def _title(district: District, sheet: Sheet) -> str:
    if sheet.layout is not None:
        return f"{district.name} · {sheet.layout.name}"
    return str(gettext("%(district)s · 项目点", district=district.name))


def _tab(district: District, adcode: str) -> dict[str, Any]:
    return {
        "label": _title(district, district_sheet(district.adcode)),
        "url": url_for(".show", adcode=district.adcode),
        "current": district.adcode == adcode,
    }


def _sheet_json(district: District, sheet: Sheet) -> dict[str, Any]:
    """Return the unchanging part of the data that ``static/map.js`` describes."""
    return {
        "outline": sheet.outline_json(),
        "outline_note": sheet.outline.note if sheet.outline else None,
        "belts": sheet.belts_json(),
        "layout_note": sheet.layout.note if sheet.layout else None,
        "seat": {"lon": district.seat_lon, "lat": district.seat_lat},
        "unlocated": {"count": 0, "url": "", "label": ""},
        "coverage": "",
        "places": [{"name": place.name, "lon": place.lon, "lat": place.lat} for place in _towns(district)],
        "labels": {key: str(words) for key, words in MAP_WORDS.items()},
    }


def _towns(district: District) -> list[GazetteerPlace]:
    """Return the towns whose names help to find one's way on a map without a base."""
    return [place for place in districts.list_places(get_session(), district) if "-town-" in place.key]


def _projects_json(pins: Iterable[report.Pin]) -> dict[str, Any]:
    return {"projects": [_pin_json(pin) for pin in pins]}


def _rest_json(district: District, unlocated: list[report.Pin], coverage: str) -> dict[str, Any]:
    return {
        "unlocated": {
            "count": len(unlocated),
            "url": url_for("projects.index", district=district.adcode, located="no"),
            "label": gettext("未定位 %(count)s 个", count=len(unlocated)),
            "items": [{"name": pin.full_name, "url": _url(pin)} for pin in unlocated[:UNLOCATED_NAMES]],
        },
        "coverage": coverage,
    }


def _pin_json(pin: report.Pin) -> dict[str, Any]:
    row = pin.row
    return {
        "code": row.code,
        "name": row.name,
        "remark": row.remark,
        "url": _url(pin),
        "lon": row.lon,
        "lat": row.lat,
        "accuracy": row.accuracy.value,
        "nature": gettext(row.nature.label),
        "level": row.level.value,
        "level_label": gettext(row.level.label),
        "stage": row.stage.value if row.stage else None,
        "stage_label": gettext(row.stage.label) if row.stage else None,
        "phase": row.stage.phase.value if row.stage else None,
        "status": row.status.value,
        "status_label": gettext(row.status.label),
        "citation": pin.citation,
        "belt": pin.belt,
        "radius_m": pin.radius_m,
    }


def _url(pin: report.Pin) -> str:
    return url_for("projects.show", code=pin.row.code)


def _legend(pins: list[report.Pin], unlocated: list[report.Pin], sheet: Sheet) -> list[dict[str, Any]]:
    """Return the legend's groups; every row counts what it stands for."""
    groups = [_stage_legend(pins), _place_legend(pins, unlocated)]
    return groups if sheet.belts is None else [_belt_legend(pins, sheet), *groups]


def _stage_legend(pins: list[report.Pin]) -> dict[str, Any]:
    stages = Counter(pin.row.stage for pin in pins)
    statuses = Counter(pin.row.status for pin in pins if pin.row.status is not Status.ACTIVE)
    rows = [(stage.value if stage else "unknown", _stage_label(stage), stages[stage]) for stage in (*Stage, None)]
    rows += [(status.value, gettext(status.label), statuses[status]) for status in Status]
    return _group(gettext("阶段"), [row for row in rows if row[2]])


def _place_legend(pins: list[report.Pin], unlocated: list[report.Pin]) -> dict[str, Any]:
    counts = Counter(pin.row.accuracy for pin in pins)
    rows = [(f"accuracy-{one.value}", gettext(one.label), counts[one]) for one in Accuracy if one.is_located]
    return _group(gettext("位置精度"), [*rows, ("stack", gettext("未定位"), len(unlocated))])


def _belt_legend(pins: list[report.Pin], sheet: Sheet) -> dict[str, Any]:
    counts, belts = Counter(pin.belt for pin in pins), sheet.belts
    named = [] if belts is None else zip(belts["colour"], belts["short"], belts["belt"], strict=True)
    return _group(gettext("圈带（示意）"), [(colour, short, counts[belt]) for colour, short, belt in named])


def _group(title: str, rows: Iterable[tuple[str, str, int]]) -> dict[str, Any]:
    return {"title": title, "rows": [dict(zip(("symbol", "label", "count"), row, strict=True)) for row in rows]}


def _stage_label(stage: Stage | None) -> str:
    return str(gettext(stage.label) if stage else gettext("阶段未知"))


def _belts(pins: list[report.Pin], unlocated: list[report.Pin], sheet: Sheet) -> list[dict[str, Any]]:
    """Return the belts' summary as text, one row per belt, the rest, and the unlocated."""
    if sheet.belts is None:
        return []
    words = (gettext("圈带以外"), gettext("未定位"))
    rows = report.summarise_belts(pins, sheet.belts, unlocated=unlocated, words=words)
    return [
        vars(row)
        | {
            "floor_area": format_number(row.floor_area_m2),
            "seats": format_number(row.seats),
            "money": format_money(row.received_fen) if row.received_fen is not None else UNKNOWN,
        }
        for row in rows
    ]
