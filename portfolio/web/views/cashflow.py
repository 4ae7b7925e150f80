"""The curve of money over time, and the list for the statistics office."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.periods import Period
from portfolio.domain.readiness import StatisticsForm
from portfolio.domain.roles import Permission
from portfolio.domain.terms import Source
from portfolio.reports.cashflow import CashFlow, read_cashflow
from portfolio.reports.readiness import read_readiness
from portfolio.web import filters, money_filters
from portfolio.web.charts import LineChart, Moment, left_of, line
from portfolio.web.database import get_session
from portfolio.web.formatters import format_wan
from portfolio.web.language import tell
from portfolio.web.money_filters import entries_url, filtered_url
from portfolio.web.pages import project_url
from portfolio.web.permissions import requires
from portfolio.web.scope import visible_districts

blueprint = Blueprint("cashflow", __name__)


@blueprint.get("/money/cashflow")
@requires(Permission.VIEW)
def show() -> ResponseReturnValue:
    """Show plan, work done, payments and what is to come, quarter by quarter."""
    chosen, as_of = filters.read_filter(request.args), money_filters.read_day(request.args)
    flow = read_cashflow(get_session(), chosen, as_of, source=money_filters.read_source(request.args))
    return render_template(
        "cashflow/show.html",
        flow=flow,
        chart=cash_chart(flow),
        finding=cash_finding(flow),
        scope=filters.scope_title(chosen),
        chips=money_filters.entry_chips(),
        districts=visible_districts(),
        zone_choices=filters.zone_choices(chosen),
        sources=tuple(Source),
    )


def cash_chart(flow: CashFlow) -> LineChart:
    """Return the curve: plans, forecast, work done and payments, quarter by quarter."""
    labels = {
        "baseline": gettext("首次计划"),
        "plan": gettext("现行计划"),
        "forecast": gettext("预测"),
        "actual": gettext("完成投资"),
        "paid": gettext("支付"),
    }
    top = max((value for values in flow.series.values() for value in values if value is not None), default=0)
    lines = [line(key, label, flow.series[key], top=top, write=format_wan) for key, label in labels.items()]
    count = len(flow.quarters)
    ticks = [(left_of(place, count), str(year)) for place, (year, number) in enumerate(flow.quarters) if number == 1]
    return LineChart(
        lines=[one for one in lines if one is not None],
        moments=[_moment(flow, place, labels) for place in range(len(flow.quarters))],
        ticks=ticks,
        top=gettext("%(amount)s 万元", amount=format_wan(top)),
        today=None if flow.now is None else left_of(flow.now, count),
    )


def _moment(flow: CashFlow, place: int, labels: Mapping[str, str]) -> Moment:
    year, number = flow.quarters[place]
    period = Period(year, number * 3 - 2, 3)
    known = [(key, label, flow.series[key][place]) for key, label in labels.items()]
    is_past = flow.now is not None and place <= flow.now
    url = (
        entries_url(as_of=min(period.last_day, flow.as_of))
        if is_past
        else filtered_url("investment.index", budget_year=year)
    )
    return Moment(
        label=tell(period.label),
        url=url,
        left=left_of(place, len(flow.quarters)),
        readings=[(key, label, format_wan(amount)) for key, label, amount in known if amount is not None],
    )


def cash_finding(flow: CashFlow) -> str:
    """Return what the curve shows: how far the work is from the plan by the end of the current quarter."""
    if flow.now is None or flow.series["plan"][flow.now] is None or flow.series["actual"][flow.now] is None:
        return str(gettext("计划、完成投资与支付，逐季累计"))
    plan, done = flow.series["plan"][flow.now] or 0, flow.series["actual"][flow.now] or 0
    words = {"day": flow.as_of.isoformat(), "done": format_wan(done), "gap": format_wan(abs(plan - done))}
    if done < plan:
        return str(gettext("截至 %(day)s 累计完成 %(done)s 万元，比到本季度末的计划少 %(gap)s 万元", **words))
    return str(gettext("截至 %(day)s 累计完成 %(done)s 万元，比到本季度末的计划多 %(gap)s 万元", **words))


@blueprint.get("/money/readiness")
@requires(Permission.VIEW)
def readiness() -> ResponseReturnValue:
    """Show which projects are to be reported, and what each still lacks."""
    chosen = filters.read_filter(request.args)
    return render_template(
        "cashflow/readiness.html",
        found=read_readiness(get_session(), chosen),
        forms=tuple(StatisticsForm),
        scope=filters.scope_title(chosen),
        chips=filters.chips(),
        districts=visible_districts(),
        zone_choices=filters.zone_choices(chosen),
        link=lambda row, key: project_url(row[1]) if key in ("name", "code") else None,
    )
