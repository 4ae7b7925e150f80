"""The ledger of problems (问题台账)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.domain.reporting import ProblemLevel
from portfolio.store.base import Base, Tracked
from portfolio.store.models.project import Project
from portfolio.store.models.stored_file import StoredFile


class Problem(Tracked, Base):
    """One thing that stands in a project's way, from the day it is found until evidence closes it."""

    __tablename__ = "problem"
    __table_args__ = (
        CheckConstraint("due_on >= opened_on", name="due_after_opening"),
        CheckConstraint("closed_on >= opened_on", name="closed_after_opening"),
        CheckConstraint("(closed_on IS NULL) = (evidence IS NULL)", name="closed_with_evidence"),
        Index("ix_problem_project", "project_id", "closed_on"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), comment="Whose problem")
    what: Mapped[str] = mapped_column(comment="What stands in the way")
    level: Mapped[ProblemLevel] = mapped_column(comment="How grave it is")
    owner: Mapped[str] = mapped_column(comment="Unit or person who has to solve it")
    opened_on: Mapped[dt.date] = mapped_column(comment="Found on")
    due_on: Mapped[dt.date] = mapped_column(comment="To be solved by")
    closed_on: Mapped[dt.date | None] = mapped_column(comment="Solved on; null while open")
    evidence: Mapped[str | None] = mapped_column(comment="What shows that it is solved")
    evidence_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), comment="File that shows it")
    project: Mapped[Project] = relationship()
    evidence_file: Mapped[StoredFile | None] = relationship()
