"""The four estimates of a project: every figure that was ever in force."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.domain.terms import EstimateKind
from portfolio.store.base import Base, Fen, Said, Tracked
from portfolio.store.models.project import Project


class Estimate(Tracked, Base):
    """One figure of one of the four estimates (四算). One row per figure; the last one of its kind is in force."""

    __tablename__ = "estimate"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("ordinal > 0", name="ordinal_positive"),
        CheckConstraint("ordinal > 1 OR amount_fen IS NOT NULL", name="first_has_amount"),
        UniqueConstraint("project_id", "kind", "ordinal"),
    )
    append_only = True

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), comment="Whose estimate")
    kind: Mapped[EstimateKind] = mapped_column(comment="Which of the four (四算)")
    ordinal: Mapped[int] = mapped_column(comment="1 for the first of its kind in the project, then one more")
    amount_fen: Mapped[Fen | None] = mapped_column(comment="Amount in fen; null where the one before is withdrawn")
    approval_no: Mapped[str | None] = mapped_column(comment="Number of the approval (批复文号)")
    issuer: Mapped[str | None] = mapped_column(comment="Office that approved it")
    approved_on: Mapped[dt.date | None] = mapped_column(comment="Date of the approval")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), comment="The approval itself")
    reason: Mapped[str | None] = mapped_column(comment="Why it stands in place of the one before, or takes it back")
    warning: Mapped[Said | None] = mapped_column(comment="What was asked when it was entered, and confirmed")
    entered_by: Mapped[str] = mapped_column(comment="User name")
    entered_at: Mapped[dt.datetime] = mapped_column(comment="When, UTC")
    project: Mapped[Project] = relationship()
