"""Wall maps 挂图: choosing paper, colours and layers with a preview, and the sheet as PDF or PNG."""

from __future__ import annotations

import io
import threading
from typing import Any, Literal

from flask import Blueprint, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.clock import CHINA_TIME
from portfolio.domain.colours import ColourBy
from portfolio.domain.errors import RuleError
from portfolio.domain.roles import Permission
from portfolio.exchange.wallmap import Paper, write_wall_map
from portfolio.store.base import utc_now
from portfolio.store.queries.map_settings import review_number
from portfolio.web import filters
from portfolio.web.database import get_session
from portfolio.web.errors import answer_error
from portfolio.web.map_scope import MapScope, map_scope
from portfolio.web.permissions import requires
from portfolio.web.views.maps import map_title
from portfolio.web.wallmaps import layers_of, read_choice, wall_map

blueprint = Blueprint("wallmaps", __name__, url_prefix="/maps")

_GIVEN = ("district", "located")  # the address names the district; a sheet lists both sides
PREVIEW_PX = 1200
RETRY_SECONDS = 2
_TYPES: dict[str, str] = {"pdf": "application/pdf", "png": "image/png"}
# One sheet is drawn at a time; a second may wait. Whoever comes then is asked to come again, so that the threads that
# serve everybody else are never all waiting for maps.
_SEATS = threading.BoundedSemaphore(2)


@blueprint.get("/<adcode>/wall")
@requires(Permission.EXPORT)
def choose(adcode: str) -> ResponseReturnValue:
    """Choose what the wall map shows, with a preview of it."""
    scope = map_scope(adcode)
    kept: dict[str, Any] = filters.filter_args(but=_GIVEN)
    return render_template(
        "maps/wall.html",
        scope_title=map_title(adcode),
        adcode=adcode,
        choice=read_choice(),
        paper=_paper(),
        papers=list(Paper),
        colours=list(ColourBy),
        layers=layers_of(scope),
        map_url=url_for("maps.show", adcode=adcode, **kept),
        review_number=review_number(get_session(), adcode),
    )


@blueprint.get("/<adcode>/wall.<any(pdf, png):suffix>")
@requires(Permission.EXPORT)
def download(adcode: str, suffix: Literal["pdf", "png"]) -> ResponseReturnValue:
    """Send the wall map as a file."""
    scope, paper = map_scope(adcode), _paper()
    name = f"{map_title(adcode).replace(' ', '')}_{paper.name}_{utc_now().astimezone(CHINA_TIME):%Y%m%d}.{suffix}"
    return _draw(scope, paper, suffix, name=name)


@blueprint.get("/<adcode>/wall/preview.png")
@requires(Permission.EXPORT)
def preview(adcode: str) -> ResponseReturnValue:
    """Send a small picture of the wall map."""
    return _draw(map_scope(adcode), _paper(), "png", width_px=PREVIEW_PX)


def _paper() -> Paper:
    name = request.args.get("paper") or Paper.A3.name
    if name not in Paper.__members__:
        raise RuleError(gettext("纸张只能是 A3 或 A0"))
    return Paper[name]


def _draw(
    scope: MapScope,
    paper: Paper,
    ending: Literal["pdf", "png"],
    *,
    name: str | None = None,
    width_px: int | None = None,
) -> ResponseReturnValue:
    """Answer with the sheet, as a download where it has a name."""
    sheet = wall_map(scope, read_choice())
    if not _SEATS.acquire(blocking=False):
        page, status, headers = answer_error(503, gettext("正在绘制别的挂图，请过几秒再试。"))
        return page, status, {**headers, "Retry-After": str(RETRY_SECONDS)}
    try:
        content = write_wall_map(sheet, paper=paper, ending=ending, width_px=width_px)
    finally:
        _SEATS.release()
    return send_file(io.BytesIO(content), _TYPES[ending], as_attachment=name is not None, download_name=name)
