"""Entering money. The ledger is only ever added to."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.drafts import LedgerDraft
from portfolio.domain.errors import RuleError
from portfolio.store.base import utc_now
from portfolio.store.models import LedgerEntry, Project
from portfolio.store.queries import ledger


def add_entry(session: Session, project: Project, draft: LedgerDraft) -> LedgerEntry:
    """Enter one amount in a project's ledger.

    Raises
    ------
    RuleError
        If the amount is not above zero, or the document's date lies in the future.
    """
    if draft.amount_fen <= 0:
        raise RuleError("金额必须大于 0；要减少已登记的金额，请对原记录做冲销", "amount")
    if draft.document_on is not None and draft.document_on > today():
        raise RuleError("文件日期晚于今天，请核对", "document_on")
    return _enter(session, project, draft, amount_fen=draft.amount_fen, reverses_id=None)


def reverse_entry(session: Session, entry: LedgerEntry, reason: str) -> LedgerEntry:
    """Take an entry back in full by a new entry; the old one stays as it is.

    Raises
    ------
    RuleError
        If it is a reversal itself, was reversed already, or no reason is given.
    """
    if entry.reverses_id is not None:
        raise RuleError("冲销记录不能再冲销；如冲销有误，请重新登记原金额")
    if ledger.find_reversal(session, entry) is not None:
        raise RuleError(f"第 {entry.id} 号记录已经冲销过，不能重复冲销")
    if not reason:
        raise RuleError("请写明冲销原因", "reason")
    draft = LedgerDraft(
        source=entry.source,
        state=entry.state,
        year=entry.year,
        month=entry.month,
        amount_fen=entry.amount_fen,
        document_no=entry.document_no,
        document_on=entry.document_on,
        note=reason,
    )
    return _enter(session, entry.project, draft, amount_fen=-entry.amount_fen, reverses_id=entry.id)


def _enter(
    session: Session, project: Project, draft: LedgerDraft, *, amount_fen: int, reverses_id: int | None
) -> LedgerEntry:
    entry = LedgerEntry(
        project=project,
        source=draft.source,
        state=draft.state,
        year=draft.year,
        month=draft.month,
        amount_fen=amount_fen,
        document_no=draft.document_no,
        document_on=draft.document_on,
        note=draft.note,
        reverses_id=reverses_id,
        entered_by=session.info.get("actor") or "system",
        entered_at=utc_now(),
    )
    session.add(entry)
    session.flush()
    return entry
