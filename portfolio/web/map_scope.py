"""Which projects a map is of: one district, or every one that the person may see, narrowed by the register's filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, request

from portfolio.reports import maps as report
from portfolio.store.models import District
from portfolio.store.queries import districts
from portfolio.store.queries.projects import ProjectFilter
from portfolio.web import filters
from portfolio.web.database import get_session
from portfolio.web.remember import remembered
from portfolio.web.scope import visible_districts
from portfolio.web.signin import in_scope

ALL = "all"


@dataclass(frozen=True)
class MapScope:
    """A map's districts and filter; ``adcode`` is the district's or "all"."""

    adcode: str
    districts: Sequence[District]
    chosen: ProjectFilter

    def facets(self) -> report.Facets:
        """Return what the legend counts."""
        return remembered(("facets", self.chosen), lambda: report.read_facets(get_session(), self.chosen))


def map_scope(adcode: str) -> MapScope:
    """Return the scope that the address means; a district that the person may not see does not exist.

    Raises
    ------
    RuleError
        If the filter is none.
    """
    args = {name: value for name, value in request.args.items() if name != "located"}
    if adcode == ALL:
        chosen = filters.read_filter(args)
        shown = [one for one in visible_districts() if chosen.district in (None, one.adcode)]
        return MapScope(ALL, shown, chosen)
    district = districts.get_district(get_session(), adcode)
    if not in_scope(adcode):
        abort(404)
    return MapScope(adcode, [district], filters.read_filter({**args, "district": adcode}))
