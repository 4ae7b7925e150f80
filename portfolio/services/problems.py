"""Noting problems and closing them with evidence."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.reporting import ProblemDraft
from portfolio.domain.sentences import say
from portfolio.store.models import Problem, Project, StoredFile
from portfolio.store.queries.revisions import last_actor


def open_problem(session: Session, project: Project, draft: ProblemDraft) -> Problem:
    """Enter a problem of a project.

    Raises
    ------
    RuleError
        If it is found in the future, or due before it was found.
    """
    _check(draft)
    problem = Problem(project=project, **_stated(draft))
    session.add(problem)
    session.flush()
    return problem


def change_problem(session: Session, problem: Problem, draft: ProblemDraft, *, version: int) -> None:
    """State an open problem anew.

    Raises
    ------
    StaleError
        If somebody saved it since.
    RuleError
        As ``open_problem``; or if it is closed.
    """
    _check_open(session, problem, version)
    _check(draft)
    for name, value in _stated(draft).items():
        setattr(problem, name, value)
    session.flush()


def close_problem(
    session: Session, problem: Problem, evidence: str | None, *, version: int, file: StoredFile | None = None
) -> None:
    """Close a problem today with what shows that it is solved.

    Raises
    ------
    StaleError
        If somebody saved it since.
    RuleError
        If it is closed already, or no evidence is given.
    """
    _check_open(session, problem, version)
    if not evidence:
        raise RuleError(say("请写明怎样解决、有什么依据"), "evidence")
    problem.closed_on, problem.evidence, problem.evidence_file = today(), evidence, file
    session.flush()


def reopen_problem(session: Session, problem: Problem, *, version: int) -> None:
    """Open a closed problem again; how it was closed stays in the history.

    Raises
    ------
    StaleError
        If somebody saved it since.
    RuleError
        If it is open.
    """
    _check_version(session, problem, version)
    if problem.closed_on is None:
        raise RuleError(say("这个问题没有销号，不用重开"))
    problem.closed_on = problem.evidence = problem.evidence_file = None
    session.flush()


def is_overdue(problem: Problem, day: dt.date) -> bool:
    """Return whether a problem is open past its due day."""
    return problem.closed_on is None and problem.due_on < day


def _stated(draft: ProblemDraft) -> dict[str, object]:
    return {
        "what": draft.what,
        "level": draft.level,
        "owner": draft.owner,
        "due_on": draft.due_on,
        "opened_on": draft.opened_on,
    }


def _check(draft: ProblemDraft) -> None:
    if draft.opened_on > today():
        raise RuleError(say("发现日期晚于今天，请核对"), "opened_on")
    if draft.due_on < draft.opened_on:
        raise RuleError(say("解决期限早于发现日期，请核对"), "due_on")


def _check_open(session: Session, problem: Problem, version: int) -> None:
    _check_version(session, problem, version)
    if problem.closed_on is not None:
        raise RuleError(say("这个问题已于 {closed_on} 销号；要继续处理请先重开", closed_on=problem.closed_on))


def _check_version(session: Session, problem: Problem, version: int) -> None:
    if problem.version != version:
        raise StaleError(problem.version, last_actor(session, "problem", problem))
