"""Bringing a database to the present schema, and finding out where it stands."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

MIGRATIONS = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the database to ``revision`` inside one transaction: all of it or nothing."""
    with engine.execution_options(portfolio_write=True).begin() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to ``revision`` inside one transaction."""
    with engine.execution_options(portfolio_write=True).begin() as connection:
        command.downgrade(_config(connection), revision)


def current_revision(engine: Engine) -> str | None:
    """Return the revision the database stands at, or None before the first migration."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """Return the revision this software needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def write_migration(engine: Engine, message: str, number: str) -> None:
    """Draft the next migration from the difference between the models and the database (for developers)."""
    with engine.execution_options(portfolio_write=True).begin() as connection:
        command.revision(_config(connection), message=message, autogenerate=True, rev_id=number)
