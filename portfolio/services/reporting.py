"""Writing reports, handing them in, accepting and returning them."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.domain.drafts import LedgerDraft
from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.reporting import ReportDraft, ReportState, RoundState, check_complete
from portfolio.domain.sentences import say
from portfolio.domain.terms import MoneyState, Source
from portfolio.services import ledger
from portfolio.store.base import utc_now
from portfolio.store.models import ProgressReport
from portfolio.store.queries.ledger import find_reversal
from portfolio.store.queries.revisions import last_actor

STATED = tuple(field.name for field in dataclasses.fields(ReportDraft))


def save_report(session: Session, report: ProgressReport, draft: ReportDraft, *, version: int) -> None:
    """Keep what a report states so far, as a draft that was begun at ``version``.

    Raises
    ------
    StaleError
        If somebody saved it since.
    RuleError
        If its round takes no reports now, or it has been handed in.
    """
    put_draft(session, report, draft, version=version)
    session.flush()


def put_draft(session: Session, report: ProgressReport, draft: ReportDraft, *, version: int) -> None:
    """Do as ``save_report``, but leave the flush to the caller, who may have many reports to write."""
    _check_writable(session, report, version)
    for name in STATED:
        setattr(report, name, getattr(draft, name))
    report.state = ReportState.DRAFT


def submit_report(
    session: Session, report: ProgressReport, draft: ReportDraft, *, version: int, before: Decimal | None
) -> None:
    """Hand a report in; ``before`` is the physical percentage of the last one, None where there is none.

    Raises
    ------
    StaleError
        If somebody saved it since.
    RuleError
        As ``save_report``; or if progress is missing, or fell without a reason.
    """
    put_submission(session, report, draft, version=version, before=before)
    session.flush()


def put_submission(
    session: Session, report: ProgressReport, draft: ReportDraft, *, version: int, before: Decimal | None
) -> None:
    """Do as ``submit_report``, but leave the flush to the caller, who may have many reports to hand in."""
    _check_writable(session, report, version)
    check_complete(draft, before)
    for name in STATED:
        setattr(report, name, getattr(draft, name))
    report.state = ReportState.SUBMITTED
    report.submitted_at = utc_now()
    report.first_submitted_at = report.first_submitted_at or report.submitted_at
    report.submitted_by = _actor(session)


def withdraw_report(session: Session, report: ProgressReport, *, version: int) -> None:
    """Take a report back that was handed in and that nobody has accepted yet.

    Raises
    ------
    StaleError
        If somebody changed it since.
    RuleError
        If it is not waiting to be accepted, or its round takes no reports now.
    """
    check_version(session, report, version)
    if report.state is not ReportState.SUBMITTED:
        raise RuleError(say("这份月报目前是“{state}”，不能撤回；已核定的请联系核定人退回", state=report.state))
    check_round(report)
    report.state = ReportState.DRAFT
    session.flush()


def accept_report(
    session: Session,
    report: ProgressReport,
    *,
    version: int,
    note: str | None = None,
    source: Source = Source.OTHER,
) -> None:
    """Accept a report; its work value goes into the project's ledger under the source that the person saw.

    Raises
    ------
    StaleError
        If somebody changed it since.
    RuleError
        If it is not waiting to be accepted.
    """
    check_version(session, report, version)
    if report.state is not ReportState.SUBMITTED:
        raise RuleError(say("这份月报目前是“{state}”，只有已报送的才能核定", state=report.state))
    entry = ledger.add_entry(session, report.project, _work_done(report, source)) if report.work_done_fen else None
    report.state, report.entry = ReportState.ACCEPTED, entry
    _note_review(session, report, note)
    session.flush()


def return_report(session: Session, report: ProgressReport, *, version: int, note: str | None) -> None:
    """Give a report back to be mended; the work value of an accepted one is reversed in the ledger.

    Raises
    ------
    StaleError
        If somebody changed it since.
    RuleError
        If no note says why, it was not handed in, or its round takes no reports now.
    """
    check_version(session, report, version)
    if not note:
        raise RuleError(say("请写明退回原因，填报人会看到"), "note")
    if report.state.is_open:
        raise RuleError(say("这份月报目前是“{state}”，还没有报送，不用退回", state=report.state))
    check_round(report)
    if report.entry is not None and find_reversal(session, report.entry) is None:
        reason = say("{span}月报退回：{note}", span=report.round.span.label, note=note)
        ledger.reverse_entry(session, report.entry, reason)
    report.state, report.entry = ReportState.RETURNED, None
    _note_review(session, report, note)
    session.flush()


def check_version(session: Session, report: ProgressReport, version: int) -> None:
    """Raise StaleError unless the report still stands at ``version``."""
    if report.version != version:
        raise StaleError(report.version, last_actor(session, "progress_report", report))


def _check_writable(session: Session, report: ProgressReport, version: int) -> None:
    check_round(report)
    check_version(session, report, version)
    if report.state is ReportState.SUBMITTED:
        raise RuleError(say("已报送，等待核定；要修改请先撤回"))
    if report.state is ReportState.ACCEPTED:
        raise RuleError(say("已核定，不能直接修改；要更正请联系核定人退回"))


def check_round(report: ProgressReport) -> None:
    """Raise RuleError, with what to do, unless the report's round takes reports now."""
    label, state = report.round.span.label, report.round.state
    if state is RoundState.CLOSED:
        raise RuleError(
            say("{span}月报已关闭，没有保存；确需补报或更正，请联系管理员或分管领导重新开放这一期", span=label)
        )
    if state is RoundState.COMING:
        raise RuleError(say("{span}月报从 {opens_on} 起填报，请届时再填", span=label, opens_on=report.round.opens_on))


def _work_done(report: ProgressReport, source: Source) -> LedgerDraft:
    """Return the ledger entry of a report's work value; under 其他 it says that sources were not told apart."""
    span = report.round.span
    told = say("{span}月报核定", span=span.label)
    if source is Source.OTHER:
        told = say("{span}月报核定，不分资金来源", span=span.label)
    return LedgerDraft(
        source=source,
        state=MoneyState.WORK_DONE,
        year=span.year,
        month=span.month,
        amount_fen=report.work_done_fen or 0,
        note=told,
    )


def _note_review(session: Session, report: ProgressReport, note: str | None) -> None:
    report.reviewed_at, report.reviewed_by, report.review_note = utc_now(), _actor(session), note


def _actor(session: Session) -> str:
    return session.info.get("actor") or "system"
