"""Squares of base maps that this machine has in files."""

from __future__ import annotations

import base64

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from portfolio.domain.roles import Permission
from portfolio.exchange.tilefiles import picture_type, read_tile, tag_of
from portfolio.store.queries.map_settings import get_added_base
from portfolio.web.bases import base_folder
from portfolio.web.database import get_session
from portfolio.web.permissions import requires

blueprint = Blueprint("basemaps", __name__, url_prefix="/basemaps")

FOR_A_DAY = "private, max-age=86400"
# A square outside the photo is an empty picture: for the browser a missing one would be a fault.
_NOTHING = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)


@blueprint.get("/<int(max=2147483647):number>/<int(max=22):zoom>/<int:column>/<int:row>")
@requires(Permission.VIEW)
def tile(number: int, zoom: int, column: int, row: int) -> ResponseReturnValue:
    """Send one square; browsers keep it for a day, and ask whether the file has changed after that."""
    name = get_added_base(get_session(), number).file
    if name is None:
        abort(404)
    response = Response()
    response.set_etag(f"{tag_of(base_folder(), name)}-{zoom}-{column}-{row}")
    response.headers["Cache-Control"] = FOR_A_DAY
    if not request.if_none_match.contains(response.get_etag()[0] or ""):
        picture = read_tile(base_folder(), name, (zoom, column, row)) or _NOTHING
        response.set_data(picture)
        response.content_type = picture_type(picture) or "image/png"
    response.make_conditional(request)
    return response
