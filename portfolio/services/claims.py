"""Claiming (认领): amounts that were entered with the number of a document before it was registered come under it.

The ledger is only added to: each is reversed and entered anew under the document, all of them or none.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import Sentence, say, several
from portfolio.services.documents import Share, ask_about, check_receiver, give, hold_live
from portfolio.services.ledger import is_before, reverse_entry
from portfolio.store.hold import hold
from portfolio.store.models import FundingDocument, LedgerEntry
from portfolio.store.queries import documents

FIELD = "entries"


def claim_entries(
    session: Session, document: FundingDocument, numbers: Collection[int], *, confirmed: str | None = None
) -> list[LedgerEntry]:
    """Bring unclaimed entries, given by their numbers, under the document that they name; return the new entries.

    Raises
    ------
    RuleError
        If the document is void or has less left, none is chosen, or one does not fit; the sentence names each project.
    ConfirmationNeededError
        If the unit of an amount looks wrong, and ``confirmed`` is not that very sentence.
    """
    hold_live(session, document)
    chosen = _chosen(session, document, numbers)
    for project in sorted({entry.project for entry in chosen}, key=lambda one: one.id):
        hold(session, project)
    _check_fit(document, chosen)
    shares = [_share(entry) for entry in chosen]
    question = ask_about(session, document, shares, confirmed=confirmed)
    return [_claim(session, document, entry, question) for entry in chosen]


def misfit(document: FundingDocument, entry: LedgerEntry) -> Sentence | None:
    """Say why an entry that names a document cannot come under it, or None."""
    if entry.state is not document.state:
        return say("状态是{mine}，文件是{its}", mine=entry.state, its=document.state)
    if entry.year != document.year:
        return say("年度是 {mine}，文件是 {its}", mine=entry.year, its=document.year)
    if is_before(entry, document.issued_on):
        return say("登记的月份早于文件日期 {day}", day=document.issued_on)
    return None


def _chosen(session: Session, document: FundingDocument, numbers: Collection[int]) -> list[LedgerEntry]:
    """Return the entries of those numbers; each has to be unclaimed still."""
    if not numbers:
        raise RuleError(say("请勾选要认领的记录"), FIELD)
    unclaimed = {entry.id: entry for entry in documents.list_unclaimed(session, document)}
    gone = [number for number in sorted(set(numbers)) if number not in unclaimed]
    if gone:
        raise RuleError(several((_gone(session, document, number) for number in gone), "；"), FIELD)
    return [unclaimed[number] for number in sorted(set(numbers))]


def _gone(session: Session, document: FundingDocument, number: int) -> Sentence:
    """Say that an entry is none to be claimed, naming its project where that is of the document's own district."""
    entry = session.get(LedgerEntry, number)
    if entry is None or entry.project.district_id != document.district_id:
        return say("没有第 {number} 号未挂接的记录", number=number)
    return say("{project}第 {number} 号记录已冲销、已挂接，或不是这份文件的", project=entry.project.name, number=number)


def _check_fit(document: FundingDocument, chosen: list[LedgerEntry]) -> None:
    """Raise RuleError, with each project that is in the way, unless every entry may come under the document."""
    wrong = []
    for entry in chosen:
        check_receiver(document, entry.project)
        if (why := misfit(document, entry)) is not None:
            wrong.append(say("{project}第 {number} 号：{why}", project=entry.project.name, number=entry.id, why=why))
    if wrong:
        raise RuleError(several(wrong, "；"), FIELD)


def _share(entry: LedgerEntry) -> Share:
    origin = say("认领自第 {number} 号记录", number=entry.id)
    return Share(entry.project, entry.amount_fen, several(filter(None, (entry.note, origin)), "；"), entry.month)


def _claim(session: Session, document: FundingDocument, entry: LedgerEntry, question: str | None) -> LedgerEntry:
    """Enter an amount anew and then reverse it: in between, payments must not look uncovered."""
    claimed = give(session, document, _share(entry), question)
    reason = say("认领到资金文件 {number}（第 {record} 号）", number=document.number, record=document.id)
    reverse_entry(session, entry, reason)
    return claimed
