"""Reads of the files that documents, contracts and estimates have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portfolio.domain.errors import NotFoundError
from portfolio.domain.sentences import say
from portfolio.store.models import Estimate, EstimateFile, FileWithdrawal, StoredFile
from portfolio.store.models.attachment import Holder, owner_column


@dataclass(frozen=True)
class AttachedFile:
    """A file of a record, and that it was declared void where it was."""

    file: StoredFile
    withdrawal: FileWithdrawal | None


def list_files(session: Session, holder: Holder) -> list[AttachedFile]:
    """List every file that a record was registered with or given later, void ones too, oldest first."""
    owner = owner_column(holder)
    later = select(owner.class_.file_id).where(owner == holder.id)
    statement = select(StoredFile, FileWithdrawal).outerjoin(FileWithdrawal, FileWithdrawal.file_id == StoredFile.id)
    theirs = or_(StoredFile.id == holder.file_id, StoredFile.id.in_(later))
    return [AttachedFile(*row) for row in session.execute(statement.where(theirs).order_by(StoredFile.id))]


def get_attached(session: Session, holder: Holder, number: int) -> AttachedFile:
    """Return one file of a record."""
    for one in list_files(session, holder):
        if one.file.id == number:
            return one
    raise NotFoundError(say("这里没有第 {number} 号附件，请回到上一页查看", number=number))


def count_files(session: Session, figures: Sequence[Estimate]) -> Counter[int]:
    """Return how many files each of a project's estimates has, void ones too, by its number."""
    found = Counter(one.id for one in figures if one.file_id is not None)
    later = select(EstimateFile.estimate_id).where(EstimateFile.estimate_id.in_([one.id for one in figures]))
    found.update(session.scalars(later))
    return found
