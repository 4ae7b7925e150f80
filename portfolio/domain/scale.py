"""Sizing of schools: how many seats a number of classes stands for."""

from __future__ import annotations

from portfolio.domain.terms import Level

_SEATS_PER_CLASS: dict[Level, tuple[int, int]] = {
    Level.PRESCHOOL: (25, 35),
    Level.PRIMARY: (45, 45),
    Level.JUNIOR: (50, 50),
    Level.NINE_YEAR: (45, 50),
    Level.SENIOR: (50, 50),
    Level.COMPLETE: (50, 50),
}
_TOLERANCE_PERCENT = 10


def sizing_warning(level: Level, classes: int | None, seats: int | None) -> str | None:
    """Say when seats and classes do not fit each other by more than ten per cent, or None."""
    if classes is None or seats is None or level not in _SEATS_PER_CLASS:
        return None
    low, high = (classes * per_class for per_class in _SEATS_PER_CLASS[level])
    if low * (100 - _TOLERANCE_PERCENT) <= seats * 100 <= high * (100 + _TOLERANCE_PERCENT):
        return None
    expected = f"{low:,}" if low == high else f"{low:,}–{high:,}"
    return f"{classes} 班按标准约 {expected} 个学位，与填写的 {seats:,} 个相差超过 {_TOLERANCE_PERCENT}%，请核对"
