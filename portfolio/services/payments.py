"""What a payment may not go beyond: received money of its source, and its contract."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from portfolio.domain.drafts import LedgerDraft
from portfolio.domain.errors import RuleError
from portfolio.domain.quantities import format_exact
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


def doubts_about(session: Session, project: Project, draft: LedgerDraft, contract: Contract | None) -> list[str]:
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
        raise RuleError("；".join(beyond), "amount")
    slip = unit_question(draft.amount_fen, yardstick_fen(session, project))
    return [*beyond, *([slip] if slip else [])]


def check_contract(project: Project, draft: LedgerDraft, contract: Contract) -> None:
    """Raise RuleError where an amount is nothing that is paid under a contract of this project."""
    if draft.state is not MoneyState.PAID:
        raise RuleError("只有支付才对应合同；其他状态请把合同留空", "contract")
    if contract.project_id != project.id or contract.withdrawn_at is not None:
        raise RuleError("这份合同不是本项目的有效合同，请重新选择", "contract")
    signed = contract.signed_on
    if (draft.year, draft.month or signed.month) < (signed.year, signed.month):
        raise RuleError(f"支付年月早于合同签订日期 {signed}，请核对", "contract")


def _beyond(session: Session, project: Project, draft: LedgerDraft, contract: Contract | None) -> Iterator[str]:
    if draft.state is not MoneyState.PAID:
        return
    sums = ledger.sum_of_source(session, project, draft.source)
    received, paid = sums.get(MoneyState.RECEIVED, 0), sums.get(MoneyState.PAID, 0)
    if (excess := paid + draft.amount_fen - received) > 0:
        yield (
            f"{draft.source.label}累计到位 {format_exact(received)} 万元，已支付 {format_exact(paid)} 万元，"
            f"这笔支付将超过到位资金 {format_exact(excess)} 万元"
        )
    if contract is not None:
        standing = contracts.stand(session, contract)
        if (excess := draft.amount_fen - standing.left_fen) > 0:
            yield (
                f"合同 {contract.number} 金额 {format_exact(standing.amount_fen)} 万元，已支付"
                f" {format_exact(standing.paid_fen)} 万元，这笔支付将超过合同 {format_exact(excess)} 万元"
            )


def uncovered_by(session: Session, entry: LedgerEntry) -> str | None:
    """Return what taking an entry back leaves uncovered: payments beyond received money; None where nothing is."""
    if entry.state is not MoneyState.RECEIVED or entry.is_carried:
        return None
    sums = ledger.sum_of_source(session, entry.project, entry.source)
    excess = sums.get(MoneyState.PAID, 0) - (sums.get(MoneyState.RECEIVED, 0) - entry.amount_fen)
    if excess <= 0:
        return None
    return f"冲销后，{entry.source.label}累计支付超过到位资金 {format_exact(excess)} 万元"
