"""Squares of the map."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portfolio.domain.cells import ZOOM, cell_of, shift_for

LONS = st.floats(-180, 180)
LATS = st.floats(-90, 90)


def test_a_cell_is_column_and_row_of_the_tile_grid_taken_in_turn() -> None:
    east_of_greenwich, south = cell_of(0.0, 0.0) >> 2 * (ZOOM - 1), cell_of(0.1, -0.1) >> 2 * (ZOOM - 1)

    assert east_of_greenwich == 0b11
    assert south == 0b11
    assert cell_of(-0.1, 0.1) >> 2 * (ZOOM - 1) == 0b00
    assert cell_of(0.1, 0.1) >> 2 * (ZOOM - 1) == 0b01


@given(LONS, LATS)
def test_every_place_has_a_cell_of_48_bits(lon: float, lat: float) -> None:
    assert 0 <= cell_of(lon, lat) < 1 << 2 * ZOOM


def test_places_two_metres_apart_differ_and_share_the_square_around_them() -> None:
    near, other = cell_of(106.4529, 29.5437), cell_of(106.45295, 29.5437)

    assert near != other
    assert near >> shift_for(12, 64) == other >> shift_for(12, 64)


def test_the_shift_makes_squares_of_about_the_pixels_asked_for() -> None:
    assert shift_for(14, 64) == 2 * (ZOOM - 16)
    assert shift_for(14, 256) == 2 * (ZOOM - 14)
    assert shift_for(30, 64) == 0
