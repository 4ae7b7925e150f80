"""Reads of calendar addresses."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portfolio.store.models import CalendarFeed, User


def find_feed(session: Session, token_hash: str) -> CalendarFeed | None:
    """Return the calendar address with that hash and its person, unless it is revoked."""
    statement = select(CalendarFeed).where(CalendarFeed.token_hash == token_hash, CalendarFeed.revoked_at.is_(None))
    return session.scalar(statement.options(joinedload(CalendarFeed.user)))


def find_feed_of(session: Session, user: User) -> CalendarFeed | None:
    """Return a person's calendar address, or None."""
    statement = select(CalendarFeed).where(CalendarFeed.user_id == user.id, CalendarFeed.revoked_at.is_(None))
    return session.scalars(statement.order_by(CalendarFeed.id.desc())).first()
