"""What day it is where the projects are: one answer for lights, pages and files."""

from __future__ import annotations

import datetime as dt

CHINA_TIME = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")


def today() -> dt.date:
    """Return today's date in China."""
    return dt.datetime.now(CHINA_TIME).date()
