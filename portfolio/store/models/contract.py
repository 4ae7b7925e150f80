"""Contracts of a project and the changes of their amounts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.store.base import Base, Fen, Tracked
from portfolio.store.models.project import Project

_LIVE = text("withdrawn_at IS NULL")


class Contract(Tracked, Base):
    """One contract (合同) of one project. One row per contract; payments are ledger entries."""

    __tablename__ = "contract"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("retention_fen > 0", name="retention_positive"),
        CheckConstraint("retention_percent BETWEEN 1 AND 10000", name="percent_plausible"),
        CheckConstraint("retention_percent IS NULL OR retention_fen IS NULL", name="one_retention"),
        Index(
            "uq_contract_live",
            *("project_id", "number"),
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True, comment="Whose contract")
    number: Mapped[str] = mapped_column(comment="Number of the contract (合同编号)")
    name: Mapped[str] = mapped_column(comment="What it is about")
    party: Mapped[str] = mapped_column(comment="Who it was signed with (签约单位)")
    amount_fen: Mapped[Fen] = mapped_column(comment="Amount in fen as signed; changes are rows of their own")
    signed_on: Mapped[dt.date] = mapped_column(comment="Date of signing")
    retention_percent: Mapped[Decimal | None] = mapped_column(comment="Retention (质保金) in percent of the amount")
    retention_fen: Mapped[Fen | None] = mapped_column(comment="Retention as an amount in fen, instead of a percentage")
    retention_due_on: Mapped[dt.date | None] = mapped_column(comment="When the retention falls due")
    retention_released_on: Mapped[dt.date | None] = mapped_column(comment="When the retention was paid out")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), comment="The contract itself")
    note: Mapped[str | None] = mapped_column(comment="Anything else")
    entered_by: Mapped[str] = mapped_column(comment="User name")
    entered_at: Mapped[dt.datetime] = mapped_column(comment="When, UTC")
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(comment="When it was declared void (作废), UTC")
    withdrawn_reason: Mapped[str | None] = mapped_column(comment="Why it was declared void")
    project: Mapped[Project] = relationship()


class ContractChange(Tracked, Base):
    """One change of a contract's amount (合同变更). One row per change."""

    __tablename__ = "contract_change"
    __table_args__ = (CheckConstraint("amount_fen <> 0", name="amount_not_zero"),)
    append_only = True

    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), index=True, comment="Contract that changes")
    amount_fen: Mapped[Fen] = mapped_column(comment="By how much the amount grows, below zero shrinks, in fen")
    reason: Mapped[str] = mapped_column(comment="Why")
    document_no: Mapped[str | None] = mapped_column(comment="Number of the document that allows it")
    changed_on: Mapped[dt.date] = mapped_column(comment="Date of the change")
    entered_by: Mapped[str] = mapped_column(comment="User name")
    entered_at: Mapped[dt.datetime] = mapped_column(comment="When, UTC")
    contract: Mapped[Contract] = relationship()

    @property
    def project(self) -> Project:
        """Return the project whose contract changes."""
        return self.contract.project
