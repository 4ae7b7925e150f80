"""Reads of monthly reports and of problems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from portfolio.domain.clock import CHINA_TIME
from portfolio.domain.errors import NotFoundError
from portfolio.domain.reporting import ProblemLevel, ReportState
from portfolio.domain.sentences import say
from portfolio.domain.terms import Phase, Stage, Status
from portfolio.store.models import Problem, ProgressReport, Project, ReportingRound, ReportPhoto
from portfolio.store.queries.projects import ProjectFilter, conditions

HANDED_IN = (ReportState.SUBMITTED, ReportState.ACCEPTED)
_DELIVERED = [stage for stage in Stage if stage.phase is Phase.DELIVERED]


@dataclass(frozen=True)
class LastReport:
    """What a project last reported; one per project."""

    project_id: int
    period: str
    state: ReportState
    progress: str | None
    physical_percent: Decimal | None
    reported_on: dt.date


def last_reports(session: Session, chosen: ProjectFilter, *, before: dt.date | None = None) -> list[LastReport]:
    """Return the last report handed in by each of the projects meant that has one, by project number.

    With ``before``, only periods that ended before that day count.
    """
    rank = func.row_number().over(partition_by=ProgressReport.project_id, order_by=ReportingRound.ends_on.desc())
    columns = (
        ProgressReport.project_id,
        ReportingRound.period,
        ProgressReport.state,
        ProgressReport.progress,
        ProgressReport.physical_percent,
        ProgressReport.submitted_at,
    )
    statement = select(*columns, rank.label("rank")).join(ProgressReport.round)
    statement = statement.where(ProgressReport.state.in_(HANDED_IN))
    if before is not None:
        statement = statement.where(ReportingRound.ends_on < before)
    if wanted := conditions(chosen):
        statement = statement.where(ProgressReport.project_id.in_(select(Project.id).where(*wanted)))
    ranked = statement.subquery()
    found = session.execute(select(ranked).where(ranked.c.rank == 1).order_by(ranked.c.project_id))
    return [_last_report(row) for row in found]


def _last_report(row: Any) -> LastReport:
    on = row.submitted_at.astimezone(CHINA_TIME).date()
    return LastReport(row.project_id, row.period, row.state, row.progress, row.physical_percent, on)


def list_owing_projects(session: Session, district_id: int) -> Sequence[Project]:
    """List the projects of a district that have to report now, by code; see ``domain.reporting.owes_report``."""
    statement = select(Project).where(
        Project.district_id == district_id,
        Project.status.not_in([Status.CANCELLED, Status.MERGED]),
        Project.stage.is_(None) | Project.stage.not_in(_DELIVERED),
    )
    return session.scalars(statement.order_by(Project.code)).all()


def list_reported_project_ids(session: Session, period: ReportingRound) -> set[int]:
    """Return the numbers of the projects that have a row in a round."""
    return set(session.scalars(select(ProgressReport.project_id).where(ProgressReport.round_id == period.id)))


def list_reports(
    session: Session,
    period: ReportingRound,
    *,
    states: Sequence[ReportState] = (),
    limit: int | None = None,
    offset: int = 0,
) -> Sequence[ProgressReport]:
    """List the reports of a round by the project's code, with their projects; all, or those at some states."""
    statement = _with_project(select(ProgressReport)).where(ProgressReport.round_id == period.id)
    if states:
        statement = statement.where(ProgressReport.state.in_(states))
    return session.scalars(statement.order_by(Project.code).limit(limit).offset(offset)).all()


def lock_reports(session: Session, period: ReportingRound, codes: Sequence[str]) -> Sequence[ProgressReport]:
    """List the reports of some projects in a round by code; others who would change them wait until we are done."""
    statement = _with_project(select(ProgressReport)).where(ProgressReport.round_id == period.id)
    statement = statement.where(Project.code.in_(codes)).order_by(Project.code)
    return session.scalars(statement.with_for_update(of=ProgressReport)).all()


def _with_project(statement: Select[Any]) -> Select[Any]:
    return statement.join(ProgressReport.project).options(
        contains_eager(ProgressReport.project), joinedload(ProgressReport.round).joinedload(ReportingRound.district)
    )


def get_report(session: Session, project: Project, period: str, *, lock: bool = False) -> ProgressReport:
    """Return a project's report of one period; ``lock`` makes others who would change it wait."""
    statement = select(ProgressReport).join(ProgressReport.round)
    statement = statement.where(ProgressReport.project_id == project.id, ReportingRound.period == period)
    report = session.scalar(statement.with_for_update(of=ProgressReport) if lock else statement)
    if report is None:
        raise NotFoundError(
            say(
                "{project}在 {period} 这一期不用报送；新登记的项目请在该期页面上“补入新项目”",
                project=project.name,
                period=period,
            )
        )
    return report


def list_reports_of_project(session: Session, project: Project) -> Sequence[ProgressReport]:
    """List a project's reports, the latest period first, with their rounds."""
    statement = select(ProgressReport).join(ProgressReport.round).where(ProgressReport.project_id == project.id)
    statement = statement.options(contains_eager(ProgressReport.round)).order_by(ReportingRound.ends_on.desc())
    return session.scalars(statement).all()


def list_photos(session: Session, report: ProgressReport) -> Sequence[ReportPhoto]:
    """List a report's photos in the order in which they came."""
    statement = select(ReportPhoto).where(ReportPhoto.report_id == report.id).order_by(ReportPhoto.id)
    return session.scalars(statement.options(joinedload(ReportPhoto.file))).all()


def get_photo(session: Session, project: Project, number: int) -> ReportPhoto:
    """Return a photo of a project's report."""
    photo = session.get(ReportPhoto, number)
    if photo is None or photo.report.project_id != project.id:
        raise NotFoundError(say("项目 {code} 没有第 {number} 号照片", code=project.code, number=number))
    return photo


# --- problems ---------------------------------------------------------------------------------------------------------


def list_problems(
    session: Session, chosen: ProjectFilter, *, open_only: bool = False, high_only: bool = False
) -> Sequence[Problem]:
    """List the problems of the projects meant, with their projects: open ones, then the graver, then the sooner due."""
    gravity = case({level.value: rank for rank, level in enumerate(ProblemLevel)}, value=Problem.level)
    statement = select(Problem).join(Problem.project).options(contains_eager(Problem.project))
    statement = statement.where(*conditions(chosen))
    if open_only:
        statement = statement.where(Problem.closed_on.is_(None))
    if high_only:
        statement = statement.where(Problem.level.in_([level for level in ProblemLevel if level.is_high]))
    order = (Problem.closed_on.is_not(None), gravity.desc(), Problem.due_on, Problem.id)
    return session.scalars(statement.order_by(*order)).all()


def count_overdue(session: Session, chosen: ProjectFilter, day: dt.date) -> int:
    """Return how many open problems of the projects meant were due before ``day``."""
    statement = select(func.count()).select_from(Problem).join(Problem.project).where(*conditions(chosen))
    return session.scalar(statement.where(Problem.closed_on.is_(None), Problem.due_on < day)) or 0


def get_problem(session: Session, project: Project, number: int) -> Problem:
    """Return a problem of a project."""
    problem = session.get(Problem, number)
    if problem is None or problem.project_id != project.id:
        raise NotFoundError(say("项目 {code} 没有第 {number} 号问题", code=project.code, number=number))
    return problem
