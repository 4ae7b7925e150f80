"""Reads of milestones, baselines and approvals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.orm import Session, joinedload

from portfolio.domain.milestones import VALID_YEARS, ApprovalKind, default_stages
from portfolio.domain.terms import Level, Nature, Stage, Status
from portfolio.store.models import Approval, Baseline, Milestone, Project
from portfolio.store.queries.projects import ProjectFilter, conditions
from portfolio.store.queries.settings import find_setting

STAGES_KEY, VALIDITY_KEY = "milestones.stages", "approvals.valid_years"
IN_ORDER = case({stage: number for number, stage in enumerate(Stage)}, value=Milestone.stage)


def stages_of(session: Session, nature: Nature, level: Level | None) -> tuple[Stage, ...]:
    """Return the stages that projects of a nature and level pass through: the office's word, else the usual ones."""
    stored: Mapping[str, Sequence[str]] = find_setting(session, STAGES_KEY, {})
    for key in (f"{nature.value}/{level.value}" if level else "", nature.value):
        if key in stored:
            return tuple(Stage.from_label(code) for code in stored[key])
    return default_stages(nature)


def valid_years(session: Session) -> Mapping[ApprovalKind, int]:
    """Return for how many years each kind of approval holds; a kind that is not named does not run out."""
    stored = find_setting(session, VALIDITY_KEY)
    if stored is None:
        return VALID_YEARS
    return {ApprovalKind.from_label(kind): int(years) for kind, years in stored.items()}


def list_milestones(session: Session, project: Project) -> Sequence[Milestone]:
    """List a project's milestones in the order of the stages."""
    return session.scalars(select(Milestone).where(Milestone.project_id == project.id).order_by(IN_ORDER)).all()


def list_with_milestones(
    session: Session, chosen: ProjectFilter, *, limit: int | None = None, offset: int = 0
) -> Sequence[Project]:
    """List the projects meant that have milestones, by code, a page at a time."""
    statement = select(Project).where(*conditions(chosen), _has_milestones()).order_by(Project.code)
    return session.scalars(statement.limit(limit).offset(offset)).all()


def count_with_milestones(session: Session, chosen: ProjectFilter) -> tuple[int, int]:
    """Return how many of the projects meant have milestones, and how many have none."""
    with_some = func.coalesce(func.sum(case((_has_milestones(), 1), else_=0)), 0)
    statement = select(with_some, func.count()).select_from(Project)
    found, count = session.execute(statement.where(*conditions(chosen))).one()
    return int(found), count - int(found)


def _has_milestones() -> ColumnElement[bool]:
    return exists().where(Milestone.project_id == Project.id).correlate(Project)


def list_milestones_of(session: Session, numbers: Sequence[int]) -> Sequence[Milestone]:
    """List every milestone of the projects with those row numbers, by project and stage."""
    statement = select(Milestone).where(Milestone.project_id.in_(numbers))
    return session.scalars(statement.order_by(Milestone.project_id, IN_ORDER)).all()


def list_baselines(session: Session, project: Project) -> Sequence[Baseline]:
    """List a project's baselines, newest first."""
    statement = select(Baseline).where(Baseline.project_id == project.id)
    return session.scalars(statement.order_by(Baseline.number.desc())).all()


def list_last_baselines(session: Session, numbers: Sequence[int]) -> Mapping[int, Baseline]:
    """Return the newest baseline of each project that has one, by project id."""
    newest = select(func.max(Baseline.id)).where(Baseline.project_id.in_(numbers)).group_by(Baseline.project_id)
    return {one.project_id: one for one in session.scalars(select(Baseline).where(Baseline.id.in_(newest)))}


def list_approvals(session: Session, project: Project) -> Sequence[Approval]:
    """List a project's approvals by day of issue."""
    statement = select(Approval).where(Approval.project_id == project.id)
    return session.scalars(statement.order_by(Approval.approved_on, Approval.id)).all()


def list_running_out(session: Session, chosen: ProjectFilter, until: dt.date) -> Sequence[Approval]:
    """List the approvals of the projects meant that run out by a day or have run out, the first first."""
    statement = select(Approval).join(Project, Project.id == Approval.project_id).options(joinedload(Approval.project))
    wanted = (Approval.valid_until <= until, Project.status == Status.ACTIVE, *conditions(chosen))
    return session.scalars(statement.where(*wanted).order_by(Approval.valid_until, Approval.id)).all()


def list_durations(session: Session, nature: Nature, level: Level) -> Sequence[int]:
    """List the days from start of construction to acceptance of the completed projects of a nature and level."""
    started, accepted = Milestone.__table__.alias(), Milestone.__table__.alias()
    statement = (
        select(started.c.actual_on, accepted.c.actual_on)
        .join(accepted, accepted.c.project_id == started.c.project_id)
        .join(Project, Project.id == started.c.project_id)
        .where(started.c.stage == Stage.STARTED, accepted.c.stage == Stage.ACCEPTED)
        .where(started.c.actual_on.is_not(None), accepted.c.actual_on.is_not(None))
        .where(Project.nature == nature, Project.level == level)
        .order_by(Project.code)
    )
    return [(end - start).days for start, end in session.execute(statement)]
