"""Monthly reports: the rounds, who owes what in one, opening and closing them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.clock import today
from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.periods import Period
from portfolio.domain.reporting import ReportState, usual_source
from portfolio.domain.roles import Permission
from portfolio.domain.terms import Source
from portfolio.reports.reporting import round_lines, timing_of
from portfolio.services import reporting
from portfolio.services import rounds as service
from portfolio.store.models import ProgressReport, ReportingRound
from portfolio.store.queries import reports, rounds
from portfolio.store.queries.ledger import list_planned_sources
from portfolio.store.queries.projects import ProjectFilter
from portfolio.web import filters
from portfolio.web.database import get_session
from portfolio.web.forms.reports import RoundForm
from portfolio.web.language import tell
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.scope import get_round_in_scope, visible_districts
from portfolio.web.signin import can, in_scope, scope_adcode

blueprint = Blueprint("reports", __name__)

DUE_AFTER_DAYS = 5
GROUPS: dict[str, tuple[ReportState, ...]] = {
    "all": (),
    "outstanding": tuple(state for state in ReportState if state.is_open),
    "submitted": (ReportState.SUBMITTED,),
    "returned": (ReportState.RETURNED,),
    "accepted": (ReportState.ACCEPTED,),
}


@blueprint.app_context_processor
def _parts() -> dict[str, Any]:
    """Offer what a project's page shows of its reports and problems."""
    return {
        "reports_of": lambda project: reports.list_reports_of_project(get_session(), project),
        "problems_of": lambda project: reports.list_problems(get_session(), ProjectFilter(code=project.code)),
    }


@blueprint.app_template_global()
def reports_to_do() -> int:
    """Return how many reports wait for the signed-in person: to be written, or to be accepted."""
    if "reports_to_do" not in g:
        states = GROUPS["outstanding"] if can(Permission.REPORT) else ()
        states += GROUPS["submitted"] if can(Permission.REVIEW_REPORTS) else ()
        g.reports_to_do = rounds.count_open_reports(get_session(), scope_adcode(), today(), states) if states else 0
    found: int = g.reports_to_do
    return found


@blueprint.get("/reports")
@requires(Permission.VIEW)
def index() -> ResponseReturnValue:
    """List the rounds; the open ones say what is to be done."""
    chosen = filters.read_filter(request.args)
    return render_template(
        "reports/index.html",
        lines=round_lines(get_session(), chosen.district),
        scope=filters.scope_title(chosen),
        districts=visible_districts(),
    )


@blueprint.route("/reports/new", methods=["GET", "POST"])
@requires(Permission.REVIEW_REPORTS)
def open_round() -> ResponseReturnValue:
    """Open a round: every project that has to report is asked."""
    form = RoundForm(visible_districts(), data=_usual_answers())
    if form.validate_on_submit() and in_scope(form.district.data):
        try:
            opened = service.open_round(get_session(), form.draft())
        except RuleError as error:
            get_session().rollback()
            put_beside(form, error, "period")
        else:
            get_session().commit()
            flash(gettext("已开启%(label)s月报，请各项目填报", label=tell(opened.span.label)), "success")
            return redirect(url_for(".show_round", adcode=form.district.data, period=opened.period))
    return render_template("reports/new.html", form=form), 422 if form.errors else 200


def _usual_answers() -> dict[str, str]:
    day = today()
    period = Period(day.year, day.month, 1)
    due = period.last_day + dt.timedelta(days=DUE_AFTER_DAYS)
    district = request.args.get("district") or ""
    return {"district": district, "period": period.code, "opens_on": day.isoformat(), "due_on": due.isoformat()}


@blueprint.get("/reports/<adcode>/<period>")
@requires(Permission.VIEW)
def show_round(adcode: str, period: str) -> ResponseReturnValue:
    """Show who owes what in a round, and what came."""
    round_, page = get_round_in_scope(adcode, period), filters.read_page(request.args)
    count = rounds.count_reports(get_session(), [round_])[round_.id]
    group = _group()
    total = sum(count.of(state) for state in GROUPS[group] or ReportState)
    found = reports.list_reports(
        get_session(),
        round_,
        states=GROUPS[group],
        limit=filters.PER_PAGE,
        offset=(page - 1) * filters.PER_PAGE,
    )
    return render_template(
        "reports/round.html",
        round=round_,
        reports=found,
        sources=_offered_sources(found),
        timing_of=timing_of,
        count=count,
        group=group,
        groups=GROUPS,
        page=page,
        pages=filters.count_pages(total),
    )


def _offered_sources(found: Sequence[ProgressReport]) -> dict[int, Source]:
    """Return the source under which the work value of each report is offered, by project number."""
    planned = list_planned_sources(get_session(), [report.project_id for report in found])
    return {number: usual_source(sources) for number, sources in planned.items()}


def _group() -> str:
    group = request.args.get("show", "all")
    if group not in GROUPS:
        raise RuleError(gettext("没有这个视图，请从页上的标签选择"))
    return group


@blueprint.post("/reports/<adcode>/<period>/close")
@requires(Permission.REVIEW_REPORTS)
def close(adcode: str, period: str) -> ResponseReturnValue:
    """Take no more reports for a round."""
    round_ = get_round_in_scope(adcode, period)
    return _change(
        round_, service.close_round, gettext("已关闭%(label)s月报，不再接收填报", label=tell(round_.span.label))
    )


@blueprint.post("/reports/<adcode>/<period>/reopen")
@requires(Permission.REVIEW_REPORTS)
def reopen(adcode: str, period: str) -> ResponseReturnValue:
    """Take reports for a closed round again."""
    round_ = get_round_in_scope(adcode, period)
    return _change(round_, service.reopen_round, gettext("已重新开放%(label)s月报", label=tell(round_.span.label)))


@blueprint.post("/reports/<adcode>/<period>/projects")
@requires(Permission.REPORT)
def add_missing(adcode: str, period: str) -> ResponseReturnValue:
    """Ask the projects that were registered since, too."""
    round_ = get_round_in_scope(adcode, period)
    added = service.add_missing_projects(get_session(), round_)
    get_session().commit()
    flash(gettext("补入 %(count)s 个项目", count=added), "success")
    return redirect(url_for(".show_round", adcode=adcode, period=period))


def _change(round_: ReportingRound, change: Callable[..., None], sentence: str) -> ResponseReturnValue:
    adcode, period = round_.district.adcode, round_.period
    try:
        change(get_session(), round_)
    except RuleError as error:
        get_session().rollback()
        flash(tell(error.sentence), "error")
    else:
        get_session().commit()
        flash(sentence, "success")
    return redirect(url_for(".show_round", adcode=adcode, period=period))


@blueprint.post("/reports/<adcode>/<period>/accept")
@requires(Permission.REVIEW_REPORTS)
def accept_chosen(adcode: str, period: str) -> ResponseReturnValue:
    """Accept the reports that were ticked, each as it stood on the page: all of them, or none."""
    round_ = get_round_in_scope(adcode, period)
    chosen = dict(ticked.partition("@")[::2] for ticked in request.form.getlist("report"))
    found = reports.lock_reports(get_session(), round_, list(chosen))
    try:
        for report in found:
            version, source = _seen(chosen[report.project.code])
            reporting.accept_report(get_session(), report, version=version, source=source)
    except (RuleError, StaleError) as error:
        get_session().rollback()
        flash(gettext("一份也没有核定：%(why)s", why=tell(error.sentence)), "error")
    else:
        get_session().commit()
        flash(
            gettext("已核定 %(count)s 份，完成投资已记入台账", count=len(found)),
            "success",
        )
    return redirect(url_for(".show_round", adcode=adcode, period=period, show="submitted"))


def _seen(ticked: str) -> tuple[int, Source]:
    """Return version and source that a tick says were on the page; a mangled version is none that exists."""
    version, _, source = ticked.partition("@")
    is_number = version.isascii() and version.isdigit() and len(version) < 10
    return int(version) if is_number else 0, Source.from_label(source) if source else Source.OTHER
