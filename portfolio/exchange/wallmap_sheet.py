"""What a wall map shows, as plain values: every text is drawn as it stands, every geometry is WGS-84."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import shapely


class Paper(Enum):
    """A landscape sheet: width, height (mm), dots per inch, size of type beside A3's, widths of the table's blocks.

    The table is one wide block; where that does not hold every row, two narrower ones, and so on.
    """

    A3 = 420, 297, 200, 1.0, (104, 80)
    A0 = 1189, 841, 100, 2.3, (108, 90, 80)

    @property
    def width_mm(self) -> int:
        """Return the width in mm."""
        return int(self.value[0])

    @property
    def height_mm(self) -> int:
        """Return the height in mm."""
        return int(self.value[1])

    @property
    def dpi(self) -> int:
        """Return the dots per inch of the PNG."""
        return int(self.value[2])

    @property
    def unit(self) -> float:
        """Return how much larger type, marks and margins are than on A3."""
        return float(self.value[3])

    @property
    def block_widths(self) -> tuple[float, ...]:
        """Return the width of one block of the table, were there one, two, ... of them; mm of A3."""
        return tuple(map(float, self.value[4]))


@dataclass(frozen=True)
class Area:
    """One district's outline."""

    name: str
    geometry: shapely.Geometry


@dataclass(frozen=True)
class Zone:
    """One named area such as a belt; ``colour`` is ``#RRGGBB``."""

    name: str
    colour: str
    geometry: shapely.Geometry


@dataclass(frozen=True)
class Guide:
    """One line to find one's way by; ``role`` is rail, river, road or ridge."""

    role: str
    geometry: shapely.Geometry


@dataclass(frozen=True)
class Place:
    """One faint name, such as a town's, at its point in degrees."""

    name: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Pin:
    """One located project: its number in the table, place in degrees, class of the legend, letter of its level.

    ``accuracy`` is the code of `Accuracy`; anything but ``site`` is drawn with a dashed rim.
    """

    number: int
    name: str
    lon: float
    lat: float
    class_key: str
    letter: str
    accuracy: str


@dataclass(frozen=True)
class LegendRow:
    """One line of the legend: class key (stage, status, ``light-green``, ``level-primary``, ``money-m1``), count."""

    key: str
    label: str
    count: int


@dataclass(frozen=True)
class WallMap:
    """One wall map. ``outlines`` is empty where no boundary may be drawn; places come most important first.

    ``rows`` holds one row per project, located or not, in the order in which they are kept when not all fit; the
    first of ``columns`` is the number that its pin carries. Without ``review_number`` (审图号) the sheet says that it
    must not be published.
    """

    title: str
    subtitle: str
    outlines: tuple[Area, ...]
    zones: tuple[Zone, ...]
    guides: tuple[Guide, ...]
    places: tuple[Place, ...]
    pins: tuple[Pin, ...]
    legend_title: str
    legend: tuple[LegendRow, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    review_number: str | None
    made_at: str
    made_by: str
