"""What the plans promise in numbers, and the indicators they set."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.domain.terms import Measure
from portfolio.store.base import Base, Tracked
from portfolio.store.models.district import Plan
from portfolio.store.models.project import Project


class Commitment(Tracked, Base):
    """One quantified commitment of a plan (量化任务). One row per figure; projects are linked and count toward it."""

    __tablename__ = "commitment"
    __table_args__ = (CheckConstraint("value_max IS NULL OR value_max >= value", name="range_in_order"),)

    key: Mapped[str] = mapped_column(unique=True, comment="Own key, such as 500106-c01")
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True, comment="Plan that makes it")
    section: Mapped[str] = mapped_column(comment="Section or 专栏")
    item: Mapped[str | None] = mapped_column(comment="Number of the item in the section")
    what: Mapped[str] = mapped_column(comment="What is promised, without the figure")
    value: Mapped[Decimal | None] = mapped_column(comment="Figure in the plan's unit; null where it gives none")
    value_max: Mapped[Decimal | None] = mapped_column(comment="Upper end where the plan gives a range")
    unit: Mapped[str | None] = mapped_column(comment="Unit as the plan writes it")
    qualifier: Mapped[str | None] = mapped_column(comment="Such as 约, 以上, 左右")
    year: Mapped[int | None] = mapped_column(comment="Year by which it is to be reached")
    measure: Mapped[Measure] = mapped_column(comment="What of a linked project counts (计量口径)")
    levels: Mapped[str | None] = mapped_column(comment="Codes of the levels that may count, comma-separated; null: all")
    natures: Mapped[str | None] = mapped_column(comment="Codes of the natures that may count, as levels")
    also_at: Mapped[str | None] = mapped_column(comment="Other places in the plan that say the same")
    quote: Mapped[str] = mapped_column(comment="The plan's own words")
    plan: Mapped[Plan] = relationship()

    @property
    def citation(self) -> str:
        """Return where the plan says it."""
        place = f"《{self.plan.short}》{self.section}" + (f"第{self.item}项" if self.item else "")
        return f"{place}；另见{self.also_at}" if self.also_at else place


class CommitmentLink(Tracked, Base):
    """One project that counts toward one commitment."""

    __tablename__ = "commitment_link"
    __table_args__ = (
        UniqueConstraint("commitment_id", "project_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), comment="Toward which commitment")
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True, comment="Which project")
    quantity: Mapped[Decimal | None] = mapped_column(
        comment="Stated quantity in the commitment's unit; null: taken from the project by the measure"
    )
    basis: Mapped[str | None] = mapped_column(comment="Why it counts")
    commitment: Mapped[Commitment] = relationship()
    project: Mapped[Project] = relationship()


class Indicator(Tracked, Base):
    """One indicator of a plan (指标): a baseline and a target."""

    __tablename__ = "indicator"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), comment="Plan that sets it")
    number: Mapped[int] = mapped_column(comment="Row in the plan's table, from 1")
    category: Mapped[str | None] = mapped_column(comment="Group heading in the plan's table")
    name: Mapped[str] = mapped_column(comment="As the plan writes it")
    unit: Mapped[str | None] = mapped_column(comment="Unit, such as %")
    baseline: Mapped[Decimal | None] = mapped_column(comment="Value at the start of the period")
    baseline_qualifier: Mapped[str | None] = mapped_column(comment="Such as ≥")
    baseline_year: Mapped[int | None] = mapped_column(comment="Year of the baseline")
    target: Mapped[Decimal | None] = mapped_column(comment="Value to be reached")
    target_qualifier: Mapped[str | None] = mapped_column(comment="Such as ≥")
    target_year: Mapped[int | None] = mapped_column(comment="Year of the target")
    attribute: Mapped[str | None] = mapped_column(comment="预期性 or 约束性, where the plan says it")
    quote: Mapped[str | None] = mapped_column(comment="The plan's own words")
    plan: Mapped[Plan] = relationship()
