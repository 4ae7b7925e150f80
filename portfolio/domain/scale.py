"""Sizing of schools: how many seats a number of classes stands for, how large a site is drawn and stated."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from portfolio.domain.sentences import Sentence, say
from portfolio.domain.terms import Level

M2_PER_MU = Decimal("666.67")

_SEATS_PER_CLASS: dict[Level, tuple[int, int]] = {
    Level.PRESCHOOL: (25, 35),
    Level.PRIMARY: (45, 45),
    Level.JUNIOR: (50, 50),
    Level.NINE_YEAR: (45, 50),
    Level.SENIOR: (50, 50),
    Level.COMPLETE: (50, 50),
}
_TOLERANCE_PERCENT = 10


def sizing_warning(level: Level, classes: int | None, seats: int | None) -> Sentence | None:
    """Say when seats and classes do not fit each other by more than ten per cent, or None."""
    if classes is None or seats is None or level not in _SEATS_PER_CLASS:
        return None
    low, high = (classes * per_class for per_class in _SEATS_PER_CLASS[level])
    if low * (100 - _TOLERANCE_PERCENT) <= seats * 100 <= high * (100 + _TOLERANCE_PERCENT):
        return None
    expected = f"{low:,}" if low == high else f"{low:,}–{high:,}"
    return say(
        "{classes} 班按标准约 {expected} 个学位，与填写的 {seats:,} 个相差超过 {tolerance}%，请核对",
        classes=classes,
        expected=expected,
        seats=seats,
        tolerance=_TOLERANCE_PERCENT,
    )


@dataclass(frozen=True)
class SiteMeasure:
    """A site as drawn on the map, beside the site area that somebody stated; None where nobody has."""

    area_m2: Decimal
    stated_m2: Decimal | None

    @property
    def mu(self) -> Decimal:
        """Return the drawn area in 亩."""
        return self.area_m2 / M2_PER_MU

    @property
    def percent_off(self) -> Decimal | None:
        """Return by how many per cent the drawn area differs from the stated one."""
        return None if self.stated_m2 is None else (self.area_m2 - self.stated_m2) / self.stated_m2 * 100

    @property
    def warning(self) -> Sentence | None:
        """Say when the two differ by more than ten per cent, or None."""
        percent = self.percent_off
        if percent is None or abs(percent) <= _TOLERANCE_PERCENT:
            return None
        return say(
            "图上范围 {drawn:,.0f} ㎡，与占地面积 {stated:,.0f} ㎡ 相差 {percent:.1f}%，超过 "
            "{tolerance}%，请核对范围或占地面积",
            drawn=self.area_m2,
            stated=self.stated_m2,
            percent=abs(percent),
            tolerance=_TOLERANCE_PERCENT,
        )
