"""The projects as a layer for GIS programs: OGC API - Features, Part 1 (core, OpenAPI 3.0, GeoJSON), WGS-84 only."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.errors import RuleError
from portfolio.domain.quantities import format_yuan
from portfolio.domain.roles import Permission
from portfolio.store.base import utc_now
from portfolio.store.models import Project
from portfolio.store.queries import projects
from portfolio.store.queries.projects import ProjectFilter
from portfolio.web import filters
from portfolio.web.atlas import district_sheet
from portfolio.web.database import get_session
from portfolio.web.errors import answer_error
from portfolio.web.language import tell
from portfolio.web.permissions import requires
from portfolio.web.scope import get_project_in_scope, visible_districts

blueprint = Blueprint("ogc", __name__, url_prefix="/ogc")

COLLECTION = "projects"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CLASSES = ("core", "oas30", "geojson")
USUAL_LIMIT, MOST = 100, 1000
JSON, GEOJSON = "application/json", "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
_ITEMS = f"/collections/{COLLECTION}/items"
_OWN_PARAMETERS = ("limit", "offset", "bbox", "datetime")
_DIGITS = re.compile(r"\d{1,18}", re.ASCII)
_DEGREES = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)
_OPEN_END = ("", "..")


@blueprint.before_request
def _refuse_unknown_parameters() -> None:
    """Refuse what is misspelt, as the standard demands: an ignored filter would show too much and look right."""
    known = (*_OWN_PARAMETERS, *filters.FILTER_LABELS) if request.endpoint == f"{blueprint.name}.items" else ()
    unknown = next((name for name in request.args if name not in known), None)
    if unknown is not None:
        raise RuleError(gettext("没有名为“%(name)s”的查询参数，请核对地址", name=unknown[:20]))


@blueprint.errorhandler(RuleError)
def _answer_rule(error: RuleError) -> ResponseReturnValue:
    return answer_error(400, tell(error.sentence))


@blueprint.after_request
def _offer_basic(response: Response) -> Response:
    """Name the way that GIS programs know: user name, and the API token for a password."""
    if response.status_code == 401:
        response.headers.add("WWW-Authenticate", 'Basic realm="portfolio", charset="UTF-8"')
    return response


@blueprint.get("/", strict_slashes=False)
@requires(Permission.VIEW)
def landing() -> ResponseReturnValue:
    """Send where everything else is."""
    return jsonify(
        title=gettext("教育基建项目库"),
        description=gettext("教育建设项目的位置与概况，按 OGC API - Features 提供"),
        links=[
            _link("self", "landing"),
            _link("service-desc", "definition", OPENAPI),
            _link("conformance", "conformance"),
            _link("data", "collections"),
        ],
    )


@blueprint.get("/conformance")
@requires(Permission.VIEW)
def conformance() -> ResponseReturnValue:
    """Send which parts of the standard are kept to."""
    base = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
    return jsonify(conformsTo=[f"{base}/{name}" for name in CLASSES])


@blueprint.get("/collections")
@requires(Permission.VIEW)
def collections() -> ResponseReturnValue:
    """Send the list of layers: there is one."""
    return jsonify(links=[_link("self", "collections")], collections=[_collection()])


@blueprint.get(f"/collections/{COLLECTION}")
@requires(Permission.VIEW)
def collection() -> ResponseReturnValue:
    """Send what the layer is."""
    return jsonify(_collection())


@blueprint.get(_ITEMS)
@requires(Permission.VIEW)
def items() -> ResponseReturnValue:
    """Send one page of the projects that the filter means, by code."""
    limit, offset = _limit(), _offset()
    chosen = _chosen()
    _check_datetime(request.args.get("datetime"))
    matched = projects.count_projects(get_session(), chosen)
    found = projects.list_page(get_session(), chosen, limit=limit, offset=offset)
    steps = {"self": offset}
    if offset + len(found) < matched and found:
        steps["next"] = offset + limit
    if offset:
        steps["prev"] = max(0, offset - limit)
    page = {
        "type": "FeatureCollection",
        "timeStamp": f"{utc_now():%Y-%m-%dT%H:%M:%SZ}",
        "numberMatched": matched,
        "numberReturned": len(found),
        "features": [_feature(one) for one in found],
        "links": [
            _link(rel, "items", GEOJSON, **(request.args.to_dict() | {"limit": limit, "offset": start}))
            for rel, start in steps.items()
        ]
        + [_link("collection", "collection")],
    }
    return _geojson(page)


@blueprint.get(f"{_ITEMS}/<code>")
@requires(Permission.VIEW)
def item(code: str) -> ResponseReturnValue:
    """Send one project."""
    links = [_link("self", "item", GEOJSON, code=code), _link("collection", "collection")]
    return _geojson(_feature(get_project_in_scope(code)) | {"links": links})


@blueprint.get("/api")
@requires(Permission.VIEW)
def definition() -> ResponseReturnValue:
    """Send the OpenAPI definition."""
    response = jsonify(_definition())
    response.content_type = OPENAPI
    return response


def _geojson(content: dict[str, Any]) -> Response:
    response = jsonify(content)
    response.content_type = GEOJSON
    return response


def _link(rel: str, endpoint: str, kind: str = JSON, **values: Any) -> dict[str, str]:
    return {"rel": rel, "type": kind, "href": url_for(f".{endpoint}", _external=True, **values)}


def _collection() -> dict[str, Any]:
    bounds = _bounds()
    extent = {"extent": {"spatial": {"bbox": [bounds], "crs": CRS84}}} if bounds else {}
    return {
        "id": COLLECTION,
        "title": gettext("教育建设项目"),
        "description": gettext(
            "每行一个项目；已划定地块的为面，其余已定位的为点。"
            "completion_year 是登记的建成年份；opening_year 是投用年份，里程碑有日期的以里程碑为准"
        ),
        "itemType": "feature",
        "crs": [CRS84],
        **extent,
        "links": [_link("self", "collection"), _link("items", "items", GEOJSON)],
    }


def _bounds() -> list[float] | None:
    """Return west, south, east, north of the districts that the person may see.

    Without the outline of one of them it is None: programs take the extent for the edge of the data.
    """
    outlines = [district_sheet(one.adcode).outline for one in visible_districts()]
    edges = [outline.geometry.bounds for outline in outlines if outline is not None]
    if not edges or len(edges) < len(outlines):
        return None
    west, south, east, north = zip(*edges, strict=True)
    return [min(west), min(south), max(east), max(north)]


def _feature(project: Project) -> dict[str, Any]:
    return {"type": "Feature", "id": project.code, "geometry": _geometry(project), "properties": _properties(project)}


def _geometry(project: Project) -> Any:
    """Return the site, else the point; None where the place is known no better than the district."""
    if not project.is_located:
        return None
    if project.site_outline:
        return json.loads(project.site_outline)
    return {"type": "Point", "coordinates": [project.lon, project.lat]}


def _properties(project: Project) -> dict[str, Any]:
    """Return what the layer's table shows; names that are filters too hold what the filter takes."""
    invested = project.total_investment_fen
    return {
        "code": project.code,
        "name": project.name,
        "remark": project.remark,
        "district": project.district.adcode,
        "district_name": project.district.name,
        "level": project.level.label,
        "nature": project.nature.label,
        "stage": project.stage.label if project.stage else None,
        "status": project.status.label,
        "accuracy": project.accuracy.label,
        "seats": project.seats,
        "floor_area_m2": None if project.floor_area_m2 is None else float(project.floor_area_m2),
        "total_investment_yuan": None if invested is None else format_yuan(invested),
        "completion_year": project.completion_year,
        "opening_year": project.opening_year,
        "is_sample": project.is_sample,
    }


def _limit() -> int:
    """Return how many to send; more than the most is no error by the standard, and gets the most."""
    text = request.args.get("limit", str(USUAL_LIMIT))
    if not _DIGITS.fullmatch(text) or int(text) == 0:
        raise RuleError(gettext("limit 应为 1 至 %(most)s 的整数", most=MOST))
    return min(int(text), MOST)


def _offset() -> int:
    text = request.args.get("offset", "0")
    if not _DIGITS.fullmatch(text):
        raise RuleError(gettext("offset 应为不小于 0 的整数，最多 18 位"))
    return int(text)


def _chosen() -> ProjectFilter:
    """Return the filter of the address; a box means located projects only."""
    chosen = filters.read_filter(request.args)
    if "bbox" not in request.args:
        return chosen
    if chosen.located is False:
        raise RuleError(gettext("bbox 只能找到已定位的项目，不能与 located=no 同用"))
    return replace(chosen, box=_box(request.args["bbox"]), located=True)


def _box(text: str) -> tuple[float, float, float, float]:
    """Read west, south, east, north; the two heights of the form with six numbers mean nothing here."""
    parts = text.split(",")
    found = [float(part) for part in parts if _DEGREES.fullmatch(part)]
    if len(parts) not in (4, 6) or len(found) != len(parts) or not all(map(math.isfinite, found)):
        raise RuleError(gettext("bbox 应为 4 个或 6 个用逗号分开的数字，单位为度"))
    half = len(found) // 2
    (west, south), (east, north) = found[:2], found[half : half + 2]
    if not (west <= east and south <= north):
        raise RuleError(gettext("bbox 依次为西、南、东、北，西不能大于东，南不能大于北"))
    return west, south, east, north


def _check_datetime(text: str | None) -> None:
    """Refuse what is no time or interval; a right one leaves every project in, as none of them has a time."""
    if text is None:
        return
    ends = text.split("/")
    known = [end for end in ends if not (len(ends) == 2 and end in _OPEN_END)]
    try:
        times = [_instant(end) for end in known]
    except ValueError:
        times = []
    if len(ends) > 2 or not known or len(times) < len(known):
        raise RuleError(gettext("datetime 应为 2025-01-31T00:00:00Z 这样的时间，或用“/”连接的起止时间，一端可为“..”"))
    if len(times) == 2 and times[0] > times[1]:
        raise RuleError(gettext("datetime 的开始时间不能晚于结束时间"))


def _instant(text: str) -> dt.datetime:
    if not _INSTANT.fullmatch(text):
        raise ValueError(text)
    return dt.datetime.fromisoformat(text.upper())


def _definition() -> dict[str, Any]:
    code = {"name": "code", "in": "path", "required": True, "schema": {"type": "string"}}
    paths = {
        "/": _operation("landing"),
        "/conformance": _operation("conformance"),
        "/api": _operation("definition", kind=OPENAPI),
        "/collections": _operation("collections"),
        f"/collections/{COLLECTION}": _operation("collection"),
        _ITEMS: _operation("items", *_parameters(), kind=GEOJSON),
        f"{_ITEMS}/{{code}}": _operation("item", code, kind=GEOJSON),
    }
    schemes = {name: {"type": "http", "scheme": name} for name in ("basic", "bearer")}
    return {
        "openapi": "3.0.3",
        "info": {"title": gettext("教育基建项目库"), "version": "1.0.0"},
        "servers": [{"url": url_for(".landing", _external=True).removesuffix("/")}],
        "paths": paths,
        "components": {"securitySchemes": schemes, "schemas": {"error": _ERROR}},
        "security": [{name: []} for name in schemes],
    }


_ERROR = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}


def _operation(name: str, *parameters: dict[str, Any], kind: str = JSON) -> dict[str, Any]:
    """Return one path of the definition: it answers GET."""
    fault = {JSON: {"schema": {"$ref": "#/components/schemas/error"}}}
    failures = {"400": gettext("请求无法处理"), "401": gettext("请先登录"), "403": gettext("没有权限")}
    if name == "item":
        failures["404"] = gettext("没有找到")
    answers = {code: {"description": text, "content": fault} for code, text in failures.items()}
    answers["200"] = {"description": "OK", "content": {kind: {"schema": {"type": "object"}}}}
    return {"get": {"operationId": name, "parameters": list(parameters), "responses": answers}}


def _parameters() -> list[dict[str, Any]]:
    numbers = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    own: dict[str, dict[str, Any]] = {
        "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL_LIMIT},
        "offset": {"type": "integer", "minimum": 0, "default": 0},
        "bbox": numbers,
        "datetime": {"type": "string"},
    }
    texts = {name: {"type": "string", "description": str(label)} for name, label in filters.FILTER_LABELS.items()}
    return [
        {"name": name, "in": "query", "required": False, "schema": schema, "style": "form", "explode": False}
        for name, schema in (own | texts).items()
    ]
