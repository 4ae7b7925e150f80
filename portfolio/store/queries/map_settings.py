"""Reads of what an office set for its maps."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.basemaps import BaseMap, Service, TiandituLayer, TileLayer, service, tianditu
from portfolio.domain.errors import NotFoundError
from portfolio.domain.sentences import say
from portfolio.domain.terms import Datum
from portfolio.store.queries.settings import find_setting, list_settings

REVIEW_NUMBER = "map.review_number"
PUBLIC = "map.public"
TIANDITU = "map.tianditu"
SERVICES = "map.services"
ADDED = "map.added"
WHOLE = "all"


def review_numbers(session: Session) -> dict[str, str]:
    """Return the review numbers (审图号) by adcode; under "all" the one for every map without a number of its own."""
    found: dict[str, str] = find_setting(session, REVIEW_NUMBER) or {}
    return found


def review_number(session: Session, adcode: str) -> str | None:
    """Return the review number (审图号) of the map of a district, or of "all"; None where there is none."""
    found = review_numbers(session)
    return found.get(adcode) or found.get(WHOLE)


def public_adcodes(session: Session) -> list[str]:
    """Return the districts whose map everybody may see, by adcode."""
    return sorted(find_setting(session, PUBLIC) or [])


def list_base_maps(session: Session) -> list[BaseMap]:
    """List the base maps that the office has chosen: Tianditu's, those of public services, its own."""
    found = list_settings(session, "map")
    account = found.get("tianditu", {"key": "", "layers": []})
    return [
        *(tianditu(TiandituLayer.from_label(layer), account["key"]) for layer in account["layers"]),
        *(service(Service.from_label(name)) for name in found.get("services", [])),
        *(_added(entry) for entry in found.get("added", {"bases": []})["bases"]),
    ]


def list_added_bases(session: Session) -> list[BaseMap]:
    """List the base maps of the office's own, in the order in which they were added."""
    return [base for base in list_base_maps(session) if base.number is not None]


def get_added_base(session: Session, number: int) -> BaseMap:
    """Return a base map of the office's own by its number."""
    base = next((one for one in list_added_bases(session) if one.number == number), None)
    if base is None:
        raise NotFoundError(say("没有第 {number} 号自定底图，可能已被移除", number=number))
    return base


def _added(entry: dict[str, Any]) -> BaseMap:
    return BaseMap(
        key=f"own-{entry['number']}",
        number=entry["number"],
        name=entry["name"],
        attribution=entry["attribution"],
        layers=(TileLayer(entry["template"]),) if entry["template"] else (),
        file=entry["file"],
        datum=Datum.from_label(entry["datum"]),
        first_zoom=entry["first_zoom"],
        last_zoom=entry["last_zoom"],
        bounds=tuple(entry["bounds"]) if entry["bounds"] else None,
    )
