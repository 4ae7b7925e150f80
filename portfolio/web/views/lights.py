"""Lights: why a project has its light, another one for a time, and the rules."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.lights import check_rules
from portfolio.domain.roles import Permission
from portfolio.reports.lights import light_page, list_rule_versions, preview_rules
from portfolio.services import lights as service
from portfolio.store.models import Project
from portfolio.store.queries.lights import RULES_KEY, read_rules
from portfolio.web.database import get_session
from portfolio.web.forms.lights import OverrideForm, RulesForm, rules_form
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.scope import get_project_in_scope
from portfolio.web.settings_page import setting_version

blueprint = Blueprint("lights", __name__)


@blueprint.get("/projects/<code>/light")
@requires(Permission.VIEW)
def show(code: str) -> ResponseReturnValue:
    """Show why a project has its light, and the lights before."""
    return _page(get_project_in_scope(code), OverrideForm(formdata=None))


@blueprint.post("/projects/<code>/light")
@requires(Permission.EDIT_PROJECTS)
def override(code: str) -> ResponseReturnValue:
    """Set another light for a time."""
    project, form = get_project_in_scope(code), OverrideForm()
    if not form.validate() or form.expires_on.day is None:
        return _page(project, form, 422)
    try:
        service.override_light(
            get_session(),
            project,
            form.light.data,
            reason=form.reason.text or "",
            expires_on=form.expires_on.day,
        )
    except RuleError as error:
        get_session().rollback()
        put_beside(form, error)
        return _page(get_project_in_scope(code), form, 422)
    get_session().commit()
    flash(gettext("已改灯，到期后恢复为按规则计算"), "success")
    return redirect(url_for(".show", code=code))


@blueprint.post("/projects/<code>/light/end")
@requires(Permission.EDIT_PROJECTS)
def end(code: str) -> ResponseReturnValue:
    """Go back to the light by the rules."""
    service.end_override(get_session(), get_project_in_scope(code))
    get_session().commit()
    flash(gettext("已恢复为按规则计算"), "success")
    return redirect(url_for(".show", code=code))


def _page(project: Project, form: OverrideForm, status: int = 200) -> ResponseReturnValue:
    page = light_page(get_session(), project)
    return render_template("lights/project.html", project=project, page=page, form=form), status


@blueprint.get("/lights")
@requires(Permission.VIEW)
def rules() -> ResponseReturnValue:
    """Show the rules in force and the ones before."""
    return _rules_page(rules_form(read_rules(get_session()), setting_version(RULES_KEY)))


@blueprint.post("/lights")
@requires(Permission.ADMINISTER)
def change_rules() -> ResponseReturnValue:
    """Show what other rules would change, or put them in force."""
    form = RulesForm()
    if not form.validate():
        return _rules_page(form, status=422)
    try:
        check_rules(form.rows())
        if "preview" in request.form:
            return _rules_page(form, preview=preview_rules(get_session(), form.rows()))
        get_session().info["reason"] = form.reason.text
        service.change_rules(get_session(), form.rows(), version=form.version_number)
    except (RuleError, StaleError) as error:
        get_session().rollback()
        put_beside(form, error)
        return _rules_page(form, status=409 if isinstance(error, StaleError) else 422)
    get_session().commit()
    flash(gettext("新规则已启用，所有项目已重新亮灯"), "success")
    return redirect(url_for(".rules"))


def _rules_page(form: RulesForm, *, preview: Any = None, status: int = 200) -> ResponseReturnValue:
    session = get_session()
    page = render_template(
        "lights/rules.html",
        form=form,
        rules=read_rules(session),
        preview=preview,
        versions=list_rule_versions(session),
    )
    return page, status
