"""Documents that give money."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.domain.samples import MARK
from portfolio.domain.terms import MoneyState, Source
from portfolio.store.base import Base, Fen, Tracked
from portfolio.store.models.district import District

_LIVE = text("withdrawn_at IS NULL")


class FundingDocument(Tracked, Base):
    """One document (文件) that gives one source's money in one state. One row per document, source, state and year.

    What it gives to which project are the ledger's entries that refer to it; together never more than its amount.
    """

    __tablename__ = "funding_document"
    sample_column = "entered_by"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year_plausible"),
        Index(
            "uq_funding_document_live",
            *("district_id", "number", "source", "state", "year"),
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True, comment="District that it gives to")
    number: Mapped[str] = mapped_column(comment="Number of the document (文号)")
    issued_on: Mapped[dt.date] = mapped_column(comment="Date of the document")
    issuer: Mapped[str | None] = mapped_column(comment="Office that issued it")
    source: Mapped[Source] = mapped_column(comment="Funding source (资金来源)")
    state: Mapped[MoneyState] = mapped_column(comment="How far it brings the money (资金状态)")
    year: Mapped[int] = mapped_column(comment="Budget year")
    amount_fen: Mapped[Fen] = mapped_column(comment="Amount in fen that it gives in all")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), comment="The document itself")
    note: Mapped[str | None] = mapped_column(comment="Anything else")
    entered_by: Mapped[str] = mapped_column(comment="User name")
    entered_at: Mapped[dt.datetime] = mapped_column(comment="When, UTC")
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(comment="When it was declared void (作废), UTC")
    withdrawn_reason: Mapped[str | None] = mapped_column(comment="Why it was declared void")
    district: Mapped[District] = relationship()

    @property
    def is_sample(self) -> bool:
        """Return whether it was made for synthetic projects."""
        return self.entered_by == MARK
