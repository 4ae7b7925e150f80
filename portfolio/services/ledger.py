"""Entering money. The ledger is only ever added to."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.drafts import LedgerDraft
from portfolio.domain.errors import ConfirmationNeededError, RuleError
from portfolio.domain.quantities import format_exact
from portfolio.domain.sentences import say, several
from portfolio.domain.terms import MoneyState, Source
from portfolio.services.payments import doubts_about, uncovered_by
from portfolio.store.base import utc_now
from portfolio.store.hold import hold
from portfolio.store.models import Contract, FundingDocument, LedgerEntry, Project
from portfolio.store.queries import documents, ledger

LAST_YEAR = 2100


def add_entry(
    session: Session,
    project: Project,
    draft: LedgerDraft,
    *,
    contract: Contract | None = None,
    confirmed: str | None = None,
) -> LedgerEntry:
    """Enter one amount in a project's ledger.

    Raises
    ------
    RuleError
        If the amount is not above zero, a date does not fit, the contract does, or a payment goes beyond what it may.
    ConfirmationNeededError
        If the unit looks wrong, or an office that lets it pass has a payment beyond what it may, and ``confirmed`` is
        not that very sentence.
    """
    check_amount(draft)
    check_dates(draft)
    _check_unregistered(session, project, draft)
    if draft.state is MoneyState.PAID:
        hold(session, project)
    question = several(doubts_about(session, project, draft, contract), "；") or None
    if question is not None and question != confirmed:
        raise ConfirmationNeededError(question, "amount")
    return write_entry(session, project, draft, contract=contract, warning=question)


def check_amount(draft: LedgerDraft) -> None:
    """Raise RuleError unless the amount is above zero."""
    if draft.amount_fen <= 0:
        raise RuleError(say("金额必须大于 0；要减少已登记的金额，请对原记录做冲销"), "amount")


def _check_unregistered(session: Session, project: Project, draft: LedgerDraft) -> None:
    """Raise RuleError where the typed number is that of a registered document: its money has to count against it."""
    if draft.document_no is None:
        return
    sides = {"source": draft.source, "state": draft.state, "year": draft.year}
    found = documents.find_same(session, project.district, draft.document_no, **sides)
    if found is not None:
        sentence = say("文号 {number} 已登记为资金文件，请在“资金文件”里选它，金额才计入该文件", number=found.number)
        raise RuleError(sentence, "document_no")


def check_dates(draft: LedgerDraft) -> None:
    """Raise RuleError if the document lies in the future, or the money came before its document."""
    if draft.document_on is None:
        return
    if draft.document_on > today():
        raise RuleError(say("文件日期晚于今天，请核对"), "document_on")
    if is_before(draft, draft.document_on):
        raise RuleError(
            say("登记的年月早于文件日期 {document_on}，请核对年度、月份或文件日期", document_on=draft.document_on),
            "document_on",
        )


def is_before(draft: LedgerDraft | LedgerEntry, day: dt.date) -> bool:
    """Return whether an amount's year, or its month where it is known, lies before a day's."""
    return (draft.year, draft.month or day.month) < (day.year, day.month)


def reverse_entry(session: Session, entry: LedgerEntry, reason: str) -> LedgerEntry:
    """Take an entry back in full by a new entry; the old one stays as it is; of carried money both are.

    Raises
    ------
    RuleError
        If it is a reversal itself, was reversed already, or no reason is given.
    """
    if entry.reverses_id is not None:
        raise RuleError(say("冲销记录不能再冲销；如冲销有误，请重新登记原金额"))
    hold(session, entry.project)
    if ledger.find_reversal(session, entry) is not None:
        raise RuleError(say("第 {number} 号记录已经冲销过，不能重复冲销", number=entry.id))
    if not reason:
        raise RuleError(say("请写明冲销原因"), "reason")
    reversal = _reverse(session, entry, reason)
    if entry.is_carried and (other := ledger.find_carried(session, entry)) is not None:
        _reverse(session, other, reason)
    return reversal


def _reverse(session: Session, entry: LedgerEntry, reason: str) -> LedgerEntry:
    draft = dataclasses.replace(_draft_of(entry), note=reason)
    warning = uncovered_by(session, entry)
    return write_entry(
        session,
        entry.project,
        draft,
        amount_fen=-entry.amount_fen,
        contract=entry.contract,
        document=entry.document,
        reverses_id=entry.id,
        carried_year=entry.carried_year,
        warning=warning,
    )


def _draft_of(entry: LedgerEntry) -> LedgerDraft:
    names = [field.name for field in dataclasses.fields(LedgerDraft)]
    return LedgerDraft(**{name: getattr(entry, name) for name in names})


def carry_forward(
    session: Session, project: Project, source: Source, *, year: int, amount_fen: int, note: str | None = None
) -> tuple[LedgerEntry, LedgerEntry]:
    """Carry money that a year received but did not pay into the next year (结转), as a pair of entries.

    Raises
    ------
    RuleError
        If the amount is not above zero or more than that year has left of the source.
    """
    hold(session, project)
    sums = ledger.sum_of_source(session, project, source, year)
    unspent = sums.get(MoneyState.RECEIVED, 0) - sums.get(MoneyState.PAID, 0)
    draft = LedgerDraft(source=source, state=MoneyState.RECEIVED, year=year, amount_fen=amount_fen, note=note)
    check_amount(draft)
    if amount_fen > unspent:
        left = format_exact(max(unspent, 0))
        asked = format_exact(amount_fen)
        raise RuleError(
            say(
                "{year} 年{source}到位未支付的只有 {left} 万元，不能结转 {asked} 万元",
                year=year,
                source=source,
                left=left,
                asked=asked,
            ),
            "amount",
        )
    if year >= LAST_YEAR:
        raise RuleError(say("{year} 年之后的年度不能登记", year=year), "amount")
    out = write_entry(session, project, draft, amount_fen=-amount_fen, carried_year=year + 1)
    brought = dataclasses.replace(draft, year=year + 1)
    return out, write_entry(session, project, brought, carried_year=year, carried_from_id=out.id)


def write_entry(
    session: Session,
    project: Project,
    draft: LedgerDraft,
    *,
    document: FundingDocument | None = None,
    **columns: Any,
) -> LedgerEntry:
    """Add a row to the ledger, unchecked; number and date of the document come from its record where there is one."""
    values = dataclasses.asdict(draft) | columns
    if document is not None:
        values |= {"document": document, "document_no": document.number, "document_on": document.issued_on}
    entry = LedgerEntry(
        project=project, entered_by=session.info.get("actor") or "system", entered_at=utc_now(), **values
    )
    session.add(entry)
    session.flush()
    return entry
