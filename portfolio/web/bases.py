"""Base maps as the map's scripts take them, and what the browser has to be allowed for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext

from portfolio.domain.basemaps import BaseMap
from portfolio.domain.terms import Datum
from portfolio.store.queries.map_settings import list_base_maps
from portfolio.web.database import get_session
from portfolio.web.security import allow_images


def base_folder() -> Path:
    """Return the folder of base maps in files."""
    return Path(current_app.instance_path) / "basemaps"


def offer_bases() -> None:
    """Let the browser fetch the squares of the chosen base maps on the page that is being made."""
    allow_images([host for base in list_base_maps(get_session()) for host in base.hosts])


def bases_json() -> list[dict[str, Any]]:
    """Return the chosen base maps; every text is plain text."""
    return [_base_json(base) for base in list_base_maps(get_session())]


def _base_json(base: BaseMap) -> dict[str, Any]:
    layers = [{"url": layer.template, "servers": layer.servers} for layer in base.layers]
    return {
        "key": base.key,
        "label": base.name if base.number is not None else gettext(base.name),
        "attribution": base.attribution,
        "credit_url": base.credit_url,
        "layers": layers or [{"url": _own_template(base), "servers": ()}],
        "shifted": base.datum is Datum.GCJ02,
        "zooms": [base.first_zoom, base.last_zoom],
        "bounds": base.bounds,
        "labelled": base.has_labels,
    }


def _own_template(base: BaseMap) -> str:
    """Return the address of a file's squares here."""
    first = url_for("basemaps.tile", number=base.number, zoom=0, column=0, row=0)
    return first.removesuffix("0/0/0") + "{z}/{x}/{y}"
