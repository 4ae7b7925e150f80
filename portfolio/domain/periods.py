"""Months and quarters as reports name them: 2026-11, 2026-Q4."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Self

from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import Sentence, say

FIRST_YEAR, LAST_YEAR = 2000, 2100
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)


@dataclass(frozen=True)
class Period:
    """One calendar month, or three of them that make a quarter."""

    year: int
    first_month: int
    months: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2026-11`` or ``2026-Q4``.

        Raises
        ------
        RuleError
            If the text is neither.
        """
        if found := _MONTH.fullmatch(text):
            period = cls(int(found[1]), int(found[2]), 1)
        elif found := _QUARTER.fullmatch(text):
            period = cls(int(found[1]), int(found[2]) * 3 - 2, 3)
        else:
            raise RuleError(say("请按 2026-11（月）或 2026-Q4（季）的格式填写报告期"), "period")
        if not FIRST_YEAR <= period.year <= LAST_YEAR:
            raise RuleError(
                say("报告期的年份应在 {first_year} 至 {last_year} 之间", first_year=FIRST_YEAR, last_year=LAST_YEAR),
                "period",
            )
        return period

    @property
    def code(self) -> str:
        """Return the period as it is stored and stands in addresses."""
        return f"{self.year}-{self.first_month:02d}" if self.months == 1 else f"{self.year}-Q{self.quarter}"

    @property
    def label(self) -> Sentence:
        """Return the period in words."""
        return (
            say("{year}年{first_month}月", year=self.year, first_month=self.first_month)
            if self.months == 1
            else say("{year}年第{quarter}季度", year=self.year, quarter=self.quarter)
        )

    @property
    def quarter(self) -> int:
        """Return the quarter that it is, or lies in."""
        return (self.first_month + 2) // 3

    @property
    def month(self) -> int | None:
        """Return the one month it stands for; a quarter has none."""
        return self.first_month if self.months == 1 else None

    @property
    def first_day(self) -> dt.date:
        """Return its first day."""
        return dt.date(self.year, self.first_month, 1)

    @property
    def last_day(self) -> dt.date:
        """Return its last day."""
        end = self.first_month + self.months
        after = dt.date(self.year + 1, 1, 1) if end > 12 else dt.date(self.year, end, 1)
        return after - dt.timedelta(days=1)
