"""The register and the project pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.codes import national_code_warning
from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.roles import Permission
from portfolio.domain.scale import sizing_warning
from portfolio.reports.investment import project_plans
from portfolio.reports.projects import compare_versions, project_page
from portfolio.reports.register import register_table
from portfolio.services import projects as service
from portfolio.store.models import Project
from portfolio.store.queries import desk, projects
from portfolio.store.queries.register import TERMS
from portfolio.web import filters
from portfolio.web.bases import offer_bases
from portfolio.web.database import get_session
from portfolio.web.forms.projects import (
    ProgrammeForm,
    ProjectForm,
    StageForm,
    StatusForm,
    VersionedForm,
    stored_answers,
)
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.scope import get_project_in_scope, visible_districts, visible_plans
from portfolio.web.signin import in_scope, scope_adcode, signed_in_user
from portfolio.web.views.maps import project_inset

blueprint = Blueprint("projects", __name__, url_prefix="/projects")


@blueprint.get("")
@requires(Permission.VIEW)
def index() -> ResponseReturnValue:
    """Show the register: one page of the projects that the filter means."""
    chosen, window = filters.read_filter(request.args), filters.read_window(request.args)
    table = register_table(get_session(), chosen, filters.read_columns(request.args), window)
    return render_template(
        "projects/index.html",
        table=table,
        sort=("-" if window.descending else "") + window.sort,
        page=window.offset // filters.PER_PAGE + 1,
        pages=filters.count_pages(table.count),
        scope=filters.scope_title(chosen),
        chips=filters.chips(),
        terms=TERMS,
        zone_choices=filters.zone_choices(chosen),
        districts=visible_districts(),
        lead_units=projects.list_lead_units(get_session(), scope_adcode()),
    )


@blueprint.get("/<code>")
@requires(Permission.VIEW)
def show(code: str) -> ResponseReturnValue:
    """Show everything that is known of one project."""
    return _show(get_project_in_scope(code))


def _show(project: Project, *, forms: dict[str, Any] | None = None, status: int = 200) -> ResponseReturnValue:
    offer_bases()
    version = str(project.version)
    page = project_page(get_session(), project)
    programme = page.programme.own.project.code if page.programme and project.parent_id else None
    ready = {
        "stage_form": StageForm(formdata=None, stage=project.stage, version=version),
        "status_form": StatusForm(formdata=None, version=version),
        "programme_form": ProgrammeForm(formdata=None, programme=programme, version=version),
    }
    answer = render_template(
        "projects/show.html",
        project=project,
        page=page,
        inset=project_inset(project),
        plans=project_plans(get_session(), project),
        followed=desk.find_followed(get_session(), signed_in_user(), project) is not None,
        **(ready | (forms or {})),
    )
    return answer, status


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.EDIT_PROJECTS)
def add() -> ResponseReturnValue:
    """Register a project."""
    form = ProjectForm(district=scope_adcode() or request.args.get("district"))
    form.set_choices(visible_districts(), visible_plans())
    if form.validate_on_submit() and _is_allowed(form):
        try:
            project = service.add_project(get_session(), form.draft(stage=form.stage.data))
        except RuleError as error:
            get_session().rollback()
            put_beside(form, error)
        else:
            return _saved(project, gettext("已登记 %(code)s %(name)s", code=project.code, name=project.name))
    return _edit_page(form, None)


@blueprint.route("/<code>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_PROJECTS)
def edit(code: str) -> ResponseReturnValue:
    """Change a project; a save against an older version shows both and saves nothing."""
    project = get_project_in_scope(code)
    form = ProjectForm(data=stored_answers(project))
    form.set_choices(visible_districts(), visible_plans())
    if form.validate_on_submit() and _is_allowed(form):
        draft = form.draft(stage=project.stage)
        get_session().info["reason"] = form.reason.text
        try:
            service.update_project(get_session(), project, draft, version=form.version_number)
        except RuleError as error:
            get_session().rollback()
            put_beside(form, error)
        except StaleError as error:
            return _stale_page(form, project, draft, error)
        else:
            return _saved(project, gettext("已保存 %(name)s", name=project.name))
    return _edit_page(form, project)


def _is_allowed(form: ProjectForm) -> bool:
    if in_scope(form.district.data):
        return True
    form.district.errors = [gettext("您只能登记本区县的项目")]
    return False


def _saved(project: Project, sentence: str) -> ResponseReturnValue:
    get_session().commit()
    flash(sentence, "success")
    for warning in (
        national_code_warning(project.national_code) if project.national_code else None,
        sizing_warning(project.level, project.classes, project.seats),
    ):
        if warning:
            flash(warning, "warning")
    return redirect(url_for(".show", code=project.code))


def _edit_page(form: ProjectForm, project: Project | None) -> ResponseReturnValue:
    page = render_template("projects/edit.html", form=form, project=project)
    return page, 422 if form.errors else 200


def _stale_page(form: ProjectForm, project: Project, draft: Any, error: StaleError) -> ResponseReturnValue:
    """Show what the person wrote beside what is stored now; sending it again means to overwrite."""
    get_session().rollback()
    changes = compare_versions(project, draft)
    form.version.data = str(error.version)
    page = render_template("projects/stale.html", form=form, project=project, error=error, changes=changes)
    return page, 409


@blueprint.post("/<code>/stage")
@requires(Permission.EDIT_PROJECTS)
def set_stage(code: str) -> ResponseReturnValue:
    """Report the stage reached."""
    return _change(code, "stage_form", StageForm(), service.set_stage)


@blueprint.post("/<code>/status")
@requires(Permission.EDIT_PROJECTS)
def set_status(code: str) -> ResponseReturnValue:
    """Suspend, cancel, merge or restore."""
    return _change(code, "status_form", StatusForm(), service.set_status)


@blueprint.post("/<code>/programme")
@requires(Permission.EDIT_PROJECTS)
def set_programme(code: str) -> ResponseReturnValue:
    """Make the project a phase of another, or of none."""
    return _change(code, "programme_form", ProgrammeForm(), service.set_programme)


@blueprint.post("/<code>/versions/<int:number>/restore")
@requires(Permission.EDIT_PROJECTS)
def restore(code: str, number: int) -> ResponseReturnValue:
    """Make the project again what it was in an earlier version."""
    project, form = get_project_in_scope(code), VersionedForm()
    service.restore_version(get_session(), project, number, version=form.version_number)
    get_session().commit()
    flash(gettext("已恢复到第 %(number)s 版；刚才的版本仍在沿革中", number=number), "success")
    return redirect(url_for(".show", code=code, _anchor="history"))


def _change(code: str, name: str, form: StageForm | StatusForm | ProgrammeForm, save: Any) -> ResponseReturnValue:
    """Save the one answer of a form that the page knows by ``name``; what is refused comes back beside it."""
    project, session = get_project_in_scope(code), get_session()
    if not form.validate():
        return _show(project, forms={name: form}, status=422)
    session.info["reason"] = form.reason.text
    try:
        save(session, project, form.answer, version=form.version_number)
    except (RuleError, StaleError) as error:
        session.rollback()
        fresh = get_project_in_scope(code)
        put_beside(form, error)
        form.version.data = str(fresh.version)
        return _show(fresh, forms={name: form}, status=409 if isinstance(error, StaleError) else 422)
    session.commit()
    flash(gettext("已更新 %(name)s", name=project.name), "success")
    return redirect(url_for(".show", code=code))
