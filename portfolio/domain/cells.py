"""Squares of the world map as one number, so that "how many in this square" is a GROUP BY on any database.

A place's cell is its square at zoom 24 (about 2 m): the bits of column and row of the Web Mercator tile grid, taken in
turn (a Morton number). Shifted right by twice the levels, it is the cell of the square around it at a lower zoom.
"""

from __future__ import annotations

import math

ZOOM = 24
_MERCATOR_LAT = 85.0511287798


def cell_of(lon: float, lat: float) -> int:
    """Return the cell of a WGS-84 place in degrees: a number below 2**48."""
    lat = max(-_MERCATOR_LAT, min(_MERCATOR_LAT, lat))
    size = 1 << ZOOM
    column = int((lon + 180) / 360 * size)
    row = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * size)
    return _spread(min(size - 1, max(0, column))) | _spread(min(size - 1, max(0, row))) << 1


def shift_for(zoom: float, pixels: int) -> int:
    """Return by how many bits to shift cells so that a square is about ``pixels`` wide on a map at ``zoom``."""
    levels = round(zoom + math.log2(256 / pixels))
    return 2 * max(0, ZOOM - max(0, levels))


def _spread(number: int) -> int:
    """Return a number of 24 bits with a zero before each bit."""
    spread = 0
    for bit in range(ZOOM):
        spread |= (number >> bit & 1) << 2 * bit
    return spread
