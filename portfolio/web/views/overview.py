"""The first page: each district at a glance."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portfolio.domain.roles import Permission
from portfolio.reports.overview import district_overview
from portfolio.web.database import get_session
from portfolio.web.permissions import requires
from portfolio.web.scope import visible_districts

blueprint = Blueprint("overview", __name__)


@blueprint.get("/")
@requires(Permission.VIEW)
def show() -> ResponseReturnValue:
    """Show each district's figures, each leading to the records it counts."""
    return render_template(
        "overview/show.html", overviews=[district_overview(get_session(), one) for one in visible_districts()]
    )
