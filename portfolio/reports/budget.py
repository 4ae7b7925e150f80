"""The budget rule of the plans (两个只增不减): each measure year by year, checked against the year before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.budget import BudgetMeasure, Verdict, YearCheck, check_years
from portfolio.domain.clock import today
from portfolio.domain.quantities import MoneyUnit, fen_to
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.models import BudgetFigure, BudgetRule, District
from portfolio.store.queries.budgets import list_budget_figures, list_budget_rules

_AMOUNTS = {
    MoneyUnit.WAN: (
        Column("amount", "金额（万元）", Kind.QUANTITY, 16),
        Column("change", "比上年增减（万元）", Kind.QUANTITY, 18),
    ),
    MoneyUnit.YUAN: (
        Column("amount", "金额（元）", Kind.QUANTITY, 16),
        Column("change", "比上年增减（元）", Kind.QUANTITY, 18),
    ),
}
_CHECK_COLUMNS = (
    Column("share", "增幅", Kind.PERCENT, 10),
    Column("verdict", "核对", Kind.TERM, 10),
    Column("basis", "数据来源", Kind.TEXT, 40),
)


@dataclass(frozen=True)
class MeasureYears:
    """One measure of a district: what the plans say of it, its years, its figures by year, and the table of both."""

    measure: BudgetMeasure
    rules: Sequence[BudgetRule]
    years: Sequence[YearCheck]
    figures: Mapping[int, BudgetFigure]
    table: Table

    def of(self, verdict: Verdict) -> list[int]:
        """Return the years that stand so to the year before."""
        return [one.year for one in self.years if one.verdict is verdict]


def read_budget(session: Session, district: District) -> list[MeasureYears]:
    """Return both measures of a district over its plans' years; without a plan over the years that have figures."""
    rules, figures = list_budget_rules(session, district), list_budget_figures(session, district)
    first = min((rule.plan.start_year for rule in rules), default=today().year)
    last = min(max((rule.plan.end_year for rule in rules), default=today().year), today().year - 1)
    return [
        _measure(
            measure,
            [rule for rule in rules if rule.measure is measure],
            {figure.year: figure for figure in figures if figure.measure is measure},
            (first, last),
        )
        for measure in BudgetMeasure
    ]


def budget_table(session: Session, districts: Sequence[District]) -> Table:
    """Return both measures of several districts in one table: one row per district, measure and year."""
    measures = [(district, one) for district in districts for one in read_budget(session, district)]
    rows = [
        (district.name, one.measure, one.measure.unit, *row) for district, one in measures for row in one.table.rows
    ]
    columns = (
        Column("district", "区县", Kind.TEXT, 10),
        Column("measure", "指标", Kind.TERM, 24),
        Column("unit", "单位", Kind.TERM, 8),
        Column("year", "年度", Kind.YEAR, 8),
        Column("amount", "金额", Kind.QUANTITY, 16),
        Column("change", "比上年增减", Kind.QUANTITY, 16),
        *_CHECK_COLUMNS,
    )
    notes = [note for district, one in measures for note in one.table.notes]
    return Table("教育经费核对", columns, rows, None, notes, len(rows))


def _measure(
    measure: BudgetMeasure, rules: Sequence[BudgetRule], figures: Mapping[int, BudgetFigure], span: tuple[int, int]
) -> MeasureYears:
    years = check_years({year: figure.amount_fen for year, figure in figures.items()}, *span)
    rows = [_row(one, figures.get(one.year), measure.unit) for one in years]
    columns = (
        Column("year", "年度", Kind.YEAR, 8),
        *_AMOUNTS[measure.unit],
        *_CHECK_COLUMNS,
    )
    notes = tuple(f"《{rule.plan.short}》{rule.section}：“{rule.quote}”" for rule in rules)
    return MeasureYears(measure, rules, years, figures, Table(measure.label, columns, rows, None, notes, len(rows)))


def _row(one: YearCheck, figure: BudgetFigure | None, unit: MoneyUnit) -> tuple[Any, ...]:
    amount = None if one.amount_fen is None else fen_to(one.amount_fen, unit)
    change = None if one.change_fen is None else fen_to(one.change_fen, unit)
    before = None if one.amount_fen is None or one.change_fen is None else one.amount_fen - one.change_fen
    share = None if not before or one.change_fen is None else Decimal(one.change_fen) / before
    return (one.year, amount, change, share, one.verdict, figure.basis if figure else None)
