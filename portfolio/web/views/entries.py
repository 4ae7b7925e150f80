"""The ledger as a list: what every figure of money opens."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portfolio.domain.roles import Permission
from portfolio.domain.terms import MoneyState, Source
from portfolio.reports.entries import read_entries
from portfolio.store.queries.entries import list_years
from portfolio.store.queries.register import Window
from portfolio.web import filters, money_filters
from portfolio.web.database import get_session
from portfolio.web.pages import project_url
from portfolio.web.permissions import requires
from portfolio.web.scope import visible_districts

blueprint = Blueprint("entries", __name__)


@blueprint.get("/money/entries")
@requires(Permission.VIEW)
def index() -> ResponseReturnValue:
    """Show one page of the entries that the filter means, with the sum of each state."""
    chosen, page = money_filters.read_entry_filter(request.args), filters.read_page(request.args)
    window = Window(limit=filters.PER_PAGE, offset=(page - 1) * filters.PER_PAGE)
    found = read_entries(get_session(), chosen, window=window)
    return render_template(
        "entries/index.html",
        found=found,
        page=page,
        pages=filters.count_pages(found.table.count),
        scope=filters.scope_title(chosen.projects),
        chips=money_filters.entry_chips(),
        districts=visible_districts(),
        sources=tuple(Source),
        states=tuple(MoneyState),
        years=list_years(get_session()),
        link=lambda row, key: f"{project_url(row[1])}#money" if key in ("name", "code") else None,
    )
