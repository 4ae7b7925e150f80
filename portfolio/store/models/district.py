"""Districts, their plans, and the named places that projects can be put at."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.domain.terms import Accuracy
from portfolio.store.base import Base, Tracked


class District(Tracked, Base):
    """One district or county. One row per adcode."""

    __tablename__ = "district"

    adcode: Mapped[str] = mapped_column(unique=True, comment="Six digits of GB/T 2260")
    name: Mapped[str] = mapped_column(comment="Such as 沙坪坝区")
    city: Mapped[str | None] = mapped_column(comment="City or province above it")
    seat_lon: Mapped[float] = mapped_column(comment="District seat, WGS-84 longitude, degrees")
    seat_lat: Mapped[float] = mapped_column(comment="District seat, WGS-84 latitude, degrees")


class Plan(Tracked, Base):
    """One five-year plan of one district."""

    __tablename__ = "plan"

    key: Mapped[str] = mapped_column(unique=True, comment="adcode and first year, such as 500101-2021")
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True, comment="Whose plan")
    title: Mapped[str] = mapped_column(comment="Full title as published")
    short: Mapped[str] = mapped_column(comment="Short title for citations")
    start_year: Mapped[int] = mapped_column(comment="First year of the period")
    end_year: Mapped[int] = mapped_column(comment="Last year of the period")
    issued: Mapped[str | None] = mapped_column(comment="Day or month of issue as the text gives it")
    publisher: Mapped[str | None] = mapped_column(comment="Who published it")
    index_number: Mapped[str | None] = mapped_column(comment="Government index number, where the text gives one")
    district: Mapped[District] = relationship()


class GazetteerPlace(Tracked, Base):
    """One named place with coordinates. One row per place."""

    __tablename__ = "gazetteer_place"

    key: Mapped[str] = mapped_column(unique=True, comment="Own key, such as wz-town-500101001")
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True, comment="Where it lies")
    name: Mapped[str] = mapped_column(comment="Chinese name")
    lon: Mapped[float] = mapped_column(comment="WGS-84 longitude, degrees")
    lat: Mapped[float] = mapped_column(comment="WGS-84 latitude, degrees")
    accuracy: Mapped[Accuracy] = mapped_column(comment="How well the point is known")
    basis: Mapped[str | None] = mapped_column(comment="Where the coordinates come from")
    note: Mapped[str | None] = mapped_column(comment="What else is to be known of the point")
    district: Mapped[District] = relationship()
