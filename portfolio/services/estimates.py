"""Entering the four estimates (四算). A figure is never changed: a later one stands in its place, or takes it back."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.drafts import EstimateDraft
from portfolio.domain.errors import ConfirmationNeededError, RuleError, StaleError
from portfolio.domain.sentences import say
from portfolio.domain.slips import unit_question
from portfolio.services.payments import yardstick_fen
from portfolio.store.base import utc_now
from portfolio.store.hold import hold
from portfolio.store.models import Estimate, Project
from portfolio.store.queries import estimates


def enter_estimate(
    session: Session, project: Project, draft: EstimateDraft, *, replacing: int, confirmed: str | None = None
) -> Estimate:
    """Enter what a step comes to; ``replacing`` is the ordinal last seen of that step, 0 where there was none.

    Raises
    ------
    RuleError
        If the amount is not above zero, the approval lies in the future, or it replaces a figure without a reason.
    ConfirmationNeededError
        If the unit looks wrong and ``confirmed`` is not that very sentence.
    StaleError
        If somebody entered another figure of that step meanwhile.
    """
    if draft.amount_fen <= 0:
        raise RuleError(say("金额必须大于 0；要取消已登记的数，请用“撤销”"), "amount")
    if draft.approved_on is not None and draft.approved_on > today():
        raise RuleError(say("批复日期晚于今天，请核对"), "approved_on")
    last = _last_seen(session, project, draft, replacing)
    if last is not None and last.amount_fen is not None and not draft.reason:
        raise RuleError(say("请写明更正原因，原数仍会保留"), "reason")
    question = unit_question(draft.amount_fen, yardstick_fen(session, project))
    if question and question != confirmed:
        raise ConfirmationNeededError(question, "amount")
    return _add(session, project, draft, amount_fen=draft.amount_fen, warning=question)


def withdraw_estimate(session: Session, estimate: Estimate, reason: str) -> Estimate:
    """Take the figure in force back without another in its place; it stays in the list.

    Raises
    ------
    RuleError
        If it is not in force, or no reason is given.
    """
    hold(session, estimate.project)
    last = estimates.find_estimate(session, estimate.project, estimate.kind)
    if last is None or last.id != estimate.id or estimate.amount_fen is None:
        raise RuleError(say("这个数已不在执行，不能撤销"))
    if not reason:
        raise RuleError(say("请写明撤销原因"), "reason")
    draft = EstimateDraft(kind=estimate.kind, amount_fen=0, reason=reason)
    return _add(session, estimate.project, draft, amount_fen=None, warning=None)


def _last_seen(session: Session, project: Project, draft: EstimateDraft, replacing: int) -> Estimate | None:
    """Return the last figure of the step, which has to be the one that the person saw."""
    hold(session, project)
    last = estimates.find_estimate(session, project, draft.kind)
    if last is not None and last.ordinal != replacing:
        raise StaleError(last.ordinal, last.entered_by)
    return last


def _add(
    session: Session, project: Project, draft: EstimateDraft, *, amount_fen: int | None, warning: str | None
) -> Estimate:
    last = estimates.find_estimate(session, project, draft.kind)
    estimate = Estimate(
        project=project,
        kind=draft.kind,
        ordinal=last.ordinal + 1 if last else 1,
        amount_fen=amount_fen,
        approval_no=draft.approval_no,
        issuer=draft.issuer,
        approved_on=draft.approved_on,
        file_id=draft.file_id,
        reason=draft.reason,
        warning=warning,
        entered_by=session.info.get("actor") or "system",
        entered_at=utc_now(),
    )
    session.add(estimate)
    session.flush()
    return estimate
