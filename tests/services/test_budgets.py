"""两个只增不减: figures are checked year on year, and nothing is compared with what is not there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portfolio.domain.budget import BudgetMeasure, Verdict, check_years
from portfolio.domain.errors import DuplicateError, RuleError, StaleError
from portfolio.reports.budget import budget_table, read_budget
from portfolio.services import budgets
from portfolio.store.queries.districts import get_district
from portfolio.store.queries.revisions import last_revision_id
from tests.builders import SHAPINGBA, WANZHOU, budget_draft, make_budget

YI = 10_000_000_000


def test_each_year_stands_to_the_year_before() -> None:
    found = check_years({2021: 100, 2022: 120, 2023: 120, 2024: 90, 2026: 95}, 2020, 2025)
    assert [(one.year, one.verdict, one.change_fen) for one in found] == [
        (2020, Verdict.MISSING, None),
        (2021, Verdict.UNKNOWN, None),
        (2022, Verdict.ROSE, 20),
        (2023, Verdict.KEPT, 0),
        (2024, Verdict.FELL, -30),
        (2025, Verdict.MISSING, None),
        (2026, Verdict.UNKNOWN, None),
    ]


@given(st.dictionaries(st.integers(2000, 2100), st.integers(1, 10**15)))
def test_a_fall_is_found_exactly_where_two_years_that_follow_fall(amounts: dict[int, int]) -> None:
    fell = {one.year for one in check_years(amounts, 2021, 2025) if one.verdict is Verdict.FELL}
    assert fell == {year for year in amounts if year - 1 in amounts and amounts[year] < amounts[year - 1]}


def test_both_plans_words_are_there_to_cite(session: Session) -> None:
    words = {
        adcode: [rule.quote for part in read_budget(session, get_district(session, adcode)) for rule in part.rules]
        for adcode in (WANZHOU, SHAPINGBA)
    }
    assert words[SHAPINGBA] == ["确保财政一般公共预算教育支出只增不减", "确保生均一般公共预算教育支出只增不减"]
    assert words[WANZHOU] == [
        "确保一般公共预算教育支出逐年只增不减",
        "确保按在校学生人均一般公共预算教育支出逐年只增不减",
    ]


def test_without_figures_every_year_of_the_plan_is_missing_and_nothing_is_zero(session: Session) -> None:
    for part in read_budget(session, get_district(session, WANZHOU)):
        assert [one.year for one in part.years] == [2021, 2022, 2023, 2024, 2025]
        assert {one.verdict for one in part.years} == {Verdict.MISSING}
        assert {row[1] for row in part.table.rows} == {None}


def test_a_fall_is_said_with_its_year_and_unit(session: Session) -> None:
    for year, yuan in ((2021, 16_000), (2022, 15_500)):
        make_budget(session, WANZHOU, year=year, yuan=yuan, measure=BudgetMeasure.PER_STUDENT)
    spending, per_student = read_budget(session, get_district(session, WANZHOU))
    assert per_student.of(Verdict.FELL) == [2022]
    assert [float(value) for value in per_student.table.rows[1][1:4]] == [15_500, -500, -0.03125]
    assert spending.of(Verdict.FELL) == []
    rows = budget_table(session, [get_district(session, WANZHOU)]).rows
    assert [row[3] for row in rows if row[7] is Verdict.FELL] == [2022]


def test_a_year_is_entered_once_for_each_measure_and_district(session: Session) -> None:
    make_budget(session, WANZHOU, year=2024)
    with pytest.raises(DuplicateError, match="2024"):
        make_budget(session, WANZHOU, year=2024)
    make_budget(session, SHAPINGBA, year=2024)
    make_budget(session, WANZHOU, year=2024, yuan=15_000, measure=BudgetMeasure.PER_STUDENT)


def test_a_year_that_has_not_come_and_an_amount_in_a_wrong_unit_are_refused(session: Session) -> None:
    with pytest.raises(RuleError, match="还没有到"):
        make_budget(session, WANZHOU, year=2099)
    with pytest.raises(RuleError, match="不足 100 万元"):
        make_budget(session, WANZHOU, year=2024, yuan=500_000)
    with pytest.raises(RuleError, match="超过 100 万元"):
        make_budget(session, WANZHOU, year=2024, yuan=16_000 * 10_000, measure=BudgetMeasure.PER_STUDENT)


def test_a_correction_is_kept_in_the_history_and_refused_when_stale(session: Session) -> None:
    figure = make_budget(session, WANZHOU, year=2024)
    before = last_revision_id(session)
    budgets.update_figure(session, figure, budget_draft(year=2024, amount_fen=3 * YI), version=1)
    assert (figure.amount_fen, figure.version, last_revision_id(session)) == (3 * YI, 2, before + 1)
    with pytest.raises(StaleError, match="tester"):
        budgets.update_figure(session, figure, budget_draft(year=2024), version=1)
    with pytest.raises(StaleError):
        budgets.remove_figure(session, figure, version=1)
    budgets.remove_figure(session, figure, version=2)
    assert last_revision_id(session) == before + 2


@pytest.mark.parametrize("change", ["year = 1999", "amount_fen = 0", "measure = 'moon'"])
def test_the_database_itself_refuses_what_no_figure_can_be(session: Session, change: str) -> None:
    make_budget(session, WANZHOU, year=2024)
    with pytest.raises(IntegrityError):
        session.execute(text(f"UPDATE budget_figure SET {change}"))
