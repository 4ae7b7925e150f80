"""Calendar feeds: addresses that a calendar programme reads by itself."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.store.base import Base, Tracked
from portfolio.store.models.access import User


class CalendarFeed(Tracked, Base):
    """One secret address of a person's due dates. Whoever knows it reads them, until it is revoked."""

    __tablename__ = "calendar_feed"
    untracked_columns = frozenset({"token_hash"})

    token_hash: Mapped[str] = mapped_column(unique=True, comment="SHA-256 of the 256-bit token in the address")
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True, comment="Whose due dates, whose district")
    created_at: Mapped[dt.datetime] = mapped_column(comment="When, UTC")
    revoked_at: Mapped[dt.datetime | None] = mapped_column(comment="Refused from then on, UTC")
    user: Mapped[User] = relationship()
