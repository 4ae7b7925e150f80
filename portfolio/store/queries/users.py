"""Reads of users, their sessions and their API tokens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from portfolio.domain.errors import NotFoundError
from portfolio.domain.roles import Role
from portfolio.domain.sentences import say
from portfolio.store.models import ApiToken, User, UserSession


def count_users(session: Session) -> int:
    """Count all users, disabled ones too."""
    return session.scalar(select(func.count(User.id))) or 0


def list_users(session: Session) -> Sequence[User]:
    """List users: active ones first, then by name."""
    return session.scalars(select(User).order_by(User.is_active.desc(), User.name)).all()


def find_user(session: Session, name: str, *, lock: bool = False) -> User | None:
    """Find a user by sign-in name; ``lock`` makes others who would change the user wait."""
    statement = select(User).where(User.name == name)
    return session.scalar(statement.with_for_update() if lock else statement)


def get_user(session: Session, name: str) -> User:
    """Return a user by sign-in name.

    Raises
    ------
    NotFoundError
        If nobody has that name.
    """
    user = find_user(session, name)
    if user is None:
        raise NotFoundError(say("没有名为“{name}”的用户，请回到用户列表重新选择", name=name))
    return user


def list_active_administrators(session: Session) -> Sequence[User]:
    """List active administrators by number and lock their rows: two of them may be leaving at the same moment."""
    statement = select(User).where(User.role == Role.ADMINISTRATOR, User.is_active).order_by(User.id)
    return session.scalars(statement.with_for_update()).all()


def find_session(session: Session, token_hash: str, now: dt.datetime) -> UserSession | None:
    """Find the sign-in that a token stands for, with its user, unless it has expired."""
    statement = select(UserSession).where(UserSession.token_hash == token_hash, UserSession.expires_at > now)
    return session.scalar(statement.options(joinedload(UserSession.user)))


def find_token(session: Session, token_hash: str) -> ApiToken | None:
    """Find an API token that is not revoked, with its user."""
    statement = select(ApiToken).where(ApiToken.token_hash == token_hash, ApiToken.revoked_at.is_(None))
    return session.scalar(statement.options(joinedload(ApiToken.user)))


def get_token(session: Session, user: User, token_id: int) -> ApiToken:
    """Return one API token of a user by its number.

    Raises
    ------
    NotFoundError
        If the user has no such token.
    """
    token = session.scalar(select(ApiToken).where(ApiToken.id == token_id, ApiToken.user_id == user.id))
    if token is None:
        raise NotFoundError(say("这个用户没有这个令牌，请刷新页面后重试"))
    return token


def list_tokens(session: Session, user: User) -> Sequence[ApiToken]:
    """List a user's API tokens, newest first, revoked ones too."""
    statement = select(ApiToken).where(ApiToken.user_id == user.id)
    return session.scalars(statement.order_by(ApiToken.created_at.desc(), ApiToken.id.desc())).all()
