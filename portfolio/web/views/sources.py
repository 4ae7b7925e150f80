"""The fund side: the sources of money, what each gave, to whom, and what is left."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portfolio.domain.roles import Permission
from portfolio.domain.terms import Source
from portfolio.reports.documents import documents_table, receivers_table, sources_table
from portfolio.store.queries.documents import DocumentFilter
from portfolio.web import filters
from portfolio.web.database import get_session
from portfolio.web.pages import project_url
from portfolio.web.permissions import requires
from portfolio.web.scope import visible_districts
from portfolio.web.views.documents import document_link

blueprint = Blueprint("sources", __name__, url_prefix="/money/sources")


@blueprint.get("")
@requires(Permission.VIEW)
def index() -> ResponseReturnValue:
    """Show every source with what it gave and what is left."""
    chosen = filters.read_filter(request.args)
    return render_template(
        "sources/index.html",
        table=sources_table(get_session(), chosen.district),
        scope=filters.scope_title(chosen),
        districts=visible_districts(),
        link=lambda row, key: (
            url_for("sources.show", source=row[0].value, district=request.args.get("district") or None)
            if key == "source"
            else None
        ),
    )


@blueprint.get("/<source>")
@requires(Permission.VIEW)
def show(source: str) -> ResponseReturnValue:
    """Show one source: the projects that have its money, and its documents."""
    found, chosen = find_source(source), filters.read_filter(request.args)
    documents = documents_table(get_session(), DocumentFilter(source=found, district=chosen.district))
    return render_template(
        "sources/show.html",
        source=found,
        documents=documents,
        receivers=receivers_table(get_session(), found, chosen),
        scope=filters.scope_title(chosen),
        districts=visible_districts(),
        link_document=document_link(documents),
        link_project=lambda row, key: f"{project_url(row[1])}#money" if key in ("name", "code") else None,
    )


def find_source(code: str) -> Source:
    """Return the source with that code; there is no page of any other."""
    return next((one for one in Source if one.value == code), None) or abort(404)
