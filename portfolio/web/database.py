"""One database session per request."""

from __future__ import annotations

from flask import Flask, current_app, g, request
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portfolio.store.engine import make_engine, open_session

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def init_database(app: Flask, url: str) -> None:
    """Give the application its database."""
    app.extensions["portfolio_engine"] = make_engine(url)
    app.teardown_appcontext(_close_session)


def get_engine() -> Engine:
    """Return the application's database."""
    engine: Engine = current_app.extensions["portfolio_engine"]
    return engine


def get_session() -> Session:
    """Return the session of this request, opened at first use; it can write unless the request only reads.

    Nothing is kept unless the view commits.
    """
    if "session" not in g:
        g.session = open_session(get_engine(), write=request.method not in READING_METHODS)
    session: Session = g.session
    return session


def _close_session(_error: BaseException | None) -> None:
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.close()
