"""Public facts beside the records, and taking one into a project's field."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.roles import Permission
from portfolio.domain.sentences import say
from portfolio.services import facts as service
from portfolio.store.queries import facts
from portfolio.web import filters
from portfolio.web.database import get_session
from portfolio.web.permissions import requires
from portfolio.web.scope import get_project_in_scope, visible_districts

blueprint = Blueprint("facts", __name__)


@blueprint.get("/facts")
@requires(Permission.VIEW)
def index() -> ResponseReturnValue:
    """Show all public facts with their sources."""
    chosen = filters.read_filter(request.args)
    unmatched = request.args.get("unmatched") == "yes"
    return render_template(
        "facts/index.html",
        facts=facts.list_facts(get_session(), chosen.district, unmatched=unmatched),
        unmatched=unmatched,
        scope=filters.scope_title(chosen),
        districts=visible_districts(),
        chosen=chosen,
    )


@blueprint.post("/projects/<code>/facts/<int(max=2147483647):number>/accept")
@requires(Permission.EDIT_PROJECTS)
def accept(code: str, number: int) -> ResponseReturnValue:
    """Take a fact's value into the project's empty field."""
    project = get_project_in_scope(code)
    fact = facts.get_fact_of_project(get_session(), project, number)
    get_session().info["reason"] = say("采用公开资料：{source}", source=fact.source_title)
    service.accept_fact(get_session(), fact)
    get_session().commit()
    flash(gettext("已采用%(field)s：%(value)s", field=gettext(fact.field.label), value=fact.value), "success")
    return redirect(url_for("projects.show", code=code, _anchor="facts"))
