"""What a plan promises of the education budget, and what the budget was, year by year."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.domain.budget import BudgetMeasure
from portfolio.store.base import Base, Fen, Tracked
from portfolio.store.models.district import District, Plan


class BudgetRule(Tracked, Base):
    """One measure of the budget that a plan says shall not fall. One row per plan and measure."""

    __tablename__ = "budget_rule"
    __table_args__ = (UniqueConstraint("plan_id", "measure"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), comment="Plan that says it")
    measure: Mapped[BudgetMeasure] = mapped_column(comment="What shall not fall")
    section: Mapped[str] = mapped_column(comment="Where the plan says it")
    quote: Mapped[str] = mapped_column(comment="The plan's own words")
    plan: Mapped[Plan] = relationship()


class BudgetFigure(Tracked, Base):
    """One measure of a district's budget in one year, as a source states it. One row per district, measure and year."""

    __tablename__ = "budget_figure"
    __table_args__ = (
        UniqueConstraint("district_id", "measure", "year"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year_plausible"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
    )

    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), comment="Whose budget")
    measure: Mapped[BudgetMeasure] = mapped_column(comment="What is stated")
    year: Mapped[int] = mapped_column(comment="Budget year")
    amount_fen: Mapped[Fen] = mapped_column(comment="Amount in fen; of one student where the measure is per student")
    basis: Mapped[str] = mapped_column(comment="Where the figure comes from: title, number or page of the source")
    district: Mapped[District] = relationship()
