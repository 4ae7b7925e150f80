"""Layouts of a district in versions, and which project lies in which of their zones."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.domain.layouts import MOST_WIDTH_M, LayoutKind, LineRole
from portfolio.store.base import Base, Tracked
from portfolio.store.models.district import District
from portfolio.store.models.project import Project


class Layout(Tracked, Base):
    """One version of one layout of a district. The newest that is valid on a day is in force on it."""

    __tablename__ = "layout"
    __table_args__ = (
        UniqueConstraint("district_id", "kind", "number"),
        CheckConstraint("number > 0", name="number_positive"),
    )
    append_only = True

    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), comment="Whose layout")
    kind: Mapped[LayoutKind] = mapped_column(comment="What its zones are")
    number: Mapped[int] = mapped_column(comment="Version of the layout, from 1")
    name: Mapped[str] = mapped_column(comment="What it is called, such as 一圈三带")
    valid_from: Mapped[dt.date] = mapped_column(comment="First day on which it is in force")
    note: Mapped[str | None] = mapped_column(comment="What is to be known of it; stands under maps")
    source: Mapped[str | None] = mapped_column(comment="Where its lines or areas come from")
    entered_by: Mapped[str] = mapped_column(comment="User name")
    entered_at: Mapped[dt.datetime] = mapped_column(comment="When, UTC")
    district: Mapped[District] = relationship()
    zones: Mapped[list[Zone]] = relationship(back_populates="layout", order_by="Zone.position")


class Zone(Tracked, Base):
    """One zone of one version of a layout. Zones of a version do not overlap."""

    __tablename__ = "zone"
    __table_args__ = (
        UniqueConstraint("layout_id", "key"),
        CheckConstraint("(line IS NULL) = (width_m IS NULL)", name="line_and_width_together"),
        CheckConstraint(f"width_m BETWEEN 1 AND {MOST_WIDTH_M}", name="width_plausible"),
    )
    append_only = True

    layout_id: Mapped[int] = mapped_column(ForeignKey("layout.id"), comment="Version it belongs to")
    position: Mapped[int] = mapped_column(comment="Place in the order; where two meet, the earlier keeps the overlap")
    key: Mapped[str] = mapped_column(comment="Own key, the same in every version, such as loop")
    name: Mapped[str] = mapped_column(comment="Full name")
    short: Mapped[str] = mapped_column(comment="Short name for maps and headings")
    colour: Mapped[str] = mapped_column(comment="Colour on maps, such as #7D5A9B")
    shape: Mapped[str] = mapped_column(comment="Area, WGS-84, as GeoJSON geometry text")
    line: Mapped[str | None] = mapped_column(comment="Centre line, WGS-84, as GeoJSON geometry text; null for areas")
    width_m: Mapped[int | None] = mapped_column(comment="Whole width about the centre line, metres")
    line_name: Mapped[str | None] = mapped_column(comment="What the centre line follows, by name")
    line_role: Mapped[LineRole] = mapped_column(comment="What the centre line follows, by kind")
    layout: Mapped[Layout] = relationship(back_populates="zones")


class ZoneShare(Base):
    """The share of a project in one zone. Derived: one row per project, version of a layout, and zone or outside."""

    __tablename__ = "zone_share"
    __table_args__ = (
        CheckConstraint("share_ppm BETWEEN 0 AND 1000000", name="share_at_most_whole"),
        CheckConstraint("computed_ppm BETWEEN 0 AND 1000000", name="computed_at_most_whole"),
        Index("ix_zone_share_members", "layout_id", "zone_key", "share_ppm", "project_id"),
    )

    project_id: Mapped[int] = mapped_column(
        ForeignKey("project.id", ondelete="CASCADE"), primary_key=True, comment="Whose share"
    )
    layout_id: Mapped[int] = mapped_column(ForeignKey("layout.id"), primary_key=True, comment="Version of the layout")
    zone_key: Mapped[str] = mapped_column(primary_key=True, comment="Key of the zone, or outside")
    share_ppm: Mapped[int] = mapped_column(comment="Share that counts, in millionths: computed, or as somebody chose")
    computed_ppm: Mapped[int] = mapped_column(comment="Share of place or site in the zone, in millionths")


class ZoneChoice(Tracked, Base):
    """The zone that somebody chose for a project instead of the computed one. One row per project and kind."""

    __tablename__ = "zone_choice"
    __table_args__ = (UniqueConstraint("project_id", "kind"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), comment="Which project")
    kind: Mapped[LayoutKind] = mapped_column(comment="In which layout")
    zone_key: Mapped[str] = mapped_column(comment="Key of the chosen zone")
    reason: Mapped[str] = mapped_column(comment="Why the computed zone does not fit")
    chosen_by: Mapped[str] = mapped_column(comment="User name")
    chosen_at: Mapped[dt.datetime] = mapped_column(comment="When, UTC")
    project: Mapped[Project] = relationship()
