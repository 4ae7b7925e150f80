"""What the templates of the register, the funding and the project pages share: cells, headings, addresses."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import gettext

from portfolio.domain.clock import today
from portfolio.domain.quantities import UNKNOWN, MoneyUnit, format_money, format_number
from portfolio.domain.sentences import Sentence
from portfolio.domain.terms import MoneyState, Stage, Term
from portfolio.reports.register import COLUMNS
from portfolio.reports.tables import Column as ReportColumn
from portfolio.reports.tables import Kind
from portfolio.services.facts import can_accept
from portfolio.store.queries.projects import has_samples
from portfolio.web.database import get_session
from portfolio.web.formatters import format_fraction, format_moment
from portfolio.web.language import tell, translate
from portfolio.web.navigation import BANNER
from portfolio.web.tables import Column

_ONE_LINE = (Kind.CODE, Kind.YEAR, Kind.MOMENT)


def init_app(app: Flask) -> None:
    """Offer the parts to templates."""
    app.extensions[BANNER] = lambda: has_samples(get_session())
    app.jinja_env.filters.update(cell=format_cell, change_from=format_change, points=format_points)
    app.jinja_env.globals.update(
        all_columns=tuple(COLUMNS.values()),
        can_accept=can_accept,
        headings=headings,
        money_states=tuple(MoneyState),
        project_url=project_url,
        stages=tuple(Stage),
        this_query=this_query,
        today=today,
        zip=zip,
    )


def format_cell(value: Any, kind: Kind) -> str:
    """Write one value of a report's table; unknown is a dash."""
    if value is None:
        return UNKNOWN
    if isinstance(value, Term | Sentence):
        return str(tell(value))
    if kind is Kind.MONEY:
        return format_money(value, MoneyUnit.WAN)
    if kind in (Kind.COUNT, Kind.AREA, Kind.QUANTITY):
        return format_number(value)
    if kind in (Kind.PERCENT, Kind.POINTS):
        return format_fraction(value) if kind is Kind.PERCENT else format_points(value)
    return format_moment(value) if kind is Kind.MOMENT else str(value)


def format_change(value: Decimal | None, before: Decimal | None) -> str:
    """Write by how much a value differs from an earlier one, with its sign."""
    if value is None or before is None:
        return UNKNOWN
    change = value - before
    sign = "+" if change > 0 else "−" if change < 0 else ""
    return f"{sign}{format_number(abs(change))}"


def format_points(points: Decimal | None) -> str:
    """Write a change in percentage points with its sign; unknown is a dash."""
    if points is None:
        return UNKNOWN
    sign = "+" if points > 0 else "−" if points < 0 else ""
    return f"{sign}{abs(points):.1f}"


def headings(columns: Sequence[ReportColumn], *, sortable: bool = True) -> list[Column]:
    """Return a report's columns as the table macros take them, in the language of the page."""
    return [
        Column(column.key, _heading(column), num=column.kind.is_number, sort=sortable, fixed=column.kind in _ONE_LINE)
        for column in columns
    ]


def _heading(column: ReportColumn) -> str:
    label = translate(column.label)
    if column.unit is None:
        return label
    return str(gettext("%(label)s（%(unit)s）", label=label, unit=translate(column.unit)))


def project_url(code: str) -> str:
    """Return the address of a project's page; a code needs no escaping, so one look-up serves a whole list."""
    if "project_prefix" not in g:
        g.project_prefix = url_for("projects.show", code="-").removesuffix("-")
    return f"{g.project_prefix}{code}"


def this_query() -> str:
    """Return this page's query, to hand on to a download of the same view."""
    query = request.query_string.decode("ascii", "ignore")
    return f"?{query}" if query else ""
