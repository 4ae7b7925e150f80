"""How synthetic records (演示) are marked."""

from __future__ import annotations

MARK = "演示"
"""Stands before every synthetic name, and in the place of who entered it: no user name has Chinese characters."""
