"""Funding: the overview, and the ledger of a project."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from portfolio.domain.errors import RuleError
from portfolio.domain.roles import Permission
from portfolio.services import ledger as service
from portfolio.services.documents import give_to_one
from portfolio.services.payments import OVERDRAW_KEY, find_overdraw
from portfolio.store.models import LedgerEntry, Project
from portfolio.store.queries import contracts, documents, ledger
from portfolio.web.database import get_session
from portfolio.web.formatters import format_wan
from portfolio.web.forms.money import CarryForm, EntryForm, OverdrawForm, ReversalForm
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.scope import get_project_in_scope
from portfolio.web.settings_page import Group, save_setting, setting_version, settings_page
from portfolio.web.signin import scope_adcode
from portfolio.web.views.funding import summary

blueprint = Blueprint("money", __name__)
blueprint.add_url_rule("/money", view_func=summary)
MOST_DOCUMENTS = 500


@blueprint.route("/projects/<code>/money/new", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def add_entry(code: str) -> ResponseReturnValue:
    """Enter one amount in a project's ledger; what looks like a slip is asked about and taken when it is confirmed."""
    project = get_project_in_scope(code)
    form = _entry_form(project)
    if form.validate_on_submit():
        try:
            entry = _add_entry(project, form)
        except RuleError as error:
            get_session().rollback()
            form.reject(error, beside="amount")
        else:
            get_session().commit()
            amount = format_wan(entry.amount_fen)
            flash(
                gettext("已登记%(state)s %(amount)s 万元", state=gettext(entry.state.label), amount=amount), "success"
            )
            return redirect(url_for("projects.show", code=code, _anchor="money"))
    page = render_template("money/entry.html", form=form, project=get_project_in_scope(code))
    return page, 422 if form.errors else 200


def _entry_form(project: Project) -> EntryForm:
    session = get_session()
    offered = documents.list_open_documents(session, project, limit=MOST_DOCUMENTS)
    return EntryForm(contracts.list_contracts_of(session, project), offered)


def _add_entry(project: Project, form: EntryForm) -> LedgerEntry:
    """Enter what the form says: as a share of the document that it names, else by itself."""
    session, number = get_session(), form.contract_number
    contract = contracts.get_contract(session, project, number) if number is not None else None
    confirmed = form.confirmed.data or None
    if form.document_record is None:
        return service.add_entry(session, project, form.draft(), contract=contract, confirmed=confirmed)
    document = documents.get_document(session, form.document_record, within=scope_adcode())
    return give_to_one(session, document, project, form.draft(), contract=contract, confirmed=confirmed)


@blueprint.route("/projects/<code>/money/carry", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def carry(code: str) -> ResponseReturnValue:
    """Carry unspent money of one source and year into the next year."""
    project = get_project_in_scope(code)
    form = CarryForm(ledger.list_unspent(get_session(), project))
    if form.validate_on_submit():
        source, year = form.chosen()
        try:
            service.carry_forward(
                get_session(), project, source, year=year, amount_fen=form.amount.fen or 0, note=form.note.text
            )
        except RuleError as error:
            get_session().rollback()
            put_beside(form, error, "amount")
        else:
            get_session().commit()
            flash(gettext("已从 %(year)s 年结转到下一年度", year=year), "success")
            return redirect(url_for("projects.show", code=code, _anchor="money"))
    page = render_template("money/carry.html", form=form, project=get_project_in_scope(code))
    return page, 422 if form.errors else 200


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
            put_beside(form, error, "reason")
        else:
            get_session().commit()
            flash(gettext("已冲销第 %(number)s 号记录，原记录保留", number=number), "success")
            return redirect(url_for("projects.show", code=code, _anchor="money"))
    page = render_template("money/reverse.html", form=form, project=project, entry=entry)
    return page, 422 if form.errors else 200


def _stored_overdraw() -> OverdrawForm:
    version = str(setting_version(OVERDRAW_KEY))
    return OverdrawForm(formdata=None, data={"overdraw": find_overdraw(get_session()), "version": version})


OVERDRAW = Group("payments", lazy_gettext("超额支付"), "settings/_overdraw.html", lambda: {"form": _stored_overdraw()})


@blueprint.post("/settings/money/overdraw")
@requires(Permission.ADMINISTER)
def set_overdraw() -> ResponseReturnValue:
    """Choose what happens to payments beyond received money or beyond their contract."""
    form = OverdrawForm()
    if not form.validate():
        return settings_page(OVERDRAW, status=422, form=form)
    return save_setting(OVERDRAW, form, OVERDRAW_KEY, form.overdraw.data.value)
