"""A database of any size for measuring, made in seconds."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, text

from portfolio.plans.loader import load_shipped_plans
from portfolio.services import sample, users
from portfolio.store.engine import make_engine, open_session
from portfolio.store.models import LedgerEntry, Project
from portfolio.store.schema import migrate

PASSWORD = "correct horse battery"
UNIT = 1_000


def build(folder: Path, projects: int) -> str:
    """Return the address of a database with both plans and ``projects`` synthetic projects, a multiple of 1,000."""
    address = f"sqlite:///{folder / f'{projects}.db'}"
    engine = make_engine(address)
    migrate(engine)
    with open_session(engine, write=True) as session:
        load_shipped_plans(session)
        users.ensure_administrator(session, PASSWORD)
        sample.add_samples(session, UNIT)
        session.commit()
    _multiply(engine, projects // UNIT)
    engine.dispose()
    return address


def _multiply(engine: Engine, times: int) -> None:
    """Copy the synthetic rows inside the database, with their money, under numbers and codes of their own."""
    with engine.execution_options(portfolio_write=True).begin() as connection:
        for copy in range(1, times):
            changed = {"id": f"id + {copy * UNIT}", "code": f"code || '{copy:03d}'", "name": f"name || '{copy:03d}'"}
            changed |= {"search_text": f"search_text || '{copy:03d}'"}
            highest = sample.FIRST_NUMBER + UNIT
            connection.execute(text(_copying(Project.__table__.columns.keys(), "project", changed, highest)))
            changed = {"id": f"id + {copy * UNIT * 10}", "project_id": f"project_id + {copy * UNIT}"}
            highest = sample.FIRST_NUMBER + UNIT * 10
            connection.execute(text(_copying(LedgerEntry.__table__.columns.keys(), "ledger_entry", changed, highest)))


def _copying(columns: list[str], table: str, changed: dict[str, str], highest: int) -> str:
    wanted = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(changed.get(name, f'"{name}"') for name in columns)
    chosen = f"id >= {sample.FIRST_NUMBER} AND id < {highest}"
    return f"INSERT INTO {table} ({wanted}) SELECT {values} FROM {table} WHERE {chosen}"
