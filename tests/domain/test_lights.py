"""Lights: each rule fires above its threshold and not at it, says on which values, and the worst colour is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.domain.errors import RuleError
from portfolio.domain.lights import (
    DEFAULT_RULES,
    Condition,
    Dated,
    Evidence,
    Light,
    LightRule,
    check_rules,
    foresee,
    is_measured,
    judge,
)
from portfolio.domain.terms import Phase, Stage, Status

DAY = dt.date(2026, 7, 2)  # the 183rd of 365: 50.1 % of the year
G, A, R, N = Light.GREEN, Light.AMBER, Light.RED, Light.NONE
UNDER_WAY = tuple(stage for stage in Stage if stage.phase is not Phase.DELIVERED)
WAN = 1_000_000


def ago(days: int) -> dt.date:
    return DAY - dt.timedelta(days=days)


@dataclass(frozen=True)
class Case:
    """One project, and the light and the rules that are expected of it on ``day``."""

    evidence: Evidence
    light: Light
    rules: tuple[str, ...] = ()
    day: dt.date = DAY


def days_late() -> Iterator[Case]:
    """Thirty-one days late is amber, ninety-one red, for a milestone and for the year of completion."""
    expected = [(0, G), (1, G), (29, G), (30, G), (31, A), (60, A), (90, A), (91, R), (365, R), (900, R)]
    names = {G: (), A: ("{}滞后",), R: ("{}严重滞后", "{}滞后")}
    for days, light in expected:
        rules = names[light]
        for stage in (Stage.RESERVE, Stage.TENDER, Stage.STRUCTURE, Stage.FINISHING):
            late = Evidence(stage=stage, milestone=Dated("主体", ago(days)))
            yield Case(late, light, tuple(name.format("里程碑") for name in rules))
            of_2025 = Evidence(stage=stage, completion_year=2025)
            day = dt.date(2025, 12, 31) + dt.timedelta(days=days)
            yield Case(of_2025, light, tuple(name.format("建成") for name in rules), day)


def days_without_report() -> Iterator[Case]:
    for days, light in [(0, G), (30, G), (59, G), (60, G), (61, A), (90, A), (365, A)]:
        for stage in (None, Stage.STARTED):
            yield Case(Evidence(stage=stage, reported_on=ago(days)), light, ("久未报送",) if light is A else ())


def overdue_problems() -> Iterator[Case]:
    for days, light in [(-30, G), (-1, G), (0, G), (1, R), (7, R), (100, R)]:
        for stage in (None, Stage.FOUNDATION):
            problem = Evidence(stage=stage, problem=Dated("征地未完成", ago(days)))
            yield Case(problem, light, ("重大问题逾期",) if light is R else ())


def investment() -> Iterator[Case]:
    """On the 183rd of 365 days 50.14 % of the year are gone by."""
    percents = [(60, G), (51, G), (45, G), (41, G), (40, A), (30, A), (26, A), (25, R), (10, R), (0, R)]
    names = {G: (), A: ("投资进度滞后",), R: ("投资进度严重滞后", "投资进度滞后")}
    for percent, light in percents:
        for planned in (100 * WAN, 3 * WAN, 7):
            done = planned * percent // 100 if planned != 7 else None
            if done is not None:
                known = Evidence(year=2026, planned_fen=planned, done_fen=done, stage=Stage.STARTED)
                yield Case(known, light, names[light])
    for planned_fen in (None, 0):
        yield Case(Evidence(year=2026, planned_fen=planned_fen, done_fen=WAN), N)
    for year in (2025, 2027):
        yield Case(Evidence(year=year, planned_fen=WAN), G)


def payment() -> Iterator[Case]:
    for paid, physical, light in [
        ("0", "0", G),
        ("20", "0", G),
        ("20.01", "0", A),
        ("50", "30", G),
        ("50.1", "30", A),
        ("100", "79.99", A),
        ("100", "80", G),
        ("30", "90", G),
        ("120", "100", G),
        ("120.5", "100", A),
    ]:
        known = Evidence(paid_percent=Decimal(paid), physical_percent=Decimal(physical), paid_on=ago(5))
        yield Case(known, light, ("支付超前",) if light is A else ())
        yield Case(replace(known, physical_percent=None), N)


def halted_and_delivered() -> Iterator[Case]:
    bad: dict[str, Any] = {"completion_year": 2020, "milestone": Dated("封顶", ago(400)), "reported_on": ago(400)}
    for status in Status:
        if status is not Status.ACTIVE:
            for stage in (None, Stage.STRUCTURE, Stage.IN_USE):
                yield Case(Evidence(stage=stage, status=status, **bad), N)
    for stage in Stage:
        if stage.phase is Phase.DELIVERED:
            yield Case(Evidence(stage=stage, **bad), G)
            yield Case(Evidence(stage=stage), G)


def nothing_known() -> Iterator[Case]:
    yield Case(Evidence(), N)
    for stage in UNDER_WAY:
        yield Case(Evidence(stage=stage), N)
    for year in (2020, 2025, 2030):
        yield Case(Evidence(completion_year=year), N)


def several_at_once() -> Iterator[Case]:
    amber = {"milestone": Dated("主体", ago(40)), "reported_on": ago(70)}
    yield Case(Evidence(**amber), A, ("里程碑滞后", "久未报送"))
    red = amber | {"problem": Dated("资金未到位", ago(3))}
    yield Case(Evidence(**red), R, ("重大问题逾期", "里程碑滞后", "久未报送"))
    worse = red | {"completion_year": 2024, "stage": Stage.STRUCTURE}
    names = ("建成严重滞后", "重大问题逾期", "建成滞后", "里程碑滞后", "久未报送")
    yield Case(Evidence(**worse), R, names)
    for stage in UNDER_WAY:
        yield Case(Evidence(stage=stage, completion_year=2030, reported_on=ago(10)), G)
        yield Case(Evidence(stage=stage, completion_year=2030, reported_on=ago(61)), A, ("久未报送",))


CASES = [
    *days_late(),
    *days_without_report(),
    *overdue_problems(),
    *investment(),
    *payment(),
    *halted_and_delivered(),
    *nothing_known(),
    *several_at_once(),
]


def test_there_are_two_hundred_cases() -> None:
    print(f"n = {len(CASES)} cases")
    assert len(CASES) >= 200


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_a_project_has_the_light_and_the_rules_expected_of_it(case: Case) -> None:
    verdict = judge(case.evidence, DEFAULT_RULES, case.day)
    assert verdict.light is case.light
    assert sorted(one.rule.name for one in verdict.findings) == sorted(case.rules)
    for rule in verdict.findings:
        assert rule.since <= case.day


def test_the_reason_names_rule_values_threshold_and_day() -> None:
    verdict = judge(Evidence(milestone=Dated("主体", dt.date(2026, 5, 1))), DEFAULT_RULES, DAY)
    assert verdict.sentence == "里程碑滞后：“主体”计划 2026-05-01 完成，已晚 62 天（大于 30 天），自 2026-06-01 起"
    assert verdict.since == dt.date(2026, 6, 1)


def test_the_investment_is_held_against_the_share_of_the_year() -> None:
    verdict = judge(Evidence(year=2026, planned_fen=100 * WAN, done_fen=30 * WAN), DEFAULT_RULES, DAY)
    assert "2026 年投资进度 30.0%，时间进度 50.1%，落后 20.1 个百分点（大于 10 个百分点）" in verdict.sentence


def test_one_condition_is_said_once_by_its_worst_rule() -> None:
    verdict = judge(Evidence(milestone=Dated("主体", ago(100))), DEFAULT_RULES, DAY)
    assert verdict.sentence.startswith("里程碑严重滞后：")
    assert verdict.sentence.count("主体") == 1


def test_a_typed_name_is_text_whatever_it_holds() -> None:
    verdict = judge(Evidence(milestone=Dated("{0.__class__} {}", ago(40))), DEFAULT_RULES, DAY)
    assert "“{0.__class__} {}”计划" in verdict.sentence


EVIDENCE = st.builds(
    Evidence,
    stage=st.sampled_from([None, *Stage]),
    status=st.sampled_from([Status.ACTIVE, Status.ACTIVE, Status.SUSPENDED]),
    completion_year=st.none() | st.integers(2020, 2030),
    milestone=st.none() | st.builds(Dated, st.just("主体"), st.dates(dt.date(2024, 1, 1), dt.date(2028, 1, 1))),
    year=st.none() | st.integers(2024, 2028),
    planned_fen=st.none() | st.integers(0, 10**12),
    done_fen=st.integers(0, 10**12),
    reported_on=st.none() | st.dates(dt.date(2024, 1, 1), dt.date(2028, 1, 1)),
)


@given(EVIDENCE, st.dates(dt.date(2024, 1, 1), dt.date(2028, 12, 31)))
def test_what_is_foreseen_is_what_is_found_on_the_day(known: Evidence, day: dt.date) -> None:
    colours = {one.rule.colour for one in foresee(known, DEFAULT_RULES) if one.is_on(day)}
    expected = R if R in colours else A if A in colours else G if is_measured(known) else N
    assert judge(known, DEFAULT_RULES, day).light is expected


@given(EVIDENCE, st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 30)))
def test_a_light_grows_no_better_within_a_year_by_waiting(known: Evidence, day: dt.date) -> None:
    order = [G, A, R]
    today, tomorrow = (judge(known, DEFAULT_RULES, one).light for one in (day, day + dt.timedelta(days=1)))
    assert N in (today, tomorrow) or order.index(tomorrow) >= order.index(today)


def rule(name: str = "规则", above: int = 30, colour: Light = A, condition: Condition | None = None) -> LightRule:
    return LightRule(name, condition or Condition.MILESTONE_LATE, above, colour)


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ([rule(name="")], "名称"),
        ([rule(), rule()], "不能重名"),
        ([rule(above=-1)], "0 至 3650 天"),
        ([rule(above=4000)], "0 至 3650 天"),
        ([rule(above=101, condition=Condition.PAYMENT_AHEAD)], "0 至 100 个百分点"),
        ([rule("慢", 90), rule("很慢", 30, R)], "“很慢”（滞后）的界限须大于“慢”（预警）的界限"),
        ([rule("慢", 90), rule("很慢", 90, R)], "须大于"),
    ],
)
def test_rules_that_contradict_each_other_are_refused(rules: list[LightRule], sentence: str) -> None:
    with pytest.raises(RuleError, match=sentence):
        check_rules(rules)


def test_the_rules_shipped_contradict_each_other_nowhere() -> None:
    check_rules(DEFAULT_RULES)
    assert {one.condition for one in DEFAULT_RULES} == set(Condition)
