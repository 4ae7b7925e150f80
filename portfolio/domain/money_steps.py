"""Steps of total investment by which a map may be coloured."""

from __future__ import annotations

from dataclasses import dataclass

_WAN = 1_000_000


@dataclass(frozen=True)
class MoneyStep:
    """One step: amounts from the step before it up to, not including, ``below_fen``."""

    key: str
    label: str
    below_fen: int | None


STEPS = (
    MoneyStep("m1", "不足 1000 万元", 1000 * _WAN),
    MoneyStep("m2", "1000 万至 5000 万元", 5000 * _WAN),
    MoneyStep("m3", "5000 万至 1 亿元", 10_000 * _WAN),
    MoneyStep("m4", "1 亿元及以上", None),
)
UNKNOWN_STEP = MoneyStep("unknown", "总投资未知", None)
