"""The reading API: the same reads as the pages, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.errors import RuleError
from portfolio.domain.quantities import format_yuan
from portfolio.domain.roles import Permission
from portfolio.reports import funding
from portfolio.reports.commitments import Progress, list_progress
from portfolio.store.models import Indicator, Project
from portfolio.store.queries import commitments, projects
from portfolio.web import filters
from portfolio.web.database import get_session
from portfolio.web.permissions import requires

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

MOST_PER_PAGE = 200


@blueprint.get("/projects")
@requires(Permission.VIEW)
def list_projects() -> ResponseReturnValue:
    """List the projects that the filter means, by code."""
    chosen = filters.read_filter(request.args)
    start, size = window_of_request()
    found = projects.list_page(get_session(), chosen, limit=size, offset=start)
    return answer([_project(one) for one in found], projects.count_projects(get_session(), chosen))


@blueprint.get("/commitments")
@requires(Permission.VIEW)
def list_commitments() -> ResponseReturnValue:
    """List the commitments with what is registered toward each."""
    found = list_progress(get_session(), filters.read_filter(request.args).district)
    return page_of([_commitment(one) for one in found])


@blueprint.get("/indicators")
@requires(Permission.VIEW)
def list_indicators() -> ResponseReturnValue:
    """List the plans' indicators."""
    found = commitments.list_indicators(get_session(), filters.read_filter(request.args).district)
    return page_of([_indicator(one) for one in found])


@blueprint.get("/funding/summary")
@requires(Permission.VIEW)
def summarise_funding() -> ResponseReturnValue:
    """Sum the ledger by source, year and state."""
    if request.args.get("by", "source,year") != "source,year":
        raise RuleError(gettext("目前只能按 by=source,year 汇总"))
    items = funding.summary_items(get_session(), filters.read_filter(request.args))
    return page_of(
        [
            {
                "source": item.source.label,
                "year": item.year,
                "state": item.state.label,
                "amount": format_yuan(item.amount_fen),
            }
            for item in items
        ]
    )


def window_of_request() -> tuple[int, int]:
    """Return offset and size of the page that the request asks for."""
    size = filters.read_page(request.args, "per_page", highest=MOST_PER_PAGE) if "per_page" in request.args else 50
    return (filters.read_page(request.args) - 1) * size, size


def page_of(items: Sequence[dict[str, Any]]) -> ResponseReturnValue:
    """Answer with the part of a whole list that the request asks for."""
    start, size = window_of_request()
    return answer(items[start : start + size], len(items))


def answer(items: Sequence[dict[str, Any]], total: int) -> ResponseReturnValue:
    """Answer with items, and how many there are in all."""
    return jsonify(items=items, total=total)


def _project(project: Project) -> dict[str, Any]:
    return {
        "code": project.code,
        "name": project.name,
        "remark": project.remark,
        "nature": project.nature.label,
        "level": project.level.label,
        "stage": project.stage.label if project.stage else None,
        "status": project.status.label,
        "basis": project.basis.label,
        "district": project.district.adcode,
        "lon": project.lon,
        "lat": project.lat,
        "accuracy": project.accuracy.value,
        "citation": project.citation,
        "is_sample": project.is_sample,
        "version": project.version,
    }


def _commitment(progress: Progress) -> dict[str, Any]:
    commitment = progress.commitment
    return {
        "key": commitment.key,
        "plan": commitment.plan.district.adcode,
        "what": commitment.what,
        "value": _number(commitment.value),
        "value_max": _number(commitment.value_max),
        "unit": commitment.unit,
        "qualifier": commitment.qualifier,
        "year": commitment.year,
        "citation": commitment.citation,
        "delivered": _number(progress.delivered),
        "under_way": _number(progress.under_way),
        "planned": _number(progress.planned),
        "stage_unknown": _number(progress.unstaged),
        "linked": progress.linked,
        "unmeasured": progress.unmeasured,
    }


def _indicator(indicator: Indicator) -> dict[str, Any]:
    return {
        "plan": indicator.plan.district.adcode,
        "number": indicator.number,
        "name": indicator.name,
        "unit": indicator.unit,
        "baseline": _number(indicator.baseline),
        "baseline_year": indicator.baseline_year,
        "target": _number(indicator.target),
        "target_year": indicator.target_year,
    }


def _number(value: Decimal | None) -> int | float | None:
    """Return a figure as a JSON number; every figure here has at most a few decimals."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
