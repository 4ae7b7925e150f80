"""The secret address under which a person's calendar programme reads due dates; one for each person."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy.orm import Session

from portfolio.store.base import utc_now
from portfolio.store.models import CalendarFeed, User
from portfolio.store.queries import feeds

TOKEN_BYTES = 32


def make_feed(session: Session, user: User) -> str:
    """Make a person's calendar address anew and return its token; only the hash is kept, an older address ends."""
    revoke_feed(session, user)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(CalendarFeed(token_hash=_digest(token), user_id=user.id, created_at=utc_now()))
    session.flush()
    return token


def revoke_feed(session: Session, user: User) -> None:
    """Refuse a person's calendar address from now on; without one nothing happens."""
    feed = feeds.find_feed_of(session, user)
    if feed is not None:
        feed.revoked_at = utc_now()
        session.flush()


def resolve_feed(session: Session, token: str) -> User | None:
    """Return whose calendar address that is, or None where it is nobody's, revoked, or the person was disabled."""
    feed = feeds.find_feed(session, _digest(token))
    return feed.user if feed is not None and feed.user.is_active else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
