"""Many places at once, by a table: read and shown line by line, then saved as a whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

import shapely
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.drafts import PlaceDraft
from portfolio.domain.errors import RuleError
from portfolio.domain.roles import Permission
from portfolio.exchange.placetable import read_place_table
from portfolio.reports.placetable import CheckedRow, PlaceRow, bare_name, check_rows, surroundings
from portfolio.services import projects as service
from portfolio.store.queries import districts
from portfolio.store.queries.placing import list_meant
from portfolio.store.queries.projects import ProjectFilter
from portfolio.web.atlas import district_sheet
from portfolio.web.database import get_session
from portfolio.web.forms.places import PlaceTableForm
from portfolio.web.language import tell, translate
from portfolio.web.permissions import requires
from portfolio.web.places import write_distance
from portfolio.web.refusals import put_beside
from portfolio.web.scope import visible_districts
from portfolio.web.signin import scope_adcode

blueprint = Blueprint("placetables", __name__)


@blueprint.route("/places/import", methods=["GET", "POST"])
@requires(Permission.EDIT_PROJECTS)
def upload() -> ResponseReturnValue:
    """Read a table of places and show what it says; save it when asked to and nothing stands against it."""
    form, checked = PlaceTableForm(), list[CheckedRow]()
    if form.validate_on_submit():
        try:
            checked = _check(form)
            if request.form.get("act") == "save" and not form.table.data:
                _refuse_doubts(form, checked)
                return _save(form, checked)
            _carry(form, checked)
        except RuleError as error:
            get_session().rollback()
            put_beside(form, error)
    return _page(form, checked)


def _check(form: PlaceTableForm) -> list[CheckedRow]:
    if form.table.data:
        rows = read_place_table(form.table.data.read(), form.table.data.filename or "")
    else:
        rows = _carried(form)
    names = {name for row in rows for name in (row.name, bare_name(row.name))}
    codes = {row.code for row in rows}
    listed = list_meant(get_session(), ProjectFilter().within(scope_adcode()), codes=sorted(codes), names=sorted(names))
    gazetteers = {one.adcode: districts.list_places(get_session(), one) for one in visible_districts()}
    return check_rows(rows, form.datum.data, surroundings(listed, gazetteers, _outline))


def _outline(adcode: str) -> shapely.Geometry | None:
    outline = district_sheet(adcode).outline
    return outline.geometry if outline else None


def _carry(form: PlaceTableForm, checked: Sequence[CheckedRow]) -> None:
    """Put what was read, and the versions of the projects as they were looked at, into the page."""
    form.rows.data = json.dumps([astuple(one.row) for one in checked], ensure_ascii=False)
    form.versions.data = json.dumps({one.project.code: one.project.version for one in checked if one.project})


def _carried(form: PlaceTableForm) -> list[PlaceRow]:
    """Return the rows that the page carried; whatever else came is no table."""
    try:
        rows = [PlaceRow(*one) for one in json.loads(form.rows.data or "")]
    except (ValueError, TypeError, RecursionError):
        rows = []
    texts = [value for row in rows for value in (row.code, row.name, row.coordinates)]
    if (
        not rows
        or not all(isinstance(row.number, int) for row in rows)
        or not all(isinstance(one, str) for one in texts)
    ):
        raise RuleError(gettext("请选择要上传的坐标表"), "table")
    return rows


def _refuse_doubts(form: PlaceTableForm, checked: Sequence[CheckedRow]) -> None:
    if count := sum(one.problem is not None for one in checked):
        raise RuleError(
            gettext("有 %(count)s 行不能保存，请改好表格后重新上传；整张表都没有保存", count=count), "table"
        )
    if any(one.is_outside for one in checked) and not form.outside_reason.text:
        raise RuleError(gettext("有行在区界以外：请核对；确实在区外的，请写明理由再保存"), "outside_reason")
    if any(one.other_datum for one in checked) and not form.is_sure.data:
        raise RuleError(gettext("坐标系存疑：请改选坐标系重新核对，或确认坐标系无误"), "is_sure")


def _save(form: PlaceTableForm, checked: Sequence[CheckedRow]) -> ResponseReturnValue:
    session = get_session()
    session.info["reason"] = form.outside_reason.text
    seen = _versions(form)
    for one in checked:
        if one.project is not None:
            version = seen.get(one.project.code, 0)
            service.place_project(session, one.project, _draft(form, one), version=version)
    session.commit()
    flash(gettext("已保存 %(count)s 个项目的位置", count=len(checked)), "success")
    return redirect(url_for(".upload"))


def _versions(form: PlaceTableForm) -> dict[str, Any]:
    try:
        found = json.loads(form.versions.data or "")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _draft(form: PlaceTableForm, checked: CheckedRow) -> PlaceDraft:
    reading, given = checked.reading, checked.given
    return PlaceDraft(
        lon=round(reading.lon, 7) if reading else None,
        lat=round(reading.lat, 7) if reading else None,
        accuracy=form.accuracy.data,
        datum=form.datum.data,
        given=given.given if given else None,
        basis=form.place_basis.text,
        confirmed_by=form.place_confirmed_by.text,
        outline=checked.project.site_outline if checked.project else None,
    )


def _page(form: PlaceTableForm, checked: Sequence[CheckedRow]) -> ResponseReturnValue:
    counts = {
        "rows": len(checked),
        "problems": sum(one.problem is not None for one in checked),
        "outside": sum(one.is_outside for one in checked),
        "doubts": sum(one.other_datum is not None for one in checked),
    }
    page = render_template(
        "places/import.html",
        form=form,
        rows=[_row_json(one) for one in checked],
        counts=counts,
        can_save=_can_save(counts),
    )
    return page, 422 if form.errors else 200


def _can_save(counts: dict[str, int]) -> bool:
    return counts["rows"] > 0 and counts["problems"] == 0


def _row_json(one: CheckedRow) -> dict[str, Any]:
    reading = one.reading
    return {
        "number": one.row.number,
        "code": one.project.code if one.project else None,
        "name": one.project.full_name if one.project else one.row.name or one.row.code,
        "given": one.row.coordinates,
        "place": f"{reading.lon:.5f}, {reading.lat:.5f}" if reading else None,
        "moved": write_distance(one.moved_m) if one.moved_m is not None else None,
        "verdict": _verdict(one),
        "kind": "problem" if one.problem else "doubt" if one.other_datum or one.is_outside else "fine",
    }


def _verdict(one: CheckedRow) -> str:
    """Say what stands against a line, or that nothing does."""
    if one.problem:
        return str(tell(one.problem))
    said = []
    if one.other_datum:
        said.append(gettext("像 %(datum)s：按它解读才与已知位置相符", datum=translate(one.other_datum.label)))
    if one.is_outside and one.reading:
        said.append(gettext("区界外 %(distance)s", distance=write_distance(one.reading.outside_m or 0)))
    return "；".join(map(str, said)) or str(gettext("可以保存"))
