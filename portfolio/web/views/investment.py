"""Annual investment plans: plan against actual, three years ahead, and a project's plan as a form."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.clock import today
from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.roles import Permission
from portfolio.domain.terms import Source
from portfolio.reports import investment as report
from portfolio.reports.cashflow import plan_by_quarter
from portfolio.services import investment as service
from portfolio.store.models import Project
from portfolio.store.queries import investment, ledger
from portfolio.store.queries.register import Window
from portfolio.web import filters, money_filters
from portfolio.web.database import get_session
from portfolio.web.forms.investment import QUARTERS, PlanForm, answers_of, name_of, wrong_cells
from portfolio.web.pages import project_url
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.scope import get_project_in_scope, visible_districts

blueprint = Blueprint("investment", __name__)


@blueprint.get("/money/investment")
@requires(Permission.VIEW)
def index() -> ResponseReturnValue:
    """Show plan against actual of one year, by source and by project."""
    chosen, year = filters.read_filter(request.args), money_filters.read_year(request.args)
    as_of, page = money_filters.read_day(request.args), filters.read_page(request.args)
    table = report.plan_table(get_session(), chosen, year, as_of, window=_window(page))
    return render_template(
        "investment/index.html",
        table=table,
        by_source=report.plan_by_source(get_session(), chosen, year, as_of),
        by_quarter=plan_by_quarter(get_session(), chosen, year, as_of),
        year=year,
        as_of=as_of,
        link=lambda row, key: f"{project_url(row[1])}#investment" if key in ("name", "code") else None,
        source_link=lambda row, key: _entries_of(row[0], key, year),
        **_frame(chosen, page, table.count),
    )


def _entries_of(source: object, key: str, year: int) -> str | None:
    """Return where the entries of a source's figure are listed; plans are no entries."""
    if key not in report.STATE_KEYS or not isinstance(source, Source):
        return None
    return money_filters.entries_url(source=source, state=key, budget_year=year, until=request.args.get("as_of"))


def _window(page: int) -> Window:
    return Window(limit=filters.PER_PAGE, offset=(page - 1) * filters.PER_PAGE)


def _frame(chosen: Any, page: int, count: int) -> dict[str, Any]:
    years = investment.list_plan_years(get_session())
    return {
        "page": page,
        "pages": filters.count_pages(count),
        "scope": filters.scope_title(chosen),
        "chips": filters.chips(),
        "districts": visible_districts(),
        "years": sorted({*years, today().year, today().year + 1}),
    }


@blueprint.get("/money/investment/rolling")
@requires(Permission.VIEW)
def rolling() -> ResponseReturnValue:
    """Show the plan of three years by project."""
    chosen, year = filters.read_filter(request.args), money_filters.read_year(request.args)
    page = filters.read_page(request.args)
    table = report.rolling_table(get_session(), chosen, year, window=_window(page))
    return render_template(
        "investment/rolling.html",
        table=table,
        year=year,
        link=lambda row, key: f"{project_url(row[1])}#investment" if key in ("name", "code") else None,
        **_frame(chosen, page, table.count),
    )


@blueprint.get("/projects/<code>/investment")
@requires(Permission.EDIT_MONEY)
def choose(code: str) -> ResponseReturnValue:
    """Go to a project's plan of the year that is asked for."""
    project = get_project_in_scope(code)
    return redirect(url_for(".edit", code=project.code, year=money_filters.read_year(request.args)))


@blueprint.route("/projects/<code>/investment/<int(min=2000,max=2100):year>", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def edit(code: str, year: int) -> ResponseReturnValue:
    """Set or adjust a project's plan of one year; ``from`` in the address fills in another year's plan."""
    project = get_project_in_scope(code)
    form = PlanForm(data=_stored(project, year))
    if not form.validate_on_submit():
        return _edit_page(form, project, year)
    try:
        change = service.set_plan(get_session(), project, form.draft(year), seen=form.seen_number)
    except RuleError as error:
        get_session().rollback()
        put_beside(form, error)
        return _edit_page(form, get_project_in_scope(code), year)
    except StaleError as error:
        get_session().rollback()
        put_beside(form, error)
        form.seen.data = str(error.version)
        return _edit_page(form, get_project_in_scope(code), year, status=409)
    get_session().commit()
    flash(gettext("已保存 %(year)s 年度投资计划（%(move)s）", year=year, move=gettext(change.move.label)), "success")
    return redirect(url_for("projects.show", code=code, _anchor="investment"))


def _stored(project: Project, year: int) -> dict[str, Any]:
    """Return the answers of the plan as it stands, or of the year that is to be carried forward."""
    cells = investment.plan_cells(get_session(), project, year)
    if "from" in request.args:
        cells = investment.plan_cells(get_session(), project, money_filters.read_year(request.args, "from"))
    seen = len(investment.list_plan_changes(get_session(), project, year))
    return answers_of(cells) | {"seen": str(seen)}


def _edit_page(form: PlanForm, project: Project, year: int, *, status: int = 422) -> ResponseReturnValue:
    changes = investment.list_plan_changes(get_session(), project, year)
    standing = investment.plan_cells(get_session(), project, year)
    entered = {entry.source for entry in ledger.list_entries(get_session(), project)}
    used = {source for source in Source if any(form[name_of((source, quarter))].data for quarter in QUARTERS)}
    first = [source for source in Source if source in used | entered | {cell[0] for cell in standing}]
    page = render_template(
        "investment/edit.html",
        form=form,
        project=project,
        year=year,
        changes=changes,
        standing=standing,
        groups=(first or list(Source)[:6], [source for source in Source if source not in (first or list(Source)[:6])]),
        quarters=QUARTERS,
        name_of=name_of,
        wrong=wrong_cells(form),
        years=[one for one in investment.list_plan_years(get_session()) if one < year],
        before=investment.plan_cells(get_session(), project, year - 1),
    )
    return page, status if form.errors else 200
