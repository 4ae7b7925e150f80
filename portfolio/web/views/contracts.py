"""Contracts: the list of all, and one project's contracts with their changes and payments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.errors import RuleError
from portfolio.domain.roles import Permission
from portfolio.reports.contracts import contract_numbers, contracts_table
from portfolio.services import contracts as service
from portfolio.store.models import Contract
from portfolio.store.queries import contracts, ledger
from portfolio.store.queries.attachments import list_files
from portfolio.web import filters
from portfolio.web.attachments import keep_attachment
from portfolio.web.database import get_session
from portfolio.web.forms.contracts import ChangeForm, ContractForm, stored_contract
from portfolio.web.forms.money import VoidForm
from portfolio.web.pages import project_url
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.scope import get_project_in_scope, visible_districts

blueprint = Blueprint("contracts", __name__)
_ONE = "/projects/<code>/contracts/<int(max=2147483647):number>"


@blueprint.get("/money/contracts")
@requires(Permission.VIEW)
def index() -> ResponseReturnValue:
    """Show the contracts of the projects meant."""
    chosen, page = filters.read_filter(request.args), filters.read_page(request.args)
    start = (page - 1) * filters.PER_PAGE
    table = contracts_table(get_session(), chosen, limit=filters.PER_PAGE, offset=start)
    return render_template(
        "contracts/index.html",
        table=table,
        page=page,
        pages=filters.count_pages(table.count),
        scope=filters.scope_title(chosen),
        chips=filters.chips(),
        districts=visible_districts(),
        link=_link(contract_numbers(get_session(), chosen)),
    )


def _link(numbers: dict[tuple[str, str], int]) -> Callable[[Sequence[Any], str], str | None]:
    """Return what a row of the table opens: the contract by its number, the project by its name."""

    def link(row: Sequence[Any], key: str) -> str | None:
        if key == "number":
            return url_for("contracts.show", code=row[-1], number=numbers[row[-1], row[0]])
        return f"{project_url(row[-1])}#contracts" if key == "name" else None

    return link


@blueprint.route("/projects/<code>/contracts/new", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def add(code: str) -> ResponseReturnValue:
    """Register a contract of a project."""
    project, form = get_project_in_scope(code), ContractForm()
    if form.validate_on_submit():
        try:
            draft = form.draft(keep_attachment(form.file))
            contract = service.sign_contract(get_session(), project, draft, confirmed=form.confirmed.data)
        except RuleError as error:
            get_session().rollback()
            form.reject(error, beside="amount")
        else:
            return _saved(contract, gettext("已登记合同 %(number)s", number=contract.number))
    page = render_template("contracts/edit.html", form=form, project=get_project_in_scope(code), contract=None)
    return page, 422 if form.errors else 200


@blueprint.get(_ONE)
@requires(Permission.VIEW)
def show(code: str, number: int) -> ResponseReturnValue:
    """Show a contract with its changes and payments."""
    return _show(_contract(code, number), ChangeForm(formdata=None))


def _show(contract: Contract, form: ChangeForm) -> ResponseReturnValue:
    payments = contracts.list_payments(get_session(), contract)
    page = render_template(
        "contracts/show.html",
        contract=contract,
        project=contract.project,
        standing=contracts.stand(get_session(), contract),
        files=list_files(get_session(), contract),
        changes=contracts.list_changes(get_session(), contract),
        payments=payments,
        reversed_ids=ledger.reversed_among(payments),
        form=form,
    )
    return page, 422 if form.errors else 200


@blueprint.route(f"{_ONE}/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def edit(code: str, number: int) -> ResponseReturnValue:
    """Change everything of a contract but its amount."""
    contract = _contract(code, number)
    form = ContractForm(data=stored_contract(contract))
    if form.validate_on_submit():
        try:
            draft = form.draft(contract.file_id)
            service.update_contract(get_session(), contract, draft, version=form.version_number)
        except RuleError as error:
            get_session().rollback()
            form.reject(error, beside="number")
        else:
            return _saved(contract, gettext("已保存合同 %(number)s", number=contract.number))
    contract = _contract(code, number)
    page = render_template("contracts/edit.html", form=form, project=contract.project, contract=contract)
    return page, 422 if form.errors else 200


@blueprint.post(f"{_ONE}/changes")
@requires(Permission.EDIT_MONEY)
def change(code: str, number: int) -> ResponseReturnValue:
    """Change what a contract comes to."""
    contract, form = _contract(code, number), ChangeForm()
    if form.validate():
        try:
            service.change_amount(get_session(), contract, form.draft())
        except RuleError as error:
            get_session().rollback()
            put_beside(form, error, "amount")
        else:
            return _saved(contract, gettext("已登记合同变更"))
    return _show(_contract(code, number), form)


@blueprint.route(f"{_ONE}/withdraw", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def withdraw(code: str, number: int) -> ResponseReturnValue:
    """Declare a contract void."""
    contract, form = _contract(code, number), VoidForm()
    if form.validate_on_submit():
        try:
            service.withdraw_contract(get_session(), contract, form.reason.text or "")
        except RuleError as error:
            get_session().rollback()
            put_beside(form, error, "reason")
        else:
            return _saved(contract, gettext("合同 %(number)s 已作废，记录保留", number=contract.number))
    contract = _contract(code, number)
    page = render_template("contracts/withdraw.html", form=form, project=contract.project, contract=contract)
    return page, 422 if form.errors else 200


def _contract(code: str, number: int) -> Contract:
    return contracts.get_contract(get_session(), get_project_in_scope(code), number)


def _saved(contract: Contract, sentence: str) -> ResponseReturnValue:
    get_session().commit()
    flash(sentence, "success")
    return redirect(url_for("contracts.show", code=contract.project.code, number=contract.id))
