"""Photos of a report."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.store.base import Base, Tracked
from portfolio.store.models.reporting import ProgressReport
from portfolio.store.models.stored_file import StoredFile


class ReportPhoto(Tracked, Base):
    """One photo of one report, re-encoded; when and where it was taken stand here only where a person said so."""

    __tablename__ = "report_photo"
    __table_args__ = (CheckConstraint("(lon IS NULL) = (lat IS NULL)", name="lon_and_lat_together"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("progress_report.id"), index=True, comment="Report it belongs to")
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), comment="The picture, without any metadata")
    caption: Mapped[str | None] = mapped_column(comment="What it shows")
    taken_at: Mapped[str | None] = mapped_column(comment="The camera's own clock, 2026-11-02 09:30:00; null: not kept")
    lon: Mapped[float | None] = mapped_column(comment="WGS-84 longitude, degrees; null: not kept")
    lat: Mapped[float | None] = mapped_column(comment="WGS-84 latitude, degrees; null: not kept")
    report: Mapped[ProgressReport] = relationship()
    file: Mapped[StoredFile] = relationship()
