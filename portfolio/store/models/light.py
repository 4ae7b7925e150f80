"""Lights: what each project's records amount to, what a person said instead, and how lights changed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.domain.lights import Light
from portfolio.store.base import Base, Said, Tracked
from portfolio.store.models.project import Project


class ProjectLight(Base):
    """From which day on each colour stands by a project's records and the rules. One row per project; derived."""

    __tablename__ = "project_light"
    __table_args__ = ({"info": {"derived": True}},)

    project_id: Mapped[int] = mapped_column(
        ForeignKey("project.id", ondelete="CASCADE"), primary_key=True, comment="Whose light"
    )
    is_measured: Mapped[bool] = mapped_column(comment="Whether enough is known for green")
    amber_on: Mapped[dt.date | None] = mapped_column(comment="Amber from this day on")
    red_on: Mapped[dt.date | None] = mapped_column(comment="Red from this day on")
    year: Mapped[int | None] = mapped_column(comment="Year of the investment that the next two hold in")
    year_amber_on: Mapped[dt.date | None] = mapped_column(comment="Amber from this day to the year's end")
    year_red_on: Mapped[dt.date | None] = mapped_column(comment="Red from this day to the year's end")
    override: Mapped[Light | None] = mapped_column(comment="What a person said instead")
    override_until: Mapped[dt.date | None] = mapped_column(comment="Last day on which that holds")


class LightOverride(Tracked, Base):
    """One light that a person set with a reason, for a time. One row per decision; the computed light is kept too."""

    __tablename__ = "light_override"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True, comment="Whose light")
    light: Mapped[Light] = mapped_column(comment="The light set")
    reason: Mapped[str] = mapped_column(comment="Why")
    expires_on: Mapped[dt.date] = mapped_column(comment="Last day on which it holds")
    made_by: Mapped[str] = mapped_column(comment="User name")
    made_at: Mapped[dt.datetime] = mapped_column(comment="When, UTC")
    ended_by: Mapped[str | None] = mapped_column(comment="Who took it back before its time; null: nobody")
    ended_at: Mapped[dt.datetime | None] = mapped_column(comment="When it was taken back, UTC")
    project: Mapped[Project] = relationship()


class LightChange(Base):
    """One light that a project came to. One row per project and change; the row before is the previous light."""

    __tablename__ = "light_change"
    __table_args__ = (Index("ix_light_change_project", "project_id", "id"), {"info": {"derived": True}})

    id: Mapped[int] = mapped_column(primary_key=True, comment="Own number, in order of time")
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), comment="Whose light")
    light: Mapped[Light] = mapped_column(comment="The light shown from then on")
    sentence: Mapped[Said] = mapped_column(comment="Why, in words")
    seen_on: Mapped[dt.date] = mapped_column(comment="Day on which the change was written down")
    project: Mapped[Project] = relationship()
