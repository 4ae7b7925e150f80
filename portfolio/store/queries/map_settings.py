"""Reads of what an office set for its maps."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portfolio.store.queries.settings import find_setting

REVIEW_NUMBER = "map.review_number"
PUBLIC = "map.public"
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
