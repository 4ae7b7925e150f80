"""A table with typed columns: what pages, workbooks and text files are renderings of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Kind(Enum):
    """How a column's values are written."""

    TEXT = "text"
    CODE = "code"
    TERM = "term"
    COUNT = "count"
    AREA = "area"
    MONEY = "money"
    YEAR = "year"
    MOMENT = "moment"
    QUANTITY = "quantity"
    PERCENT = "percent"
    POINTS = "points"

    @property
    def is_number(self) -> bool:
        """Return whether values are right-aligned."""
        return self in (Kind.COUNT, Kind.AREA, Kind.QUANTITY, Kind.MONEY, Kind.PERCENT, Kind.POINTS)


@dataclass(frozen=True)
class Column:
    """One column. Money values are whole fen, areas square metres, terms members of ``domain.terms``.

    Percentages are fractions (0.25 is shown as 25.0%), points are percentage points (from 20% to 25% is 5).
    """

    key: str
    label: str
    kind: Kind = Kind.TEXT
    width: int = 12

    @property
    def unit(self) -> str | None:
        """Return the unit that the heading names."""
        return {Kind.MONEY: "万元", Kind.AREA: "㎡", Kind.POINTS: "百分点"}.get(self.kind)

    @property
    def heading(self) -> str:
        """Return the label with its unit."""
        return f"{self.label}（{self.unit}）" if self.unit else self.label


@dataclass(frozen=True)
class Table:
    """Rows of values in the order of the columns; ``totals`` is one more row, ``notes`` stand under the table.

    ``count`` is how many rows there are in all, where ``rows`` is only a window of them.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    totals: Sequence[Any] | None = None
    notes: Sequence[str] = field(default_factory=tuple)
    count: int = 0
