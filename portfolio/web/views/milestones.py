"""Milestones of a project, the timeline of many, approvals that run out, and the office's templates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.clock import today
from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.roles import Permission
from portfolio.domain.terms import Level, Nature
from portfolio.exchange.gantt import draw_timeline
from portfolio.reports.seats import SeatsTable, seats_at_risk
from portfolio.reports.timeline import Timeline, milestone_page, portfolio_timeline
from portfolio.services import milestones as service
from portfolio.store.models import Approval, Project
from portfolio.store.queries import milestones as queries
from portfolio.store.queries.register import TERMS
from portfolio.web import filters
from portfolio.web.database import get_session
from portfolio.web.forms.milestones import (
    ApprovalForm,
    BaselineForm,
    StagesForm,
    milestones_form,
    validity_form,
)
from portfolio.web.money_filters import filtered_url
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.remember import remembered
from portfolio.web.scope import get_project_in_scope, visible_districts

blueprint = Blueprint("milestones", __name__)

PER_PAGE = 40
SOON_DAYS = 90


@blueprint.get("/timeline")
@requires(Permission.VIEW)
def index() -> ResponseReturnValue:
    """Show the projects that the filter means along time, and the approvals that run out."""
    chosen = filters.read_filter(request.args)
    timeline = _portfolio()
    return render_template(
        "milestones/index.html",
        timeline=timeline,
        scope=filters.scope_title(chosen),
        chips=filters.chips(),
        terms=TERMS,
        page=_page_number(),
        pages=max(1, -(-timeline.count // PER_PAGE)),
        approvals=queries.list_running_out(get_session(), chosen, today() + dt.timedelta(days=SOON_DAYS)),
        picture_args=filters.filter_args() | {"page": str(_page_number())},
        today=today(),
    )


@blueprint.get("/seats")
@requires(Permission.VIEW)
def seats() -> ResponseReturnValue:
    """Show the seats of each September term, by level and town, and what a slip would cost."""
    chosen = filters.read_filter(request.args)
    page = remembered(("seats", chosen), lambda: seats_at_risk(get_session(), chosen))
    return render_template(
        "milestones/seats.html",
        whole=page.whole,
        tables=[(one.table, partial(_opened, one)) for one in (page.terms, page.levels, page.towns)],
        scope=filters.scope_title(chosen),
        chips=filters.chips(),
        terms=TERMS,
        districts=visible_districts(),
        zone_choices=filters.zone_choices(chosen),
    )


def _opened(shown: SeatsTable, row: Sequence[Any], key: str) -> str | None:
    """Return the projects that a figure of a row counts; none for a name, a difference and for nothing."""
    name, _, value = key.partition("_")  # slip_2, term_2026
    sides = dict(shown.sides[row])
    figures: dict[str, dict[str, Any]] = {
        "planned": {"planned_term": sides.get("term"), "term": None},
        "expected": {},
        "projects": {},
        "slip": {"slip": value},
        "term": {"term": value},
        "all": {"term": "known"},
        "uncounted": {"term": "unknown"},
    }
    if name not in figures or key == "term" or not shown.value(row, key):
        return None
    return filtered_url("projects.index", **(sides | figures[name]))


@blueprint.get("/timeline.svg")
@requires(Permission.VIEW)
def picture() -> ResponseReturnValue:
    """Send the timeline as a picture."""
    return _svg(_portfolio())


def _portfolio() -> Timeline:
    offset = (_page_number() - 1) * PER_PAGE
    return portfolio_timeline(get_session(), filters.read_filter(request.args), limit=PER_PAGE, offset=offset)


def _page_number() -> int:
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _svg(timeline: Timeline) -> Response:
    picture = draw_timeline(timeline, narrow=request.args.get("narrow") == "1")
    return Response(picture, content_type="image/svg+xml; charset=utf-8")


@blueprint.get("/projects/<code>/milestones")
@requires(Permission.VIEW)
def show(code: str) -> ResponseReturnValue:
    """Show a project's milestones, baselines and approvals."""
    return _page(get_project_in_scope(code))


@blueprint.get("/projects/<code>/timeline.svg")
@requires(Permission.VIEW)
def project_picture(code: str) -> ResponseReturnValue:
    """Send a project's timeline as a picture."""
    return _svg(milestone_page(get_session(), get_project_in_scope(code)).timeline)


def _page(project: Project, *, status: int = 200, **forms: Any) -> ResponseReturnValue:
    page = milestone_page(get_session(), project)
    ready = {
        "form": milestones_form(page.stages, page.rows, formdata=None),
        "baseline_form": BaselineForm(formdata=None, prefix="baseline-"),
        "approval_form": ApprovalForm(formdata=None, prefix="approval-"),
    }
    shown: dict[str, Any] = ready | forms
    if "form" not in forms or status == 409:
        shown["form"].seen.data = service.stamp(page.rows)
    return render_template("milestones/project.html", project=project, page=page, today=today(), **shown), status


@blueprint.post("/projects/<code>/milestones")
@requires(Permission.EDIT_PROJECTS)
def save(code: str) -> ResponseReturnValue:
    """Save the days of all stages."""
    project = get_project_in_scope(code)
    form = milestones_form(milestone_page(get_session(), project).stages)
    if not form.validate():
        return _page(project, status=422, form=form)
    try:
        service.save_milestones(get_session(), project, form.drafts(), seen=form.seen.data or "")
    except (RuleError, StaleError) as error:
        get_session().rollback()
        put_beside(form, error)
        return _page(get_project_in_scope(code), status=409 if isinstance(error, StaleError) else 422, form=form)
    return _done(code, gettext("已保存里程碑"))


@blueprint.post("/projects/<code>/baselines")
@requires(Permission.EDIT_PROJECTS)
def fix_baseline(code: str) -> ResponseReturnValue:
    """Fix the planned days as a baseline."""
    form = BaselineForm(prefix="baseline-")
    return _change(code, "baseline_form", form, _fix, said=gettext("已设定基线，以后的计划与它比较"))


def _fix(project: Project, form: Any) -> None:
    service.fix_baseline(get_session(), project, form.reason.text or "")


@blueprint.post("/projects/<code>/approvals")
@requires(Permission.EDIT_PROJECTS)
def add_approval(code: str) -> ResponseReturnValue:
    """Enter an approval."""
    form = ApprovalForm(prefix="approval-")
    return _change(code, "approval_form", form, _approve, said=gettext("已登记批复"))


def _approve(project: Project, form: Any) -> None:
    if (draft := form.draft()) is not None:
        service.add_approval(get_session(), project, draft)


def _change(code: str, name: str, form: Any, change: Any, *, said: str) -> ResponseReturnValue:
    project = get_project_in_scope(code)
    if not form.validate():
        return _page(project, status=422, **{name: form})
    try:
        change(project, form)
    except RuleError as error:
        get_session().rollback()
        put_beside(form, error)
        return _page(get_project_in_scope(code), status=422, **{name: form})
    return _done(code, said)


@blueprint.post("/projects/<code>/approvals/<int:number>/remove")
@requires(Permission.EDIT_PROJECTS)
def remove_approval(code: str, number: int) -> ResponseReturnValue:
    """Take out an approval entered by mistake."""
    project = get_project_in_scope(code)
    approval = get_session().get(Approval, number)
    if approval is not None and approval.project_id != project.id:
        abort(404)
    if approval is not None:  # two people may press at once
        service.remove_approval(get_session(), approval)
    return _done(code, gettext("已删去这份批复，沿革中仍可查到"))


def _done(code: str, sentence: str) -> ResponseReturnValue:
    get_session().commit()
    flash(sentence, "success")
    return redirect(url_for(".show", code=code))


@blueprint.get("/milestones/template")
@requires(Permission.ADMINISTER)
def template() -> ResponseReturnValue:
    """Show the templates of stages and the validity of approvals."""
    return _template_page()


def _template_page(status: int = 200, **forms: Any) -> ResponseReturnValue:
    session = get_session()
    sent = forms.get("stages_form")
    nature = (sent.nature.data if sent else _term(Nature, "nature")) or Nature.NEW
    level = sent.level.data if sent else _term(Level, "level")
    stages = queries.stages_of(session, nature, level)
    years = {kind.value: str(number) for kind, number in queries.valid_years(session).items()}
    ready = {
        "stages_form": StagesForm(
            formdata=None,
            data={"nature": nature, "level": level, "stages": [stage.value for stage in stages]},
            prefix="stages-",
        ),
        "validity_form": validity_form(formdata=None, data=years, prefix="validity-"),
    }
    page = render_template(
        "milestones/template.html",
        nature=nature,
        level=level,
        natures=Nature,
        levels=Level,
        **(ready | forms),
    )
    return page, status


def _term(terms: Any, name: str) -> Any:
    text = request.args.get(name)
    return terms.from_label(text) if text else None


@blueprint.post("/milestones/template/stages")
@requires(Permission.ADMINISTER)
def set_stages() -> ResponseReturnValue:
    """Say which stages projects of a nature and level pass through."""
    form = StagesForm(prefix="stages-")
    if not form.validate():
        return _template_page(422, stages_form=form)
    try:
        service.change_stages(get_session(), form.nature.data, form.level.data, form.chosen())
    except RuleError as error:
        get_session().rollback()
        put_beside(form, error, "stages")
        return _template_page(422, stages_form=form)
    get_session().commit()
    flash(gettext("已保存里程碑模板"), "success")
    level = {"level": form.level.data.value} if form.level.data else {}
    return redirect(url_for(".template", nature=form.nature.data.value, **level))


@blueprint.post("/milestones/template/validity")
@requires(Permission.ADMINISTER)
def set_validity() -> ResponseReturnValue:
    """Say for how many years each kind of approval holds."""
    form = validity_form(prefix="validity-")
    if not form.validate():
        return _template_page(422, validity_form=form)
    try:
        service.change_validity(get_session(), form.years())
    except RuleError as error:
        get_session().rollback()
        put_beside(form, error)
        return _template_page(422, validity_form=form)
    get_session().commit()
    flash(gettext("已保存批复有效年数"), "success")
    return redirect(url_for(".template"))
