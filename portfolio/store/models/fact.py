"""Public facts, each with its source, beside the records they speak of."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.domain.terms import Confidence, FactField, Stage
from portfolio.store.base import Base, Tracked
from portfolio.store.models.district import District
from portfolio.store.models.project import Project


class Fact(Tracked, Base):
    """One value that one source states. One row per source and value; sources may disagree."""

    __tablename__ = "fact"

    key: Mapped[str] = mapped_column(unique=True, comment="Hash of what it says and who says it")
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True, comment="District it concerns")
    project_id: Mapped[int | None] = mapped_column(
        ForeignKey("project.id"), index=True, comment="Project it speaks of; null while matched to none"
    )
    subject: Mapped[str] = mapped_column(comment="Name the source uses")
    field: Mapped[FactField] = mapped_column(comment="What it speaks of")
    value: Mapped[str] = mapped_column(comment="Value as stated")
    unit: Mapped[str | None] = mapped_column(comment="Unit of the value")
    as_of: Mapped[str | None] = mapped_column(comment="Date of the statement, as far as it is known")
    source_title: Mapped[str] = mapped_column(comment="Title of the source")
    publisher: Mapped[str | None] = mapped_column(comment="Publisher of the source")
    address: Mapped[str | None] = mapped_column(comment="Web address of the source")
    confidence: Mapped[Confidence] = mapped_column(comment="Official, media or forum")
    note: Mapped[str | None] = mapped_column(comment="What else is to be known")
    is_whole: Mapped[bool] = mapped_column(comment="False where it covers a phase only, or several projects together")
    stage: Mapped[Stage | None] = mapped_column(comment="Stage the words stand for, where that is beyond doubt")
    accepted_by: Mapped[str | None] = mapped_column(comment="Who took the value into the project's field")
    accepted_at: Mapped[dt.datetime | None] = mapped_column(comment="When, UTC")
    district: Mapped[District] = relationship()
    project: Mapped[Project | None] = relationship()
