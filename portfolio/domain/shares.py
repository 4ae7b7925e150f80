"""Splitting a whole by shares so that the parts add up to it exactly: largest remainder, never through float."""

from __future__ import annotations

from collections.abc import Mapping

WHOLE_PPM = 1_000_000  # a whole share, in millionths


def split_exactly(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Split a whole number by weights above zero; what rounding leaves goes to the largest remainders, first come."""
    whole = sum(weights.values())
    parts = {key: total * weight // whole for key, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda key: -(total * weights[key] % whole))
    for key in by_remainder[: total - sum(parts.values())]:
        parts[key] += 1
    return parts
