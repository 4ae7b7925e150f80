"""Setting which base maps there are."""

from __future__ import annotations

import dataclasses
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.basemaps import HIGHEST_ZOOM, MOST_ADDED, check_template
from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import say
from portfolio.domain.terms import Datum
from portfolio.services.settings import change_setting
from portfolio.store.queries import map_settings
from portfolio.store.queries.settings import find_setting


@dataclasses.dataclass(frozen=True, kw_only=True)
class BaseDraft:
    """A base map of the office's own: squares at an address, or in a file of this machine."""

    name: str
    attribution: str
    datum: Datum
    template: str | None = None
    file: str | None = None
    first_zoom: int = 0
    last_zoom: int = 18
    bounds: tuple[float, float, float, float] | None = None


def add_base(session: Session, draft: BaseDraft) -> int:
    """Add a base map and return its number; numbers are never given again.

    Raises
    ------
    RuleError
        If its name is taken, its address is none, there is no room for more, or a map's squares cannot lie so.
    """
    stored = _stored(session)
    _check(session, draft, count=len(stored["bases"]))
    number: int = stored["last"] + 1
    template = check_template(draft.template) if draft.template else None
    entry = dataclasses.asdict(draft) | {"number": number, "template": template, "datum": draft.datum.value}
    change_setting(session, map_settings.ADDED, {"last": number, "bases": [*stored["bases"], entry]})
    return number


def remove_base(session: Session, number: int) -> str:
    """Take a base map out and return its name; a file stays where it is."""
    name = map_settings.get_added_base(session, number).name
    stored = _stored(session)
    kept = [entry for entry in stored["bases"] if entry["number"] != number]
    change_setting(session, map_settings.ADDED, stored | {"bases": kept})
    return name


def _stored(session: Session) -> dict[str, Any]:
    found: dict[str, Any] = find_setting(session, map_settings.ADDED) or {"last": 0, "bases": []}
    return found


def _check(session: Session, draft: BaseDraft, *, count: int) -> None:
    if any(base.name == draft.name for base in map_settings.list_base_maps(session)):
        raise RuleError(say("已有同名的底图，请换一个名称"), "name")
    if count >= MOST_ADDED:
        raise RuleError(say("最多添加 {most} 个底图，请先移除不用的", most=MOST_ADDED), "name")
    if not 0 <= draft.first_zoom <= draft.last_zoom <= HIGHEST_ZOOM:
        raise RuleError(say("级别在 0 至 {most} 之间", most=HIGHEST_ZOOM), "last_zoom")
