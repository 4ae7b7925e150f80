"""Making a new version of a layout: changed in a form or on a map, or read from a file; previewed, then saved."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from geo.errors import GeoError
from portfolio.domain.clock import today
from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.layouts import LayoutDraft, LayoutKind
from portfolio.domain.roles import Permission
from portfolio.services import layouts as service
from portfolio.store.models import District, Layout
from portfolio.store.queries import layouts
from portfolio.web.atlas import district_sheet
from portfolio.web.database import get_session
from portfolio.web.forms.layouts import LayoutForm, OutlineFileForm
from portfolio.web.layout_drafts import answers_of, answers_of_file, digest_of, in_form, read_draft, town_keys
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.views.layouts import chosen_version, find_district, kind_of, layout_shell

blueprint = Blueprint("layout_editor", __name__, url_prefix="/layouts")


@blueprint.route("/<adcode>/<layer>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_LAYOUTS)
def edit(adcode: str, layer: str) -> ResponseReturnValue:
    """Make a new version out of one that is there, or out of nothing; it is previewed before it is saved."""
    district, kind = find_district(adcode), kind_of(layer)
    base = chosen_version(district, kind)
    answers = {} if base is None else answers_of(base)
    form = LayoutForm(data={**answers, "after": _newest(district, kind), "valid_from": today().isoformat()})
    form.offer_towns(_towns(district, kind))
    if not form.validate_on_submit():
        return _page(form, district, kind, base)
    try:
        draft, numbers = read_draft(form, district, kind)
    except RuleError as error:
        put_beside(form, error)
        return _page(form, district, kind, base)
    return _check(form, district, kind, (draft, numbers))


def _check(
    form: LayoutForm, district: District, kind: LayoutKind, read: tuple[LayoutDraft, list[int]]
) -> ResponseReturnValue:
    """Preview the draft, or save it where exactly this was previewed."""
    (draft, numbers), outline = read, district_sheet(district.adcode).outline
    shape = outline.geometry if outline else None
    digest = digest_of(draft, form.after_number)
    try:
        if form.previewed.data == digest:
            return _save(
                district, service.add_layout(get_session(), district, draft, outline=shape, after=form.after_number)
            )
        preview = service.preview_layout(get_session(), district, draft, outline=shape)
    except StaleError as error:
        get_session().rollback()
        fresh = find_district(district.adcode)
        put_beside(form, error)
        form.after.data, form.previewed.data = str(error.version), ""
        return _page(form, fresh, kind, None, status=409)
    except RuleError as error:
        get_session().rollback()
        error.field = in_form(error.field, numbers)
        put_beside(form, error)
        return _page(form, find_district(district.adcode), kind, None)
    has_changed = bool(form.previewed.data)
    form.previewed.data = digest
    return _page(form, district, kind, None, preview=preview, has_changed=has_changed)


def _save(district: District, layout: Layout) -> ResponseReturnValue:
    get_session().commit()
    flash(
        gettext("已保存%(name)s第 %(number)s 版，原来的版本都保留", name=layout.name, number=layout.number), "success"
    )
    return redirect(url_for("layouts.show", adcode=district.adcode, layer=layout.kind.value, version=layout.number))


@blueprint.route("/<adcode>/<layer>/upload", methods=["GET", "POST"])
@requires(Permission.EDIT_LAYOUTS)
def upload(adcode: str, layer: str) -> ResponseReturnValue:
    """Read a file of outlines into the form of a new version; nothing is saved yet."""
    district, kind, form = find_district(adcode), kind_of(layer), OutlineFileForm()
    if form.validate_on_submit():
        try:
            content, name = form.file.data.read(), form.file.data.filename
            answers = answers_of_file(content, name, form.name_column.text, district)
        except (GeoError, RuleError) as error:
            put_beside(form, error, "file")
        else:
            given = {"name": _usual_name(district, kind), "valid_from": today().isoformat()}
            draft = LayoutForm(formdata=None, data={**given, **answers, "after": _newest(district, kind)})
            draft.offer_towns(_towns(district, kind))
            return _page(draft, district, kind, None)
    page = render_template("layouts/upload.html", form=form, district=district, kind=kind)
    return page, 422 if form.errors else 200


def _usual_name(district: District, kind: LayoutKind) -> str:
    newest = next(iter(layouts.list_layouts(get_session(), district, kind)), None)
    return newest.name if newest else str(gettext(kind.label))


def _newest(district: District, kind: LayoutKind) -> str:
    return str(layouts.count_layouts(get_session(), district, kind))


def _towns(district: District, kind: LayoutKind) -> list[tuple[str, str]]:
    """Return the towns that a zone may be made of; a town is not made of towns."""
    towns = layouts.find_layout_in_force(get_session(), district.adcode, LayoutKind.TOWNS, today())
    return [(zone.key, zone.name) for zone in towns.zones] if towns and kind is LayoutKind.LINES3 else []


def _page(
    form: LayoutForm,
    district: District,
    kind: LayoutKind,
    base: Layout | None,
    *,
    status: int | None = None,
    **shown: Any,
) -> ResponseReturnValue:
    if kind is not LayoutKind.TOWNS and not (form.zones.entries and form.zones[-1].form.is_blank):
        form.zones.append_entry()
        form.offer_towns(_towns(district, kind))
    known = town_keys(district).values() if kind is LayoutKind.TOWNS else ()
    wrong = form.errors or any(field.errors for zone in form.zones for field in zone.form)
    page = render_template(
        "layouts/edit.html",
        form=form,
        district=district,
        kind=kind,
        base=base,
        preview=shown.get("preview"),
        has_changed=shown.get("has_changed", False),
        known=set(known),
        missing=_missing(form, district) if kind is LayoutKind.TOWNS else [],
        shell=layout_shell(district.adcode, kind.value, None),
        shell_url=url_for("layouts.shell", adcode=district.adcode, layer=kind.value),
    )
    return page, status or (422 if wrong else 200)


def _missing(form: LayoutForm, district: District) -> list[str]:
    """Return the towns of the gazetteer that no outline of the form is of."""
    there = {zone.form.key.data for zone in form.zones}
    return [name for name, key in town_keys(district).items() if key not in there]
