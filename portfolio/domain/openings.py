"""September terms: which one a school opens with, and which slips make it miss that one."""

from __future__ import annotations

import datetime as dt

SLIPS = (1, 2, 3)  # months
LAST_DAY = 901  # 1 September, as month and day in one number
# the first day from which a slip of so many months passes 1 September
LOST_FROM = {months: (9 - months) * 100 + 2 for months in SLIPS}


def term_days(year: int) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of opening for the September term of a year."""
    return dt.date(year - 1, 9, 2), dt.date(year, 9, 1)
