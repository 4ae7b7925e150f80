"""Leadership packs: those being made or just made, and those that were frozen (定版)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.domain.packs import PackKind, PackState
from portfolio.store.base import Base, Tracked
from portfolio.store.models.stored_file import StoredFile


class FrozenPack(Tracked, Base):
    """One pack as a meeting saw it. One row per freezing; never changed."""

    __tablename__ = "frozen_pack"
    append_only = True

    scope_key: Mapped[str] = mapped_column(index=True, comment="The filter as canonical JSON: same text, same scope")
    district_adcode: Mapped[str | None] = mapped_column(comment="The one district it speaks of; null: all")
    scope: Mapped[str] = mapped_column(comment="The filter in words")
    as_of: Mapped[dt.date] = mapped_column(comment="Day on which its figures stand")
    hash: Mapped[str] = mapped_column(comment="SHA-256 over its figures and texts")
    made_by: Mapped[str] = mapped_column(comment="Who made it, as the files print it")
    made_at: Mapped[dt.datetime] = mapped_column(comment="When it was made, UTC")
    frozen_by: Mapped[str] = mapped_column(comment="User name")
    frozen_at: Mapped[dt.datetime] = mapped_column(comment="When it was frozen, UTC")
    content_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), comment="Its tables as canonical JSON")
    content: Mapped[StoredFile] = relationship()


class FrozenPackFile(Tracked, Base):
    """One file of a frozen pack."""

    __tablename__ = "frozen_pack_file"
    __table_args__ = (UniqueConstraint("pack_id", "kind"),)
    append_only = True

    pack_id: Mapped[int] = mapped_column(ForeignKey("frozen_pack.id"), comment="Of which pack")
    kind: Mapped[PackKind] = mapped_column(comment="Which file")
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), comment="The file itself")
    pack: Mapped[FrozenPack] = relationship()
    file: Mapped[StoredFile] = relationship()


class PackJob(Base):
    """One pack that somebody asked for. One row per request; removed after some days."""

    __tablename__ = "pack_job"

    id: Mapped[int] = mapped_column(primary_key=True, comment="Own number")
    scope_key: Mapped[str] = mapped_column(comment="The filter as canonical JSON")
    district_adcode: Mapped[str | None] = mapped_column(comment="The one district it speaks of; null: all")
    scope: Mapped[str] = mapped_column(comment="The filter in words")
    as_of: Mapped[dt.date] = mapped_column(comment="Day on which its figures stand")
    kinds: Mapped[str] = mapped_column(comment="Codes of the files asked for, comma-separated")
    issuer: Mapped[str | None] = mapped_column(comment="Office of the red headline; null: none")
    state: Mapped[PackState] = mapped_column(comment="How far it has come")
    step: Mapped[str | None] = mapped_column(comment="What is being made now")
    message: Mapped[str | None] = mapped_column(comment="Why it was not made, fit for the screen")
    asked_by: Mapped[str] = mapped_column(comment="User name")
    asked_at: Mapped[dt.datetime] = mapped_column(index=True, comment="When it was asked for, UTC")
    beat_at: Mapped[dt.datetime] = mapped_column(comment="Last sign of life, UTC")
    content: Mapped[str | None] = mapped_column(deferred=True, comment="Its tables as canonical JSON, once made")
    hash: Mapped[str | None] = mapped_column(comment="SHA-256 over its figures and texts, once made")
    made_by: Mapped[str] = mapped_column(comment="Name of the person, as the files print it")
    frozen_id: Mapped[int | None] = mapped_column(ForeignKey("frozen_pack.id"), comment="What was frozen of it")


class PackJobFile(Base):
    """One file of a pack that was made."""

    __tablename__ = "pack_job_file"
    __table_args__ = (UniqueConstraint("job_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True, comment="Own number")
    job_id: Mapped[int] = mapped_column(ForeignKey("pack_job.id", ondelete="CASCADE"), comment="Of which pack")
    kind: Mapped[PackKind] = mapped_column(comment="Which file")
    name: Mapped[str] = mapped_column(comment="File name")
    size: Mapped[int] = mapped_column(comment="Length in bytes")
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, comment="The bytes")
