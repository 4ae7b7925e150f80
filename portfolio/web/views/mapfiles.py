"""What a map looks like off the screen: files for GIS, and one page that needs no server."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from geo.assets import read_asset
from geo.maps import saved_map
from portfolio.domain.clock import CHINA_TIME, today
from portfolio.domain.colours import STAGE_COLOURS
from portfolio.domain.errors import RuleError
from portfolio.domain.roles import Permission
from portfolio.exchange.gis.files import write_gis
from portfolio.exchange.gis.sheet import GisAbout, GisKind, Sheet, make_sheet
from portfolio.exchange.mappage import MapPage, write_map_page
from portfolio.reports.maps import citation
from portfolio.reports.sites import read_sites, zone_sites
from portfolio.store.base import utc_now
from portfolio.store.queries import lights, maps
from portfolio.web.atlas import district_sheet
from portfolio.web.database import get_session
from portfolio.web.map_scope import MapScope, map_scope
from portfolio.web.map_scripts import FULL_MAP, read_scripts
from portfolio.web.map_words import shell_words
from portfolio.web.permissions import requires
from portfolio.web.signin import signed_in_user
from portfolio.web.views.mapdata import card_json, pin_json, sheet_json
from portfolio.web.views.maps import map_bounds, map_legends, map_notes, map_title

blueprint = Blueprint("mapfiles", __name__, url_prefix="/maps")

MOST_ON_A_PAGE = 5000
_TYPES = {
    GisKind.GEOJSON: "application/geo+json",
    GisKind.GPKG: "application/geopackage+sqlite3",
    GisKind.KML: "application/vnd.google-earth.kml+xml",
    GisKind.SHP: "application/zip",
}
_STYLES = ("app.css", "map.css")


@blueprint.get("/feed")
@requires(Permission.VIEW)
def feed() -> ResponseReturnValue:
    """Say how GIS programs read the projects live."""
    return render_template("maps/feed.html", address=url_for("ogc.landing", _external=True).removesuffix("/"))


@blueprint.get("/<adcode>/download.<kind>")
@requires(Permission.EXPORT)
def download(adcode: str, kind: str) -> ResponseReturnValue:
    """Send the projects of the map: as a file for GIS, or as a page that opens without a server."""
    scope = map_scope(adcode)
    if kind == "html":
        return _send(_page(scope), "text/html; charset=utf-8", scope, kind)
    if kind not in set(GisKind):
        abort(404)
    sites = read_sites(get_session(), scope.chosen)
    user = signed_in_user()
    about = GisAbout(
        title=sites.table.title,
        scope=map_title(scope.adcode),
        made_at=utc_now(),
        made_by=user.full_name or user.name,
        colours={stage.label: colour for stage, colour in STAGE_COLOURS.items()},
        colour_key="stage",
    )
    content = write_gis(GisKind(kind), sites.table, sites.shapes, about, zones=_zones(scope, about))
    return _send(content, _TYPES[GisKind(kind)], scope, "zip" if kind == GisKind.SHP else kind)


def _zones(scope: MapScope, about: GisAbout) -> list[Sheet]:
    """Return the zones in force around the map's projects, each kind a sheet coloured as on the map."""
    layouts = [layout for one in scope.districts for layout in district_sheet(one.adcode).layouts]
    return [
        make_sheet(
            one.table,
            one.shapes,
            replace(
                about,
                title=one.table.title,
                colours={row[0]: row[-1] for row in one.table.rows},
                colour_key="name",
                is_zones=True,
            ),
        )
        for one in zone_sites(layouts)
    ]


def _send(content: bytes, content_type: str, scope: MapScope, ending: str) -> Response:
    day = utc_now().astimezone(CHINA_TIME)
    name = f"{map_title(scope.adcode).replace(' ', '')}_{day:%Y%m%d}.{ending}"
    return send_file(io.BytesIO(content), content_type, as_attachment=True, download_name=name)


def _page(scope: MapScope) -> bytes:
    rows = maps.list_places(get_session(), scope.chosen, located=True, limit=MOST_ON_A_PAGE + 1)
    if len(rows) > MOST_ON_A_PAGE:
        raise RuleError(gettext("单个网页文件最多放 %(most)s 个项目，请先筛选再下载", most=MOST_ON_A_PAGE))
    shell, legends = saved_map(map_bounds(scope), words=shell_words()), map_legends(scope)
    return write_map_page(
        MapPage(
            title=map_title(scope.adcode),
            subtitle=gettext("%(day)s 导出，不随项目库更新", day=utc_now().astimezone(CHINA_TIME).strftime("%Y-%m-%d")),
            notes=map_notes(scope),
            colours=[(name, one["title"]) for name, one in legends.items() if name not in ("accuracy", "belts")],
            legends=[(name, one["title"], _rows(one)) for name, one in legends.items() if name != "belts"],
            element=shell.element,
            styles=[*_vendor(shell.stylesheets), *_own(_STYLES)],
            scripts=[*_vendor(shell.scripts), read_scripts(FULL_MAP).decode(), shell.script],
            data=_data(scope, rows),
        )
    )


def _rows(legend: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(row["symbol"], row["label"], row["count"]) for row in legend["rows"]]


def _data(scope: MapScope, rows: Any) -> dict[str, Any]:
    """Return what the page's scripts read; links to this server would lead nowhere and are left out."""
    codes = [row.code for row in rows]
    found = {row.code: row for row in maps.list_pins(get_session(), scope.chosen)}
    sheet = sheet_json(scope) | {"years": None}
    sheet["unlocated"] = sheet["unlocated"] | {
        "url": "",
        "items": [{**one, "url": ""} for one in sheet["unlocated"]["items"]],
    }
    shown = lights.read_shown(get_session(), [row.id for row in rows], today())
    cards = {
        row.code: card_json(row, shown[row.id]) | {"url": "", "place_url": None, "citation": citation(row)}
        for row in rows
    }
    return {"sheet": sheet, "pins": [pin_json(found[code]) for code in codes], "cards": cards}


def _vendor(names: tuple[str, ...]) -> list[str]:
    return [read_asset(name).body.decode() for name in names]


def _own(names: tuple[str, ...]) -> list[str]:
    folder = Path(current_app.static_folder or "")
    return [(folder / name).read_text(encoding="utf-8") for name in names]
