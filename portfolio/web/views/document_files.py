"""Files of funding documents: sending one, giving more, declaring one void."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.errors import RuleError
from portfolio.domain.roles import Permission
from portfolio.services import document_files as service
from portfolio.store.queries.document_files import get_attached
from portfolio.web.attachments import keep_attachments, send_attachment
from portfolio.web.database import get_session
from portfolio.web.forms.documents import FilesForm
from portfolio.web.forms.money import VoidForm
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.views.documents import get_document_in_scope

blueprint = Blueprint("document_files", __name__, url_prefix="/money/documents/<int(max=2147483647):document>/files")
_ONE = "/<int(max=2147483647):number>"


@blueprint.get(_ONE)
@requires(Permission.VIEW)
def send(document: int, number: int) -> ResponseReturnValue:
    """Send a file of a document; void ones too, so that what was decided on stays to be seen."""
    found = get_attached(get_session(), get_document_in_scope(document), number)
    return send_attachment(found.file.id)


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def add(document: int) -> ResponseReturnValue:
    """Give a document more files: all that were chosen or none."""
    record, form = get_document_in_scope(document), FilesForm()
    if form.validate_on_submit():
        try:
            kept = keep_attachments(form.file)
            service.attach_files(get_session(), record, kept)
        except RuleError as error:
            get_session().rollback()
            put_beside(form, error, "file")
        else:
            get_session().commit()
            flash(gettext("已补 %(count)s 个附件", count=len(kept)), "success")
            return redirect(url_for("documents.show", document=document, _anchor="files"))
    page = render_template("documents/files.html", form=form, document=get_document_in_scope(document))
    return page, 422 if form.errors else 200


@blueprint.route(f"{_ONE}/withdraw", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def withdraw(document: int, number: int) -> ResponseReturnValue:
    """Declare a file of a document void."""
    record, form = get_document_in_scope(document), VoidForm()
    attached = get_attached(get_session(), record, number)
    if form.validate_on_submit():
        try:
            service.withdraw_file(get_session(), record, attached, form.reason.text or "")
        except RuleError as error:
            get_session().rollback()
            put_beside(form, error, "reason")
        else:
            get_session().commit()
            flash(gettext("附件“%(name)s”已作废，文件保留", name=attached.file.name), "success")
            return redirect(url_for("documents.show", document=document, _anchor="files"))
    record = get_document_in_scope(document)
    shown = get_attached(get_session(), record, number)
    page = render_template("documents/withdraw_file.html", form=form, document=record, attached=shown)
    return page, 422 if form.errors else 200
