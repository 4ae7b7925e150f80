"""Charts drawn by the server: bars are links to what they count, lines have a table beside them.

A bar chart of 16 bars is 3 kB of the page. The plotly library is 4.7 MB, needs a script to be readable at all, and its
bars are no links; so charts here are lists and shapes, and work without a script, by keyboard and on paper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portfolio.domain.quantities import UNKNOWN


@dataclass(frozen=True)
class Bar:
    """One bar: how long it is in percent of the longest, what it says, and what it opens."""

    label: str
    value: str
    length: float
    url: str | None = None
    kind: str = ""


@dataclass(frozen=True)
class Line:
    """One line: its points in percent of the drawing, from top left, as SVG writes them; its label at the last one."""

    kind: str
    label: str
    value: str
    points: str
    left: float
    top: float


@dataclass(frozen=True)
class Moment:
    """One place on the time axis: what every line reads there, as (kind, label, value), and what it opens."""

    label: str
    url: str
    left: float
    readings: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class LineChart:
    """Lines over a common scale: marks of the time axis as (left, label), the top of the scale as text."""

    lines: Sequence[Line]
    moments: Sequence[Moment]
    ticks: Sequence[tuple[float, str]]
    top: str
    today: float | None

    @property
    def moment_width(self) -> float:
        """Return how wide one moment is, in percent of the drawing."""
        return left_of(1, len(self.moments))


def left_of(place: int, count: int) -> float:
    """Return where one of ``count`` equally spaced moments stands, in percent of the drawing from its left."""
    return round(place * 100 / max(1, count - 1), 2)


def bars(
    amounts: Mapping[Any, int | Decimal | None],
    label: Callable[[Any], str],
    value: Callable[[Any], str],
    url: Callable[[Any], str] | None = None,
) -> list[Bar]:
    """Return one bar for each amount, from zero to the largest; unknown and negative ones have no length."""
    top = max((amount for amount in amounts.values() if amount is not None), default=0)
    return [
        Bar(
            label=label(key),
            value=UNKNOWN if amount is None else value(amount),
            length=float(amount / top * 100) if amount is not None and amount > 0 and top else 0.0,
            url=url(key) if url and amount is not None else None,
        )
        for key, amount in amounts.items()
    ]


def line(kind: str, label: str, values: Sequence[int | None], *, top: int, write: Callable[[int], str]) -> Line | None:
    """Return one line over equally spaced moments; None where it has no value. Gaps are only at its ends."""
    known = [(number, amount) for number, amount in enumerate(values) if amount is not None]
    if not known or top <= 0:
        return None
    places = [(left_of(number, len(values)), round(100 - max(0, amount) / top * 100, 2)) for number, amount in known]
    return Line(kind, label, write(known[-1][1]), " ".join(f"{x},{y}" for x, y in places), *places[-1])
