"""Files that documents, contracts and estimates are given after their registration."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import InstrumentedAttribute, Mapped, declared_attr, mapped_column, relationship

from portfolio.store.base import Base, Tracked
from portfolio.store.models.contract import Contract
from portfolio.store.models.document import FundingDocument
from portfolio.store.models.estimate import Estimate
from portfolio.store.models.project import Project
from portfolio.store.models.stored_file import StoredFile


class GivenFile:
    """What the files (附件) that records were given after their registration have in common; they are only added to."""

    append_only = True

    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), unique=True, comment="The file itself")

    @declared_attr
    def file(cls) -> Mapped[StoredFile]:  # noqa: N805
        """The file itself."""
        return relationship()


class DocumentFile(GivenFile, Tracked, Base):
    """A file of a funding document."""

    __tablename__ = "document_file"

    document_id: Mapped[int] = mapped_column(ForeignKey("funding_document.id"), index=True, comment="Whose file")
    document: Mapped[FundingDocument] = relationship()


class ContractFile(GivenFile, Tracked, Base):
    """A file of a contract."""

    __tablename__ = "contract_file"

    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), index=True, comment="Whose file")
    contract: Mapped[Contract] = relationship()

    @property
    def project(self) -> Project:
        """Return the project whose contract it is of."""
        return self.contract.project


class EstimateFile(GivenFile, Tracked, Base):
    """A file of one figure of the four estimates."""

    __tablename__ = "estimate_file"

    estimate_id: Mapped[int] = mapped_column(ForeignKey("estimate.id"), index=True, comment="Whose file")
    estimate: Mapped[Estimate] = relationship()

    @property
    def project(self) -> Project:
        """Return the project whose estimate it is of."""
        return self.estimate.project


class FileWithdrawal(Tracked, Base):
    """One kept file that was declared void (作废). One row per file; the file stays and can still be read."""

    __tablename__ = "file_withdrawal"
    append_only = True

    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), unique=True, comment="Which file")
    reason: Mapped[str] = mapped_column(comment="Why")
    withdrawn_by: Mapped[str] = mapped_column(comment="User name")
    withdrawn_at: Mapped[dt.datetime] = mapped_column(comment="When, UTC")


Holder = FundingDocument | Contract | Estimate
"""What may have files; the first stands in its own ``file_id``, later ones in the table named here."""

_OWNERS: dict[type[Holder], InstrumentedAttribute[int]] = {
    FundingDocument: DocumentFile.document_id,
    Contract: ContractFile.contract_id,
    Estimate: EstimateFile.estimate_id,
}


def owner_column(holder: Holder) -> InstrumentedAttribute[int]:
    """Return the column in which the files of a record name it."""
    return _OWNERS[type(holder)]
