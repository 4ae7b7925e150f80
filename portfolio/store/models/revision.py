"""The history table."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.store.base import Base, Said


class Revision(Base):
    """One version of one tracked record. One row per record and accepted save; rows form a hash chain."""

    __tablename__ = "revision"
    __table_args__ = (Index("ix_revision_record", "record_type", "record_id", "record_version"),)

    id: Mapped[int] = mapped_column(primary_key=True, comment="Place in the chain")
    record_type: Mapped[str] = mapped_column(comment="Table of the record")
    record_id: Mapped[int] = mapped_column(comment="Number of the record in that table")
    operation: Mapped[str] = mapped_column(comment="insert, update or delete")
    record_version: Mapped[int] = mapped_column(comment="Version of the record after the operation")
    state: Mapped[str] = mapped_column(comment="Every kept column after the operation, as canonical JSON")
    actor: Mapped[str] = mapped_column(comment="User name, or system")
    reason: Mapped[Said | None] = mapped_column(comment="Why, in the actor's words; null where none was asked")
    at: Mapped[dt.datetime] = mapped_column(comment="When, UTC")
    previous_hash: Mapped[str] = mapped_column(comment="Hash of the row before, 64 zeros in the first")
    hash: Mapped[str] = mapped_column(comment="SHA-256 over previous_hash and every other column")
