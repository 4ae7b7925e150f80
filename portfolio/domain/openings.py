"""September terms: which one a school opens with, and which slips make it miss that one."""

from __future__ import annotations

import datetime as dt

SLIPS = (1, 2, 3)  # months


def term_of(day: dt.date) -> int:
    """Return the year of the first 1 September on or after a day."""
    return day.year if (day.month, day.day) <= (9, 1) else day.year + 1


def term_days(year: int) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of opening for the September term of a year."""
    return dt.date(year - 1, 9, 2), dt.date(year, 9, 1)


def last_safe_day(year: int, months: int) -> dt.date:
    """Return the last day of opening that a slip of so many months leaves in the September term of a year."""
    return dt.date(year, 9 - months, 1)
