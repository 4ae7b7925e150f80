"""What is split adds up to the whole, to the last unit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portfolio.domain.shares import split_exactly

WEIGHTS = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(1, 10**12), min_size=1, max_size=9)


def test_the_rest_goes_to_the_largest_remainder_and_a_tie_to_the_first() -> None:
    assert split_exactly(100, {"a": 1, "b": 1, "c": 1}) == {"a": 34, "b": 33, "c": 33}
    assert split_exactly(101, {"a": 250_000, "b": 750_000}) == {"a": 25, "b": 76}


@given(total=st.integers(-(10**15), 10**15), weights=WEIGHTS)
def test_the_parts_add_up_and_none_is_a_whole_unit_off(total: int, weights: dict[str, int]) -> None:
    parts = split_exactly(total, weights)

    assert sum(parts.values()) == total
    whole = sum(weights.values())
    assert all(abs(parts[key] * whole - total * weight) < whole for key, weight in weights.items())
