"""本月待报: the reports of many projects in one table, saved row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flask import abort, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.errors import RuleError
from portfolio.domain.reporting import ReportState
from portfolio.domain.roles import Permission
from portfolio.store.models import ReportingRound
from portfolio.store.queries import reports
from portfolio.store.queries.rounds import count_reports
from portfolio.web import filters, report_rows
from portfolio.web.database import get_session
from portfolio.web.permissions import requires
from portfolio.web.report_rows import REFUSED, SAVE, SAVED, STALE, SUBMIT, SUBMITTED, Row
from portfolio.web.scope import get_round_in_scope
from portfolio.web.views.reports import blueprint

SHOWN: dict[str, tuple[ReportState, ...]] = {
    "todo": tuple(state for state in ReportState if state.is_open),
    "done": tuple(state for state in ReportState if not state.is_open),
    "all": (),
}


@blueprint.get("/reports/<adcode>/<period>/fill")
@requires(Permission.REPORT)
def fill(adcode: str, period: str) -> ResponseReturnValue:
    """Show the reports that are still to be written, a page at a time."""
    round_, shown = get_round_in_scope(adcode, period), _shown()
    page = filters.read_page(request.args)
    start = (page - 1) * filters.PER_PAGE
    found = reports.list_reports(get_session(), round_, states=SHOWN[shown], limit=filters.PER_PAGE, offset=start)
    return _grid(round_, report_rows.make_rows(round_, found), page=page)


def _shown() -> str:
    shown = request.args.get("show", "todo")
    if shown not in SHOWN:
        raise RuleError(gettext("没有这个视图，请从页上的标签选择"))
    return shown


def _grid(round_: ReportingRound, rows: Sequence[Row], *, page: int) -> str:
    count = count_reports(get_session(), [round_])[round_.id]
    shown = _shown()
    total = sum(count.of(state) for state in SHOWN[shown] or ReportState)
    return render_template(
        "reports/fill.html",
        round=round_,
        rows=rows,
        count=count,
        shown=shown,
        total=total,
        page=page,
        pages=filters.count_pages(total),
    )


@blueprint.post("/reports/<adcode>/<period>/fill")
@requires(Permission.REPORT)
def save(adcode: str, period: str) -> ResponseReturnValue:
    """Save or hand in rows, each by itself: one that is refused stays on the page, the others are kept."""
    round_ = get_round_in_scope(adcode, period)
    act, _, only = request.form.get("act", SAVE).partition(" ")
    if act not in (SAVE, SUBMIT):
        abort(400)
    rows = report_rows.make_rows(round_, reports.lock_reports(get_session(), round_, report_rows.sent_codes()))
    report_rows.send_rows(rows, act, only or None)
    get_session().commit()
    if request.accept_mimetypes.best == "application/json":
        return jsonify(rows={row.code: row.answer() for row in rows if row.outcome})
    return _answer(round_, rows)


def _answer(round_: ReportingRound, rows: Sequence[Row]) -> ResponseReturnValue:
    counts = Counter(row.outcome for row in rows)
    _say(counts)
    if counts[REFUSED] or counts[STALE]:
        return _grid(round_, rows, page=filters.read_page(request.args)), 409 if counts[STALE] else 422
    return redirect(request.full_path)


def _say(counts: Counter[str | None]) -> None:
    if counts[SUBMITTED]:
        flash(gettext("已报送 %(count)s 行，等待核定", count=counts[SUBMITTED]), "success")
    if counts[SAVED]:
        flash(gettext("已存草稿 %(count)s 行", count=counts[SAVED]), "success")
    if wrong := counts[REFUSED] + counts[STALE]:
        flash(gettext("%(count)s 行没有保存，请看行内说明", count=wrong), "error")
    if not counts.total() - counts[None]:
        flash(gettext("没有改动，什么也没有保存"), "warning")
