"""Opening the database: SQLite by default, PostgreSQL when outgrown. One explicit BEGIN for each transaction."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session

from portfolio.store import history, lights, openings

try:
    from pysqlite3 import dbapi2 as sqlite_driver
except ImportError:  # no wheel for this system: the standard module, which may be too old for WAL
    sqlite_driver = sqlite3

SqliteError: type[Exception] = sqlite_driver.Error
WAL_SAFE_SINCE = (3, 51, 3)
_SHARED_PRAGMAS = (
    "busy_timeout=30000",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "trusted_schema=OFF",
    "journal_size_limit=67108864",
)


def make_engine(url: str) -> Engine:
    """Open the database at ``url``; for SQLite its folder is made if it is missing."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _make_sqlite_engine(url, address.database)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    engine = create_engine(address, pool_pre_ping=True)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _make_sqlite_engine(url: str, database: str | None) -> Engine:
    if database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, module=sqlite_driver)
    event.listen(engine, "connect", _connect_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def open_foreign_file(path: Path) -> Any:
    """Open another program's SQLite file for reading, with the one library that this process may use."""
    connection = sqlite_driver.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection


def journal_mode(driver: ModuleType = sqlite_driver) -> str:
    """Return the journal mode that is safe with this SQLite: WAL only where its checkpoint fault is mended."""
    version = tuple(int(part) for part in driver.sqlite_version.split("."))
    return "WAL" if version >= WAL_SAFE_SINCE else "DELETE"


def _connect_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (*_SHARED_PRAGMAS, f"journal_mode={journal_mode()}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _is_writing(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("portfolio_write"))


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once when writing: a read that turns into a write fails whatever the timeout."""
    writing = _is_writing(connection)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if not _is_writing(connection):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def open_session(engine: Engine, *, write: bool, actor: str | None = None, reason: str | None = None) -> Session:
    """Open a session; only one opened for writing can change anything.

    ``actor`` and ``reason`` go into the history with every change.
    """
    session = Session(engine.execution_options(portfolio_write=write), expire_on_commit=False)
    history.watch(session)
    openings.watch(session)
    lights.watch(session)
    session.info.update(actor=actor, reason=reason)
    return session
