"""Files of documents, contracts and estimates: sending one, giving more, declaring one void."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.errors import RuleError
from portfolio.domain.roles import Permission
from portfolio.services import attachments as service
from portfolio.store.models.attachment import Holder
from portfolio.store.queries.attachments import AttachedFile, get_attached
from portfolio.store.queries.contracts import get_contract
from portfolio.store.queries.estimates import get_estimate
from portfolio.web.attachments import keep_attachments, send_attachment
from portfolio.web.database import get_session
from portfolio.web.forms.attachments import FilesForm
from portfolio.web.forms.money import VoidForm
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.scope import get_project_in_scope
from portfolio.web.views.documents import get_document_in_scope

blueprint = Blueprint("attachments", __name__)
HOLDERS = (
    "/money/documents/<int(max=2147483647):document>",
    "/projects/<code>/contracts/<int(max=2147483647):contract>",
    "/projects/<code>/estimates/<int(max=2147483647):estimate>",
)
_ONE = "/files/<int(max=2147483647):number>"
View = Callable[..., ResponseReturnValue]


def _of_each(rule: str, **options: Any) -> Callable[[View], View]:
    """Register a view under the address of each kind of record that may have files."""

    def register(view: View) -> View:
        for holder in HOLDERS:
            blueprint.route(f"{holder}{rule}", **options)(view)
        return view

    return register


@dataclass(frozen=True)
class Place:
    """A record that has files: what it is called, and the page that lists them."""

    holder: Holder
    title: str
    home: str


def _place(where: dict[str, Any]) -> Place:
    """Return the record that an address names, within the scope of the person asking."""
    if "document" in where:
        document = get_document_in_scope(where["document"])
        return Place(document, document.number, url_for("documents.show", **where, _anchor="files"))
    project, code = get_project_in_scope(where["code"]), where["code"]
    if "contract" in where:
        contract = get_contract(get_session(), project, where["contract"])
        home = url_for("contracts.show", code=code, number=contract.id, _anchor="files")
        return Place(contract, contract.number, home)
    estimate = get_estimate(get_session(), project, where["estimate"])
    title = " ".join(filter(None, (gettext(estimate.kind.label), estimate.approval_no)))
    return Place(estimate, title, url_for("estimates.show", code=code, number=estimate.id, _anchor="files"))


@_of_each(_ONE, methods=["GET"])
@requires(Permission.VIEW)
def send(number: int, **where: Any) -> ResponseReturnValue:
    """Send a file of a record; void ones too, so that what was decided on stays to be seen."""
    found = get_attached(get_session(), _place(where).holder, number)
    return send_attachment(found.file.id)


@_of_each("/files/new", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def add(**where: Any) -> ResponseReturnValue:
    """Give a record more files: all that were chosen or none."""
    place, form = _place(where), FilesForm()
    if form.validate_on_submit():
        try:
            kept = keep_attachments(form.file)
            service.attach_files(get_session(), place.holder, kept)
        except RuleError as error:
            get_session().rollback()
            put_beside(form, error, "file")
        else:
            return _saved(place, gettext("已补 %(count)s 个附件", count=len(kept)))
    page = render_template("attachments/new.html", form=form, place=_place(where))
    return page, 422 if form.errors else 200


@_of_each(f"{_ONE}/withdraw", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def withdraw(number: int, **where: Any) -> ResponseReturnValue:
    """Declare a file of a record void."""
    place, form = _place(where), VoidForm()
    attached = get_attached(get_session(), place.holder, number)
    if form.validate_on_submit():
        try:
            service.withdraw_file(get_session(), place.holder, attached, form.reason.text or "")
        except RuleError as error:
            get_session().rollback()
            put_beside(form, error, "reason")
        else:
            return _saved(place, gettext("附件“%(name)s”已作废，文件保留", name=attached.file.name))
    place, shown = _again(where, number)
    page = render_template("attachments/withdraw.html", form=form, place=place, attached=shown)
    return page, 422 if form.errors else 200


def _again(where: dict[str, Any], number: int) -> tuple[Place, AttachedFile]:
    """Read record and file once more: what was refused took back what the session had read."""
    place = _place(where)
    return place, get_attached(get_session(), place.holder, number)


def _saved(place: Place, sentence: str) -> ResponseReturnValue:
    get_session().commit()
    flash(sentence, "success")
    return redirect(place.home)
