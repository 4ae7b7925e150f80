"""Milestones of projects, the baselines they are held against, and approvals with their validity."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.domain.milestones import ApprovalKind, DelayReason
from portfolio.domain.terms import Stage
from portfolio.store.base import Base, Tracked
from portfolio.store.models.project import Project


class Milestone(Tracked, Base):
    """One stage of one project with its days. One row per project and stage of which anything is known."""

    __tablename__ = "milestone"
    __table_args__ = (UniqueConstraint("project_id", "stage"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), comment="Whose milestone")
    stage: Mapped[Stage] = mapped_column(comment="Stage that is reached with it")
    planned_on: Mapped[dt.date | None] = mapped_column(comment="Planned day (计划)")
    forecast_on: Mapped[dt.date | None] = mapped_column(comment="Expected day (预计)")
    actual_on: Mapped[dt.date | None] = mapped_column(comment="Actual day (实际)")
    is_confirmed: Mapped[bool] = mapped_column(comment="Whether somebody checked the actual day against a document")
    delay_reason: Mapped[DelayReason | None] = mapped_column(comment="Why it is late (滞后原因)")
    project: Mapped[Project] = relationship()


class Baseline(Tracked, Base):
    """One state of a project's planned days that later plans are held against. One row per project and number."""

    __tablename__ = "baseline"
    __table_args__ = (UniqueConstraint("project_id", "number"),)
    append_only = True

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), comment="Whose baseline")
    number: Mapped[int] = mapped_column(comment="1 for the first of the project, then one more")
    reason: Mapped[str] = mapped_column(comment="Why it was fixed")
    days: Mapped[str] = mapped_column(comment="Planned day of each stage, as JSON text of stage code to ISO day")
    made_by: Mapped[str] = mapped_column(comment="User name")
    made_at: Mapped[dt.datetime] = mapped_column(comment="When, UTC")
    project: Mapped[Project] = relationship()


class Approval(Tracked, Base):
    """One approval of a project (批复). One row per document."""

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("project_id", "kind", "number"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), comment="Whose approval")
    kind: Mapped[ApprovalKind] = mapped_column(comment="What is approved")
    number: Mapped[str] = mapped_column(comment="Number of the approval (批复文号)")
    issuer: Mapped[str | None] = mapped_column(comment="Office that issued it")
    approved_on: Mapped[dt.date] = mapped_column(comment="Day of issue")
    valid_until: Mapped[dt.date | None] = mapped_column(index=True, comment="Last day of validity; null: no end")
    project: Mapped[Project] = relationship()
