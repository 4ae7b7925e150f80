"""Files of funding documents: given later, declared void; none is ever replaced or removed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from portfolio.domain.errors import DuplicateError, RuleError
from portfolio.domain.sentences import say
from portfolio.store.base import utc_now
from portfolio.store.hold import hold
from portfolio.store.models import DocumentFile, FileWithdrawal, FundingDocument, StoredFile
from portfolio.store.queries.document_files import AttachedFile, list_files


def attach_files(session: Session, document: FundingDocument, files: Sequence[StoredFile]) -> None:
    """Give a document more kept files, all of them or none.

    Raises
    ------
    RuleError
        If there is none, or the document is void.
    DuplicateError
        If one of them is a live file of the document already, byte by byte.
    """
    hold(session, document)
    if document.withdrawn_at is not None:
        raise RuleError(say("这份文件已作废，不能再补附件"), "file")
    if not files:
        raise RuleError(say("请选择要补的附件"), "file")
    there = {one.file.sha256: one.file.name for one in list_files(session, document) if one.withdrawal is None}
    for file in files:
        if file.sha256 in there:
            sentence = say("{name}与附件“{same}”内容相同，不用再传", name=file.name, same=there[file.sha256])
            raise DuplicateError(sentence, "file")
        there[file.sha256] = file.name
        session.add(DocumentFile(document_id=document.id, file_id=file.id))
    session.flush()


def withdraw_file(session: Session, document: FundingDocument, attached: AttachedFile, reason: str) -> None:
    """Declare a file of a document void (作废); it stays in the list and can still be read.

    Raises
    ------
    RuleError
        If it is void already, or no reason is given.
    """
    hold(session, document)
    number = attached.file.id
    if any(one.withdrawal for one in list_files(session, document) if one.file.id == number):
        raise RuleError(say("这个附件已经作废"), "reason")
    if not reason:
        raise RuleError(say("请写明作废原因"), "reason")
    who = session.info.get("actor") or "system"
    session.add(FileWithdrawal(file_id=number, reason=reason, withdrawn_by=who, withdrawn_at=utc_now()))
    session.flush()
