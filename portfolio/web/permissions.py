"""Who may use which route: every view says so itself, and one that does not stops the start-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask

from portfolio.domain.roles import Permission

View = TypeVar("View", bound=Callable[..., Any])

_MARK = "portfolio_access"
_PUBLIC = "public"


class UndeclaredPermissionError(RuntimeError):
    """Routes exist that declare neither a permission nor that they are public."""


def requires(permission: Permission) -> Callable[[View], View]:
    """Mark a view as open to signed-in people with ``permission`` only."""

    def mark(view: View) -> View:
        view.__dict__[_MARK] = permission
        return view

    return mark


def public(view: View) -> View:
    """Mark a view as open to everyone."""
    view.__dict__[_MARK] = _PUBLIC
    return view


def is_public(view: Callable[..., Any]) -> bool:
    """Return whether a view is open to everyone."""
    return getattr(view, _MARK, None) == _PUBLIC


def permission_of(view: Callable[..., Any]) -> Permission | None:
    """Return the permission a view asks for, or None where it is public or says nothing."""
    found = getattr(view, _MARK, None)
    return found if isinstance(found, Permission) else None


def check_declared(app: Flask) -> None:
    """Stop unless every route declares who may use it.

    Raises
    ------
    UndeclaredPermissionError
        Naming every endpoint that declares nothing.
    """
    missing = sorted(
        endpoint for endpoint, view in app.view_functions.items() if not (is_public(view) or permission_of(view))
    )
    if missing:
        raise UndeclaredPermissionError(f"routes without @requires or @public: {', '.join(missing)}")
