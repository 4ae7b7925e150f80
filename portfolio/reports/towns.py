"""Projects, seats and money by town, in classes for a map: by the towns' outlines, else at the towns' points."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.layouts import TownMeasure
from portfolio.reports.zones import sum_zones
from portfolio.store.models import GazetteerPlace, Layout
from portfolio.store.queries import zones
from portfolio.store.queries.projects import ProjectFilter

MOST_CLASSES = 5
Figure = Decimal | int | None


@dataclass(frozen=True)
class Town:
    """One town: its figures by measure (money in fen), None where no project has one."""

    key: str
    name: str
    figures: Mapping[TownMeasure, Figure]


@dataclass(frozen=True)
class Classes:
    """Classes of one measure, about equally full: the lowest and highest figure of each, and how many towns it has."""

    bounds: Sequence[tuple[Decimal | int, Decimal | int]]
    counts: Sequence[int]
    empty: int

    def class_of(self, figure: Figure) -> int:
        """Return the class of a figure, from 1; 0 for nothing and for what is not known."""
        return 1 + bisect_left([high for _, high in self.bounds], figure) if figure else 0


def read_towns(session: Session, chosen: ProjectFilter, layout: Layout) -> list[Town]:
    """Return the towns of a layout in order, one row per town, with what lies in each by its outline."""
    names = {zone.key: zone.name for zone in layout.zones}
    return [
        Town(one.key, names[one.key], _figures(one.projects, one.seats, one.investment_fen))
        for one in sum_zones(session, chosen, layout)
        if one.key in names
    ]


def read_towns_at_points(session: Session, chosen: ProjectFilter, places: Sequence[GazetteerPlace]) -> list[Town]:
    """Return the towns of the gazetteer, one row per town, with the projects that were put at its point."""
    found = {row.key: row for row in zones.sum_at_towns(session, chosen, [place.key for place in places])}
    return [Town(place.key, place.name, _figures_at(found.get(place.key))) for place in places]


def _figures_at(row: Any) -> dict[TownMeasure, Figure]:
    return _figures(row.count, row.seats, row.investment_fen) if row else _figures(0, None, None)


def _figures(count: Decimal | int, seats: int | None, fen: int | None) -> dict[TownMeasure, Figure]:
    whole = (None if value is None else int(value) for value in (seats, fen))
    return dict(zip(TownMeasure, (count, *whole), strict=True))


def classify(towns: Sequence[Town], measure: TownMeasure) -> Classes:
    """Put the towns into at most five classes with about as many different figures each."""
    figures = [figure for town in towns if (figure := town.figures[measure])]
    distinct = sorted(set(figures))
    count = min(MOST_CLASSES, len(distinct))
    cuts = [len(distinct) * number // count for number in range(count + 1)] if count else []
    bounds = [(distinct[low], distinct[high - 1]) for low, high in pairwise(cuts)]
    made = Classes(bounds, (), 0)
    tally = Counter(made.class_of(figure) for figure in figures)
    return Classes(bounds, [tally[number] for number in range(1, count + 1)], len(towns) - len(figures))
