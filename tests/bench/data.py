"""A database of any size for measuring, made in seconds."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, text

from portfolio.domain.cells import cell_of
from portfolio.plans.loader import load_shipped_plans
from portfolio.services import sample, users
from portfolio.store.engine import make_engine, open_session
from portfolio.store.lights import renew_lights
from portfolio.store.models import LedgerEntry, Project
from portfolio.store.openings import renew_openings
from portfolio.store.schema import migrate

PASSWORD = "correct horse battery"
UNIT = 1_000


def build(folder: Path, projects: int) -> str:
    """Return the address of a database with both plans and ``projects`` synthetic ones: up to 1,000, or thousands."""
    address = f"sqlite:///{folder / f'{projects}.db'}"
    engine = make_engine(address)
    migrate(engine)
    with open_session(engine, write=True) as session:
        load_shipped_plans(session)
        users.ensure_administrator(session, PASSWORD)
        sample.add_samples(session, min(projects, UNIT))
        session.commit()
    _multiply(engine, projects // UNIT)
    with open_session(engine, write=True) as session:
        renew_openings(session)
        renew_lights(session)
        session.commit()
    engine.dispose()
    return address


def _multiply(engine: Engine, times: int) -> None:
    """Copy the synthetic rows inside the database, with their money, under numbers, codes and places of their own."""
    with engine.execution_options(portfolio_write=True).begin() as connection:
        connection.connection.dbapi_connection.create_function("cell_of", 2, _cell)  # type: ignore[union-attr]
        for copy in range(1, times):
            changed = {"id": f"id + {copy * UNIT}", "code": f"code || '{copy:03d}'", "name": f"name || '{copy:03d}'"}
            changed |= {"search_text": f"search_text || '{copy:03d}'"}
            lon, lat = f"lon + {_shift(copy, 7919)}", f"lat + {_shift(copy, 104729)}"
            changed |= {"lon": lon, "lat": lat, "cell": f"cell_of({lon}, {lat})"}
            highest = sample.FIRST_NUMBER + UNIT
            connection.execute(text(_copying(Project.__table__.columns.keys(), "project", changed, highest)))
            changed = {"id": f"id + {copy * UNIT * 10}", "project_id": f"project_id + {copy * UNIT}"}
            changed |= {"document_id": "NULL", "contract_id": "NULL"}  # they hold no more than the first ones take
            highest = sample.FIRST_NUMBER + UNIT * 10
            connection.execute(text(_copying(LedgerEntry.__table__.columns.keys(), "ledger_entry", changed, highest)))


def _cell(lon: float | None, lat: float | None) -> int | None:
    return None if lon is None or lat is None else cell_of(lon, lat)


def _shift(copy: int, prime: int) -> float:
    """Return by how many degrees a copy lies beside the first, up to 0.02, the same in every run."""
    return (copy * prime % 1000 - 500) / 25_000


def _copying(columns: list[str], table: str, changed: dict[str, str], highest: int) -> str:
    wanted = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(changed.get(name, f'"{name}"') for name in columns)
    chosen = f"id >= {sample.FIRST_NUMBER} AND id < {highest}"
    return f"INSERT INTO {table} ({wanted}) SELECT {values} FROM {table} WHERE {chosen}"
