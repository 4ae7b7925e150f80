"""The reading API on money over time: annual plans, ratios, the curve. Items are the rows of the pages' own tables.

Amounts are exact text in yuan, shares are fractions (0.25 is 25 %), unknown is null.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.errors import RuleError
from portfolio.domain.quantities import format_yuan
from portfolio.domain.roles import Permission
from portfolio.domain.terms import Term
from portfolio.reports.cashflow import plan_by_quarter, read_cashflow
from portfolio.reports.investment import plan_by_source, plan_table
from portfolio.reports.kpis import PARTS, Kpi, Ratio
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.queries.register import Window
from portfolio.web import filters, money_filters
from portfolio.web.database import get_session
from portfolio.web.permissions import requires
from portfolio.web.views.api import answer, blueprint, page_of, window_of_request
from portfolio.web.views.kpis import counted, kpis_of

_SIDES = {"source": plan_by_source, "quarter": plan_by_quarter}
_SHARE_PLACES = 6


@blueprint.get("/investment")
@requires(Permission.VIEW)
def list_plans() -> ResponseReturnValue:
    """List plan against actual of a budget year by project, source or quarter."""
    chosen, year = filters.read_filter(request.args), money_filters.read_year(request.args)
    as_of, side = money_filters.read_day(request.args), request.args.get("by", "project")
    if side in _SIDES:
        return page_of(items_of(_SIDES[side](get_session(), chosen, year, as_of)))
    if side != "project":
        raise RuleError(gettext("年度计划可按 by=project、source 或 quarter 列出"))
    start, size = window_of_request()
    table = plan_table(get_session(), chosen, year, as_of, window=Window(limit=size, offset=start))
    return answer(items_of(table), table.count)


@blueprint.get("/cashflow")
@requires(Permission.VIEW)
def list_quarters() -> ResponseReturnValue:
    """List the curve of money: plans, work done, payments and forecast, one item per quarter."""
    chosen, as_of = filters.read_filter(request.args), money_filters.read_day(request.args)
    flow = read_cashflow(get_session(), chosen, as_of, source=money_filters.read_source(request.args))
    return page_of(items_of(flow.table))


@blueprint.get("/kpis")
@requires(Permission.VIEW)
def list_kpis() -> ResponseReturnValue:
    """List the ratios up to a day, each with its definition and the addresses of the records it counts."""
    chosen, as_of = filters.read_filter(request.args), money_filters.read_day(request.args)
    source = money_filters.read_source(request.args)
    found = kpis_of(chosen, as_of, source)
    return page_of([_kpi(kpi, counted(kpi.kind, as_of, source)) for kpi in found.kpis])


def _kpi(kpi: Kpi, records: tuple[str, str]) -> dict[str, Any]:
    part, whole = records
    return {
        "key": kpi.kind.value,
        "name": kpi.kind.label,
        "definition": " / ".join(PARTS[kpi.kind]),
        "unit": "yuan" if kpi.is_money else "projects",
        **_ratio(kpi, kpi.now),
        "before": _ratio(kpi, kpi.before),
        "points": _fraction(kpi.points),
        "part_records": part,
        "whole_records": whole,
    }


def _ratio(kpi: Kpi, ratio: Ratio) -> dict[str, Any]:
    part, whole = ((_amount(fen) if kpi.is_money else fen) for fen in (ratio.part, ratio.whole))
    return {"part": part, "whole": whole, "share": _fraction(ratio.share)}


def items_of(table: Table) -> list[dict[str, Any]]:
    """Return a table's rows as JSON objects, named by the keys of its columns."""
    return [
        {column.key: _plain(column, value) for column, value in zip(table.columns, row, strict=True)}
        for row in table.rows
    ]


def _plain(column: Column, value: Any) -> Any:
    if column.kind is Kind.MONEY:
        return _amount(value)
    if column.kind in (Kind.PERCENT, Kind.POINTS):
        return _fraction(value)
    return value.label if isinstance(value, Term) else value


def _amount(fen: int | None) -> str | None:
    return None if fen is None else format_yuan(fen)


def _fraction(share: Decimal | None) -> float | None:
    return None if share is None else float(round(share, _SHARE_PLACES))
