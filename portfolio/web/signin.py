"""Who is asking: the session cookie or the bearer token, and what that person may do here."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug import Response

from portfolio.domain.roles import Permission
from portfolio.services import users
from portfolio.store.models import User
from portfolio.web.database import get_session
from portfolio.web.permissions import is_public, permission_of

COOKIE = "portfolio_session"
_LAYERS = "/ogc/"
API_PREFIXES = ("/api/", _LAYERS)
_CHANGE_PASSWORD = "account.password"  # noqa: S105 (an endpoint)


def init_app(app: Flask) -> None:
    """Ask every request who it comes from before its view runs, then whether its form is our own."""
    app.before_request(_guard)
    app.extensions["portfolio_forgery_check"].init_app(app)
    app.jinja_env.globals.update(
        Permission=Permission, can=can, current_user=current_user, in_scope=in_scope, scope_adcode=scope_adcode
    )


def current_user() -> User | None:
    """Return who is signed in, or None."""
    if "user" not in g:
        g.user = _resolve_user()
        if g.user is not None:
            get_session().info["actor"] = g.user.name
    user: User | None = g.user
    return user


def signed_in_user() -> User:
    """Return who is signed in, in a view that asks for a permission."""
    return current_user() or abort(401)


def _resolve_user() -> User | None:
    if (given := _given_token()) is not None:
        name, token = given
        found = users.resolve_token(get_session(), token)
        return found if found is not None and name in (None, found.name) else None
    if (cookie := request.cookies.get(COOKIE)) is not None:
        return users.resolve_session(get_session(), cookie)
    return None


def _given_token() -> tuple[str | None, str] | None:
    """Return the user's name, None where none is stated, and the token of an API request; no page is opened with one.

    GIS programs know user name and password only: below /ogc/ the token may stand for the password.
    """
    given = request.authorization
    if given is None or not is_api_request():
        return None
    if given.type == "bearer":
        return None, given.token or ""
    if given.type == "basic" and _path().startswith(_LAYERS):
        return given.username or "", given.password or ""
    return None


def is_api_request() -> bool:
    """Return whether the answer has to be JSON."""
    return _path().startswith(API_PREFIXES)


def _path() -> str:
    """Return the path with a slash at its end: /ogc is the same place as /ogc/."""
    return f"{request.path}/"


def can(permission: Permission | str) -> bool:
    """Return whether the signed-in person has ``permission``; templates may give its code, such as "export"."""
    user = current_user()
    return user is not None and Permission.from_label(permission) in user.role.permissions


def scope_adcode() -> str | None:
    """Return the one district that the signed-in person works in, or None for all."""
    user = current_user()
    return None if user is None else user.district_adcode


def in_scope(adcode: str) -> bool:
    """Return whether the signed-in person may see and change records of a district."""
    return scope_adcode() in (None, adcode)


def _guard() -> ResponseReturnValue | None:
    """Let the request through, or answer it here."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or is_public(view):
        return None
    user = current_user()
    if user is None:
        return _ask_to_sign_in()
    if _has_one_time_password(user) and request.endpoint != _CHANGE_PASSWORD:
        return abort(403) if is_api_request() else redirect(url_for(_CHANGE_PASSWORD))
    permission = permission_of(view)
    if permission is None or not can(permission):
        current_app.logger.warning("%s was refused %s %s", user.name, request.method, request.path)
        abort(403)
    return None


def _has_one_time_password(user: User) -> bool:
    """Return whether the person came in by a password that has to be changed first; a token is no password."""
    return user.must_change_password and _given_token() is None


def _ask_to_sign_in() -> ResponseReturnValue:
    if is_api_request():
        abort(401)
    wanted = request.full_path.removesuffix("?") if request.method == "GET" else None
    return redirect(url_for("account.sign_in", next=wanted))


def local_path(target: str | None) -> str | None:
    """Return ``target`` where it is a path on this site, None for anything that could lead elsewhere."""
    if not target or not target.startswith("/") or "\\" in target or not target.isprintable():
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc or target.startswith("//") else target


def remember(response: Response, token: str) -> None:
    """Put a new session's token into the browser."""
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=request.is_secure)


def forget(response: Response) -> None:
    """Take the session's token out of the browser."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)
