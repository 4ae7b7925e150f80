"""Which projects are large enough to be reported to the statistics office, and what their entry still lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from portfolio.domain.readiness import REPORTABLE_FEN
from portfolio.domain.terms import EstimateKind, Status
from portfolio.store.models import District, Estimate, Project
from portfolio.store.queries.projects import ProjectFilter, conditions

_GOING_ON = Project.status.in_((Status.ACTIVE, Status.SUSPENDED))
_APPROVALS = (EstimateKind.FEASIBILITY, EstimateKind.DESIGN)


def list_reportable(session: Session, chosen: ProjectFilter) -> Sequence[Any]:
    """List the projects meant of 5 million yuan and more by code, with what their entry needs."""
    approved = exists().where(
        Estimate.project_id == Project.id, Estimate.kind.in_(_APPROVALS), Estimate.approval_no.is_not(None)
    )
    columns = (
        Project.name,
        Project.code,
        District.name.label("district"),
        Project.total_investment_fen,
        Project.national_code,
        Project.owner,
        Project.start_year,
        Project.completion_year,
        Project.floor_area_m2,
        Project.stage,
        approved.label("has_approval"),
    )
    statement = select(*columns).join(District, District.id == Project.district_id).order_by(Project.code)
    statement = statement.where(_GOING_ON, Project.total_investment_fen >= REPORTABLE_FEN, *conditions(chosen))
    return session.execute(statement).all()


def count_unsized(session: Session, chosen: ProjectFilter) -> int:
    """Return how many of the projects meant cannot be judged, their total investment being unknown."""
    statement = select(func.count()).select_from(Project)
    return session.scalar(statement.where(_GOING_ON, Project.total_investment_fen.is_(None), *conditions(chosen))) or 0
