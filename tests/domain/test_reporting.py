"""Periods, percentages and amounts of reports: exact, or a sentence that says what to do."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from portfolio.domain.errors import RuleError
from portfolio.domain.periods import Period
from portfolio.domain.reporting import (
    ReportDraft,
    RoundState,
    check_complete,
    owes_report,
    parse_percent,
    parse_work_done_fen,
    round_state,
)
from portfolio.domain.terms import Stage, Status


@pytest.mark.parametrize(
    ("text", "first", "last", "label", "month"),
    [
        ("2026-11", "2026-11-01", "2026-11-30", "2026年11月", 11),
        ("2024-02", "2024-02-01", "2024-02-29", "2024年2月", 2),
        ("2026-12", "2026-12-01", "2026-12-31", "2026年12月", 12),
        ("2026-Q1", "2026-01-01", "2026-03-31", "2026年第1季度", None),
        ("2026-Q4", "2026-10-01", "2026-12-31", "2026年第4季度", None),
    ],
)
def test_a_period_knows_its_days(text: str, first: str, last: str, label: str, month: int | None) -> None:
    period = Period.parse(text)

    assert (str(period.first_day), str(period.last_day)) == (first, last)
    assert (period.code, period.label, period.month) == (text, label, month)


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-0", "2026-Q5", "1999-01", "２０２６-11", "2026-11 "])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(RuleError, match="报告期"):
        Period.parse(text)


@pytest.mark.parametrize(
    ("text", "value"), [("0", "0"), ("100", "100"), ("35.25", "35.25"), ("35%", "35"), (" 7 ", "7")]
)
def test_a_percentage_is_exact(text: str, value: str) -> None:
    assert parse_percent(text) == Decimal(value)


@pytest.mark.parametrize("text", ["-1", "100.01", "35.255", "1e1", "NaN", "Infinity", "３５", "abc", "%", "1_0"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(RuleError):
        parse_percent(text)


def test_no_work_done_is_zero_and_an_amount_is_exact() -> None:
    assert parse_work_done_fen("0") == 0
    assert parse_work_done_fen("0.00") == 0
    assert parse_work_done_fen("1,234.56") == 1_234_560_000
    assert parse_work_done_fen("0.000001") == 1


@pytest.mark.parametrize(
    "text", ["-5", "0.0000001", "1e9999", "NaN", "sNaN", "Infinity", "1_000", "１２", "1,23", "9" * 30]
)
def test_what_is_no_work_done_is_refused(text: str) -> None:
    with pytest.raises(RuleError):
        parse_work_done_fen(text)


@pytest.mark.parametrize(
    ("draft", "before", "field"),
    [
        (ReportDraft(physical_percent=Decimal(10)), None, "progress"),
        (ReportDraft(progress="基础"), None, "physical_percent"),
        (ReportDraft(progress="基础", physical_percent=Decimal("29.99")), Decimal(30), "fall_reason"),
    ],
)
def test_an_incomplete_report_is_refused_beside_its_field(draft: ReportDraft, before: Decimal, field: str) -> None:
    with pytest.raises(RuleError) as caught:
        check_complete(draft, before)
    assert caught.value.field == field


def test_progress_may_stand_still_and_may_fall_with_a_reason() -> None:
    check_complete(ReportDraft(progress="停工", physical_percent=Decimal(30)), Decimal(30))
    check_complete(ReportDraft(progress="返工", physical_percent=Decimal(20), fall_reason="质量问题返工"), Decimal(30))


def test_who_owes_a_report_is_neither_delivered_nor_given_up() -> None:
    assert owes_report(Status.ACTIVE, None)
    assert owes_report(Status.SUSPENDED, Stage.FINISHING)
    assert not owes_report(Status.ACTIVE, Stage.ACCEPTED)
    assert not owes_report(Status.CANCELLED, Stage.STRUCTURE)
    assert not owes_report(Status.MERGED, None)


@pytest.mark.parametrize(
    ("day", "is_closed", "state"),
    [
        (24, False, RoundState.COMING),
        (25, False, RoundState.OPEN),
        (28, False, RoundState.OPEN),
        (29, False, RoundState.OVERDUE),
        (26, True, RoundState.CLOSED),
    ],
)
def test_a_round_opens_falls_due_and_is_closed(day: int, is_closed: bool, state: RoundState) -> None:
    days = {"opens_on": dt.date(2026, 11, 25), "due_on": dt.date(2026, 11, 28)}
    assert round_state(**days, is_closed=is_closed, today=dt.date(2026, 11, day)) is state
