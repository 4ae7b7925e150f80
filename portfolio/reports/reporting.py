"""Tables of the monthly reports: who owes what in a round, and the ledger of problems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.reporting import HUNDRED, ReportState, RoundState
from portfolio.domain.sentences import say
from portfolio.domain.terms import Term
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.models import Problem, ProgressReport, ReportingRound
from portfolio.store.queries import reports, rounds
from portfolio.store.queries.projects import ProjectFilter

_REPORT_COLUMNS = (
    Column("name", "项目名称", Kind.TEXT, 30),
    Column("code", "编码", Kind.CODE, 14),
    Column("unit", "责任单位", Kind.TEXT, 18),
    Column("person", "责任人", Kind.TEXT, 10),
    Column("state", "月报状态", Kind.TERM, 10),
    Column("timing", "时限", Kind.TERM, 10),
    Column("physical_percent", "形象进度", Kind.PERCENT, 12),
    Column("progress", "形象进度说明", Kind.TEXT, 30),
    Column("work_done", "本期完成投资", Kind.MONEY, 16),
    Column("problems", "存在问题", Kind.TEXT, 30),
    Column("next_steps", "下一步", Kind.TEXT, 30),
    Column("submitted_at", "报送时间", Kind.MOMENT, 16),
)


class Timing(Term):
    """Whether a report came in time (时限)."""

    IN_TIME = "in_time", "按时"
    LATE = "late", "迟报"
    RUNNING = "running", "未到期"
    MISSING = "missing", "逾期未报"


def timing_of(report: ProgressReport) -> Timing:
    """Return whether a report came in time; one that was handed in and returned is judged by its first time."""
    if report.first_submitted_at is not None:
        return Timing.LATE if report.is_late else Timing.IN_TIME
    is_due = report.round.state is RoundState.CLOSED or today() > report.round.due_on
    return Timing.MISSING if is_due else Timing.RUNNING


def round_table(session: Session, period: ReportingRound, states: Sequence[ReportState] = ()) -> Table:
    """Return who owes what in a round: one row per project asked, by code; all, or those at some states."""
    found = reports.list_reports(session, period, states=states)
    rows = [_report_row(report) for report in found]
    known = [report.work_done_fen for report in found if report.work_done_fen is not None]
    totals = ("合计", *[None] * 7, sum(known) if known else None, *[None] * 3)
    notes = [say("{count} 个项目，{known} 个填了完成投资，其余未填，未计入合计。", count=len(found), known=len(known))]
    return Table("月报", _REPORT_COLUMNS, rows, totals, notes, len(rows))


def _report_row(report: ProgressReport) -> tuple[object, ...]:
    project = report.project
    return (
        project.full_name,
        project.code,
        project.responsible_unit,
        project.responsible_person,
        report.state,
        timing_of(report),
        None if report.physical_percent is None else report.physical_percent / HUNDRED,
        report.progress,
        report.work_done_fen,
        report.problems,
        report.next_steps,
        report.submitted_at,
    )


@dataclass(frozen=True)
class RoundLine:
    """One round with its counts: ``late`` were handed in after the due day, ``missing`` are overdue."""

    round: ReportingRound
    count: rounds.RoundCount
    late: int
    missing: int


def round_lines(session: Session, adcode: str | None) -> list[RoundLine]:
    """Return the rounds, all or one district's, the latest first, each with its counts."""
    found = rounds.list_rounds(session, adcode)
    counts, lates = rounds.count_reports(session, found), rounds.count_late(session, found)
    unreported = rounds.count_never_handed_in(session, found)
    return [
        RoundLine(one, counts[one.id], lates.get(one.id, 0), unreported.get(one.id, 0) if _is_due(one) else 0)
        for one in found
    ]


def _is_due(period: ReportingRound) -> bool:
    return period.state in (RoundState.OVERDUE, RoundState.CLOSED)


_PROBLEM_COLUMNS = (
    Column("what", "问题", Kind.TEXT, 40),
    Column("name", "项目名称", Kind.TEXT, 28),
    Column("code", "编码", Kind.CODE, 14),
    Column("level", "程度", Kind.TERM, 8),
    Column("owner", "责任人或单位", Kind.TEXT, 18),
    Column("opened_on", "发现日期", Kind.CODE, 12),
    Column("due_on", "解决期限", Kind.CODE, 12),
    Column("overdue_days", "超期天数", Kind.COUNT, 10),
    Column("closed_on", "销号日期", Kind.CODE, 12),
    Column("evidence", "销号依据", Kind.TEXT, 30),
)


def problem_table(session: Session, chosen: ProjectFilter, *, open_only: bool, high_only: bool) -> Table:
    """Return the ledger of problems: one row per problem, open ones first, the graver first, then by due day."""
    found = reports.list_problems(session, chosen, open_only=open_only, high_only=high_only)
    rows = [_problem_row(problem, today()) for problem in found]
    return Table("问题台账", _PROBLEM_COLUMNS, rows, count=len(rows))


def _problem_row(problem: Problem, day: dt.date) -> tuple[object, ...]:
    is_overdue = problem.closed_on is None and problem.due_on < day
    return (
        problem.what,
        problem.project.full_name,
        problem.project.code,
        problem.level,
        problem.owner,
        problem.opened_on.isoformat(),
        problem.due_on.isoformat(),
        (day - problem.due_on).days if is_overdue else None,
        problem.closed_on.isoformat() if problem.closed_on else None,
        problem.evidence,
    )
