"""Reads of commitments, their linked projects, and indicators."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from portfolio.domain.errors import NotFoundError
from portfolio.domain.sentences import say
from portfolio.store.models import Commitment, CommitmentLink, District, Indicator, Plan, Project


def list_commitments(session: Session, adcode: str | None = None) -> Sequence[Commitment]:
    """List commitments by plan and key, all or one district's."""
    statement = select(Commitment).join(Commitment.plan).join(Plan.district)
    statement = statement.options(contains_eager(Commitment.plan).contains_eager(Plan.district))
    if adcode is not None:
        statement = statement.where(District.adcode == adcode)
    return session.scalars(statement.order_by(Plan.key, Commitment.key)).all()


def get_commitment(session: Session, key: str, *, within: str | None = None) -> Commitment:
    """Return the commitment with that key; one of a plan outside ``within`` does not exist."""
    commitment = find_commitment(session, key)
    if commitment is None or within not in (None, commitment.plan.district.adcode):
        raise NotFoundError(say("没有编号为 {key} 的规划任务", key=key))
    return commitment


def find_commitment(session: Session, key: str) -> Commitment | None:
    """Return the commitment with that key, or None."""
    statement = select(Commitment).where(Commitment.key == key)
    return session.scalar(statement.options(joinedload(Commitment.plan).joinedload(Plan.district)))


def list_links(session: Session, commitment: Commitment | None = None) -> Sequence[CommitmentLink]:
    """List links by project code with their projects loaded, all or one commitment's."""
    statement = select(CommitmentLink).join(CommitmentLink.project).options(contains_eager(CommitmentLink.project))
    if commitment is not None:
        statement = statement.where(CommitmentLink.commitment_id == commitment.id)
    return session.scalars(statement.order_by(Project.code, CommitmentLink.commitment_id)).all()


def list_links_of_project(session: Session, project: Project) -> Sequence[CommitmentLink]:
    """List a project's links by commitment, with the commitments loaded."""
    statement = select(CommitmentLink).where(CommitmentLink.project_id == project.id)
    statement = statement.options(joinedload(CommitmentLink.commitment).joinedload(Commitment.plan))
    return session.scalars(statement.order_by(CommitmentLink.commitment_id)).all()


def find_link(session: Session, commitment: Commitment, project: Project) -> CommitmentLink | None:
    """Return the link between the two, or None."""
    statement = select(CommitmentLink).where(CommitmentLink.commitment_id == commitment.id)
    return session.scalar(statement.where(CommitmentLink.project_id == project.id))


def list_indicators(session: Session, adcode: str | None = None) -> Sequence[Indicator]:
    """List indicators by plan and number, all or one district's."""
    statement = select(Indicator).join(Indicator.plan).join(Plan.district)
    statement = statement.options(contains_eager(Indicator.plan).contains_eager(Plan.district))
    if adcode is not None:
        statement = statement.where(District.adcode == adcode)
    return session.scalars(statement.order_by(Plan.key, Indicator.number)).all()


def find_indicator(session: Session, plan: Plan, number: int) -> Indicator | None:
    """Return a plan's indicator by its number, or None."""
    return session.scalar(select(Indicator).where(Indicator.plan_id == plan.id, Indicator.number == number))
