"""Reads of the four estimates (四算). Amounts are whole fen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from portfolio.domain.errors import NotFoundError
from portfolio.domain.estimates import Chain
from portfolio.domain.sentences import say
from portfolio.domain.terms import EstimateKind
from portfolio.store.models import Contract, District, Estimate, Project
from portfolio.store.queries import contracts
from portfolio.store.queries.projects import ProjectFilter, conditions


@dataclass(frozen=True, kw_only=True)
class ProjectChain(Chain):
    """The four estimates of one project, with the project they belong to."""

    code: str
    name: str
    district: str


def list_estimates(session: Session, project: Project) -> Sequence[Estimate]:
    """List every figure that a project ever had, steps in order, newest first within a step."""
    found = session.scalars(select(Estimate).where(Estimate.project_id == project.id)).all()
    order = list(EstimateKind)
    return sorted(found, key=lambda one: (order.index(one.kind), -one.ordinal))


def find_estimate(session: Session, project: Project, kind: EstimateKind) -> Estimate | None:
    """Return the last figure of a step, in force or withdrawn, or None where there never was one."""
    statement = select(Estimate).where(Estimate.project_id == project.id, Estimate.kind == kind)
    return session.scalar(statement.order_by(Estimate.ordinal.desc()).limit(1))


def get_estimate(session: Session, project: Project, number: int) -> Estimate:
    """Return one figure of a project by its number."""
    found = session.get(Estimate, number)
    if found is None or found.project_id != project.id:
        raise NotFoundError(say("项目 {code} 没有第 {number} 号四算记录", code=project.code, number=number))
    return found


def chain(session: Session, project: Project) -> Chain:
    """Return the four estimates in force of one project; see ``Chain`` for where the third comes from."""
    found = _in_force(session, Estimate.project_id == project.id)
    signed = contracts.sum_by_project(session, Contract.project_id == project.id)
    return Chain(**_steps(found.get(project.id, {}), signed.get(project.id)))


def list_chains(session: Session, chosen: ProjectFilter) -> list[ProjectChain]:
    """List the projects meant that have at least one of the four estimates or a contract, by code."""
    meant = select(Project.id).where(*conditions(chosen))
    found = _in_force(session, Estimate.project_id.in_(meant))
    signed = contracts.sum_by_project(session, Contract.project_id.in_(meant))
    columns = (Project.id, Project.code, Project.name, District.name.label("district"))
    statement = select(*columns).join(District, District.id == Project.district_id)
    rows = session.execute(statement.where(*conditions(chosen)).order_by(Project.code))
    return [
        ProjectChain(
            code=row.code, name=row.name, district=row.district, **_steps(found.get(row.id, {}), signed.get(row.id))
        )
        for row in rows
        if row.id in found or row.id in signed
    ]


def list_overruns(session: Session, chosen: ProjectFilter) -> list[ProjectChain]:
    """List the projects meant in which a step lies above the one before it, by code."""
    return [one for one in list_chains(session, chosen) if one.first is not None]


def _in_force(session: Session, wanted: Any) -> dict[int, dict[EstimateKind, int]]:
    """Return the amount in force of each step, by project."""
    later = aliased(Estimate)
    newest = select(func.max(later.ordinal)).where(later.project_id == Estimate.project_id, later.kind == Estimate.kind)
    statement = select(Estimate.project_id, Estimate.kind, Estimate.amount_fen).where(
        wanted, Estimate.ordinal == newest.scalar_subquery()
    )
    found: dict[int, dict[EstimateKind, int]] = defaultdict(dict)
    for project_id, kind, fen in session.execute(statement):
        if fen is not None:
            found[project_id][kind] = fen
    return found


def _steps(amounts: dict[EstimateKind, int], signed_fen: int | None) -> dict[str, Any]:
    """Return the fields of a chain; without a figure of its own the third step is what the contracts come to."""
    is_sum = EstimateKind.CONTRACT not in amounts and signed_fen is not None
    known = amounts | ({EstimateKind.CONTRACT: signed_fen} if is_sum else {})
    return {f"{kind.value}_fen": known.get(kind) for kind in EstimateKind} | {"contract_is_sum": is_sum}
