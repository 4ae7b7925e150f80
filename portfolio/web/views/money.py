"""Funding: the overview, and the ledger of a project."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.errors import RuleError
from portfolio.domain.roles import Permission
from portfolio.services import ledger as service
from portfolio.store.queries import ledger
from portfolio.web.database import get_session
from portfolio.web.formatters import format_wan
from portfolio.web.forms.money import EntryForm, ReversalForm
from portfolio.web.permissions import requires
from portfolio.web.scope import get_project_in_scope
from portfolio.web.views.funding import summary

blueprint = Blueprint("money", __name__)
blueprint.add_url_rule("/money", view_func=summary)


@blueprint.route("/projects/<code>/money/new", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def add_entry(code: str) -> ResponseReturnValue:
    """Enter one amount in a project's ledger."""
    project, form = get_project_in_scope(code), EntryForm()
    if form.validate_on_submit():
        try:
            entry = service.add_entry(get_session(), project, form.draft())
        except RuleError as error:
            form[error.field or "amount"].errors = [str(error)]
        else:
            get_session().commit()
            amount = format_wan(entry.amount_fen)
            flash(
                gettext("已登记%(state)s %(amount)s 万元", state=gettext(entry.state.label), amount=amount), "success"
            )
            return redirect(url_for("projects.show", code=code, _anchor="money"))
    return render_template("money/entry.html", form=form, project=project), 422 if form.errors else 200


@blueprint.route("/projects/<code>/money/<int(max=2147483647):number>/reverse", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def reverse(code: str, number: int) -> ResponseReturnValue:
    """Take an entry back by a new one."""
    project, form = get_project_in_scope(code), ReversalForm()
    entry = ledger.get_entry(get_session(), project, number)
    if form.validate_on_submit():
        try:
            service.reverse_entry(get_session(), entry, form.reason.text or "")
        except RuleError as error:
            form.reason.errors = [str(error)]
        else:
            get_session().commit()
            flash(gettext("已冲销第 %(number)s 号记录，原记录保留", number=number), "success")
            return redirect(url_for("projects.show", code=code, _anchor="money"))
    page = render_template("money/reverse.html", form=form, project=project, entry=entry)
    return page, 422 if form.errors else 200
