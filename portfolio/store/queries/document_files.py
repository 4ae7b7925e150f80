"""Reads of the files that documents have."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portfolio.domain.errors import NotFoundError
from portfolio.domain.sentences import say
from portfolio.store.models import DocumentFile, FileWithdrawal, FundingDocument, StoredFile


@dataclass(frozen=True)
class AttachedFile:
    """A file of a document, and that it was declared void where it was."""

    file: StoredFile
    withdrawal: FileWithdrawal | None


def list_files(session: Session, document: FundingDocument) -> list[AttachedFile]:
    """List every file that a document was registered with or given later, void ones too, oldest first."""
    later = select(DocumentFile.file_id).where(DocumentFile.document_id == document.id)
    statement = select(StoredFile, FileWithdrawal).outerjoin(FileWithdrawal, FileWithdrawal.file_id == StoredFile.id)
    theirs = or_(StoredFile.id == document.file_id, StoredFile.id.in_(later))
    return [AttachedFile(*row) for row in session.execute(statement.where(theirs).order_by(StoredFile.id))]


def get_attached(session: Session, document: FundingDocument, number: int) -> AttachedFile:
    """Return one file of a document."""
    for one in list_files(session, document):
        if one.file.id == number:
            return one
    raise NotFoundError(say("这份文件没有第 {number} 号附件，请回到文件页查看", number=number))
