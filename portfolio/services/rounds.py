"""Opening and closing reporting rounds."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portfolio.domain.errors import DuplicateError, RuleError
from portfolio.domain.reporting import ReportState, RoundDraft
from portfolio.domain.sentences import say
from portfolio.store.base import utc_now
from portfolio.store.models import ProgressReport, ReportingRound
from portfolio.store.queries import reports, rounds
from portfolio.store.queries.districts import get_district


def open_round(session: Session, draft: RoundDraft) -> ReportingRound:
    """Ask every project of a district that has to report for its report of a period.

    Raises
    ------
    RuleError
        If the days are out of order, or another round covers part of the period already.
    """
    if draft.opens_on < draft.period.first_day:
        raise RuleError(
            say("开始填报日期早于报告期（{first_day} 起），请核对", first_day=draft.period.first_day), "opens_on"
        )
    if draft.due_on < draft.opens_on:
        raise RuleError(say("截止日期早于开始填报日期，请核对"), "due_on")
    district = get_district(session, draft.district)
    session.refresh(district, with_for_update=True)  # two people may be opening it at the same moment
    other = rounds.find_overlapping(session, district, draft.period.first_day, draft.period.last_day)
    if other is not None:
        raise DuplicateError(
            say(
                "{district}已有 {span}月报，报告期不能重叠，否则完成投资会重复",
                district=district.name,
                span=other.span.label,
            ),
            "period",
        )
    opened = ReportingRound(
        district=district,
        period=draft.period.code,
        starts_on=draft.period.first_day,
        ends_on=draft.period.last_day,
        opens_on=draft.opens_on,
        due_on=draft.due_on,
    )
    session.add(opened)
    session.flush()
    add_missing_projects(session, opened)
    return opened


def add_missing_projects(session: Session, period: ReportingRound) -> int:
    """Ask the projects that have to report and are not in the round yet, too; return how many.

    Raises
    ------
    RuleError
        If the round is closed.
    """
    if period.closed_at is not None:
        raise RuleError(say("这一期已关闭，请先重新开放再补入项目"))
    rounds.lock_round(session, period)
    there = reports.list_reported_project_ids(session, period)
    missing = [one for one in reports.list_owing_projects(session, period.district_id) if one.id not in there]
    session.add_all(ProgressReport(round=period, project=one, state=ReportState.PENDING) for one in missing)
    session.flush()
    return len(missing)


def close_round(session: Session, period: ReportingRound) -> None:
    """Take no more reports for a round.

    Raises
    ------
    RuleError
        If it is closed already.
    """
    if period.closed_at is not None:
        raise RuleError(say("{span}月报已经关闭，不用再关", span=period.span.label))
    period.closed_at, period.closed_by = utc_now(), session.info.get("actor") or "system"
    session.flush()


def reopen_round(session: Session, period: ReportingRound) -> None:
    """Take reports for a closed round again.

    Raises
    ------
    RuleError
        If it is not closed.
    """
    if period.closed_at is None:
        raise RuleError(say("{span}月报没有关闭，可以直接填报", span=period.span.label))
    period.closed_at = period.closed_by = None
    session.flush()
