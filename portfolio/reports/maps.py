"""What maps show: pins and clusters, what the legend counts, and coverage in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.cells import shift_for
from portfolio.domain.colours import ColourBy
from portfolio.domain.quantities import format_money
from portfolio.domain.sentences import Sentence, say
from portfolio.domain.terms import Accuracy, Status
from portfolio.store.queries import maps
from portfolio.store.queries.projects import ProjectFilter

UNCERTAINTY_M = {Accuracy.SITE: 0, Accuracy.NEIGHBOURHOOD: 500, Accuracy.TOWN: 2000}
MOST_PINS = 400
CLUSTER_PIXELS = 90
HEAT_PIXELS = 24
MOST_HEAT = 2000


@dataclass(frozen=True)
class Cluster:
    """Several projects in one square: their middle and edges in WGS-84 degrees, and how many are of each class."""

    lon: float
    lat: float
    count: int
    classes: Mapping[str, int]
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True)
class Points:
    """What a part of a map shows: ``count`` located projects, as pins or in clusters."""

    count: int
    pins: Sequence[Any]
    clusters: Sequence[Cluster]


def read_points(session: Session, chosen: ProjectFilter, *, zoom: float, colour: ColourBy) -> Points:
    """Return the located projects meant: as pins while they are few, else clusters of what shares a square."""
    rows = maps.list_clusters(session, chosen, shift=shift_for(zoom, CLUSTER_PIXELS), colour=colour)
    count = sum(row.count for row in rows)
    if count <= MOST_PINS:
        return Points(count, maps.list_pins(session, chosen) if count else [], [])
    squares: dict[int, list[Any]] = {}
    for row in rows:
        squares.setdefault(row.square, []).append(row)
    alone = [found[0].id for found in squares.values() if _count(found) == 1]
    clusters = [_cluster(found) for found in squares.values() if _count(found) > 1]
    return Points(count, maps.list_pins_by_id(session, alone, chosen) if alone else [], clusters)


def _count(rows: Sequence[Any]) -> int:
    return sum(row.count for row in rows)


def _cluster(rows: Sequence[Any]) -> Cluster:
    count = _count(rows)
    return Cluster(
        lon=sum(row.lon for row in rows) / count,
        lat=sum(row.lat for row in rows) / count,
        count=count,
        classes={row.klass: row.count for row in rows},
        bounds=(
            min(row.west for row in rows),
            min(row.south for row in rows),
            max(row.east for row in rows),
            max(row.north for row in rows),
        ),
    )


def read_heat(session: Session, chosen: ProjectFilter, *, zoom: float) -> list[tuple[float, float, int]]:
    """Return latitude, longitude and weight of the densest squares."""
    rows = maps.list_heat(session, chosen, shift=shift_for(zoom, HEAT_PIXELS))
    return [(row.lat, row.lon, row.count) for row in rows[:MOST_HEAT]]


@dataclass(frozen=True)
class Facets:
    """What the legend counts: located projects by class of each colouring and by accuracy; and the coverage."""

    classes: Mapping[ColourBy, Mapping[str, int]]
    accuracy: Mapping[str, int]
    located: int
    count: int
    coverage: Sentence

    @property
    def unlocated(self) -> int:
        """Return how many projects no pin may show."""
        return self.count - self.located


def read_facets(session: Session, chosen: ProjectFilter) -> Facets:
    """Count the projects meant in one reading."""
    rows = maps.count_facets(session, chosen)
    pins = [row for row in rows if row.located]
    located = _count(pins)
    money = " / ".join(format_money(_sum_known(found)) for found in (pins, rows))
    coverage = say(
        "已标注 {located} / {count} 个项目，总投资 {money} 万元", located=located, count=_count(rows), money=money
    )
    classes = {colour: _tally(pins, partial(class_of, colour=colour)) for colour in ColourBy}
    accuracy = _tally(pins, lambda row: row.accuracy.value)
    return Facets(classes=classes, accuracy=accuracy, located=located, count=_count(rows), coverage=coverage)


def class_of(row: Any, colour: ColourBy) -> str:
    """Return the colour class of a row with stage, status, light, level and money step."""
    if colour is ColourBy.STAGE:
        if row.status is not Status.ACTIVE:
            return str(row.status.value)
        return str(row.stage.value) if row.stage else "unknown"
    return str({ColourBy.LIGHT: row.light.value, ColourBy.LEVEL: row.level.value, ColourBy.MONEY: row.money}[colour])


def _tally(rows: Sequence[Any], key: Callable[[Any], str]) -> Mapping[str, int]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[key(row)] += row.count
    return counts


def _sum_known(rows: Sequence[Any]) -> int | None:
    known = [int(row.fen) for row in rows if row.fen is not None]
    return sum(known) if known else None


def full_name(row: Any) -> str:
    """Return a row's name with its remark in brackets."""
    return f"{row.name}（{row.remark}）" if row.remark else str(row.name)


def citation(row: Any) -> str | None:
    """Return where the plan names a row's project, or None outside the plan."""
    if row.plan is None:
        return None
    return f"《{row.plan}》{row.section or ''}" + (f"第{row.item}项" if row.item else "")
