"""The fund side: documents that give money, and splitting each over projects."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.clock import today
from portfolio.domain.errors import NotFoundError, RuleError
from portfolio.domain.quantities import MoneyUnit, fen_to
from portfolio.domain.roles import Permission
from portfolio.domain.sentences import Sentence
from portfolio.domain.terms import MoneyState, Source
from portfolio.reports.documents import documents_table
from portfolio.reports.tables import Table
from portfolio.services import claims
from portfolio.services import documents as service
from portfolio.store.models import FundingDocument, LedgerEntry
from portfolio.store.queries import documents, ledger
from portfolio.store.queries.attachments import list_files
from portfolio.store.queries.documents import DocumentFilter
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.register import Window, list_register
from portfolio.web import filters
from portfolio.web.attachments import keep_attachment
from portfolio.web.database import get_session
from portfolio.web.formatters import format_wan
from portfolio.web.forms.documents import FEWEST_ROWS, MOST_ROWS, ClaimForm, DocumentForm, SplitForm
from portfolio.web.forms.money import VoidForm
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.scope import get_project_in_scope, visible_districts
from portfolio.web.signin import scope_adcode

blueprint = Blueprint("documents", __name__, url_prefix="/money")
_ONE = "/documents/<int(max=2147483647):document>"
MOST_OFFERED = 500


def read_documents(args: Mapping[str, str]) -> DocumentFilter:
    """Read which documents are meant, narrowed to the district of the person asking.

    Raises
    ------
    RuleError
        If a value is none of its list.
    """
    words = args.get("document", "").strip()
    if len(words) > 80:
        raise RuleError(gettext("搜索词最多 80 个字符"))
    return DocumentFilter(
        district=filters.read_filter(args).district,
        source=Source.from_label(args["source"]) if args.get("source") else None,
        state=MoneyState.from_label(args["state"]) if args.get("state") else None,
        q=words or None,
    )


def document_link(table: Table) -> Callable[[Sequence[Any], str], str | None]:
    """Return what the number of a document opens in a table of documents."""
    record = [column.key for column in table.columns].index("record")
    return lambda row, key: url_for("documents.show", document=int(row[record])) if key == "number" else None


@blueprint.get("/documents")
@requires(Permission.VIEW)
def index() -> ResponseReturnValue:
    """Show the documents meant with what is left of each."""
    chosen, page = read_documents(request.args), filters.read_page(request.args)
    start = (page - 1) * filters.PER_PAGE
    table = documents_table(get_session(), chosen, limit=filters.PER_PAGE, offset=start)
    return render_template(
        "documents/index.html",
        table=table,
        page=page,
        pages=filters.count_pages(table.count),
        scope=_scope_name(chosen.district),
        districts=visible_districts(),
        sources=tuple(Source),
        states=service.GIVING,
        link=document_link(table),
    )


@blueprint.route("/documents/new", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def add() -> ResponseReturnValue:
    """Register a document."""
    form = DocumentForm(visible_districts(), data={"year": str(today().year)})
    if form.validate_on_submit():
        try:
            document = service.register_document(get_session(), form.draft(keep_attachment(form.file)))
        except RuleError as error:
            get_session().rollback()
            form.reject(error, beside="amount")
        else:
            get_session().commit()
            return _registered(document)
    return render_template("documents/new.html", form=form), 422 if form.errors else 200


def _registered(document: FundingDocument) -> ResponseReturnValue:
    """Say that a document is registered and lead to what comes next: to claim what names it already, else to split."""
    unclaimed = documents.count_unclaimed(get_session(), [document]).get(document.id)
    if unclaimed is None:
        flash(gettext("已登记文件 %(number)s，请分配到项目", number=document.number), "success")
        return redirect(url_for(".split", document=document.id))
    sentence = gettext(
        "已登记文件 %(number)s；另有 %(count)s 笔（%(amount)s 万元）只写文号、未挂接，请在下面认领",
        number=document.number,
        count=unclaimed.count,
        amount=format_wan(unclaimed.fen),
    )
    flash(sentence, "success")
    return redirect(url_for(".show", document=document.id, _anchor="unclaimed"))


@blueprint.get(_ONE)
@requires(Permission.VIEW)
def show(document: int) -> ResponseReturnValue:
    """Show a document with everything it gave, and what names it without standing under it."""
    return _show(document, ClaimForm(formdata=None))


def _show(document: int, form: ClaimForm) -> ResponseReturnValue:
    record = get_document_in_scope(document)
    entries = documents.list_allocations(get_session(), record)
    page = render_template(
        "documents/show.html",
        standing=documents.stand(get_session(), record),
        document=record,
        files=list_files(get_session(), record),
        entries=entries,
        reversed_ids=ledger.reversed_among(entries),
        unclaimed=_unclaimed(record),
        form=form,
    )
    return page, 422 if form.errors else 200


@dataclass(frozen=True)
class Unclaimed:
    """What names a document without standing under it, each entry with the reason why it cannot be claimed, or None.

    ``own`` is of the document's state and year, ``other`` is not.
    """

    own: list[tuple[LedgerEntry, Sentence | None]]
    other: list[tuple[LedgerEntry, Sentence | None]]


def _unclaimed(record: FundingDocument) -> Unclaimed:
    """Return what is unclaimed of a document; of one that is void nothing."""
    found = [] if record.withdrawn_at else documents.list_unclaimed(get_session(), record)
    told = [(entry, claims.misfit(record, entry)) for entry in found]
    own = [one for one in told if (one[0].state, one[0].year) == (record.state, record.year)]
    return Unclaimed(own, [one for one in told if one not in own])


@blueprint.post(f"{_ONE}/claim")
@requires(Permission.EDIT_MONEY)
def claim(document: int) -> ResponseReturnValue:
    """Bring the entries that were ticked under the document: all of them or none."""
    record, form = get_document_in_scope(document), ClaimForm()
    if not form.validate():
        return _show(document, form)
    try:
        claimed = claims.claim_entries(get_session(), record, form.numbers, confirmed=form.confirmed.data)
    except RuleError as error:
        get_session().rollback()
        form.reject(error, beside=claims.FIELD)
        return _show(document, form)
    get_session().commit()
    flash(gettext("已认领 %(count)s 笔，计入文件的已分配", count=len(claimed)), "success")
    return redirect(url_for(".show", document=document))


@blueprint.route(f"{_ONE}/split", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def split(document: int) -> ResponseReturnValue:
    """Split a document over projects: all rows or none."""
    record = get_document_in_scope(document)
    form = _split_form(documents.stand(get_session(), record).left_fen)
    if form.validate_on_submit() and "more" not in request.form:
        shares = _shares(form)
        if not form.has_wrong_rows and _split(record, form, shares):
            flash(gettext("已分配到 %(count)s 个项目", count=len(shares)), "success")
            return redirect(url_for(".show", document=document))
    record = get_document_in_scope(document)
    home = ProjectFilter(district=record.district.adcode)
    page = render_template(
        "documents/split.html",
        form=form,
        document=record,
        standing=documents.stand(get_session(), record),
        offered=list_register(get_session(), home, ("code", "name"), Window(limit=MOST_OFFERED)),
    )
    return page, 422 if (form.errors or form.has_wrong_rows) and "more" not in request.form else 200


def _split_form(left_fen: int) -> SplitForm:
    """Return the form with what is left as the total, and with more rows where they are asked for."""
    form = SplitForm(data={"total": f"{fen_to(left_fen, MoneyUnit.WAN).normalize():f}"})
    if "more" in request.form:
        for _row in range(min(FEWEST_ROWS, MOST_ROWS - len(form.rows))):
            form.rows.append_entry()
    return form


def _shares(form: SplitForm) -> list[service.Share]:
    """Return what each row gives; a project that the person may not see does not exist."""
    found = []
    for row, code, fen in form.filled_rows():
        try:
            found.append(service.Share(get_project_in_scope(code), fen))
        except NotFoundError as error:
            put_beside(row, error, "project")
    if form.has_wrong_rows:
        form.form_errors.append(gettext("请改正标出的行；一笔也没有登记"))
    return found


def _split(record: FundingDocument, form: SplitForm, shares: list[service.Share]) -> bool:
    try:
        service.split_document(
            get_session(), record, shares, total_fen=form.total.fen or 0, confirmed=form.confirmed.data
        )
    except RuleError as error:
        get_session().rollback()
        form.reject(error, beside="total")
        return False
    get_session().commit()
    return True


@blueprint.route(f"{_ONE}/withdraw", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def withdraw(document: int) -> ResponseReturnValue:
    """Declare a document void."""
    record, form = get_document_in_scope(document), VoidForm()
    if form.validate_on_submit():
        try:
            service.withdraw_document(get_session(), record, form.reason.text or "")
        except RuleError as error:
            get_session().rollback()
            put_beside(form, error, "reason")
        else:
            get_session().commit()
            flash(gettext("文件 %(number)s 已作废，记录保留", number=record.number), "success")
            return redirect(url_for(".show", document=document))
    page = render_template("documents/withdraw.html", form=form, document=get_document_in_scope(document))
    return page, 422 if form.errors else 200


def get_document_in_scope(number: int) -> FundingDocument:
    """Return a document of a district that the person may see; otherwise answer as if it did not exist."""
    return documents.get_document(get_session(), number, within=scope_adcode())


def _scope_name(adcode: str | None) -> str:
    return filters.scope_title(ProjectFilter(district=adcode))
