"""Placing projects: one on its own page, or all that have no place one after another."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from geo.datums import distance_outside_m
from geo.errors import GeoError
from geo.maps import MapShell, placing_map
from geo.uploads import read_outline
from portfolio.domain.coordinates import write_pair
from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.roles import Permission
from portfolio.domain.terms import Datum
from portfolio.exchange.photos import read_position
from portfolio.plans.loader import place_draft
from portfolio.reports.placing import measure_site, suggest_places
from portfolio.reports.projects import compare_places
from portfolio.services import projects as service
from portfolio.store.models import Project
from portfolio.store.queries import districts
from portfolio.store.queries.placing import count_unplaced, find_unplaced
from portfolio.store.queries.register import TERMS
from portfolio.web import filters
from portfolio.web.atlas import district_sheet
from portfolio.web.bases import offer_bases
from portfolio.web.database import get_session
from portfolio.web.forms.places import PlaceForm, stored_place
from portfolio.web.forms.projects import VersionedForm
from portfolio.web.language import tell
from portfolio.web.map_words import shell_words
from portfolio.web.permissions import requires
from portfolio.web.places import named_place, read_place, read_site, readings_json, readings_of, write_distance
from portfolio.web.refusals import put_beside
from portfolio.web.scope import get_project_in_scope, visible_districts

blueprint = Blueprint("places", __name__)

_PLACED = "placed"  # what was placed last, for the offer to undo it
_MAP_PATH = re.compile(r"/maps/[0-9a-z]{1,6}", re.ASCII)
_NOT_FILTERS = ("located", "codes", "year")


@blueprint.route("/projects/<code>/place", methods=["GET", "POST"])
@requires(Permission.EDIT_PROJECTS)
def edit(code: str) -> ResponseReturnValue:
    """Say where a project lies; what is read out of a photo is offered first, and never kept by itself."""
    project = get_project_in_scope(code)
    form = PlaceForm(data=stored_place(project) | {"back": _map_behind()})
    if not form.validate_on_submit():
        return _page(form, project, status=422 if form.errors else 200)
    try:
        if form.photo.data:
            _offer_photo(form)
        elif request.form.get("act") == "check":
            _take_in(form, project)
        else:
            return _save(form, project)
    except RuleError as error:
        get_session().rollback()
        put_beside(form, error)
    return _page(form, project, status=422 if form.errors else 200)


def _offer_photo(form: PlaceForm) -> None:
    """Put a photo's position into the form."""
    found = read_position(form.photo.data.read())
    form.coordinates.data, form.datum.data = write_pair(found.lon, found.lat), Datum.WGS84
    form.place_name.data = None
    taken = gettext("，拍摄于 %(moment)s", moment=found.taken_at) if found.taken_at else ""
    form.place_basis.data = gettext("现场照片的定位%(taken)s", taken=taken)
    flash(gettext("照片里的位置已填入坐标栏，照片没有保存。请核对后再保存位置"), "success")


def _take_in(form: PlaceForm, project: Project) -> None:
    """Put what a name or a file stands for into the form, so that it can be looked at before it is saved."""
    read_site(form)
    place = named_place(form, project)
    if place is not None:
        form.coordinates.data, form.datum.data = write_pair(place.lon, place.lat), Datum.WGS84
    if form.coordinates.text:
        readings_of(form, project)


def _save(form: PlaceForm, project: Project) -> ResponseReturnValue:
    draft = read_place(form, project)
    try:
        service.place_project(get_session(), project, draft, version=form.version_number)
    except StaleError as error:
        get_session().rollback()
        form.version.data = str(error.version)
        return _page(form, project, status=409, error=error, changes=compare_places(project, draft))
    get_session().commit()
    session[_PLACED] = {"code": project.code, "version": project.version}
    return redirect(_after(project, form))


def _after(project: Project, form: PlaceForm) -> str:
    """Return where to go on: the next project of the queue, or the page again with its way back to the map."""
    if not _in_queue():
        return url_for(".edit", code=project.code, back=form.back.data or None, base=request.args.get("base"))
    return url_for(".queue", after=project.code, **_queue_args())


@blueprint.post("/projects/<code>/place/undo")
@requires(Permission.EDIT_PROJECTS)
def undo(code: str) -> ResponseReturnValue:
    """Make the project again what it was before it was placed; refused when somebody saved it since."""
    project, form = get_project_in_scope(code), VersionedForm()
    version = form.version_number
    service.restore_version(get_session(), project, version - 1, version=version)
    get_session().commit()
    flash(gettext("已撤销，%(name)s恢复为保存前的位置", name=project.name), "success")
    return redirect(url_for(".edit", code=code, **_way_on()))


@blueprint.get("/projects/<code>/place/readings.json")
@requires(Permission.EDIT_PROJECTS)
def readings(code: str) -> ResponseReturnValue:
    """Send typed coordinates under each datum; nothing typed has none."""
    project = get_project_in_scope(code)
    form = PlaceForm(request.args, meta={"csrf": False})
    if not form.coordinates.text:
        return jsonify(rows=[])
    if not form.validate():
        return jsonify(error=next(iter(form.errors.values()))[0]), 422
    try:
        return jsonify(readings_json(readings_of(form, project)))
    except RuleError as error:
        return jsonify(error=tell(error.sentence)), 422


@blueprint.get("/projects/<code>/place/shell.js")
@requires(Permission.EDIT_PROJECTS)
def shell(code: str) -> ResponseReturnValue:
    """Send the script that sets up the map of one project's place."""
    return Response(_shell(get_project_in_scope(code)).script, content_type="text/javascript; charset=utf-8")


@blueprint.get("/places/queue")
@requires(Permission.EDIT_PROJECTS)
def queue() -> ResponseReturnValue:
    """Go to the next project without a place, in the order of codes; say so when there is none."""
    chosen = filters.read_filter(_queue_args())
    code = find_unplaced(get_session(), chosen, after=request.args.get("after", ""))
    if code is None:
        return render_template("places/done.html", placed=_placed(), queue=_queue(None))
    return redirect(url_for(".edit", code=code, queue="1", **_queue_args()))


def _page(form: PlaceForm, project: Project, *, status: int = 200, **more: Any) -> ResponseReturnValue:
    offer_bases()
    places = [one for one in districts.list_places(get_session(), project.district) if one.accuracy.is_located]
    page = render_template(
        "places/edit.html",
        form=form,
        project=project,
        shell=_shell(project),
        places=[_place_json(one) for one in places],
        suggestions=suggest_places(project, project.district, places),
        read=_readings(form, project),
        site=(site := _site(form, project)),
        pin_apart=_pin_apart(form, project) if site else None,
        placed=_placed(),
        queue=_queue(project),
        back=_back_url(form.back.data, project),
        **({"error": None, "changes": []} | more),
    )
    return page, status


def _shell(project: Project) -> MapShell:
    bounds = district_sheet(project.district.adcode).bounds(project.district)
    data_url = url_for("mapdata.sheet", adcode=project.district.adcode)
    return placing_map(bounds, data_url, url_for(".readings", code=project.code), words=shell_words())


def _place_json(place: Any) -> dict[str, Any]:
    return {
        "name": place.name,
        "pair": write_pair(place.lon, place.lat),
        "accuracy": place.accuracy,
        "basis": place_draft(place).basis,
    }


def _readings(form: PlaceForm, project: Project) -> dict[str, Any] | None:
    """Return what the form's coordinates mean, or None where they cannot be read."""
    if not form.coordinates.text:
        return None
    try:
        return readings_json(readings_of(form, project))
    except RuleError:
        return None


def _site(form: PlaceForm, project: Project) -> Any:
    """Return the measure of the form's site, or None where there is none that can be read."""
    if not form.outline.text or form.outline.errors:
        return None
    try:
        read_outline(form.outline.text)
    except GeoError:
        return None
    return measure_site(form.outline.text, project.site_area_m2)


def _pin_apart(form: PlaceForm, project: Project) -> str | None:
    """Say how far the point of a form lies outside its site, or nothing where it lies inside or cannot be read."""
    if not form.coordinates.text:
        return None
    try:
        stated = readings_of(form, project).stated
    except RuleError:
        return None
    metres = distance_outside_m(stated.lon, stated.lat, read_outline(form.outline.text or ""))
    return write_distance(metres) if metres >= 1 else None


def _map_behind() -> str | None:
    """Return the map that the person came from, as a path on this site."""
    given = request.args.get("back") or request.referrer or ""
    parts = urlsplit(given)
    is_here = not parts.netloc or parts.netloc == request.host
    return f"{parts.path}?{parts.query}" if is_here and _MAP_PATH.fullmatch(parts.path) else None


def _back_url(back: str | None, project: Project) -> str | None:
    """Return the address of the same map view with the project's card open."""
    parts = urlsplit(back or "")
    if not _MAP_PATH.fullmatch(parts.path):
        return None
    query = dict(parse_qsl(parts.query)) | {"focus": project.code}
    return f"{parts.path}?{urlencode(query)}"


def _placed() -> dict[str, Any] | None:
    """Return the project that was placed last, once, and the version that can be undone."""
    last = session.pop(_PLACED, None)
    if last is None:
        return None
    project = get_project_in_scope(last["code"])
    undo_url = url_for(".undo", code=project.code, **_way_on())
    return {"project": project, "version": last["version"], "undo_url": undo_url if _is_last(project, last) else None}


def _is_last(project: Project, placed: dict[str, Any]) -> bool:
    """Return whether nobody saved the project since, so that there is something to take back."""
    return bool(project.version == placed["version"] > 1)


def _way_on() -> dict[str, Any]:
    """Return what keeps a page in the queue."""
    return {"queue": "1", **_queue_args()} if _in_queue() else {}


def _in_queue() -> bool:
    return bool(request.args.get("queue"))


def _queue_args() -> dict[str, Any]:
    """Return what goes along through the queue: the filter, and the base map that was chosen."""
    base = request.args.get("base")
    return filters.filter_args(but=_NOT_FILTERS) | ({"base": base} if base else {})


def _queue(project: Project | None) -> dict[str, Any] | None:
    """Return what the queue shows around a project: how many are left, the neighbours, the filter."""
    if project is not None and not _in_queue():
        return None
    args, chosen = _queue_args(), filters.read_filter(_queue_args())
    around = {"districts": visible_districts(), "levels": TERMS["level"], "chips": filters.chips(but=_NOT_FILTERS)}
    if project is None:
        return around | {"left": 0}
    ways = {
        name: find_unplaced(get_session(), chosen, after=project.code, back=back)
        for name, back in (("next", False), ("previous", True))
    }
    urls = {name: url_for(".edit", code=code, queue="1", **args) for name, code in ways.items() if code}
    return around | {"left": count_unplaced(get_session(), chosen), "args": args, **urls}
