"""Downloads: the same tables as the pages, as workbook or CSV."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from tempfile import SpooledTemporaryFile

from flask import Blueprint, Response, abort, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.clock import CHINA_TIME
from portfolio.domain.errors import RuleError
from portfolio.domain.roles import Permission
from portfolio.exchange.csvfile import write_csv
from portfolio.exchange.workbook import About, write_workbook
from portfolio.reports import funding, investment
from portfolio.reports.budget import budget_table
from portfolio.reports.cashflow import plan_by_quarter, read_cashflow
from portfolio.reports.contracts import contracts_table
from portfolio.reports.documents import documents_table, receivers_table, sources_table
from portfolio.reports.entries import read_entries
from portfolio.reports.estimates import estimates_table
from portfolio.reports.kpis import Side, breakdown, read_kpis
from portfolio.reports.readiness import read_readiness
from portfolio.reports.register import register_table
from portfolio.reports.reporting import problem_table, round_table
from portfolio.reports.seats import seats_at_risk
from portfolio.reports.tables import Table
from portfolio.store.base import utc_now
from portfolio.store.queries.documents import DocumentFilter
from portfolio.store.queries.projects import ProjectFilter, has_samples
from portfolio.store.queries.register import Window
from portfolio.web import filters, money_filters
from portfolio.web.database import get_session
from portfolio.web.language import tell
from portfolio.web.permissions import requires
from portfolio.web.scope import get_round_in_scope, visible_districts
from portfolio.web.signin import signed_in_user
from portfolio.web.views.documents import read_documents
from portfolio.web.views.estimates import read_over
from portfolio.web.views.sources import find_source

blueprint = Blueprint("downloads", __name__, url_prefix="/downloads")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_MEMORY_BYTES = 8 * 1024 * 1024


@blueprint.get("/register.<ending>")
@requires(Permission.EXPORT)
def register(ending: str) -> ResponseReturnValue:
    """Send the register as it is on screen: same filter, order and columns, all pages."""
    chosen, window = filters.read_filter(request.args), filters.read_window(request.args)
    whole = Window(sort=window.sort, descending=window.descending)
    table = register_table(get_session(), chosen, filters.read_columns(request.args), whole)
    return _send([table], chosen, ending, gettext("项目库"))


@blueprint.get("/funding.<ending>")
@requires(Permission.EXPORT)
def funding_summary(ending: str) -> ResponseReturnValue:
    """Send the funding summary as it is on screen."""
    chosen = filters.read_filter(request.args)
    whole = funding.read_funding(get_session(), chosen)
    tables = [whole.summary(), funding.project_table(get_session(), chosen, funding=whole)]
    return _send(tables, chosen, ending, gettext("资金汇总"))


@blueprint.get("/entries.<ending>")
@requires(Permission.EXPORT)
def entries(ending: str) -> ResponseReturnValue:
    """Send the entries that the filter means, all pages."""
    chosen = money_filters.read_entry_filter(request.args)
    return _send([read_entries(get_session(), chosen).table], chosen.projects, ending, gettext("资金记录"))


@blueprint.get("/estimates.<ending>")
@requires(Permission.EXPORT)
def estimates(ending: str) -> ResponseReturnValue:
    """Send the four estimates as they are on screen, all pages."""
    chosen, over = filters.read_filter(request.args), read_over(request.args.get("over"))
    return _send([estimates_table(get_session(), chosen, over=over)], chosen, ending, gettext("四算"))


@blueprint.get("/contracts.<ending>")
@requires(Permission.EXPORT)
def contracts(ending: str) -> ResponseReturnValue:
    """Send the contracts that the filter means, all pages."""
    chosen = filters.read_filter(request.args)
    return _send([contracts_table(get_session(), chosen)], chosen, ending, gettext("合同"))


@blueprint.get("/documents.<ending>")
@requires(Permission.EXPORT)
def documents(ending: str) -> ResponseReturnValue:
    """Send the documents that the filter means, all pages."""
    chosen = read_documents(request.args)
    home = ProjectFilter(district=chosen.district)
    return _send([documents_table(get_session(), chosen)], home, ending, gettext("资金文件"))


@blueprint.get("/sources.<ending>")
@requires(Permission.EXPORT)
def sources(ending: str) -> ResponseReturnValue:
    """Send what each source gave and what is left of it."""
    chosen = filters.read_filter(request.args)
    return _send([sources_table(get_session(), chosen.district)], chosen, ending, gettext("资金来源"))


@blueprint.get("/sources/<source>.<ending>")
@requires(Permission.EXPORT)
def source(source: str, ending: str) -> ResponseReturnValue:
    """Send to whom one source gave; the workbook has its documents too."""
    found, chosen = find_source(source), filters.read_filter(request.args)
    theirs = DocumentFilter(source=found, district=chosen.district)
    tables = [receivers_table(get_session(), found, chosen), documents_table(get_session(), theirs)]
    return _send(tables, chosen, ending, gettext("资金来源_%(source)s", source=gettext(found.label)))


@blueprint.get("/kpis.<ending>")
@requires(Permission.EXPORT)
def kpis(ending: str) -> ResponseReturnValue:
    """Send the ratios up to a day, and their breakdowns."""
    chosen, as_of = filters.read_filter(request.args), money_filters.read_day(request.args)
    found = read_kpis(get_session(), chosen, as_of, source=money_filters.read_source(request.args))
    parts = [breakdown(get_session(), chosen, as_of, side) for side in Side]
    return _send([found.table, *parts], chosen, ending, gettext("资金指标"))


@blueprint.get("/investment.<ending>")
@requires(Permission.EXPORT)
def investment_plan(ending: str) -> ResponseReturnValue:
    """Send plan against actual of a year, by project, by source and by quarter."""
    chosen, as_of = filters.read_filter(request.args), money_filters.read_day(request.args)
    year = money_filters.read_year(request.args)
    makers = (investment.plan_table, investment.plan_by_source, plan_by_quarter)
    tables = [make(get_session(), chosen, year, as_of) for make in makers]
    return _send(tables, chosen, ending, gettext("%(year)s年度投资计划", year=year))


@blueprint.get("/rolling.<ending>")
@requires(Permission.EXPORT)
def rolling(ending: str) -> ResponseReturnValue:
    """Send the plan of three years by project."""
    chosen, year = filters.read_filter(request.args), money_filters.read_year(request.args)
    return _send([investment.rolling_table(get_session(), chosen, year)], chosen, ending, gettext("三年滚动投资计划"))


@blueprint.get("/cashflow.<ending>")
@requires(Permission.EXPORT)
def cashflow(ending: str) -> ResponseReturnValue:
    """Send the curve of money as a table of quarters."""
    chosen, as_of = filters.read_filter(request.args), money_filters.read_day(request.args)
    flow = read_cashflow(get_session(), chosen, as_of, source=money_filters.read_source(request.args))
    return _send([flow.table], chosen, ending, gettext("资金曲线"))


@blueprint.get("/readiness.<ending>")
@requires(Permission.EXPORT)
def readiness(ending: str) -> ResponseReturnValue:
    """Send the list for the statistics office."""
    chosen = filters.read_filter(request.args)
    return _send([read_readiness(get_session(), chosen).table], chosen, ending, gettext("入库纳统"))


@blueprint.get("/seats.<ending>")
@requires(Permission.EXPORT)
def seats(ending: str) -> ResponseReturnValue:
    """Send the seats by September term, by level and by town: three sheets, or of a CSV the one that ``by`` names."""
    chosen = filters.read_filter(request.args)
    found = seats_at_risk(get_session(), chosen)
    tables = {"term": found.terms.table, "level": found.levels.table, "town": found.towns.table}
    by = request.args.get("by") or "town"
    if by not in tables:
        raise RuleError(gettext("“by”只能是 term、level 或 town"))
    shown = [tables[by]] if ending == "csv" else list(tables.values())
    return _send(shown, chosen, ending, gettext("学位供给与风险"))


@blueprint.get("/budget.<ending>")
@requires(Permission.EXPORT)
def budget(ending: str) -> ResponseReturnValue:
    """Send both measures of the education budget, year by year."""
    chosen = filters.read_filter(request.args)
    shown = [one for one in visible_districts() if chosen.district in (None, one.adcode)]
    return _send([budget_table(get_session(), shown)], chosen, ending, gettext("教育经费核对"))


@blueprint.get("/reports/<adcode>/<period>.<ending>")
@requires(Permission.EXPORT)
def reporting_round(adcode: str, period: str, ending: str) -> ResponseReturnValue:
    """Send who owes what in a round, and what came: every project asked."""
    round_ = get_round_in_scope(adcode, period)
    chosen = ProjectFilter(district=adcode)
    return _send(
        [round_table(get_session(), round_)], chosen, ending, gettext("%(label)s月报", label=tell(round_.span.label))
    )


@blueprint.get("/problems.<ending>")
@requires(Permission.EXPORT)
def problems(ending: str) -> ResponseReturnValue:
    """Send every problem of the projects that the filter means."""
    chosen = filters.read_filter(request.args)
    table = problem_table(get_session(), chosen, open_only=False, high_only=False)
    return _send([table], chosen, ending, gettext("问题台账"))


def _send(tables: Sequence[Table], chosen: ProjectFilter, ending: str, title: str) -> ResponseReturnValue:
    now, scope = utc_now(), filters.scope_title(chosen)
    name = f"{scope}{title}_{now.astimezone(CHINA_TIME):%Y%m%d}.{ending}"
    if ending == "xlsx":
        return _workbook(tables, _about(scope, now), name)
    return _csv(tables[0], name) if ending == "csv" else abort(404)


def _csv(table: Table, name: str) -> Response:
    text = io.StringIO(newline="")
    write_csv(text, table)
    content = io.BytesIO(text.getvalue().encode())
    return send_file(content, "text/csv; charset=utf-8", as_attachment=True, download_name=name)


def _about(scope: str, now: dt.datetime) -> About:
    user = signed_in_user()
    return About(scope, user.full_name or user.name, now, has_samples=has_samples(get_session()))


def _workbook(tables: Sequence[Table], about: About, name: str) -> Response:
    content = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 (closed when it has been sent)
    write_workbook(content, tables, about)
    content.seek(0)
    return send_file(content, XLSX, as_attachment=True, download_name=name)
