"""A wall map of districts that lie far apart: a part of the sheet for each, at a scale of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import shapely

from portfolio.exchange.wallmap_page import Box
from portfolio.exchange.wallmap_sheet import WallMap

MOST_PARTS = 4
_NEIGHBOURS_DEGREES = 0.05


def divide(sheet: WallMap) -> list[WallMap]:
    """Return the sheet's maps: one for each group of neighbouring districts, or one where that would be too many."""
    if not sheet.outlines:
        return [sheet]
    near = shapely.union_all([one.geometry.buffer(_NEIGHBOURS_DEGREES) for one in sheet.outlines])
    groups = list(shapely.get_parts(near))
    if not 1 < len(groups) <= MOST_PARTS:
        return [sheet]
    return [_part(sheet, groups, number) for number in range(len(groups))]


def _part(sheet: WallMap, groups: Sequence[shapely.Geometry], number: int) -> WallMap:
    """Return what belongs to one group; what lies in none belongs to the nearest."""

    def is_here(geometry: shapely.Geometry) -> bool:
        distances = [shapely.distance(geometry, group) for group in groups]
        return distances.index(min(distances)) == number

    return replace(
        sheet,
        outlines=tuple(one for one in sheet.outlines if is_here(one.geometry)),
        zones=tuple(one for one in sheet.zones if is_here(one.geometry)),
        guides=tuple(one for one in sheet.guides if is_here(one.geometry)),
        places=tuple(one for one in sheet.places if is_here(shapely.Point(one.lon, one.lat))),
        pins=tuple(one for one in sheet.pins if is_here(shapely.Point(one.lon, one.lat))),
    )


def lay_parts(parts: Sequence[WallMap], box: Box, gap: float) -> list[Box]:
    """Divide a box equally, side by side or one above the other, whichever draws the smallest map larger."""
    left, bottom, right, top = box
    count = len(parts)
    wide, high = (right - left - gap * (count - 1)) / count, (top - bottom - gap * (count - 1)) / count
    aspects = [_aspect(part) for part in parts]
    beside = min(min(wide, aspect * (top - bottom)) for aspect in aspects)
    above = min(min(right - left, aspect * high) for aspect in aspects)
    if beside >= above:
        return [(left + n * (wide + gap), bottom, left + n * (wide + gap) + wide, top) for n in range(count)]
    return [(left, top - n * (high + gap) - high, right, top - n * (high + gap)) for n in range(count)]


def _aspect(part: WallMap) -> float:
    """Return how much wider than high the outlines of a map are."""
    if not part.outlines:
        return 1.0
    west, south, east, north = shapely.total_bounds([one.geometry for one in part.outlines])
    return float((east - west) * math.cos(math.radians((south + north) / 2)) / (north - south))
