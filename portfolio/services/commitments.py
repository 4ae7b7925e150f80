"""Linking projects to the commitments they count toward."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.domain.errors import DuplicateError, RuleError
from portfolio.domain.sentences import say
from portfolio.store.models import Commitment, CommitmentLink, Project
from portfolio.store.queries import commitments


def link_project(
    session: Session, commitment: Commitment, project: Project, *, quantity: Decimal | None, basis: str | None
) -> CommitmentLink:
    """Count a project toward a commitment.

    Raises
    ------
    DuplicateError
        If it is counted already.
    RuleError
        If project and plan are of different districts, or level or nature may not count.
    """
    if commitments.find_link(session, commitment, project) is not None:
        raise DuplicateError(say("{project}已计入这项任务，不能重复计算", project=project.name), "project")
    if project.district_id != commitment.plan.district_id:
        raise RuleError(
            say(
                "{project}不在{district}，不能计入本区任务",
                project=project.name,
                district=commitment.plan.district.name,
            ),
            "project",
        )
    _check_may_count(commitment.levels, project.level.value, say("学段“{level}”", level=project.level))
    _check_may_count(commitment.natures, project.nature.value, say("建设性质“{nature}”", nature=project.nature))
    link = CommitmentLink(commitment=commitment, project=project, quantity=quantity, basis=basis)
    session.add(link)
    session.flush()
    return link


def unlink_project(session: Session, commitment: Commitment, project: Project) -> None:
    """No longer count a project toward a commitment.

    Raises
    ------
    RuleError
        If it was not counted.
    """
    link = commitments.find_link(session, commitment, project)
    if link is None:
        raise RuleError(say("{project}没有计入这项任务", project=project.name), "project")
    session.delete(link)
    session.flush()


def _check_may_count(allowed: str | None, code: str, what: str) -> None:
    if allowed and code not in allowed.split(","):
        raise RuleError(say("{what}不在这项任务的口径内，不能计入", what=what), "project")
