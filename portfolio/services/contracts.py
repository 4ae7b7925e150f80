"""Contracts: signing, changing their amount, the retention, declaring one void."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.drafts import ChangeDraft, ContractDraft
from portfolio.domain.errors import ConfirmationNeededError, DuplicateError, RuleError, StaleError
from portfolio.domain.quantities import format_exact
from portfolio.domain.sentences import say
from portfolio.domain.slips import unit_question
from portfolio.services.payments import yardstick_fen
from portfolio.store.base import utc_now
from portfolio.store.hold import hold
from portfolio.store.models import Contract, ContractChange, Project
from portfolio.store.queries import contracts, revisions

_FIXED = ("amount_fen",)  # what was signed; a change is a row of its own


def sign_contract(
    session: Session, project: Project, draft: ContractDraft, *, confirmed: str | None = None
) -> Contract:
    """Register a contract of a project.

    Raises
    ------
    RuleError
        If the amount is not above zero, a date does not fit, or the retention is no share of the amount.
    DuplicateError
        If the project has a live contract of that number already.
    ConfirmationNeededError
        If the unit looks wrong and ``confirmed`` is not that very sentence.
    """
    hold(session, project)
    _check(session, project, draft, but=None)
    question = unit_question(draft.amount_fen, yardstick_fen(session, project))
    if question is not None and question != confirmed:
        raise ConfirmationNeededError(question, "amount")
    contract = Contract(
        project=project, entered_by=session.info.get("actor") or "system", entered_at=utc_now(), **asdict(draft)
    )
    session.add(contract)
    session.flush()
    return contract


def update_contract(session: Session, contract: Contract, draft: ContractDraft, *, version: int) -> Contract:
    """Save changed answers to a contract that was read at ``version``; the amount as signed stays.

    Raises
    ------
    StaleError
        If somebody saved it since.
    RuleError
        As ``sign_contract``, or if it is void.
    """
    hold(session, contract)
    if contract.version != version:
        raise StaleError(contract.version, revisions.list_revisions(session, contract)[0].actor)
    _check_live(contract)
    _check(session, contract.project, draft, but=contract)
    for name, value in asdict(draft).items():
        if name not in _FIXED:
            setattr(contract, name, value)
    session.flush()
    return contract


def change_amount(session: Session, contract: Contract, draft: ChangeDraft) -> ContractChange:
    """Change what a contract comes to (合同变更).

    Raises
    ------
    RuleError
        If nothing changes, no reason is given, the date lies before signing or in the future, or the contract would
        come to less than was paid.
    """
    hold(session, contract)
    _check_live(contract)
    if not draft.amount_fen:
        raise RuleError(say("变更金额不能为 0"), "amount")
    if not draft.reason:
        raise RuleError(say("请写明变更原因"), "reason")
    if not contract.signed_on <= draft.changed_on <= today():
        raise RuleError(say("变更日期应在签订日期 {signed_on} 与今天之间", signed_on=contract.signed_on), "changed_on")
    standing = contracts.stand(session, contract)
    after = standing.amount_fen + draft.amount_fen
    if after <= 0 or after < standing.paid_fen:
        paid = format_exact(standing.paid_fen)
        raise RuleError(
            say("变更后合同为 {after} 万元，少于已支付的 {paid} 万元或不大于 0", after=format_exact(after), paid=paid),
            "amount",
        )
    change = ContractChange(
        contract=contract, entered_by=session.info.get("actor") or "system", entered_at=utc_now(), **asdict(draft)
    )
    session.add(change)
    session.flush()
    return change


def withdraw_contract(session: Session, contract: Contract, reason: str) -> None:
    """Declare a contract void (作废); it stays in the list.

    Raises
    ------
    RuleError
        If it is void already, no reason is given, or something was paid under it.
    """
    hold(session, contract)
    _check_live(contract)
    if not reason:
        raise RuleError(say("请写明作废原因"), "reason")
    paid = contracts.stand(session, contract).paid_fen
    if paid:
        raise RuleError(say("合同已支付 {paid} 万元，请先冲销支付再作废", paid=format_exact(paid)), "reason")
    contract.withdrawn_at, contract.withdrawn_reason = utc_now(), reason
    session.flush()


def _check_live(contract: Contract) -> None:
    if contract.withdrawn_at is not None:
        raise RuleError(say("这份合同已经作废，不能再修改"))


def _check(session: Session, project: Project, draft: ContractDraft, *, but: Contract | None) -> None:
    if draft.amount_fen <= 0:
        raise RuleError(say("金额必须大于 0"), "amount")
    _check_dates(draft)
    if draft.retention_percent is not None and draft.retention_fen is not None:
        raise RuleError(say("质保金填比例或金额，只填一项"), "retention")
    if draft.retention_fen is not None and draft.retention_fen > draft.amount_fen:
        raise RuleError(say("质保金多于合同金额，请核对单位"), "retention")
    same = contracts.find_by_number(session, project, draft.number)
    if same is not None and same is not but:
        raise DuplicateError(say("本项目已有编号为“{number}”的合同", number=draft.number), "number")


def _check_dates(draft: ContractDraft) -> None:
    if draft.signed_on > today():
        raise RuleError(say("签订日期晚于今天，请核对"), "signed_on")
    if draft.retention_due_on is not None and draft.retention_due_on < draft.signed_on:
        raise RuleError(say("质保金到期日早于签订日期，请核对"), "retention_due_on")
    released = draft.retention_released_on
    if released is not None and not draft.signed_on <= released <= today():
        raise RuleError(say("质保金退还日期应在签订日期与今天之间"), "retention_released_on")
