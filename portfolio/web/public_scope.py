"""What everybody may see without signing in: districts that are switched on, their real projects, a few filters."""

from __future__ import annotations

from typing import Any

from flask import abort

from portfolio.domain.errors import NotFoundError
from portfolio.store.models import District, Project
from portfolio.store.queries import projects
from portfolio.store.queries.map_settings import public_adcodes
from portfolio.store.queries.projects import ProjectFilter
from portfolio.web import filters
from portfolio.web.database import get_session
from portfolio.web.map_scope import MapScope
from portfolio.web.scope import known_districts

FILTERS = ("q", "level", "nature", "stage")
NOT_FILTERS = tuple(name for name in filters.FILTER_LABELS if name not in FILTERS)


def public_districts() -> list[District]:
    """Return the districts whose map everybody may see."""
    shown = public_adcodes(get_session())
    return [one for one in known_districts().values() if one.adcode in shown]


def public_map_scope(adcode: str) -> MapScope:
    """Return the scope that the address means to everybody; filters that could tell more are passed over.

    Raises
    ------
    RuleError
        If the filter is none.
    """
    district = next((one for one in public_districts() if one.adcode == adcode), None)
    if district is None:
        abort(404)
    return MapScope(adcode, [district], _public_filter(adcode))


def _public_filter(adcode: str) -> ProjectFilter:
    """Return the filter over real projects of one district; a search looks at names alone."""
    given = filters.filter_args(but=NOT_FILTERS)
    chosen = filters.read_filter({name: value for name, value in given.items() if name != "q"})
    values: dict[str, Any] = {name: getattr(chosen, name) for name in ("level", "nature", "stage", "stage_unknown")}
    return ProjectFilter(district=adcode, named=given.get("q", "")[:200] or None, is_sample=False, **values)


def get_public_project(code: str) -> Project:
    """Return a project that everybody may see; otherwise answer as if it did not exist."""
    project = projects.get_project(get_session(), code)
    if project.is_sample or project.district.adcode not in public_adcodes(get_session()):
        raise NotFoundError(projects.no_project(code))
    return project
