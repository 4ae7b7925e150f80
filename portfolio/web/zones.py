"""The tables of what lies in each zone, as text with links to the records that every figure counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext

from portfolio.domain.layouts import NOWHERE, OUTSIDE, LayoutKind
from portfolio.domain.quantities import format_money, format_number
from portfolio.domain.terms import Phase
from portfolio.reports.zones import ZoneSums, sum_zones, total_zones
from portfolio.store.models import Layout
from portfolio.web import filters
from portfolio.web.atlas import district_sheet
from portfolio.web.database import get_session
from portfolio.web.map_scope import MapScope
from portfolio.web.remember import remembered

FILTER_OF = {kind: name for name, kind in filters.ZONE_FILTERS.items()}


@dataclass(frozen=True)
class Cell:
    """One figure as text, and the address of what it counts; empty where it counts nothing."""

    text: str
    url: str


@dataclass(frozen=True)
class Row:
    """One zone of a table: its colour, None for what is no zone; ``count`` is its projects as text."""

    name: str
    colour: str | None
    url: str
    count: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class ZoneTable:
    """What lies in the zones of one layout; the rows add up to ``total``."""

    layout: Layout
    rows: Sequence[Row]
    total: Sequence[str]
    split: int


def zone_tables(scope: MapScope) -> list[ZoneTable]:
    """Return a table for each layout in force of a map of one district."""
    if len(scope.districts) != 1:
        return []
    sheet = district_sheet(scope.districts[0].adcode)
    return [zone_table(layout, scope) for layout in sheet.layouts]


def zone_table(layout: Layout, scope: MapScope) -> ZoneTable:
    """Return the table of one layout over the projects that a map shows."""
    sums = remembered(("zones", layout.id, scope.chosen), lambda: sum_zones(get_session(), scope.chosen, layout))
    split = sum(one.split for one in sums)
    rows = [_row(layout, one) for one in sums if one.count or one.key not in (OUTSIDE, NOWHERE)]
    return ZoneTable(layout, rows, _texts(total_zones(sums)), split)


def _row(layout: Layout, sums: ZoneSums) -> Row:
    zone = next((one for one in layout.zones if one.key == sums.key), None)
    args: dict[str, Any] = filters.filter_args(but=("district", "located", FILTER_OF[layout.kind]))
    args |= {"district": layout.district.adcode, FILTER_OF[layout.kind]: sums.key}
    texts = _texts(sums)
    addresses = _addresses(args)
    cells = [Cell(text, url if text not in ("0", "—") else "") for text, url in zip(texts, addresses, strict=True)]
    name = zone.name if zone else _name_of_none(layout.kind, sums.key)
    return Row(name, zone.colour if zone else None, addresses[0], texts[0], cells)


def _name_of_none(kind: LayoutKind, key: str) -> str:
    if key == NOWHERE:
        return str(gettext("未定位"))
    return str(gettext("%(kind)s以外", kind=gettext(kind.label)))


def _addresses(args: dict[str, Any]) -> list[str]:
    """Return the address of each figure's records, in the order of ``_texts``."""
    narrowed = [{"phase": phase.value} for phase in Phase] + [{"stage": filters.UNKNOWN_STAGE}]
    sorts = [{"sort": f"-{key}"} for key in ("floor_area_m2", "seats", "total_investment_fen")]
    lists = [url_for("projects.index", **{**args, **more}) for more in ({}, *narrowed, *sorts)]
    return [*lists, url_for("money.summary", **args)]


def _texts(sums: ZoneSums) -> list[str]:
    counts = [sums.projects, *(sums.projects_in(phase) for phase in (*Phase, None))]
    figures = (sums.floor_area_m2, sums.seats)
    money = (sums.investment_fen, sums.received_fen)
    return [*map(format_number, (*counts, *figures)), *map(format_money, money)]


def layout_links(scope: MapScope) -> list[dict[str, str]]:
    """Return where each layout of the district is looked at, with what stands there."""
    if len(scope.districts) != 1:
        return []
    adcode = scope.districts[0].adcode
    sheet = district_sheet(adcode)
    return [
        {
            "label": _layout_label(kind, sheet.find(kind)),
            "url": url_for("layouts.show", adcode=adcode, layer=kind.value),
        }
        for kind in LayoutKind
    ]


def _layout_label(kind: LayoutKind, layout: Layout | None) -> str:
    if layout is None:
        return str(gettext("%(kind)s：尚未划定", kind=gettext(kind.label)))
    return str(
        gettext(
            "%(name)s：第 %(number)s 版，%(day)s 起",
            name=layout.name,
            number=layout.number,
            day=layout.valid_from.isoformat(),
        )
    )


def shown_share(ppm: int) -> str:
    """Write a share in millionths as a percentage with at most two decimals."""
    return f"{format_number((Decimal(ppm) / 10_000).quantize(Decimal('0.01')))}%"
