"""The layer of towns on a map of one district: coloured outlines, or circles at the towns' points without them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext

from portfolio.domain.layouts import LayoutKind, TownMeasure
from portfolio.domain.quantities import format_money, format_number
from portfolio.reports.towns import Classes, Figure, Town, classify, read_towns, read_towns_at_points
from portfolio.store.models import District, GazetteerPlace, Layout
from portfolio.store.queries.districts import list_places
from portfolio.web.atlas import district_sheet
from portfolio.web.database import get_session
from portfolio.web.map_scope import MapScope
from portfolio.web.remember import remembered


@dataclass(frozen=True)
class TownMap:
    """The towns of a map with their classes; ``layout`` is None where circles stand at points."""

    district: District
    layout: Layout | None
    places: Sequence[GazetteerPlace]
    towns: Sequence[Town]
    classes: Mapping[TownMeasure, Classes]

    @property
    def about(self) -> str:
        """Return what is counted."""
        if self.layout is not None:
            return str(gettext("按项目位置落在哪个镇街计；跨界用地按面积分摊，未定位的不计"))
        return str(gettext("没有镇街界线：只计位置精度为“镇街”、落在镇街点位上的项目，圆面积与数值成正比"))


def town_map(scope: MapScope) -> TownMap | None:
    """Return the towns of a map of one district, or None where there are none to show."""
    if len(scope.districts) != 1:
        return None
    district = scope.districts[0]
    layout = district_sheet(district.adcode).find(LayoutKind.TOWNS)
    places = [place for place in list_places(get_session(), district) if "-town-" in place.key]
    if layout is None and not places:
        return None
    towns = remembered(
        ("towns", scope.adcode, layout.id if layout else 0, scope.chosen),
        lambda: (
            read_towns(get_session(), scope.chosen, layout)
            if layout
            else read_towns_at_points(get_session(), scope.chosen, places)
        ),
    )
    return TownMap(district, layout, places, towns, {measure: classify(towns, measure) for measure in TownMeasure})


def towns_json(scope: MapScope) -> dict[str, Any] | None:
    """Return the layer of towns as the map's scripts take it."""
    found = town_map(scope)
    if found is None:
        return None
    shapes = _shapes(found)
    features = [
        {"type": "Feature", "properties": _properties(town, found.classes), "geometry": shapes[town.key]}
        for town in found.towns
    ]
    return {"shape": "area" if found.layout else "point", "features": features}


def _shapes(found: TownMap) -> dict[str, Any]:
    if found.layout is not None:
        return {zone.key: json.loads(zone.shape) for zone in found.layout.zones}
    return {place.key: {"type": "Point", "coordinates": [place.lon, place.lat]} for place in found.places}


def _properties(town: Town, classes: Mapping[TownMeasure, Classes]) -> dict[str, Any]:
    """Return the name, and for each measure the class, the figure as text and its share of the largest."""
    measures = {}
    for measure, figure in town.figures.items():
        highest = classes[measure].bounds[-1][1] if classes[measure].bounds else 1
        measures[measure.value] = {
            "class": classes[measure].class_of(figure),
            "text": _text(measure, figure),
            "size": round(float(Decimal(figure or 0) / Decimal(highest)), 4),
        }
    return {"name": town.name, "measures": measures}


def _text(measure: TownMeasure, figure: Figure) -> str:
    if measure is TownMeasure.MONEY:
        return format_money(None if figure is None else int(figure))
    return format_number(figure)


def town_legends(scope: MapScope) -> list[dict[str, Any]]:
    """Return the legend of each measure: its classes in words, each with the number of towns in it."""
    found = town_map(scope)
    if found is None:
        return []
    return [
        {
            "key": measure.value,
            "title": gettext(measure.label),
            "rows": _rows(measure, found.classes[measure]),
            "empty": found.classes[measure].empty,
            "about": found.about,
            "is_area": found.layout is not None,
        }
        for measure in TownMeasure
    ]


def _rows(measure: TownMeasure, classes: Classes) -> list[dict[str, Any]]:
    rows = []
    for number, ((low, high), count) in enumerate(zip(classes.bounds, classes.counts, strict=True), 1):
        texts = dict.fromkeys(_text(measure, figure) for figure in (low, high))
        rows.append({"number": number, "label": "–".join(texts), "count": count})
    return rows
