"""两个只增不减: education spending out of the general public budget, in all and per student, never falls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portfolio.domain.quantities import MoneyUnit
from portfolio.domain.terms import Term


class BudgetMeasure(Term):
    """What of the budget must not fall."""

    SPENDING = "spending", "一般公共预算教育支出"
    PER_STUDENT = "per_student", "生均一般公共预算教育支出"

    @property
    def unit(self) -> MoneyUnit:
        """Return the unit in which it is usually stated."""
        return MoneyUnit.WAN if self is BudgetMeasure.SPENDING else MoneyUnit.YUAN


class Verdict(Term):
    """How a year stands to the year before."""

    ROSE = "rose", "增长"
    KEPT = "kept", "持平"
    FELL = "fell", "下降"
    UNKNOWN = "unknown", "无法比较"
    MISSING = "missing", "缺数据"


@dataclass(frozen=True)
class YearCheck:
    """One year of a measure against the year before; ``change_fen`` only where both are known."""

    year: int
    amount_fen: int | None
    change_fen: int | None
    verdict: Verdict


def check_years(amounts: Mapping[int, int], first: int, last: int) -> list[YearCheck]:
    """Check every year from ``first`` to ``last``, and every other year that has an amount, in order."""
    years = range(min(first, *amounts), max(last, *amounts) + 1) if amounts else range(first, last + 1)
    return [_check(year, amounts.get(year), amounts.get(year - 1)) for year in years]


def _check(year: int, amount: int | None, before: int | None) -> YearCheck:
    if amount is None:
        return YearCheck(year, None, None, Verdict.MISSING)
    if before is None:
        return YearCheck(year, amount, None, Verdict.UNKNOWN)
    change = amount - before
    verdict = Verdict.ROSE if change > 0 else Verdict.KEPT if change == 0 else Verdict.FELL
    return YearCheck(year, amount, change, verdict)
