"""Commitments and indicators of the plans."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.errors import NotFoundError, RuleError
from portfolio.domain.roles import Permission
from portfolio.reports import commitments as report
from portfolio.services import commitments as service
from portfolio.store.models import Commitment
from portfolio.store.queries import commitments, projects
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.register import Window, list_register
from portfolio.web import filters
from portfolio.web.database import get_session
from portfolio.web.forms.commitments import LinkForm
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.scope import get_commitment_in_scope, get_project_in_scope, visible_districts

blueprint = Blueprint("commitments", __name__, url_prefix="/commitments")


@blueprint.get("")
@requires(Permission.VIEW)
def index() -> ResponseReturnValue:
    """Show every commitment against what is registered toward it, and the projects that no plan names."""
    chosen = filters.read_filter(request.args)
    return render_template(
        "commitments/index.html",
        progress=report.list_progress(get_session(), chosen.district),
        outside=projects.list_outside_plan(get_session(), chosen.district),
        linked_ids={link.project_id for link in commitments.list_links(get_session())},
        scope=filters.scope_title(chosen),
        districts=visible_districts(),
        chosen=chosen,
    )


@blueprint.get("/indicators")
@requires(Permission.VIEW)
def indicators() -> ResponseReturnValue:
    """Show the plans' indicators."""
    chosen = filters.read_filter(request.args)
    return render_template(
        "commitments/indicators.html",
        indicators=commitments.list_indicators(get_session(), chosen.district),
        scope=filters.scope_title(chosen),
        districts=visible_districts(),
        chosen=chosen,
    )


@blueprint.get("/<key>")
@requires(Permission.VIEW)
def show(key: str) -> ResponseReturnValue:
    """Show one commitment with the projects that count toward it."""
    return _show(get_commitment_in_scope(key), LinkForm(formdata=None))


def _show(commitment: Commitment, form: LinkForm) -> ResponseReturnValue:
    links = commitments.list_links(get_session(), commitment)
    linked = {link.project.code for link in links}
    scope = ProjectFilter(district=commitment.plan.district.adcode)
    offered = list_register(get_session(), scope, ("code", "name"), Window(limit=500))
    page = render_template(
        "commitments/show.html",
        commitment=commitment,
        progress=report.progress_of(commitment, links),
        links=[(link, report.contribution(commitment, link)) for link in links],
        offered=[row for row in offered if row.code not in linked],
        form=form,
    )
    return page, 422 if form.errors else 200


@blueprint.post("/<key>/projects")
@requires(Permission.EDIT_COMMITMENTS)
def link(key: str) -> ResponseReturnValue:
    """Count a project toward a commitment."""
    commitment, form = get_commitment_in_scope(key), LinkForm()
    if form.validate():
        try:
            project = get_project_in_scope((form.project.text or "").split(" ")[0])
            service.link_project(
                get_session(), commitment, project, quantity=form.quantity.quantity, basis=form.basis.text
            )
        except (RuleError, NotFoundError) as error:
            get_session().rollback()
            put_beside(form, error, "project")
        else:
            get_session().commit()
            flash(gettext("已将%(name)s计入这项任务", name=project.name), "success")
            return redirect(url_for(".show", key=key))
    return _show(get_commitment_in_scope(key), form)


@blueprint.post("/<key>/projects/<code>/unlink")
@requires(Permission.EDIT_COMMITMENTS)
def unlink(key: str, code: str) -> ResponseReturnValue:
    """No longer count a project toward a commitment."""
    project = get_project_in_scope(code)
    service.unlink_project(get_session(), get_commitment_in_scope(key), project)
    get_session().commit()
    flash(gettext("%(name)s不再计入这项任务", name=project.name), "success")
    return redirect(url_for(".show", key=key))
