"""What a payment may not go beyond: received money of its source, and its contract."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from portfolio.domain.drafts import LedgerDraft
from portfolio.domain.errors import RuleError
from portfolio.domain.quantities import format_exact
from portfolio.domain.sentences import Sentence, say, several
from portfolio.domain.slips import unit_question
from portfolio.domain.terms import MoneyState, Overdraw
from portfolio.store.models import Contract, LedgerEntry, Project
from portfolio.store.queries import contracts, estimates, ledger
from portfolio.store.queries.settings import find_setting

OVERDRAW_KEY = "money.overdraw"


def find_overdraw(session: Session) -> Overdraw:
    """Return what this office wants to happen to a payment beyond what it may; refused unless it says otherwise."""
    return Overdraw.from_label(find_setting(session, OVERDRAW_KEY, Overdraw.REFUSE.value))


def yardstick_fen(session: Session, project: Project) -> int | None:
    """Return the most that a project is stated to cost: its largest estimate or its total investment, or None."""
    stated = (project.total_investment_fen, estimates.chain(session, project).largest_fen)
    return max((fen for fen in stated if fen is not None), default=None)


def doubts_about(session: Session, project: Project, draft: LedgerDraft, contract: Contract | None) -> list[Sentence]:
    """Return the questions that an amount raises and that a person may confirm.

    Raises
    ------
    RuleError
        If it cannot be paid under the contract, or goes beyond what it may and the office refuses that.
    """
    if contract is not None:
        check_contract(project, draft, contract)
    beyond = list(_beyond(session, project, draft, contract))
    if beyond and find_overdraw(session) is Overdraw.REFUSE:
        raise RuleError(several(beyond, "；"), "amount")
    slip = unit_question(draft.amount_fen, yardstick_fen(session, project))
    return [*beyond, *([slip] if slip else [])]


def check_contract(project: Project, draft: LedgerDraft, contract: Contract) -> None:
    """Raise RuleError where an amount is nothing that is paid under a contract of this project."""
    if draft.state is not MoneyState.PAID:
        raise RuleError(say("只有支付才对应合同；其他状态请把合同留空"), "contract")
    if contract.project_id != project.id or contract.withdrawn_at is not None:
        raise RuleError(say("这份合同不是本项目的有效合同，请重新选择"), "contract")
    signed = contract.signed_on
    if (draft.year, draft.month or signed.month) < (signed.year, signed.month):
        raise RuleError(say("支付年月早于合同签订日期 {signed}，请核对", signed=signed), "contract")


def _beyond(session: Session, project: Project, draft: LedgerDraft, contract: Contract | None) -> Iterator[Sentence]:
    if draft.state is not MoneyState.PAID:
        return
    sums = ledger.sum_of_source(session, project, draft.source)
    received, paid = sums.get(MoneyState.RECEIVED, 0), sums.get(MoneyState.PAID, 0)
    if (excess := paid + draft.amount_fen - received) > 0:
        yield (
            say(
                "{source}累计到位 {received} 万元，已支付 {paid} 万元，这笔支付将超过到位资金 {excess} 万元",
                source=draft.source,
                received=format_exact(received),
                paid=format_exact(paid),
                excess=format_exact(excess),
            )
        )
    if contract is not None:
        standing = contracts.stand(session, contract)
        if (excess := draft.amount_fen - standing.left_fen) > 0:
            yield (
                say(
                    "合同 {number} 金额 {amount} 万元，已支付 {paid} 万元，这笔支付将超过合同 {excess} 万元",
                    number=contract.number,
                    amount=format_exact(standing.amount_fen),
                    paid=format_exact(standing.paid_fen),
                    excess=format_exact(excess),
                )
            )


def uncovered_by(session: Session, entry: LedgerEntry) -> Sentence | None:
    """Return what taking an entry back leaves uncovered: payments beyond received money; None where nothing is."""
    if entry.state is not MoneyState.RECEIVED or entry.is_carried:
        return None
    sums = ledger.sum_of_source(session, entry.project, entry.source)
    excess = sums.get(MoneyState.PAID, 0) - (sums.get(MoneyState.RECEIVED, 0) - entry.amount_fen)
    if excess <= 0:
        return None
    return say("冲销后，{source}累计支付超过到位资金 {excess} 万元", source=entry.source, excess=format_exact(excess))
