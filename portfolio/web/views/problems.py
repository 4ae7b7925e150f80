"""The ledger of problems, the list that leaders press for (督办), and the evidence that closes a problem."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import PurePath

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.clock import today
from portfolio.domain.errors import NotFoundError, RuleError, StaleError
from portfolio.domain.roles import Permission
from portfolio.reports.reporting import problem_table
from portfolio.services import problems as service
from portfolio.services.files import keep_file
from portfolio.store.models import Problem, Project, StoredFile
from portfolio.store.queries import reports
from portfolio.web import filters
from portfolio.web.database import get_session
from portfolio.web.forms.reports import CloseForm, ProblemForm
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.scope import get_project_in_scope, visible_districts
from portfolio.web.views.reports import blueprint

SHOWN = {"urgent": (True, True), "open": (True, False), "all": (False, False)}  # open ones alone, grave ones alone
EVIDENCE = (".pdf", ".jpg", ".jpeg", ".png", ".doc", ".docx", ".xls", ".xlsx", ".wps", ".et", ".ofd")


@blueprint.get("/problems")
@requires(Permission.VIEW)
def list_problems() -> ResponseReturnValue:
    """Show the ledger of problems; at first the grave ones that are open."""
    chosen, shown = filters.read_filter(request.args), request.args.get("show", "urgent")
    if shown not in SHOWN:
        raise RuleError(gettext("没有这个视图，请从页上的标签选择"))
    open_only, high_only = SHOWN[shown]
    return render_template(
        "problems/index.html",
        problems=reports.list_problems(get_session(), chosen, open_only=open_only, high_only=high_only),
        table=problem_table(get_session(), chosen, open_only=open_only, high_only=high_only),
        shown=shown,
        scope=filters.scope_title(chosen),
        chips=filters.chips(),
        districts=visible_districts(),
    )


@blueprint.route("/projects/<code>/problems/new", methods=["GET", "POST"])
@requires(Permission.REPORT)
def add_problem(code: str) -> ResponseReturnValue:
    """Enter a problem of a project."""
    project = get_project_in_scope(code)
    owner = project.responsible_person or project.responsible_unit
    form = ProblemForm(data={"opened_on": today().isoformat(), "owner": owner, "what": request.args.get("what")})
    if form.validate_on_submit():
        try:
            service.open_problem(get_session(), project, form.draft())
        except RuleError as error:
            put_beside(form, error, "what")
        else:
            return _done(project, gettext("已登记问题"))
    return render_template("problems/edit.html", form=form, project=project, problem=None), 422 if form.errors else 200


@blueprint.get("/projects/<code>/problems/<int(max=2147483647):number>")
@requires(Permission.VIEW)
def show_problem(code: str, number: int) -> ResponseReturnValue:
    """Show one problem, to be changed or closed."""
    project = get_project_in_scope(code)
    return _page(project, reports.get_problem(get_session(), project, number))


def _page(
    project: Project,
    problem: Problem,
    *,
    form: ProblemForm | None = None,
    close_form: CloseForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    version = str(problem.version)
    stored = {name: getattr(problem, name) for name in ("what", "level", "owner")}
    days = {name: getattr(problem, name).isoformat() for name in ("opened_on", "due_on")}
    page = render_template(
        "problems/edit.html",
        project=project,
        problem=problem,
        form=form or ProblemForm(formdata=None, data=stored | days | {"version": version}),
        close_form=close_form or CloseForm(formdata=None, version=version),
        is_overdue=service.is_overdue(problem, today()),
    )
    return page, status


@blueprint.post("/projects/<code>/problems/<int(max=2147483647):number>")
@requires(Permission.REPORT)
def change_problem(code: str, number: int) -> ResponseReturnValue:
    """State a problem anew."""
    form = ProblemForm()
    return _change(
        code,
        number,
        form,
        lambda problem: service.change_problem(get_session(), problem, form.draft(), version=form.version_number),
    )


@blueprint.post("/projects/<code>/problems/<int(max=2147483647):number>/close")
@requires(Permission.REPORT)
def close_problem(code: str, number: int) -> ResponseReturnValue:
    """Close a problem with what shows that it is solved."""
    form = CloseForm()
    return _change(
        code,
        number,
        form,
        lambda problem: service.close_problem(
            get_session(), problem, form.evidence.text, version=form.version_number, file=_evidence(form)
        ),
    )


def _evidence(form: CloseForm) -> StoredFile | None:
    """Keep the file that was sent along, if one was; it is only ever sent back as a download."""
    given = form.file.data
    if not given or not given.filename:
        return None
    if PurePath(given.filename).suffix.lower() not in EVIDENCE:
        raise RuleError(gettext("依据文件只收 PDF、图片、Word、Excel、WPS 和 OFD，没有保存"), "file")
    return keep_file(get_session(), given.filename, "application/octet-stream", given.read())


@blueprint.post("/projects/<code>/problems/<int(max=2147483647):number>/reopen")
@requires(Permission.REPORT)
def reopen_problem(code: str, number: int) -> ResponseReturnValue:
    """Open a closed problem again."""
    form = CloseForm()
    return _change(
        code,
        number,
        form,
        lambda problem: service.reopen_problem(get_session(), problem, version=form.version_number),
    )


@blueprint.get("/projects/<code>/problems/<int(max=2147483647):number>/evidence")
@requires(Permission.VIEW)
def send_evidence(code: str, number: int) -> ResponseReturnValue:
    """Send the file that shows that a problem is solved."""
    file = reports.get_problem(get_session(), get_project_in_scope(code), number).evidence_file
    if file is None:
        raise NotFoundError(gettext("这个问题没有依据文件"))
    return send_file(io.BytesIO(file.content), file.content_type, as_attachment=True, download_name=file.name)


def _change(
    code: str, number: int, form: ProblemForm | CloseForm, change: Callable[[Problem], None]
) -> ResponseReturnValue:
    """Change a problem, or show its page again with what is wrong; a stale form keeps what was typed."""
    project = get_project_in_scope(code)
    problem = reports.get_problem(get_session(), project, number)
    status = 422
    if form.validate():
        try:
            change(problem)
        except (RuleError, StaleError) as error:
            get_session().rollback()
            status = 409 if isinstance(error, StaleError) else 422
            put_beside(form, error)
        else:
            return _done(project, gettext("已更新问题"))
    project = get_project_in_scope(code)
    problem = reports.get_problem(get_session(), project, number)
    form.version.data = str(problem.version)
    if isinstance(form, CloseForm):
        return _page(project, problem, close_form=form, status=status)
    return _page(project, problem, form=form, status=status)


def _done(project: Project, sentence: str) -> ResponseReturnValue:
    get_session().commit()
    flash(sentence, "success")
    return redirect(url_for("projects.show", code=project.code, _anchor="problems"))
