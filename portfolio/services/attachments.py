"""Files of documents, contracts and estimates: given later, declared void; none is ever replaced or removed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.errors import DuplicateError, RuleError
from portfolio.domain.sentences import say
from portfolio.store.base import utc_now
from portfolio.store.hold import hold
from portfolio.store.models import Estimate, FileWithdrawal, StoredFile
from portfolio.store.models.attachment import Holder, owner_column
from portfolio.store.queries.attachments import AttachedFile, list_files


def attach_files(session: Session, holder: Holder, files: Sequence[StoredFile]) -> None:
    """Give a record more kept files, all of them or none.

    Raises
    ------
    RuleError
        If there is none, or the record takes none.
    DuplicateError
        If one of them is a live file of the record already, byte by byte.
    """
    hold(session, holder)
    if not takes_files(holder):
        raise RuleError(say("已作废或撤销，不能再补附件"), "file")
    if not files:
        raise RuleError(say("请选择要补的附件"), "file")
    there = {one.file.sha256: one.file.name for one in list_files(session, holder) if one.withdrawal is None}
    owner: Any = owner_column(holder)
    for file in files:
        if file.sha256 in there:
            sentence = say("{name}与附件“{same}”内容相同，不用再传", name=file.name, same=there[file.sha256])
            raise DuplicateError(sentence, "file")
        there[file.sha256] = file.name
        session.add(owner.class_(**{owner.key: holder.id, "file_id": file.id}))
    session.flush()


def takes_files(holder: Holder) -> bool:
    """Return whether a record may have more files: until it is void; an estimate as long as it states an amount."""
    return holder.amount_fen is not None if isinstance(holder, Estimate) else holder.withdrawn_at is None


def withdraw_file(session: Session, holder: Holder, attached: AttachedFile, reason: str) -> None:
    """Declare a file of a record void (作废); it stays in the list and can still be read.

    Raises
    ------
    RuleError
        If it is void already, or no reason is given.
    """
    hold(session, holder)
    number = attached.file.id
    if any(one.withdrawal for one in list_files(session, holder) if one.file.id == number):
        raise RuleError(say("这个附件已经作废"), "reason")
    if not reason:
        raise RuleError(say("请写明作废原因"), "reason")
    who = session.info.get("actor") or "system"
    session.add(FileWithdrawal(file_id=number, reason=reason, withdrawn_by=who, withdrawn_at=utc_now()))
    session.flush()
