"""The four estimates: which step overran first, and when the second has to be reported."""

from __future__ import annotations

from decimal import Decimal

import pytest

from portfolio.domain.estimates import Chain
from portfolio.domain.slips import unit_question
from portfolio.domain.terms import EstimateKind

WAN = 1_000_000


def test_the_first_step_above_the_one_before_it_is_named_with_its_share() -> None:
    chain = Chain(feasibility_fen=100 * WAN, design_fen=112 * WAN, contract_fen=90 * WAN, final_fen=99 * WAN)

    assert [(one.step, one.over, one.excess_fen) for one in chain.overruns] == [
        (EstimateKind.DESIGN, EstimateKind.FEASIBILITY, 12 * WAN),
        (EstimateKind.FINAL, EstimateKind.CONTRACT, 9 * WAN),
    ]
    assert (chain.first_overrun, chain.ratio) == (EstimateKind.DESIGN, Decimal("0.12"))


def test_a_step_that_is_not_known_is_passed_over_and_never_counts_as_zero() -> None:
    chain = Chain(feasibility_fen=100, contract_fen=101)

    assert chain.first is not None
    assert (chain.first.step, chain.first.over) == (EstimateKind.CONTRACT, EstimateKind.FEASIBILITY)


@pytest.mark.parametrize("known", [{}, {"final_fen": 5}, {"feasibility_fen": 7, "design_fen": 7, "final_fen": 6}])
def test_without_an_overrun_nothing_is_named(known: dict[str, int]) -> None:
    chain = Chain(**known)

    assert (chain.first_overrun, chain.ratio, chain.must_report) == (None, None, False)


@pytest.mark.parametrize(
    ("feasibility", "design", "reported"),
    [(1000, 1099, False), (1000, 1100, True), (10**15, 11 * 10**14 - 1, False), (10**15, 11 * 10**14, True)],
)
def test_ten_per_cent_is_measured_to_the_fen(feasibility: int, design: int, reported: bool) -> None:
    assert Chain(feasibility_fen=feasibility, design_fen=design).must_report is reported


def test_the_rule_of_ten_per_cent_is_of_the_second_step_over_the_first_alone() -> None:
    assert not Chain(feasibility_fen=100, contract_fen=200).must_report
    assert not Chain(design_fen=100, contract_fen=200).must_report


def test_an_amount_above_a_thousand_times_the_project_is_asked_about() -> None:
    assert "单位是否应为万元？" in (unit_question(1000 * WAN + 1, WAN) or "")
    assert unit_question(1000 * WAN, WAN) is None
    assert unit_question(10**15, None) is None
