"""Where marks and names go on a map so that none lies on another; everything in mm of the paper."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from portfolio.exchange.wallmap_page import Box, Page

_RINGS, _LOOKED_AT = 45, 80
_DOT = 0.9


class Labels:
    """What already stands on a map; names are written only where they are free of it and within the frame."""

    def __init__(self, page: Page, frame: Box) -> None:
        self._page, self._frame = page, frame
        self._taken: list[Box] = []

    def block(self, box: Box) -> None:
        """Keep names away from a box."""
        self._taken.append(box)

    def block_place(self, at: tuple[float, float]) -> None:
        """Keep names away from the dot of a place."""
        reach = _DOT * self._page.unit
        self.block((at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach))

    def over(self, lines: Sequence[str], points: float, at: tuple[float, float], colour: str) -> bool:
        """Write a name centred over a place if that is free; return whether it is written."""
        width, height = self._size(lines, points)
        box = (at[0] - width / 2, at[1] - height / 2, at[0] + width / 2, at[1] + height / 2)
        return self._write(lines, points, box, colour)

    def within(self, ways: Sequence[Sequence[str]], points: float, area: shapely.Geometry, colour: str) -> None:
        """Write a name, set in one of several ways, at the free spot where most of it lies in the area."""
        left, bottom, right, top = area.bounds
        grid = np.stack(np.meshgrid(np.linspace(left, right, 31), np.linspace(bottom, top, 31)), -1).reshape(-1, 2)
        spots = grid[shapely.contains_xy(area, grid[:, 0], grid[:, 1])]
        off_centre = np.hypot(*(spots - [(left + right) / 2, (bottom + top) / 2]).T) / max(right - left, top - bottom)
        tried: list[tuple[float, int, int]] = []
        for way, lines in enumerate(ways):
            wide, high = np.array(self._size(lines, points)) / 2
            x, y = spots.T
            boxes = shapely.box(x - wide, y - high, x + wide, y + high)
            outside = 1 - shapely.area(shapely.intersection(boxes, area)) / (4 * wide * high)
            tried += [(cost, way, spot) for spot, cost in enumerate((outside + 0.3 * off_centre).tolist())]
        for _, way, spot in sorted(tried):
            if self.over(ways[way], points, (float(spots[spot, 0]), float(spots[spot, 1])), colour):
                return

    def beside(self, lines: Sequence[str], points: float, mark: Box, colour: str) -> None:
        """Write a name to the right of a mark, else to its left, above or below it, or not at all."""
        width, height = self._size(lines, points)
        left, bottom, right, top = mark
        gap, (x, y) = 0.8 * self._page.unit, ((left + right) / 2, (bottom + top) / 2)
        corners = (
            (right + gap, y - height / 2, "left"),
            (left - gap - width, y - height / 2, "right"),
            (x - width / 2, top + gap / 2, "center"),
            (x - width / 2, bottom - gap / 2 - height, "center"),
        )
        for corner_x, corner_y, align in corners:
            box = (corner_x, corner_y, corner_x + width, corner_y + height)
            if self._write(lines, points, box, colour, align=align):
                return

    def _size(self, lines: Sequence[str], points: float) -> tuple[float, float]:
        widest = max((self._page.measure(line, points) for line in lines), default=0)
        return widest, self._page.line_height(points) * len(lines)

    def _write(self, lines: Sequence[str], points: float, box: Box, colour: str, *, align: str = "center") -> bool:
        if not lines or not self._is_free(box):
            return False
        x = {"left": box[0], "right": box[2], "center": (box[0] + box[2]) / 2}[align]
        self._page.lines((x, box[3]), lines, points, colour=colour, align=align, halo=2.2, order=20)
        self.block(box)
        return True

    def _is_free(self, box: Box) -> bool:
        left, bottom, right, top = self._frame
        margin = self._page.unit
        within = left + margin < box[0] and box[2] < right - margin and bottom + margin < box[1] < box[3] < top - margin
        return within and not any(_overlap(box, other) for other in self._taken)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def spread(
    anchors: Sequence[tuple[float, float]], sizes: Sequence[tuple[float, float]], frame: Box, unit: float
) -> list[tuple[float, float]]:
    """Return centres for marks near their places: the nearest spot, above first, that covers no mark and no place.

    A mark's leader crosses no other mark or leader where any of the nearest free spots allows it. Where a map is too
    full, a mark stands at its usual spot over others.
    """
    places, halves = np.array(anchors).reshape(-1, 2), np.array(sizes).reshape(-1, 2) / 2
    dots = np.column_stack([places, np.full(places.shape, _DOT * unit)])
    taken, drawn = np.empty((0, 4)), _Drawn()
    centres: list[tuple[float, float]] = []
    for place, half in zip(places, halves, strict=True):
        spots = place + _rings(unit) + [0, half[1] - 2.15 * unit]
        free = spots[_is_clear(spots, half, np.vstack([dots, taken]), frame)]
        spot = drawn.untangled(place, free[:_LOOKED_AT], half) if len(free) else spots[0]
        taken = np.vstack([taken, [*spot, *(half + 0.2 * unit)]])
        drawn.add(place, spot, half)
        centres.append((float(spot[0]), float(spot[1])))
    return centres


class _Drawn:
    """Marks and leaders that stand already, as shapes."""

    def __init__(self) -> None:
        self._marks: list[shapely.Geometry] = []
        self._leaders: list[shapely.Geometry] = []

    def add(self, place: np.ndarray, spot: np.ndarray, half: np.ndarray) -> None:
        self._marks.append(shapely.box(*(spot - half), *(spot + half)))
        self._leaders.append(shapely.LineString([place, spot]))

    def untangled(self, place: np.ndarray, spots: np.ndarray, half: np.ndarray) -> np.ndarray:
        """Return the first spot whose mark and leader cross no mark and no leader, else the first."""
        standing, leaders = np.array([*self._marks, *self._leaders]), np.array(self._leaders)
        for spot in spots:
            # Projects of one place share its dot: only what lies beyond it counts as crossing.
            leader = shapely.LineString([place + (spot - place) * 0.05, spot])
            own = shapely.box(*(spot - half), *(spot + half))
            crossed = shapely.intersects(standing, leader).any()
            if not crossed and not shapely.intersects(leaders, own).any():
                found: np.ndarray = spot
                return found
        first: np.ndarray = spots[0]
        return first


def _rings(unit: float) -> np.ndarray:
    """Return where a mark may stand, from its place: first right above, then ring by ring, upper spots first."""
    turns = np.array([0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8]) * np.pi / 8
    reaches = 3.6 * unit + np.arange(_RINGS) * 0.8 * unit
    # Marks are wider than high, so a ring is an ellipse.
    flat = np.column_stack([np.sin(turns) * 1.5, np.cos(turns)])
    return np.vstack([flat * reach for reach in reaches])


def _is_clear(spots: np.ndarray, half: np.ndarray, others: np.ndarray, frame: Box) -> np.ndarray:
    """Tell for each spot whether a mark of that half size lies in the frame and off all others (x, y, half sizes)."""
    x, y, wide, high = others.T
    beside = np.abs(spots[:, :1] - x) < half[0] + wide
    covered = (beside & (np.abs(spots[:, 1:] - y) < half[1] + high)).any(axis=1)
    low, high = np.array(frame[:2]) + half + 1, np.array(frame[2:]) - half - 1
    clear: np.ndarray = ~covered & ((spots >= low) & (spots <= high)).all(axis=1)
    return clear
