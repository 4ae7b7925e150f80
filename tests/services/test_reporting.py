"""Rounds and reports: who owes one, what may be written when, and one truth about the work done."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.reporting import ReportDraft, ReportState
from portfolio.domain.terms import MoneyState, Stage, Status
from portfolio.services import projects, reporting, rounds
from portfolio.services.ledger import reverse_entry
from portfolio.store.history import first_broken_revision
from portfolio.store.models import LedgerEntry, Project, Revision
from portfolio.store.queries import ledger, reports
from portfolio.store.queries.projects import ProjectFilter, get_project
from portfolio.store.queries.rounds import count_late, count_never_handed_in, count_reports
from tests.builders import SHAPINGBA, WANZHOU, make_project
from tests.report_builders import hand_in, make_round, report_of

QIFANG, JIANGNAN = "500101-0008", "500101-0009"
STATED = ReportDraft(progress="主体施工至四层", physical_percent=Decimal("35.5"), work_done_fen=1_200_000)


def work_done(session: Session, code: str) -> int | None:
    return ledger.sum_by_state(session, get_project(session, code)).get(MoneyState.WORK_DONE)


def test_opening_a_round_asks_every_project_that_goes_on_and_no_other(session: Session) -> None:
    delivered, cancelled = get_project(session, QIFANG), get_project(session, JIANGNAN)
    delivered.stage, cancelled.status = Stage.IN_USE, Status.CANCELLED
    opened = make_round(session)
    asked = {report.project.code for report in reports.list_reports(session, opened)}

    assert len(asked) == 42 - 2
    assert not asked & {QIFANG, JIANGNAN}
    assert all(code.startswith(WANZHOU) for code in asked)


def test_a_project_registered_later_is_asked_when_it_is_added(session: Session) -> None:
    opened = make_round(session)
    late = make_project(session)

    assert rounds.add_missing_projects(session, opened) == 1
    assert report_of(session, late.code).state is ReportState.PENDING
    assert rounds.add_missing_projects(session, opened) == 0


@pytest.mark.parametrize("other", ["2026-10", "2026-Q4"])
def test_periods_of_a_district_never_overlap(session: Session, other: str) -> None:
    make_round(session, "2026-10")

    with pytest.raises(RuleError, match="重叠"):
        make_round(session, other)
    make_round(session, other, district=SHAPINGBA)


def test_days_of_a_round_are_in_order(session: Session) -> None:
    with pytest.raises(RuleError, match="早于报告期"):
        make_round(session, opens_on=dt.date(2026, 9, 30))
    with pytest.raises(RuleError, match="截止日期早于"):
        make_round(session, due_on=dt.date(2026, 9, 30))


def test_a_draft_keeps_what_is_stated_and_may_be_incomplete(session: Session) -> None:
    make_round(session)
    report = report_of(session, QIFANG)
    reporting.save_report(session, report, ReportDraft(problems="征地"), version=report.version)

    assert (report.state, report.problems, report.progress) == (ReportState.DRAFT, "征地", None)


def test_a_report_of_a_closed_round_is_refused_with_what_to_do(session: Session) -> None:
    opened = make_round(session)
    report = report_of(session, QIFANG)
    rounds.close_round(session, opened)

    with pytest.raises(RuleError, match=r"已关闭.*重新开放"):
        reporting.save_report(session, report, STATED, version=report.version)
    with pytest.raises(RuleError, match="已关闭"):
        hand_in(session, report)
    rounds.reopen_round(session, opened)
    hand_in(session, report)
    assert report.state is ReportState.SUBMITTED


@time_machine.travel("2026-09-30 12:00 +0800", tick=False)
def test_a_round_that_has_not_begun_takes_nothing(session: Session) -> None:
    make_round(session)

    with pytest.raises(RuleError, match="2026-10-01 起填报"):
        hand_in(session, report_of(session, QIFANG))


def test_progress_that_falls_needs_a_reason(session: Session) -> None:
    make_round(session, "2026-09")
    hand_in(session, report_of(session, QIFANG, "2026-09"), percent="40")
    opened = make_round(session)
    report = report_of(session, QIFANG)
    before = reports.last_reports(session, ProjectFilter(code=QIFANG), before=opened.starts_on)[0].physical_percent

    with pytest.raises(RuleError, match="比上期的 40% 低") as caught:
        reporting.submit_report(session, report, STATED, version=report.version, before=before)
    assert caught.value.field == "fall_reason"
    assert report.state is ReportState.PENDING


def test_the_second_of_two_planners_is_told_who_was_first_and_overwrites_nothing(session: Session) -> None:
    make_round(session)
    report = report_of(session, QIFANG)
    seen = report.version
    reporting.save_report(session, report, STATED, version=seen)

    with pytest.raises(StaleError, match="tester"):
        reporting.save_report(session, report, ReportDraft(progress="别的"), version=seen)
    assert report.progress == "主体施工至四层"


def test_work_done_enters_the_ledger_once_it_is_accepted(session: Session) -> None:
    make_round(session)
    report = hand_in(session, report_of(session, QIFANG), work_done_fen=1_200_000)
    assert work_done(session, QIFANG) is None
    reporting.accept_report(session, report, version=report.version)

    assert work_done(session, QIFANG) == 1_200_000
    entry = report.entry
    assert entry is not None
    assert (entry.year, entry.month, entry.state) == (2026, 10, MoneyState.WORK_DONE)


@pytest.mark.parametrize("fen", [None, 0])
def test_nothing_built_or_unknown_makes_no_entry(session: Session, fen: int | None) -> None:
    make_round(session)
    report = hand_in(session, report_of(session, QIFANG), work_done_fen=fen)
    reporting.accept_report(session, report, version=report.version)

    assert report.entry is None
    assert work_done(session, QIFANG) is None


def test_a_corrected_report_reverses_its_entry_and_makes_another(session: Session) -> None:
    make_round(session)
    report = hand_in(session, report_of(session, QIFANG), work_done_fen=1_200_000)
    reporting.accept_report(session, report, version=report.version)
    reporting.return_report(session, report, version=report.version, note="与支付不符")
    assert (work_done(session, QIFANG), report.state, report.review_note) == (0, ReportState.RETURNED, "与支付不符")
    hand_in(session, report, work_done_fen=900_000)
    reporting.accept_report(session, report, version=report.version)

    assert work_done(session, QIFANG) == 900_000
    assert session.scalar(select(func.count(LedgerEntry.id))) == 3


def test_an_entry_that_was_reversed_by_hand_is_not_reversed_again(session: Session) -> None:
    make_round(session)
    report = hand_in(session, report_of(session, QIFANG), work_done_fen=1_200_000)
    reporting.accept_report(session, report, version=report.version)
    assert report.entry is not None
    reverse_entry(session, report.entry, "登记有误")
    reporting.return_report(session, report, version=report.version, note="核对")

    assert work_done(session, QIFANG) == 0


def test_a_return_needs_a_note_and_an_open_round(session: Session) -> None:
    opened = make_round(session)
    report = hand_in(session, report_of(session, QIFANG))

    with pytest.raises(RuleError, match="退回原因"):
        reporting.return_report(session, report, version=report.version, note=None)
    rounds.close_round(session, opened)
    with pytest.raises(RuleError, match="已关闭"):
        reporting.return_report(session, report, version=report.version, note="核对")


def test_a_report_handed_in_is_not_written_in_until_it_is_withdrawn(session: Session) -> None:
    make_round(session)
    report = hand_in(session, report_of(session, QIFANG))

    with pytest.raises(RuleError, match="撤回"):
        reporting.save_report(session, report, STATED, version=report.version)
    reporting.withdraw_report(session, report, version=report.version)
    reporting.save_report(session, report, STATED, version=report.version)
    with pytest.raises(RuleError, match="不能撤回"):
        reporting.withdraw_report(session, report, version=report.version)


def test_only_a_report_that_waits_is_accepted(session: Session) -> None:
    make_round(session)
    report = report_of(session, QIFANG)

    with pytest.raises(RuleError, match="只有已报送的"):
        reporting.accept_report(session, report, version=report.version)


def test_a_report_is_late_by_its_first_time_in_china(session: Session) -> None:
    opened = make_round(session, due_on=dt.date(2026, 11, 5))
    with time_machine.travel("2026-11-05 23:59 +0800", tick=False):
        in_time = hand_in(session, report_of(session, QIFANG))
    with time_machine.travel("2026-11-06 00:00 +0800", tick=False):
        late = hand_in(session, report_of(session, JIANGNAN))
        reporting.return_report(session, in_time, version=in_time.version, note="补充")
        hand_in(session, in_time)

    assert (in_time.is_late, late.is_late) == (False, True)
    assert count_late(session, [opened]) == {opened.id: 1}
    assert count_never_handed_in(session, [opened]) == {opened.id: 40}
    assert count_reports(session, [opened])[opened.id].outstanding == 40


def test_the_last_report_is_the_latest_period_that_was_handed_in(session: Session) -> None:
    for period, percent in (("2026-08", "20"), ("2026-10", "40"), ("2026-09", "30")):
        make_round(session, period)
        hand_in(session, report_of(session, QIFANG, period), percent=percent)
    make_round(session, "2026-11")

    last = reports.last_reports(session, ProjectFilter(district=WANZHOU))
    assert [(one.period, one.physical_percent, one.state) for one in last] == [
        ("2026-10", Decimal(40), ReportState.SUBMITTED)
    ]
    earlier = reports.last_reports(session, ProjectFilter(code=QIFANG), before=dt.date(2026, 10, 1))
    assert earlier[0].period == "2026-09"
    assert reports.last_reports(session, ProjectFilter(district=SHAPINGBA)) == []


def test_every_step_is_in_the_history_with_who(session: Session) -> None:
    make_round(session)
    report = hand_in(session, report_of(session, QIFANG), work_done_fen=100)
    reporting.accept_report(session, report, version=report.version)
    of_report = Revision.record_type == "progress_report", Revision.record_id == report.id
    written = session.scalars(select(Revision).where(*of_report).order_by(Revision.id)).all()

    assert [one.operation for one in written] == ["insert", "update", "update"]
    assert {one.actor for one in written} == {"tester"}
    session.flush()
    assert first_broken_revision(session) is None


def test_a_suspended_project_still_reports(session: Session) -> None:
    project: Project = get_project(session, QIFANG)
    session.info["reason"] = "资金不到位"
    projects.set_status(session, project, Status.SUSPENDED, version=project.version)
    make_round(session)

    assert report_of(session, QIFANG).state is ReportState.PENDING
