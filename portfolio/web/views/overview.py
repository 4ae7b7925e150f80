"""The first page: what a leader asks in a minute, and what waits for the person."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portfolio.domain.clock import today
from portfolio.domain.lights import Light
from portfolio.domain.roles import Permission
from portfolio.domain.terms import Basis, KpiKind, MoneyState, Phase, Stage
from portfolio.reports.overview import read_overview
from portfolio.store.queries import desk
from portfolio.store.queries.lights import read_shown
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.register import TERMS
from portfolio.web import filters, money_filters
from portfolio.web.database import get_session
from portfolio.web.permissions import requires
from portfolio.web.remember import remembered
from portfolio.web.scope import visible_districts
from portfolio.web.signin import scope_adcode, signed_in_user
from portfolio.web.todo import todos
from portfolio.web.views.cashflow import cash_chart, cash_finding
from portfolio.web.views.maps import small_map

blueprint = Blueprint("overview", __name__)


@blueprint.get("/")
@requires(Permission.VIEW)
def show() -> ResponseReturnValue:
    """Show the figures of the projects that the filter means, each leading to the records it counts."""
    if not visible_districts():
        return render_template("overview/none.html")
    session, chosen = get_session(), filters.read_filter(request.args)
    as_of = money_filters.read_day(request.args)
    adcode = chosen.district or "all"
    page = remembered(("overview", chosen, as_of), lambda: read_overview(session, chosen, as_of))
    return render_template(
        "overview/show.html",
        page=page,
        cash_chart=cash_chart(page.cash),
        cash_finding=cash_finding(page.cash),
        scope=filters.scope_title(chosen),
        chips=filters.chips(),
        args=filters.filter_args(),
        terms=TERMS,
        districts=visible_districts(),
        zone_choices=filters.zone_choices(chosen),
        is_wall="wall" in request.args,
        adcode=adcode,
        inset=small_map(adcode),
        **_lists(),
        **_own(),
    )


def _lists() -> dict[str, Any]:
    """Return the terms that the page counts by."""
    return {
        "stages": list(Stage),
        "phases": list(Phase),
        "lights": list(Light),
        "bases": list(Basis),
        "kpi_kinds": list(KpiKind),
        "money_states": list(MoneyState),
    }


def _own() -> dict[str, Any]:
    """Return what the person keeps at hand and what waits for them."""
    session, user = get_session(), signed_in_user()
    followed = desk.list_followed(session, user, ProjectFilter().within(scope_adcode()))
    shown = read_shown(session, [project.id for project in followed], today())
    return {
        "todos": todos(),
        "views": desk.list_views(session, user),
        "followed": [(project, *shown[project.id]) for project in followed],
    }
