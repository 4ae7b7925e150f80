"""The ratios of the year up to any day, each leading to the records it counts."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portfolio.domain.roles import Permission
from portfolio.domain.terms import KpiKind, Level, MoneyState, Source
from portfolio.reports.kpis import PARTS, KpiTable, Side, breakdown, read_kpis, starts_table
from portfolio.reports.tables import Table
from portfolio.store.queries.projects import ProjectFilter
from portfolio.web import filters, money_filters
from portfolio.web.database import get_session
from portfolio.web.money_filters import entries_url, filtered_url
from portfolio.web.navigation import url_with
from portfolio.web.pages import project_url
from portfolio.web.permissions import requires
from portfolio.web.remember import remembered
from portfolio.web.scope import visible_districts

blueprint = Blueprint("kpis", __name__)

_COUNTED = {
    KpiKind.RECEIVED: (MoneyState.RECEIVED, MoneyState.APPROPRIATED),
    KpiKind.PAID: (MoneyState.PAID, MoneyState.RECEIVED),
}


@blueprint.get("/money/kpis")
@requires(Permission.VIEW)
def index() -> ResponseReturnValue:
    """Show the four ratios up to a day, and broken down by district, level and source."""
    chosen, as_of = filters.read_filter(request.args), money_filters.read_day(request.args)
    source = money_filters.read_source(request.args)
    table = kpis_of(chosen, as_of, source)
    return render_template(
        "kpis/index.html",
        kpis=table,
        parts=PARTS,
        counted={kpi.kind: counted(kpi.kind, as_of, source) for kpi in table.kpis},
        breakdowns=[] if source else _breakdowns(chosen, as_of),
        scope=filters.scope_title(chosen),
        chips=money_filters.entry_chips(),
        districts=visible_districts(),
        sources=tuple(Source),
        levels=tuple(Level),
        zone_choices=filters.zone_choices(chosen),
        link=_narrowed,
    )


def kpis_of(chosen: ProjectFilter, as_of: dt.date, source: Source | None) -> KpiTable:
    """Return the four ratios of the projects meant, kept until a record changes."""
    return remembered(("kpis", chosen, as_of, source), lambda: read_kpis(get_session(), chosen, as_of, source=source))


def _narrowed(row: Any, key: str) -> str | None:
    """Return this page narrowed to the district, level or source of a row."""
    if key not in ("district", "level", "source"):
        return None
    adcodes = {one.name: one.adcode for one in visible_districts()}
    return url_with(**{key: adcodes.get(row[0]) if key == "district" else row[0].value})


def _breakdowns(chosen: ProjectFilter, as_of: dt.date) -> list[Table]:
    sides = [side for side in Side if not (side is Side.DISTRICT and chosen.district)]
    return [remembered(("kpis by", side, chosen, as_of), partial(_breakdown, chosen, as_of, side)) for side in sides]


def _breakdown(chosen: ProjectFilter, as_of: dt.date, side: Side) -> Table:
    return breakdown(get_session(), chosen, as_of, side)


def counted(kind: KpiKind, as_of: dt.date, source: Source | None) -> tuple[str, str]:
    """Return the addresses of the records that part and whole of a ratio count."""
    if kind is KpiKind.STARTED:
        listed = filtered_url("kpis.starts", as_of=as_of.isoformat())
        return listed, listed
    sides: dict[str, object] = {"source": source, "budget_year": as_of.year, "until": as_of.isoformat()}
    if kind is KpiKind.INVESTMENT:
        plan = filtered_url("investment.index", budget_year=as_of.year, as_of=as_of.isoformat())
        return entries_url(state=MoneyState.WORK_DONE, **sides), plan
    part, whole = _COUNTED[kind]
    return entries_url(state=part, **sides), entries_url(state=whole, **sides)


@blueprint.get("/money/starts")
@requires(Permission.VIEW)
def starts() -> ResponseReturnValue:
    """Show the projects that were to start in the year, and which of them had."""
    chosen, as_of = filters.read_filter(request.args), money_filters.read_day(request.args)
    return render_template(
        "kpis/starts.html",
        table=starts_table(get_session(), chosen, as_of),
        as_of=as_of,
        scope=filters.scope_title(chosen),
        chips=filters.chips(),
        back=filtered_url("kpis.index", as_of=as_of.isoformat()),
        link=lambda row, key: project_url(row[1]) if key in ("name", "code") else None,
    )
