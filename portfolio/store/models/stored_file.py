"""Files that people attach and packs that are kept."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.store.base import Base, Tracked


class StoredFile(Tracked, Base):
    """One file, kept in the database so that one backup holds everything. One row per file; never changed.

    The history keeps the hash instead of the bytes.
    """

    __tablename__ = "stored_file"
    __table_args__ = (CheckConstraint("size > 0", name="size_positive"),)
    untracked_columns = frozenset({"content"})
    append_only = True

    name: Mapped[str] = mapped_column(comment="File name as the person gave it, without folders")
    content_type: Mapped[str] = mapped_column(comment="Media type it is sent with, such as image/jpeg")
    size: Mapped[int] = mapped_column(comment="Length in bytes")
    sha256: Mapped[str] = mapped_column(index=True, comment="SHA-256 of the bytes, hexadecimal")
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, comment="The bytes")
    kept_by: Mapped[str] = mapped_column(comment="User name")
    kept_at: Mapped[dt.datetime] = mapped_column(comment="When, UTC")
