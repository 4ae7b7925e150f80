"""A project's zones on its page, and choosing one by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.layouts import OUTSIDE, LayoutKind
from portfolio.domain.roles import Permission
from portfolio.services import layouts as service
from portfolio.store.models import Layout, Project, ZoneChoice
from portfolio.store.queries import layouts
from portfolio.web.atlas import district_sheet
from portfolio.web.database import get_session
from portfolio.web.forms.layouts import ZoneChoiceForm
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.scope import get_project_in_scope
from portfolio.web.views.layouts import kind_of
from portfolio.web.zones import shown_share

blueprint = Blueprint("zone_choices", __name__, url_prefix="/projects")


@dataclass(frozen=True)
class Standing:
    """Where a project stands in one layout in force: what counts, what its place says, and who chose otherwise."""

    layout: Layout
    counts: str
    computed: str
    choice: ZoneChoice | None
    is_held: bool


@blueprint.app_context_processor
def _offer() -> dict[str, Any]:
    return {"zone_standings": zone_standings}


def zone_standings(project: Project) -> list[Standing]:
    """Return where a project stands in each layout that is in force in its district."""
    shares = layouts.list_shares(get_session(), project)
    choices = {one.kind: one for one in layouts.list_choices(get_session(), project)}
    found = []
    for layout in district_sheet(project.district.adcode).layouts:
        own = [one for one in shares if one.layout_id == layout.id]
        choice = choices.get(layout.kind)
        counts = _names(layout, {one.zone_key: one.share_ppm for one in own})
        computed = _names(layout, {one.zone_key: one.computed_ppm for one in own})
        keys = {OUTSIDE, *(zone.key for zone in layout.zones)}
        found.append(Standing(layout, counts, computed, choice, choice is not None and choice.zone_key in keys))
    return found


def _names(layout: Layout, shares: dict[str, int]) -> str:
    """Write shares in words: one zone by its name, several with their percentages."""
    names = dict(zone_options(layout))
    held = {key: ppm for key, ppm in shares.items() if ppm}
    if len(held) == 1:
        return names[next(iter(held))]
    return "、".join(f"{names[key]} {shown_share(ppm)}" for key, ppm in held.items()) or "—"


def zone_options(layout: Layout) -> list[tuple[str, str]]:
    """Return what a project may be put into: the zones of a layout, or outside all of them."""
    outside = str(gettext("%(kind)s以外", kind=gettext(layout.kind.label)))
    return [*((zone.key, zone.name) for zone in layout.zones), (OUTSIDE, outside)]


@blueprint.route("/<code>/zones/<layer>", methods=["GET", "POST"])
@requires(Permission.EDIT_PROJECTS)
def choose(code: str, layer: str) -> ResponseReturnValue:
    """Put a project into a zone by hand."""
    project, kind = get_project_in_scope(code), kind_of(layer)
    choice = layouts.find_choice(get_session(), project, kind)
    form = ZoneChoiceForm(
        zone=choice.zone_key if choice else None,
        reason=choice.reason if choice else None,
        version=str(choice.version if choice else 0),
    )
    layout = district_sheet(project.district.adcode).find(kind)
    form.offer(zone_options(layout) if layout else [])
    if form.validate_on_submit():
        get_session().info["reason"] = form.reason.text
        try:
            service.choose_zone(
                get_session(), project, kind, form.zone.data, reason=form.reason.text or "", version=form.version_number
            )
        except RuleError as error:
            put_beside(form, error, "zone")
        except StaleError as error:
            return _stale(form, code, kind, error)
        else:
            return _saved(code, gettext("已改定归属，计算结果仍保留在旁"))
    return _page(form, project, kind)


def _stale(form: ZoneChoiceForm, code: str, kind: LayoutKind, error: StaleError) -> ResponseReturnValue:
    get_session().rollback()
    put_beside(form, error)
    form.version.data = str(error.version)
    page, _status = _page(form, get_project_in_scope(code), kind)
    return page, 409


def _page(form: ZoneChoiceForm, project: Project, kind: LayoutKind) -> tuple[str, int]:
    standing = next((one for one in zone_standings(project) if one.layout.kind is kind), None)
    page = render_template("layouts/choose.html", form=form, project=project, kind=kind, standing=standing)
    return page, 422 if form.errors else 200


@blueprint.post("/<code>/zones/<layer>/drop")
@requires(Permission.EDIT_PROJECTS)
def drop(code: str, layer: str) -> ResponseReturnValue:
    """Let a project's place decide again."""
    project, kind = get_project_in_scope(code), kind_of(layer)
    choice = layouts.find_choice(get_session(), project, kind)
    if choice is None:
        raise RuleError(gettext("没有人工指定的归属"))
    service.drop_choice(get_session(), choice)
    return _saved(code, gettext("已取消人工指定，改按位置计算"))


def _saved(code: str, sentence: str) -> ResponseReturnValue:
    get_session().commit()
    flash(sentence, "success")
    return redirect(url_for("projects.show", code=code, _anchor="zones"))
