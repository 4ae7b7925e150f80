"""The database that commands work on, and the sessions they open."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portfolio import settings
from portfolio.domain.errors import PortfolioError
from portfolio.domain.sentences import say
from portfolio.store.backup import is_known_revision
from portfolio.store.engine import make_engine, open_session
from portfolio.store.schema import current_revision, head_revision

ACTOR = "命令行"


class NotReadyError(PortfolioError):
    """The database does not stand where this software needs it."""


@contextlib.contextmanager
def opened() -> Iterator[Engine]:
    """Open the database at its configured address, whatever state it is in."""
    engine = make_engine(settings.database_url())
    try:
        yield engine
    finally:
        engine.dispose()


@contextlib.contextmanager
def ready() -> Iterator[Engine]:
    """Open a database that has been set up for this software.

    Raises
    ------
    NotReadyError
        If there is none, or it belongs to an older or a newer version.
    """
    with opened() as engine:
        if is_absent(engine):
            raise NotReadyError(say("还没有数据库，请先运行 portfolio init"))
        revision = checked_revision(engine)
        if revision != head_revision():
            raise NotReadyError(say("数据库的结构旧于本软件，请先运行 portfolio init 升级"))
        yield engine


def is_absent(engine: Engine) -> bool:
    """Return whether an SQLite database has no file yet; asking would otherwise create it."""
    file = engine.url.database
    return engine.dialect.name == "sqlite" and bool(file) and not Path(str(file)).exists()


def checked_revision(engine: Engine) -> str | None:
    """Return where the database stands, None before the first migration.

    Raises
    ------
    NotReadyError
        If a newer version of this software made it.
    """
    revision = current_revision(engine)
    if not is_known_revision(revision):
        raise NotReadyError(
            say("数据库由更新版本的软件建立（{revision}），请先升级软件，数据没有改动", revision=revision)
        )
    return revision


@contextlib.contextmanager
def writing(reason: str | None = None) -> Iterator[Session]:
    """Open a session that writes; what it did is kept when the block ends without an error."""
    with ready() as engine, open_session(engine, write=True, actor=ACTOR, reason=reason) as session:
        yield session
        session.commit()


@contextlib.contextmanager
def reading() -> Iterator[Session]:
    """Open a session that only reads."""
    with ready() as engine, open_session(engine, write=False) as session:
        yield session
