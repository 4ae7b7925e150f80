"""Layouts of a district: the version in force, earlier ones, and what lies in their zones."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from geo.maps import MapShell, project_map
from geo.uploads import area_m2
from portfolio.domain.clock import today
from portfolio.domain.layouts import LayoutKind
from portfolio.domain.roles import Permission
from portfolio.store.models import District, Layout
from portfolio.store.queries import layouts
from portfolio.store.queries.districts import get_district
from portfolio.store.queries.projects import ProjectFilter
from portfolio.web import filters
from portfolio.web.atlas import district_sheet, line_features, zone_features, zones_frame
from portfolio.web.database import get_session
from portfolio.web.map_scope import MapScope
from portfolio.web.map_words import shell_words
from portfolio.web.permissions import requires
from portfolio.web.signin import in_scope
from portfolio.web.zones import zone_table

blueprint = Blueprint("layouts", __name__, url_prefix="/layouts")


def find_district(adcode: str) -> District:
    """Return a district that the person may see; another one does not exist."""
    if not in_scope(adcode):
        abort(404)
    return get_district(get_session(), adcode)


def kind_of(layer: str) -> LayoutKind:
    """Return the kind that an address names; others do not exist."""
    return next((kind for kind in LayoutKind if kind.value == layer), None) or abort(404)


def chosen_version(district: District, kind: LayoutKind) -> Layout | None:
    """Return the version that the address asks for, else the one in force, else the newest; None without any."""
    if request.args.get("version"):
        number = filters.read_page(request.args, "version", highest=100_000)
        return layouts.get_layout(get_session(), district, kind, number)
    in_force = layouts.find_layout_in_force(get_session(), district.adcode, kind, today())
    return in_force or next(iter(layouts.list_layouts(get_session(), district, kind)), None)


@blueprint.get("/<adcode>/<layer>")
@requires(Permission.VIEW)
def show(adcode: str, layer: str) -> ResponseReturnValue:
    """Show one version of a layout with its zones, what lies in them, and every other version."""
    district, kind = find_district(adcode), kind_of(layer)
    shown = chosen_version(district, kind)
    in_force = layouts.find_layout_in_force(get_session(), adcode, kind, today())
    return render_template(
        "layouts/show.html",
        district=district,
        kind=kind,
        layout=shown,
        in_force=in_force,
        versions=[(one, _standing(one, in_force)) for one in layouts.list_layouts(get_session(), district, kind)],
        areas_km2=[area_m2(shape) / 1e6 for shape in zones_frame(shown).geometry] if shown else [],
        table=zone_table(shown, _whole(district)) if shown else None,
        shell=layout_shell(adcode, layer, shown),
        shell_url=url_for(".shell", adcode=adcode, layer=layer, version=shown.number if shown else None),
        tabs=_tabs(adcode, kind),
    )


@blueprint.get("/<adcode>/<layer>/shell.js")
@requires(Permission.VIEW)
def shell(adcode: str, layer: str) -> ResponseReturnValue:
    """Send the script that sets up the map of a version."""
    shown = chosen_version(find_district(adcode), kind_of(layer))
    return Response(layout_shell(adcode, layer, shown).script, content_type="text/javascript; charset=utf-8")


@blueprint.get("/<adcode>/<layer>/data.json")
@requires(Permission.VIEW)
def data(adcode: str, layer: str) -> ResponseReturnValue:
    """Send the outline of the district, and the zones and centre lines of a version."""
    shown = chosen_version(find_district(adcode), kind_of(layer))
    return jsonify(
        outline=district_sheet(adcode).outline_json(),
        zones={"type": "FeatureCollection", "features": zone_features(shown) if shown else []},
        lines={"type": "FeatureCollection", "features": line_features(shown) if shown else []},
        words={
            "map": gettext("布局图"),
            "vertex": gettext("第 {number} 个顶点：方向键移动，Delete 删除"),
            "middle": gettext("在此加一个顶点"),
        },
    )


def layout_shell(adcode: str, layer: str, shown: Layout | None) -> MapShell:
    """Return the shell of the map of a version."""
    district = find_district(adcode)
    url = url_for("layouts.data", adcode=adcode, layer=layer, version=shown.number if shown else None)
    return project_map(district_sheet(adcode).bounds(district), url, name="layout", words=shell_words())


def _whole(district: District) -> MapScope:
    return MapScope(district.adcode, [district], ProjectFilter(district=district.adcode))


def _standing(layout: Layout, in_force: Layout | None) -> str:
    """Return what a version is today: in force, to come, or of the past."""
    if in_force is not None and layout.id == in_force.id:
        return str(gettext("现行"))
    if layout.valid_from > today():
        return str(gettext("将于 %(day)s 生效", day=layout.valid_from.isoformat()))
    return str(gettext("已被替代"))


def _tabs(adcode: str, current: LayoutKind) -> list[dict[str, Any]]:
    return [
        {
            "label": gettext(kind.label),
            "url": url_for(".show", adcode=adcode, layer=kind.value),
            "current": kind is current,
        }
        for kind in LayoutKind
    ]
