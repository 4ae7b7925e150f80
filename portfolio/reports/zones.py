"""What lies in each zone of a layout: one table for map, legend and files, whose columns add up exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.layouts import NOWHERE, OUTSIDE
from portfolio.domain.shares import split_exactly
from portfolio.domain.terms import Phase, Stage
from portfolio.store.models import Layout
from portfolio.store.queries import zones
from portfolio.store.queries.projects import ProjectFilter

_FIGURES = ("floor_area_m2", "seats", "investment_fen", "received_fen")
_HUNDREDTHS = 100


@dataclass
class ZoneSums:
    """One row per zone: projects in hundredths of one, by phase; a figure is None where no project has it."""

    key: str
    count: int = 0
    phases: dict[Phase | None, int] = field(default_factory=lambda: defaultdict(int))
    split: int = 0  # projects that it shares with another zone
    floor_area_m2: Decimal | None = None
    seats: int | None = None
    investment_fen: int | None = None
    received_fen: int | None = None

    @property
    def projects(self) -> Decimal:
        """Return how many projects lie in the zone; one that several share counts by its share."""
        return Decimal(self.count) / _HUNDREDTHS

    def projects_in(self, phase: Phase | None) -> Decimal:
        """Return how many of them are in a phase; None is those whose stage is unknown."""
        return Decimal(self.phases[phase]) / _HUNDREDTHS

    def add(self, part: Any) -> None:
        """Add a part of one or more projects."""
        self.count += part.count
        self.phases[part.stage.phase if part.stage else None] += part.count
        for name in _FIGURES:
            value = getattr(part, name)
            if value is not None:
                setattr(self, name, (getattr(self, name) or 0) + value)


@dataclass(frozen=True)
class _Part:
    """What one zone, or nothing, holds of some projects of one stage; ``count`` in hundredths of a project."""

    key: str
    stage: Stage | None
    count: int
    floor_area_m2: Decimal | None
    seats: int | None
    investment_fen: int | None
    received_fen: int | None


def sum_zones(session: Session, chosen: ProjectFilter, layout: Layout) -> list[ZoneSums]:
    """Sum the projects meant of the layout's district: each zone in order, outside every zone, in no known zone.

    A project that several zones share is split by its shares: projects to hundredths, areas to hundredths of a square
    metre, seats to one, money to the fen, so that the rows add up to the projects exactly.
    """
    rows = {key: ZoneSums(key) for key in (*(zone.key for zone in layout.zones), OUTSIDE, NOWHERE)}
    for part in _whole_parts(session, chosen, layout):
        rows[part.key].add(part)
    for part in _split_parts(zones.list_split(session, chosen, layout)):
        rows[part.key].add(part)
        rows[part.key].split += 1
    return list(rows.values())


def total_zones(rows: Sequence[ZoneSums]) -> ZoneSums:
    """Return the sum of the rows."""
    total = ZoneSums("")
    for row in rows:
        for phase, count in row.phases.items():
            total.phases[phase] += count
        total.count += row.count
        for name in _FIGURES:
            value = getattr(row, name)
            if value is not None:
                setattr(total, name, (getattr(total, name) or 0) + value)
    return total


def _whole_parts(session: Session, chosen: ProjectFilter, layout: Layout) -> Iterator[_Part]:
    for row in zones.sum_whole(session, chosen, layout):
        counts = (row.seats, row.investment_fen, row.received_fen)
        whole = (None if value is None else int(value) for value in counts)
        yield _Part(row.zone_key or NOWHERE, row.stage, int(row.count) * _HUNDREDTHS, row.floor_area_m2, *whole)


def _split_parts(rows: Sequence[Any]) -> Iterator[_Part]:
    for _, shared in groupby(rows, key=lambda row: row.id):
        parts = list(shared)
        weights = {part.zone_key: part.share_ppm for part in parts}
        one = parts[0]
        counts = split_exactly(_HUNDREDTHS, weights)
        areas = _split(None if one.floor_area_m2 is None else int(one.floor_area_m2 * 100), weights)
        figures = [_split(getattr(one, name), weights) for name in _FIGURES[1:]]
        for key in weights:
            area = None if areas[key] is None else Decimal(areas[key] or 0) / 100
            yield _Part(key, one.stage, counts[key], area, *(figure[key] for figure in figures))


def _split(value: Any, weights: dict[str, int]) -> dict[str, int | None]:
    if value is None:
        return dict.fromkeys(weights)
    return dict(split_exactly(int(value), weights))
