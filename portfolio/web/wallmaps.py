"""The wall map of a scope: what the map page shows, put onto paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext
from shapely.geometry import shape

from portfolio.domain.clock import CHINA_TIME
from portfolio.domain.colours import ColourBy
from portfolio.domain.errors import RuleError
from portfolio.domain.terms import Level
from portfolio.exchange.wallmap import Area, Guide, LegendRow, Pin, Place, WallMap, Zone
from portfolio.reports.maps import class_of
from portfolio.reports.sites import Sites, read_sites
from portfolio.reports.tables import Column
from portfolio.store.base import utc_now
from portfolio.store.queries import maps
from portfolio.store.queries.map_settings import review_number
from portfolio.web import filters
from portfolio.web.database import get_session
from portfolio.web.map_scope import ALL, MapScope
from portfolio.web.pages import format_cell, headings
from portfolio.web.signin import signed_in_user
from portfolio.web.views.mapdata import legend_rows, sheet_json
from portfolio.web.views.maps import map_notes

MOST = 2000
GUIDES, TOWNS = "guides", "towns"
_TABLE = ("name", "level", "nature", "stage", "completion", "investment")


@dataclass(frozen=True)
class WallChoice:
    """What a person chose for a wall map: what the colours stand for, and the layers; None draws all but the towns."""

    colour: ColourBy
    layers: frozenset[str] | None

    def draws(self, kind: str) -> bool:
        """Return whether a layer of that kind is drawn."""
        return kind != TOWNS if self.layers is None else kind in self.layers


def read_choice() -> WallChoice:
    """Read the choice out of the address; ``layers`` may be repeated, or several with commas.

    Raises
    ------
    RuleError
        If the colour is none.
    """
    given = request.args.getlist("layers")
    kinds = frozenset(kind for text in given for kind in text.split(","))
    colour = ColourBy.from_label(request.args.get("colour") or ColourBy.STAGE.value)
    return WallChoice(colour, kinds if given else None)


def layers_of(scope: MapScope) -> dict[str, str]:
    """Return the layers that a wall map of the scope can draw: what each kind is called."""
    sheet = sheet_json(scope)
    layers = {layer["kind"]: layer["title"] for layer in sheet["layers"]}
    return layers | ({GUIDES: gettext("参照线")} if sheet["guides"]["features"] else {})


def wall_map(scope: MapScope, choice: WallChoice) -> WallMap:
    """Return the wall map of a scope.

    Raises
    ------
    RuleError
        If there are more projects than a sheet can name.
    """
    facets, sheet = scope.facets(), sheet_json(scope)
    if facets.count > MOST:
        too_many = gettext("挂图最多放 %(most)s 个项目，当前有 %(count)s 个，请先筛选", most=MOST, count=facets.count)
        raise RuleError(too_many)
    sites, today = read_sites(get_session(), scope.chosen), utc_now().astimezone(CHINA_TIME)
    user = signed_in_user()
    return WallMap(
        title=_title(scope),
        subtitle=_subtitle(facets.count, today.date().isoformat()),
        outlines=tuple(Area(one["name"], shape(one["outline"])) for one in sheet["areas"] if one["outline"]),
        zones=tuple(_zones(sheet, choice)),
        guides=tuple(_guides(sheet)) if choice.draws(GUIDES) else (),
        places=tuple(Place(one["name"], one["lon"], one["lat"]) for one in sheet["places"]),
        pins=tuple(_pins(scope, sites, choice.colour)),
        legend_title=gettext(choice.colour.label),
        legend=tuple(_legend(legend_rows(facets)[choice.colour.value], choice.colour)),
        columns=(gettext("号"), *(str(one.label) for one in headings([column for _, column in _shown(sites)]))),
        rows=tuple(_rows(sites, facets.unlocated)),
        notes=(facets.coverage, *_notes(scope, sites)),
        review_number=review_number(get_session(), scope.adcode),
        made_at=gettext("%(year)s年%(month)s月%(day)s日", year=today.year, month=today.month, day=today.day),
        made_by=user.full_name or user.name,
    )


def _title(scope: MapScope) -> str:
    name = scope.districts[0].name if scope.adcode != ALL else gettext("全部区县")
    return str(gettext("%(scope)s教育建设项目分布图", scope=name))


def _subtitle(count: int, day: str) -> str:
    """Return how many projects, of which filter, as of when."""
    chips = [f"{chip.label} {chip.value}" for chip in filters.chips(but=("district", "located"))]
    return " · ".join([gettext("%(count)s 个项目", count=count), *chips, gettext("截至 %(day)s", day=day)])


def _notes(scope: MapScope, sites: Sites) -> Iterator[str]:
    levels = {row.level for row in sites.rows if row.accuracy.is_located}
    if levels:
        letters = "、".join(f"{level.letter}（{gettext(level.label)}）" for level in Level if level in levels)
        yield str(gettext("编号后的字表示学段：%(letters)s", letters=letters))
    if any(row.is_sample for row in sites.rows):
        yield str(gettext("含演示项目，数字不代表实际情况，请勿对外使用"))
    yield from map_notes(scope)


def _zones(sheet: dict[str, Any], choice: WallChoice) -> Iterator[Zone]:
    for layer in sheet["layers"]:
        for one in layer["zones"]["features"] if choice.draws(layer["kind"]) else ():
            about = one["properties"]
            yield Zone(about["name"], about["colour"], shape(one["geometry"]))


def _guides(sheet: dict[str, Any]) -> Iterator[Guide]:
    for one in sheet["guides"]["features"]:
        yield Guide(one["properties"]["role"], shape(one["geometry"]))


def _pins(scope: MapScope, sites: Sites, colour: ColourBy) -> Iterator[Pin]:
    """Return the located projects, each with the number of its row in the table."""
    numbers = {row.code: number for number, row in enumerate(sites.rows, start=1)}
    for row in maps.list_pins(get_session(), scope.chosen):
        look = {"class_key": _key(class_of(row, colour), colour), "letter": row.level.letter}
        yield Pin(numbers[row.code], row.name, row.lon, row.lat, accuracy=row.accuracy.value, **look)


def _legend(rows: Sequence[dict[str, Any]], colour: ColourBy) -> Iterator[LegendRow]:
    for row in rows:
        yield LegendRow(_key(row["key"], colour), row["label"], row["count"])


def _key(key: str, colour: ColourBy) -> str:
    """Return a class as the sheet's marks are called; those of the stages have no prefix."""
    return key if colour is ColourBy.STAGE else f"{colour.value}-{key}"


def _shown(sites: Sites) -> list[tuple[int, Column]]:
    """Return the table's columns of which anything is known, each with its number; paper is too dear for the others."""
    return [
        (number, column)
        for number, column in enumerate(sites.table.columns)
        if column.key in _TABLE and any(row[number] is not None for row in sites.table.rows)
    ]


def _rows(sites: Sites, unlocated: int) -> Iterator[tuple[str, ...]]:
    """Return the table's rows as text, a line of its own before those that no pin shows."""
    shown = _shown(sites)
    first = len(sites.rows) - unlocated
    for number, row in enumerate(sites.table.rows):
        if number == first:
            words = gettext("以下 %(count)s 个位置未定，图上未标", count=unlocated)
            yield ("", words, *[""] * (len(shown) - 1))
        yield (str(number + 1), *(format_cell(row[one], column.kind) for one, column in shown))
