"""The funding overview: the states, charts and a matrix of one state, every figure leading to its entries."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.quantities import format_percent
from portfolio.domain.roles import Permission
from portfolio.domain.terms import MoneyState, Source
from portfolio.reports.funding import Funding, Matrix, project_table, read_funding
from portfolio.web import filters
from portfolio.web.charts import bars
from portfolio.web.database import get_session
from portfolio.web.formatters import format_label, format_wan
from portfolio.web.money_filters import entries_url, read_state
from portfolio.web.navigation import url_with
from portfolio.web.pages import project_url
from portfolio.web.permissions import requires
from portfolio.web.remember import remembered
from portfolio.web.scope import visible_districts


@requires(Permission.VIEW)
def summary() -> ResponseReturnValue:
    """Show the funding of the projects meant by source and year, and by project."""
    chosen, page = filters.read_filter(request.args), filters.read_page(request.args)
    funding = remembered(("funding", chosen), lambda: read_funding(get_session(), chosen))
    matrix = funding.matrix(_state(funding))
    start = (page - 1) * filters.PER_PAGE
    return render_template(
        "money/summary.html",
        summary=funding.summary(),
        totals=funding.totals,
        matrix=matrix,
        charts=_charts(matrix),
        findings=_findings(matrix),
        state_tabs=_state_tabs(funding, matrix.state),
        by_project=project_table(get_session(), chosen, limit=filters.PER_PAGE, offset=start, funding=funding),
        page=page,
        pages=filters.count_pages(funding.known),
        scope=filters.scope_title(chosen),
        chips=filters.chips(),
        districts=visible_districts(),
        zone_choices=filters.zone_choices(chosen),
        entries_url=entries_url,
        summary_link=_summary_link,
        matrix_link=lambda row, key: _matrix_link(matrix.state, row[0], key),
        project_link=_project_link,
    )


def _state(funding: Funding) -> MoneyState:
    """Return the state that is asked for; money received where none is, or the first state that has entries."""
    asked = read_state(request.args)
    if asked or MoneyState.RECEIVED in funding.totals:
        return asked or MoneyState.RECEIVED
    return next((state for state in MoneyState if state in funding.totals), MoneyState.RECEIVED)


def _state_tabs(funding: Funding, current: MoneyState) -> list[dict[str, Any]]:
    return [
        {"label": format_label(state), "url": url_with(state=state.value, page=None), "current": state is current}
        for state in MoneyState
        if state in funding.totals
    ]


def _charts(matrix: Matrix) -> dict[str, Any]:
    state = matrix.state
    largest_first = dict(sorted(matrix.by_source.items(), key=lambda pair: -pair[1]))
    return {
        "year": bars(matrix.by_year, str, format_wan, lambda year: entries_url(state=state, budget_year=year)),
        "source": bars(largest_first, format_label, format_wan, lambda source: entries_url(state=state, source=source)),
    }


def _findings(matrix: Matrix) -> dict[str, str]:
    """Return what each chart shows, in a sentence."""
    if not matrix.total_fen or matrix.total_fen < 0:
        return {"year": gettext("按年度"), "source": gettext("按资金来源")}
    state = format_label(matrix.state)
    year, of_year = max(matrix.by_year.items(), key=lambda pair: pair[1])
    source, of_source = max(matrix.by_source.items(), key=lambda pair: pair[1])
    return {
        "year": gettext(
            "%(state)s %(total)s 万元，%(year)s 年最多，占 %(share)s",
            state=state,
            total=format_wan(matrix.total_fen),
            year=year,
            share=format_percent(of_year, matrix.total_fen),
        ),
        "source": gettext(
            "%(state)s最多的来源是%(source)s，占 %(share)s",
            state=state,
            source=format_label(source),
            share=format_percent(of_source, matrix.total_fen),
        ),
    }


def _summary_link(row: Any, key: str) -> str | None:
    if key in ("source", "group", "year"):
        return None
    return entries_url(source=row[1], budget_year=row[2], state=key)


def _matrix_link(state: MoneyState, source: Source, key: str) -> str | None:
    if key == "source":
        return entries_url(source=source)
    return entries_url(source=source, state=state, budget_year=None if key == "total" else key)


def _project_link(row: Any, key: str) -> str | None:
    if key in ("name", "code"):
        return f"{project_url(row[1])}#money"
    return None if key == "district" else entries_url(codes=row[1], state=key)
