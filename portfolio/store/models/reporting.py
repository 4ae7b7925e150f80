"""Reporting rounds, and the report that each project owes in one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.domain.clock import CHINA_TIME, today
from portfolio.domain.periods import Period
from portfolio.domain.reporting import ReportDraft, ReportState, RoundState, round_state
from portfolio.store.base import Base, Fen, Tracked
from portfolio.store.models.district import District
from portfolio.store.models.ledger import LedgerEntry
from portfolio.store.models.project import Project


class ReportingRound(Tracked, Base):
    """One month or quarter of one district in which reports are asked for. Rounds of a district never overlap."""

    __tablename__ = "reporting_round"
    __table_args__ = (
        UniqueConstraint("district_id", "period"),
        CheckConstraint("opens_on <= due_on", name="due_after_opening"),
        CheckConstraint("starts_on <= ends_on", name="ends_after_start"),
    )

    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), comment="Whose projects report")
    period: Mapped[str] = mapped_column(comment="Such as 2026-11 or 2026-Q4")
    starts_on: Mapped[dt.date] = mapped_column(comment="First day of the period")
    ends_on: Mapped[dt.date] = mapped_column(comment="Last day of the period; orders the rounds of a district")
    opens_on: Mapped[dt.date] = mapped_column(comment="Reports are taken from this day on")
    due_on: Mapped[dt.date] = mapped_column(comment="Reports handed in after this day are late")
    closed_at: Mapped[dt.datetime | None] = mapped_column(comment="No report is taken any more since then, UTC")
    closed_by: Mapped[str | None] = mapped_column(comment="Who closed it")
    district: Mapped[District] = relationship()

    @property
    def span(self) -> Period:
        """Return the period."""
        return Period.parse(self.period)

    @property
    def state(self) -> RoundState:
        """Return where the round stands today."""
        return round_state(
            opens_on=self.opens_on, due_on=self.due_on, is_closed=self.closed_at is not None, today=today()
        )


class ProgressReport(Tracked, Base):
    """What one project reports in one round. One row per project that owes a report there, from the opening on."""

    __tablename__ = "progress_report"
    __table_args__ = (
        UniqueConstraint("round_id", "project_id"),
        CheckConstraint("physical_percent BETWEEN 0 AND 10000", name="physical_percent_in_range"),
        CheckConstraint("work_done_fen >= 0", name="work_done_not_negative"),
        Index("ix_progress_report_project", "project_id", "state"),
        Index("ix_progress_report_state", "state", "round_id"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("reporting_round.id"), comment="Round it belongs to")
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), comment="Project that reports")
    state: Mapped[ReportState] = mapped_column(comment="How far it has come")
    progress: Mapped[str | None] = mapped_column(comment="Progress in words (形象进度)")
    physical_percent: Mapped[Decimal | None] = mapped_column(comment="Physical progress, 0 to 100")
    fall_reason: Mapped[str | None] = mapped_column(comment="Why it is lower than in the report before")
    work_done_fen: Mapped[Fen | None] = mapped_column(comment="Work value put in place in this period (完成投资), fen")
    problems: Mapped[str | None] = mapped_column(comment="What stands in the way, in words")
    next_steps: Mapped[str | None] = mapped_column(comment="What comes next, in words")
    first_submitted_at: Mapped[dt.datetime | None] = mapped_column(comment="First handed in, UTC; tells a late one")
    submitted_at: Mapped[dt.datetime | None] = mapped_column(comment="Last handed in, UTC")
    submitted_by: Mapped[str | None] = mapped_column(comment="Who handed it in")
    reviewed_at: Mapped[dt.datetime | None] = mapped_column(comment="Last accepted or returned, UTC")
    reviewed_by: Mapped[str | None] = mapped_column(comment="Who accepted or returned it")
    review_note: Mapped[str | None] = mapped_column(comment="What the reviewer said")
    entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("ledger_entry.id"), unique=True, comment="Ledger entry of the work value, while accepted"
    )
    round: Mapped[ReportingRound] = relationship()
    project: Mapped[Project] = relationship()
    entry: Mapped[LedgerEntry | None] = relationship()

    @property
    def draft(self) -> ReportDraft:
        """Return what it states."""
        return ReportDraft(
            progress=self.progress,
            physical_percent=self.physical_percent,
            fall_reason=self.fall_reason,
            work_done_fen=self.work_done_fen,
            problems=self.problems,
            next_steps=self.next_steps,
        )

    @property
    def is_untouched(self) -> bool:
        """Return whether nobody has written in it yet."""
        return self.state is ReportState.PENDING

    @property
    def is_late(self) -> bool:
        """Return whether it was first handed in after the due day."""
        first = self.first_submitted_at
        return first is not None and first.astimezone(CHINA_TIME).date() > self.round.due_on
