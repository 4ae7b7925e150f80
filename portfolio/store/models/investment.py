"""The annual investment plan (年度投资计划): work to be done, decided year by year, append-only, whole fen."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.domain.terms import PlanMove, Source
from portfolio.store.base import Base, Fen, Tracked
from portfolio.store.models.project import Project


class PlanChange(Tracked, Base):
    """One decision on a project's plan of one year. The plan in force is the sum of the lines of all its decisions."""

    __tablename__ = "plan_change"
    __table_args__ = (
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year_plausible"),
        CheckConstraint("move = 'set' OR reason IS NOT NULL", name="adjustment_has_reason"),
        Index("ix_plan_change_project", "project_id", "year"),
    )
    append_only = True

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), comment="Whose plan")
    year: Mapped[int] = mapped_column(index=True, comment="Plan year")
    move: Mapped[PlanMove] = mapped_column(comment="The plan as first set, or an adjustment")
    document_no: Mapped[str | None] = mapped_column(comment="Number of the document (文号)")
    document_on: Mapped[dt.date | None] = mapped_column(comment="Date of the document")
    reason: Mapped[str | None] = mapped_column(comment="Why it was adjusted")
    entered_by: Mapped[str] = mapped_column(comment="User name")
    entered_at: Mapped[dt.datetime] = mapped_column(comment="When, UTC")
    project: Mapped[Project] = relationship()
    lines: Mapped[list[PlanLine]] = relationship(back_populates="change", order_by="PlanLine.id")


class PlanLine(Tracked, Base):
    """By how much a decision changes the plan of one source in one quarter. One row per cell that changes."""

    __tablename__ = "plan_line"
    __table_args__ = (
        CheckConstraint("amount_fen <> 0", name="amount_not_zero"),
        CheckConstraint("quarter BETWEEN 1 AND 4", name="quarter_in_year"),
        Index("ix_plan_line_change", "change_id", "source", "quarter", "amount_fen"),
    )
    append_only = True

    change_id: Mapped[int] = mapped_column(ForeignKey("plan_change.id"), comment="Decision it belongs to")
    source: Mapped[Source] = mapped_column(comment="Funding source (资金来源)")
    quarter: Mapped[int | None] = mapped_column(comment="Quarter; null where the plan names the year alone")
    amount_fen: Mapped[Fen] = mapped_column(comment="Work value in fen; below zero where less is planned than before")
    change: Mapped[PlanChange] = relationship(back_populates="lines")

    @property
    def project(self) -> Project:
        """Return whose plan it is."""
        return self.change.project
