"""What maps show: the located projects, the rest, coverage in one sentence, and the belts' summary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import geopandas as gpd
from sqlalchemy.orm import Session

from geo.belts import belt_of_points
from portfolio.domain.quantities import format_money
from portfolio.domain.terms import Accuracy, Phase
from portfolio.store.queries import maps
from portfolio.store.queries.projects import ProjectFilter

UNCERTAINTY_M = {Accuracy.SITE: 0, Accuracy.NEIGHBOURHOOD: 500, Accuracy.TOWN: 2000}


@dataclass(frozen=True)
class Pin:
    """One project as a map and its list show it; longitude and latitude are WGS-84 degrees."""

    row: Any
    belt: str | None

    @property
    def full_name(self) -> str:
        """Return the name with its remark in brackets."""
        return full_name(self.row)

    @property
    def citation(self) -> str | None:
        """Return where the plan names it, or None outside the plan."""
        if self.row.plan is None:
            return None
        return f"《{self.row.plan}》{self.row.section or ''}" + (f"第{self.row.item}项" if self.row.item else "")

    @property
    def radius_m(self) -> int:
        """Return how far off the place may be, in metres."""
        return UNCERTAINTY_M[self.row.accuracy]


def full_name(row: Any) -> str:
    """Return a row's name with its remark in brackets."""
    return f"{row.name}（{row.remark}）" if row.remark else str(row.name)


def list_pins(session: Session, chosen: ProjectFilter, belts: gpd.GeoDataFrame | None) -> list[Pin]:
    """Return the located projects meant, by code, each with the belt its place lies in."""
    rows = maps.list_places(session, chosen, located=True)
    if belts is None or not rows:
        return [Pin(row, None) for row in rows]
    found = belt_of_points([row.lon for row in rows], [row.lat for row in rows], belts)
    return [Pin(row, belt) for row, belt in zip(rows, found, strict=True)]


def list_unlocated(session: Session, chosen: ProjectFilter) -> list[Pin]:
    """Return the projects meant that no pin may show, by code."""
    return [Pin(row, None) for row in maps.list_places(session, chosen, located=False)]


def coverage_sentence(session: Session, chosen: ProjectFilter) -> str:
    """Return 已标注 N / M 个项目, X / Y 万元; the money is total investment, a dash where none is known."""
    coverage = maps.measure_coverage(session, chosen)
    money = f"{format_money(coverage.located_fen)} / {format_money(coverage.total_fen)} 万元"
    return f"已标注 {coverage.located} / {coverage.count} 个项目，总投资 {money}"


@dataclass(frozen=True)
class BeltSummary:
    """What lies in one belt; sums are None where no project has a value."""

    name: str
    colour: str | None
    projects: int
    planned: int
    under_way: int
    delivered: int
    unknown: int
    floor_area_m2: Decimal | None
    seats: int | None
    received_fen: int | None


def summarise_belts(
    pins: Sequence[Pin], belts: gpd.GeoDataFrame, *, unlocated: Sequence[Pin], words: tuple[str, str]
) -> list[BeltSummary]:
    """Return one row per belt in the plan's order, one for places outside every belt, one for the unlocated.

    ``words`` are the names of the last two. The rows add up to all projects meant.
    """
    rows = [
        _summary(name, colour, [pin for pin in pins if pin.belt == belt])
        for belt, name, colour in zip(belts["belt"], belts["name"], belts["colour"], strict=True)
    ]
    outside = _summary(words[0], None, [pin for pin in pins if pin.belt is None])
    rest = _summary(words[1], None, unlocated)
    return [*rows, outside, rest]


def _summary(name: str, colour: str | None, pins: Sequence[Pin]) -> BeltSummary:
    phases = [pin.row.stage.phase if pin.row.stage else None for pin in pins]
    return BeltSummary(
        name=name,
        colour=colour,
        projects=len(pins),
        planned=phases.count(Phase.PLANNED),
        under_way=phases.count(Phase.UNDER_WAY),
        delivered=phases.count(Phase.DELIVERED),
        unknown=phases.count(None),
        floor_area_m2=_sum(pins, lambda row: row.floor_area_m2),
        seats=_sum(pins, lambda row: row.seats),
        received_fen=_sum(pins, lambda row: row.received_fen),
    )


def _sum(pins: Sequence[Pin], value: Callable[[Any], Any]) -> Any:
    known = [found for pin in pins if (found := value(pin.row)) is not None]
    return sum(known) if known else None
