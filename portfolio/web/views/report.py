"""One project's report of one period: writing it, handing it in, accepting it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.reporting import usual_source
from portfolio.domain.roles import Permission
from portfolio.services import reporting as service
from portfolio.store.models import ProgressReport, Project
from portfolio.store.queries import reports
from portfolio.store.queries.ledger import list_planned_sources
from portfolio.store.queries.projects import ProjectFilter
from portfolio.web import report_rows
from portfolio.web.database import get_session
from portfolio.web.forms.projects import VersionedForm
from portfolio.web.forms.reports import PhotoForm, ReviewForm
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.report_rows import REFUSED, SAVE, STALE, SUBMIT, SUBMITTED, Row
from portfolio.web.scope import get_project_in_scope
from portfolio.web.views.reports import blueprint


@blueprint.get("/projects/<code>/reports/<period>")
@requires(Permission.VIEW)
def show(code: str, period: str) -> ResponseReturnValue:
    """Show one report; who may write in it finds the form."""
    project = get_project_in_scope(code)
    return show_report(project, _row(project, period))


def _row(project: Project, period: str, *, lock: bool = False) -> Row:
    """Return a project's report with the one before."""
    report = reports.get_report(get_session(), project, period, lock=lock)
    lasts = reports.last_reports(get_session(), ProjectFilter(code=project.code), before=report.round.starts_on)
    last = next(iter(lasts), None)
    return Row(report, last, report_rows.report_form(report, last))


def show_report(
    project: Project,
    row: Row,
    *,
    review: ReviewForm | None = None,
    photo_form: PhotoForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """Show the page of one report, with what is wrong with the answers that were sent."""
    page = render_template(
        "reports/report.html",
        project=project,
        row=row,
        report=row.report,
        photos=reports.list_photos(get_session(), row.report),
        review_form=review or _review_form(row.report),
        photo_form=photo_form or PhotoForm(formdata=None),
    )
    return page, status


def _review_form(report: ProgressReport) -> ReviewForm:
    """Return the form of the review, with the source that a work value is offered under."""
    planned = list_planned_sources(get_session(), [report.project_id])[report.project_id]
    return ReviewForm(formdata=None, version=str(report.version), source=usual_source(planned))


@blueprint.post("/projects/<code>/reports/<period>")
@requires(Permission.REPORT)
def write(code: str, period: str) -> ResponseReturnValue:
    """Save a draft, or hand the report in."""
    project = get_project_in_scope(code)
    row = _row(project, period, lock=True)
    report_rows.send_rows([row], SUBMIT if request.form.get("act") == SUBMIT else SAVE, row.code)
    get_session().commit()
    if request.accept_mimetypes.best == "application/json":
        return jsonify(row.answer())
    if row.outcome in (REFUSED, STALE):
        return show_report(project, row, status=409 if row.outcome == STALE else 422)
    sentence = gettext("已报送，等待核定") if row.outcome == SUBMITTED else gettext("已存草稿，还没有报送")
    flash(sentence, "success")
    return redirect(url_for(".show", code=code, period=period))


@blueprint.post("/projects/<code>/reports/<period>/withdraw")
@requires(Permission.REPORT)
def withdraw(code: str, period: str) -> ResponseReturnValue:
    """Take a report back before it is accepted."""
    form = VersionedForm()
    return _move(
        code,
        period,
        lambda report: service.withdraw_report(get_session(), report, version=form.version_number),
        gettext("已撤回，可以继续修改"),
    )


@blueprint.post("/projects/<code>/reports/<period>/review")
@requires(Permission.REVIEW_REPORTS)
def review(code: str, period: str) -> ResponseReturnValue:
    """Accept a report, or return it with a note."""
    form, is_return = ReviewForm(), request.form.get("act") == "return"
    if not form.validate():
        project = get_project_in_scope(code)
        return show_report(project, fresh_row(project, period), review=form, status=422)
    given: dict[str, Any] = {"version": form.version_number, "note": form.note.text}
    sentence = gettext("已退回，填报人会在待报清单里看到") if is_return else gettext("已核定，完成投资已记入台账")
    return _move(
        code,
        period,
        lambda report: (
            service.return_report(get_session(), report, **given)
            if is_return
            else service.accept_report(get_session(), report, source=form.source.data, **given)
        ),
        sentence,
        review_form=form,
    )


def fresh_row(project: Project, period: str) -> Row:
    """Return a report as it stands, whatever the request sent for another form of the page."""
    row = _row(project, period)
    row.form = report_rows.stored_form(row.report, row.last)
    return row


def _move(
    code: str,
    period: str,
    move: Callable[[ProgressReport], None],
    sentence: str,
    *,
    review_form: ReviewForm | None = None,
) -> ResponseReturnValue:
    """Take a report a step on or back, or say why that cannot be."""
    project = get_project_in_scope(code)
    try:
        move(reports.get_report(get_session(), project, period, lock=True))
    except (RuleError, StaleError) as error:
        get_session().rollback()
        project = get_project_in_scope(code)
        row = fresh_row(project, period)
        form = review_form or _review_form(row.report)
        put_beside(form, error, "note")
        form.version.data = str(row.report.version)
        return show_report(project, row, review=form, status=409 if isinstance(error, StaleError) else 422)
    get_session().commit()
    flash(sentence, "success")
    return redirect(url_for(".show", code=code, period=period))
