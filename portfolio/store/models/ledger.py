"""The money ledger: append-only, whole fen."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.domain.search import document_key
from portfolio.domain.terms import MoneyState, Source
from portfolio.store.base import Base, Fen, Said, Tracked
from portfolio.store.models.contract import Contract
from portfolio.store.models.document import FundingDocument
from portfolio.store.models.project import Project

_UNCLAIMED = text("document_id IS NULL AND document_key IS NOT NULL")


def _key_of(context: Any) -> str | None:
    """Return the key of the number that a row is stored with."""
    number = context.get_current_parameters().get("document_no")
    return document_key(number) if number else None


class LedgerEntry(Tracked, Base):
    """One amount of one source in one state. One row per entry; a correction is a new row that reverses an old one.

    Money carried forward (结转) is a pair: an entry that takes it out of its year, below zero, and one that brings it
    into the next. A reversal keeps ``carried_year`` and has the other sign.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("amount_fen <> 0", name="amount_not_zero"),
        CheckConstraint(
            "(amount_fen < 0) = ((reverses_id IS NOT NULL) <> (COALESCE(carried_year, 0) > year))",
            name="sign_has_cause",
        ),
        CheckConstraint("carried_from_id IS NULL OR COALESCE(carried_year, year) < year", name="carried_forward"),
        CheckConstraint("month BETWEEN 1 AND 12", name="month_in_year"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year_plausible"),
        Index("ix_ledger_entry_summary", "source", "year", "state", "amount_fen"),
        Index("ix_ledger_entry_project", "project_id", "state", "amount_fen"),
        Index("ix_ledger_entry_document", "document_id", "amount_fen"),
        Index("ix_ledger_entry_contract", "contract_id", "amount_fen"),
        Index("ix_ledger_entry_unclaimed", "document_key", sqlite_where=_UNCLAIMED, postgresql_where=_UNCLAIMED),
    )
    append_only = True
    untracked_columns = frozenset({"document_key"})

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), comment="Whose money")
    source: Mapped[Source] = mapped_column(comment="Funding source (资金来源)")
    state: Mapped[MoneyState] = mapped_column(comment="How far the money has come (资金状态)")
    year: Mapped[int] = mapped_column(comment="Budget year")
    month: Mapped[int | None] = mapped_column(comment="Month, where it is known")
    amount_fen: Mapped[Fen] = mapped_column(comment="Amount in fen; below zero in a reversal and where carried out")
    document_id: Mapped[int | None] = mapped_column(
        ForeignKey("funding_document.id"), comment="Document that gives it; number and date below are its own"
    )
    document_no: Mapped[str | None] = mapped_column(comment="Number of the document (文号)")
    document_key: Mapped[str | None] = mapped_column(default=_key_of, comment="Number folded for comparing; derived")
    document_on: Mapped[dt.date | None] = mapped_column(comment="Date of the document")
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"), comment="Contract that it is paid under")
    note: Mapped[Said | None] = mapped_column(comment="Anything else; in a reversal the reason")
    reverses_id: Mapped[int | None] = mapped_column(
        ForeignKey("ledger_entry.id"), unique=True, comment="Entry that this one reverses, in full, once"
    )
    carried_year: Mapped[int | None] = mapped_column(comment="Year to or from which it is carried forward (结转)")
    carried_from_id: Mapped[int | None] = mapped_column(
        ForeignKey("ledger_entry.id"), unique=True, comment="Entry that took it out of its year"
    )
    warning: Mapped[Said | None] = mapped_column(comment="What was asked when it was entered, and confirmed")
    entered_by: Mapped[str] = mapped_column(comment="User name")
    entered_at: Mapped[dt.datetime] = mapped_column(comment="When, UTC")
    project: Mapped[Project] = relationship()
    document: Mapped[FundingDocument | None] = relationship()
    contract: Mapped[Contract | None] = relationship()

    @property
    def is_carried(self) -> bool:
        """Return whether it is one of a pair that carries money forward, or reverses one."""
        return self.carried_year is not None
