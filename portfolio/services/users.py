"""Signing in and out, and everything an administrator does with users."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import delete
from sqlalchemy.orm import Session

from portfolio.domain.errors import DuplicateError, PortfolioError, RuleError
from portfolio.domain.roles import Role
from portfolio.domain.sentences import say
from portfolio.store.base import utc_now
from portfolio.store.models import ApiToken, User, UserSession
from portfolio.store.queries import users as queries

FIRST_ADMINISTRATOR = "admin"
MIN_PASSWORD_LENGTH = 10
MAX_PASSWORD_LENGTH = 128
MAX_FAILED_ATTEMPTS = 5
LOCK_TIME = dt.timedelta(minutes=15)
SESSION_LIFE = dt.timedelta(hours=12)
TOKEN_BYTES = 32

_NAME = re.compile(r"[A-Za-z0-9_.-]{2,32}", re.ASCII)
_UNMISTAKABLE = "abcdefghijkmnpqrstuvwxyz23456789"
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class SignInError(PortfolioError):
    """Name and password do not open an account; which of them is wrong is not told."""


class LockedError(SignInError):
    """Too many wrong passwords; ``until`` (UTC) says when the next try is allowed."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(say("密码连续输错，账号已暂时锁定"))
        self.until = until


@dataclass(frozen=True, kw_only=True)
class UserDraft:
    """What an administrator states of a user; ``district_adcode`` None is all districts."""

    name: str
    role: Role
    full_name: str | None = None
    district_adcode: str | None = None


def sign_in(session: Session, name: str, password: str) -> str:
    """Check name and password and return the token of a new session.

    Raises
    ------
    LockedError
        After five wrong passwords in a row, for 15 minutes.
    SignInError
        If they open no account. Commit all the same: the failed attempt has been counted.
    """
    user = queries.find_user(session, name, lock=True)
    if user is not None and user.locked_until is not None and user.locked_until > utc_now():
        raise LockedError(user.locked_until)
    is_right = _is_password(user.password_hash if user else _hash_of_nobody(), password)
    if user is None or not user.is_active:
        raise _refusal()
    if not is_right:
        raise _count_failure(user)
    user.failed_attempts, user.locked_until = 0, None
    return _open_session(session, user)


def _refusal() -> SignInError:
    return SignInError(
        say(
            "用户名或密码不正确。连续输错 {most} 次将锁定 {minutes} 分钟",
            most=MAX_FAILED_ATTEMPTS,
            minutes=LOCK_TIME.seconds // 60,
        )
    )


def _count_failure(user: User) -> SignInError:
    user.failed_attempts += 1
    if user.failed_attempts < MAX_FAILED_ATTEMPTS:
        return _refusal()
    user.failed_attempts, user.locked_until = 0, utc_now() + LOCK_TIME
    return LockedError(user.locked_until)


@cache
def _hash_of_nobody() -> str:
    """Return the hash of a password nobody has: an unknown name costs as much time as a known one."""
    return _HASHER.hash(secrets.token_urlsafe())


def _is_password(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except VerifyMismatchError:
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _open_session(session: Session, user: User) -> str:
    """Return the token of a new session; the user's expired ones go."""
    now, token = utc_now(), secrets.token_urlsafe(TOKEN_BYTES)
    session.execute(delete(UserSession).where(UserSession.expires_at <= now))
    row = UserSession(token_hash=_digest(token), user_id=user.id, created_at=now, expires_at=now + SESSION_LIFE)
    session.add(row)
    session.flush()
    return token


def sign_out(session: Session, token: str) -> None:
    """End the session that a token stands for, if there is one."""
    session.execute(delete(UserSession).where(UserSession.token_hash == _digest(token)))


def resolve_session(session: Session, token: str) -> User | None:
    """Return who a session's token stands for, or None when it has ended."""
    found = queries.find_session(session, _digest(token), utc_now())
    return found.user if found is not None and found.user.is_active else None


def resolve_token(session: Session, token: str) -> User | None:
    """Return whose rights an API token carries, or None when it is unknown or revoked."""
    found = queries.find_token(session, _digest(token))
    return found.user if found is not None and found.user.is_active else None


def _end_sessions(session: Session, user: User) -> None:
    session.execute(delete(UserSession).where(UserSession.user_id == user.id))


def change_password(session: Session, user: User, current: str, new: str) -> str:
    """Set a person's own password, end all their sessions and return the token of a new one.

    Raises
    ------
    RuleError
        If the current password is wrong, or the new one is the same or too short.
    """
    if not _is_password(user.password_hash, current):
        raise RuleError(say("当前密码不正确，请重新输入"), field="current")
    if current == new:
        raise RuleError(say("新密码不能与当前密码相同"), field="new")
    user.password_hash = _hash_password(new)
    user.must_change_password = False
    _end_sessions(session, user)
    return _open_session(session, user)


def _hash_password(password: str) -> str:
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise RuleError(
            say(
                "密码应为 {least} 至 {most} 个字符",
                least=MIN_PASSWORD_LENGTH,
                most=MAX_PASSWORD_LENGTH,
            ),
            field="new",
        )
    return _HASHER.hash(password)


def _one_time_password() -> str:
    """Return four groups of four characters that cannot be mistaken for each other."""
    return "-".join("".join(secrets.choice(_UNMISTAKABLE) for _ in range(4)) for _ in range(4))


def ensure_administrator(session: Session, password: str | None) -> str | None:
    """Make the first administrator where there is no user, with ``password`` or with a one-time password.

    Returns the one-time password, or None when a password was given or users exist.
    """
    if queries.count_users(session):
        return None
    chosen = password or _one_time_password()
    draft = UserDraft(name=FIRST_ADMINISTRATOR, role=Role.ADMINISTRATOR)
    session.add(_new_user(draft, chosen, must_change=password is None))
    session.flush()
    return chosen if password is None else None


def _new_user(draft: UserDraft, password: str, *, must_change: bool) -> User:
    return User(
        name=draft.name,
        full_name=draft.full_name,
        role=draft.role,
        district_adcode=draft.district_adcode,
        password_hash=_hash_password(password),
        must_change_password=must_change,
        is_active=True,
        failed_attempts=0,
    )


def add_user(session: Session, draft: UserDraft) -> tuple[User, str]:
    """Add a user; return the record and the one-time password to hand over.

    Raises
    ------
    RuleError
        If the name is not of the allowed form.
    DuplicateError
        If somebody has that name.
    """
    if not _NAME.fullmatch(draft.name):
        raise RuleError(say("用户名应为 2 至 32 个字母、数字或 _ . -"), field="name")
    if queries.find_user(session, draft.name) is not None:
        raise DuplicateError(say("已有名为“{name}”的用户，请换一个用户名", name=draft.name), field="name")
    password = _one_time_password()
    user = _new_user(draft, password, must_change=True)
    session.add(user)
    session.flush()
    return user, password


def change_user(session: Session, user: User, draft: UserDraft) -> None:
    """Change a user's name for the screen, role and district; another role or district ends the user's sessions.

    Raises
    ------
    RuleError
        If the last active administrator would stop being one.
    """
    if draft.role is not Role.ADMINISTRATOR:
        _keep_an_administrator(session, user, field="role")
    before = (user.role, user.district_adcode)
    user.full_name, user.role, user.district_adcode = draft.full_name, draft.role, draft.district_adcode
    if (user.role, user.district_adcode) != before:
        _end_sessions(session, user)


def _keep_an_administrator(session: Session, user: User, *, field: str | None = None) -> None:
    if [one.id for one in queries.list_active_administrators(session)] == [user.id]:
        raise RuleError(
            say("“{user}”是最后一个可用的管理员。请先指定另一名管理员，再做这项修改", user=user.name), field=field
        )


def disable_user(session: Session, user: User) -> None:
    """Refuse a user from now on and end the user's sessions.

    Raises
    ------
    RuleError
        If it is the last active administrator.
    """
    _keep_an_administrator(session, user)
    user.is_active = False
    _end_sessions(session, user)


def enable_user(user: User) -> None:
    """Let a disabled user sign in again."""
    user.is_active = True


def reset_password(session: Session, user: User) -> str:
    """Give a user a one-time password and return it; locks are lifted, sessions end."""
    password = _one_time_password()
    user.password_hash = _hash_password(password)
    user.must_change_password = True
    user.failed_attempts, user.locked_until = 0, None
    _end_sessions(session, user)
    return password


def make_token(session: Session, user: User, label: str | None) -> str:
    """Make an API token that carries a user's rights, and return it; only its hash is kept."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = ApiToken(token_hash=_digest(token), user_id=user.id, label=label, created_at=utc_now())
    session.add(row)
    session.flush()
    return token


def revoke_token(token: ApiToken) -> None:
    """Refuse an API token from now on."""
    token.revoked_at = token.revoked_at or utc_now()
