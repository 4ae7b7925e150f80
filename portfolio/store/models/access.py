"""Who may come in: users, their sessions and their API tokens."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.domain.roles import Role
from portfolio.store.base import Base, Tracked


class User(Tracked, Base):
    """One person who may sign in."""

    __tablename__ = "user"
    untracked_columns = frozenset({"password_hash", "failed_attempts", "locked_until"})

    name: Mapped[str] = mapped_column(unique=True, comment="Sign-in name")
    full_name: Mapped[str | None] = mapped_column(comment="Name for the screen")
    role: Mapped[Role] = mapped_column(comment="What the person may do")
    district_adcode: Mapped[str | None] = mapped_column(comment="The one district the person works in; null: all")
    password_hash: Mapped[str] = mapped_column(comment="argon2id")
    must_change_password: Mapped[bool] = mapped_column(comment="True while the password is a one-time one")
    is_active: Mapped[bool] = mapped_column(default=True, comment="False: may not sign in")
    failed_attempts: Mapped[int] = mapped_column(default=0, comment="Wrong passwords since the last right one")
    locked_until: Mapped[dt.datetime | None] = mapped_column(comment="Sign-in refused until then, UTC")


class UserSession(Base):
    """One sign-in. One row per session; deleting the row ends it at once."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True, comment="Own number")
    token_hash: Mapped[str] = mapped_column(unique=True, comment="SHA-256 of the 256-bit token in the cookie")
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True, comment="Who signed in")
    created_at: Mapped[dt.datetime] = mapped_column(comment="When, UTC")
    expires_at: Mapped[dt.datetime] = mapped_column(comment="Refused from then on, UTC")
    user: Mapped[User] = relationship()


class ApiToken(Tracked, Base):
    """One bearer token of the reading API."""

    __tablename__ = "api_token"
    untracked_columns = frozenset({"token_hash"})

    token_hash: Mapped[str] = mapped_column(unique=True, comment="SHA-256 of the 256-bit token")
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True, comment="Whose rights it carries")
    label: Mapped[str | None] = mapped_column(comment="What it is for")
    created_at: Mapped[dt.datetime] = mapped_column(comment="When, UTC")
    revoked_at: Mapped[dt.datetime | None] = mapped_column(comment="Refused from then on, UTC")
    user: Mapped[User] = relationship()
