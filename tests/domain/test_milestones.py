"""Milestones stand in the order of stages, late ones have a reason, and history foretells from eight on."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.domain.errors import RuleError
from portfolio.domain.milestones import (
    ApprovalKind,
    DelayReason,
    MilestoneDraft,
    check_milestones,
    default_stages,
    foretell,
    later_by_years,
)
from portfolio.domain.terms import Nature, Stage

TODAY = dt.date(2026, 11, 26)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def reached(stage: Stage, **days: str) -> MilestoneDraft:
    return MilestoneDraft(stage=stage, **{name: day(text) for name, text in days.items()})  # type: ignore[arg-type]


@pytest.mark.parametrize("column", ["planned_on", "forecast_on", "actual_on"])
def test_a_stage_before_an_earlier_one_is_refused_in_plan_expectation_and_fact(column: str) -> None:
    drafts = [reached(Stage.ACCEPTED, **{column: "2025-01-01"}), reached(Stage.STARTED, **{column: "2025-06-01"})]
    with pytest.raises(RuleError, match=r"“竣工验收”的.*早于“施工许可·开工”") as caught:
        check_milestones(drafts, TODAY)
    assert caught.value.field == f"accepted-{column}"


def test_stages_of_one_day_and_with_gaps_between_are_fine() -> None:
    check_milestones(
        [
            reached(Stage.DESIGN, planned_on="2025-01-01"),
            reached(Stage.STRUCTURE),
            reached(Stage.ACCEPTED, planned_on="2025-01-01"),
        ],
        TODAY,
    )


def test_what_is_to_come_has_not_happened() -> None:
    check_milestones([reached(Stage.STARTED, actual_on="2026-11-26")], TODAY)
    with pytest.raises(RuleError, match="晚于今天"):
        check_milestones([reached(Stage.STARTED, actual_on="2026-11-27")], TODAY)


@pytest.mark.parametrize(("actual", "needs"), [("2025-01-31", False), ("2025-02-01", True)])
def test_a_delay_of_more_than_thirty_days_needs_a_reason(actual: str, needs: bool) -> None:
    draft = reached(Stage.STARTED, planned_on="2025-01-01", actual_on=actual)
    if not needs:
        check_milestones([draft], TODAY)
        return
    with pytest.raises(RuleError, match="晚 31 天") as caught:
        check_milestones([draft], TODAY)
    assert caught.value.field == "started-delay_reason"
    with_reason = MilestoneDraft(
        stage=draft.stage, planned_on=draft.planned_on, actual_on=draft.actual_on, delay_reason=DelayReason.LAND
    )
    check_milestones([with_reason], TODAY)


def test_an_expected_delay_counts_until_it_has_happened() -> None:
    assert reached(Stage.STARTED, planned_on="2025-01-01", forecast_on="2025-03-02").days_late == 60
    both = reached(Stage.STARTED, planned_on="2025-01-01", forecast_on="2025-03-02", actual_on="2025-01-11")
    assert both.days_late == 10


@pytest.mark.parametrize(
    ("approved", "years", "last"),
    [("2025-03-01", 2, "2027-02-28"), ("2024-02-29", 3, "2027-02-28"), ("2026-01-01", 5, "2030-12-31")],
)
def test_an_approval_holds_to_the_day_before_its_anniversary(approved: str, years: int, last: str) -> None:
    assert later_by_years(day(approved), years) == day(last)


def test_fewer_than_eight_projects_foretell_nothing() -> None:
    assert foretell([300] * 7, TODAY) is None
    told = foretell([300] * 8, TODAY)
    assert told is not None
    assert (told.n, told.half_on, told.most_on) == (8, TODAY + dt.timedelta(300), TODAY + dt.timedelta(300))


def test_half_and_four_fifths_are_those_of_the_durations() -> None:
    told = foretell(list(range(100, 1200, 100)), day("2026-01-01"))
    assert told is not None
    assert (told.half_on, told.most_on) == (
        day("2026-01-01") + dt.timedelta(600),
        day("2026-01-01") + dt.timedelta(900),
    )


@given(st.lists(st.integers(1, 3000), min_size=8, max_size=60))
def test_four_fifths_come_no_earlier_than_half_and_both_lie_within_history(durations: list[int]) -> None:
    told = foretell(durations, TODAY)
    assert told is not None
    days = [(one - TODAY).days for one in (told.half_on, told.most_on)]
    assert min(durations) <= days[0] <= days[1] <= max(durations)


def test_buying_equipment_builds_nothing_and_every_template_ends_in_acceptance() -> None:
    assert Stage.STRUCTURE not in default_stages(Nature.EQUIPMENT)
    assert all(Stage.ACCEPTED in default_stages(nature) for nature in Nature)
    assert len(ApprovalKind) == 7
