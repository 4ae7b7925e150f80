"""The four estimates (四算): the list of all projects, and entering a project's figures."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.errors import RuleError
from portfolio.domain.roles import Permission
from portfolio.domain.terms import EstimateKind
from portfolio.reports.estimates import estimates_table
from portfolio.services import estimates as service
from portfolio.services.attachments import takes_files
from portfolio.store.models import Project
from portfolio.store.queries import estimates
from portfolio.store.queries.attachments import list_files
from portfolio.web import filters
from portfolio.web.attachments import keep_attachment
from portfolio.web.database import get_session
from portfolio.web.formatters import format_wan
from portfolio.web.forms.estimates import EstimateForm
from portfolio.web.forms.money import VoidForm
from portfolio.web.pages import project_url
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.scope import get_project_in_scope, visible_districts

blueprint = Blueprint("estimates", __name__)


def read_over(over: str | None) -> bool:
    """Return whether only the projects over the rule of ten per cent are asked for."""
    return over == "yes"


@blueprint.get("/money/estimates")
@requires(Permission.VIEW)
def index() -> ResponseReturnValue:
    """Show the four estimates of the projects meant, all that have any or those over the rule of ten per cent."""
    chosen, page = filters.read_filter(request.args), filters.read_page(request.args)
    over = read_over(request.args.get("over"))
    start = (page - 1) * filters.PER_PAGE
    table = estimates_table(get_session(), chosen, over=over, limit=filters.PER_PAGE, offset=start)
    return render_template(
        "estimates/index.html",
        table=table,
        over=over,
        page=page,
        pages=filters.count_pages(table.count),
        scope=filters.scope_title(chosen),
        chips=filters.chips(),
        districts=visible_districts(),
        link=lambda row, key: f"{project_url(row[1])}#estimates" if key in ("name", "code") else None,
    )


@blueprint.route("/projects/<code>/estimates/<step>", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def enter(code: str, step: str) -> ResponseReturnValue:
    """Enter what a step comes to, in place of what stood there."""
    project, kind = get_project_in_scope(code), _step(step)
    last = estimates.find_estimate(get_session(), project, kind)
    form = EstimateForm(data={"ordinal": str(last.ordinal if last else 0)})
    if form.validate_on_submit():
        try:
            draft = form.draft(kind, keep_attachment(form.file))
            entered = service.enter_estimate(
                get_session(), project, draft, replacing=form.replacing, confirmed=form.confirmed.data
            )
        except RuleError as error:
            get_session().rollback()
            form.reject(error, beside="amount")
        else:
            amount = format_wan(entered.amount_fen)
            return _saved(project, gettext("已登记%(step)s %(amount)s 万元", step=gettext(kind.label), amount=amount))
    page = render_template("estimates/enter.html", form=form, project=get_project_in_scope(code), kind=kind, last=last)
    return page, 422 if form.errors else 200


@blueprint.route("/projects/<code>/estimates/<step>/withdraw", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def withdraw(code: str, step: str) -> ResponseReturnValue:
    """Take the figure in force of a step back without another in its place."""
    project, kind, form = get_project_in_scope(code), _step(step), VoidForm()
    last = estimates.find_estimate(get_session(), project, kind) or abort(404)
    if form.validate_on_submit():
        try:
            service.withdraw_estimate(get_session(), last, form.reason.text or "")
        except RuleError as error:
            get_session().rollback()
            put_beside(form, error, "reason")
        else:
            return _saved(project, gettext("已撤销%(step)s，原数保留在更正记录中", step=gettext(kind.label)))
    page = render_template("estimates/withdraw.html", form=form, project=project, estimate=last)
    return page, 422 if form.errors else 200


@blueprint.get("/projects/<code>/estimates/<int(max=2147483647):number>")
@requires(Permission.VIEW)
def show(code: str, number: int) -> ResponseReturnValue:
    """Show one figure, in force or not, with its files."""
    project = get_project_in_scope(code)
    estimate = estimates.get_estimate(get_session(), project, number)
    last = estimates.find_estimate(get_session(), project, estimate.kind)
    return render_template(
        "estimates/show.html",
        project=project,
        estimate=estimate,
        in_force=estimate is last and estimate.amount_fen is not None,
        files=list_files(get_session(), estimate),
        takes_files=takes_files(estimate),
    )


def _step(code: str) -> EstimateKind:
    return EstimateKind(code) if code in [kind.value for kind in EstimateKind] else abort(404)  # type: ignore[call-arg]


def _saved(project: Project, sentence: str) -> ResponseReturnValue:
    get_session().commit()
    flash(sentence, "success")
    return redirect(url_for("projects.show", code=project.code, _anchor="estimates"))
