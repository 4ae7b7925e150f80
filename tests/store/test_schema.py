"""Migrations lead to the models, there and back, and lose nothing on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, Enum, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portfolio.store.backup import ControlTotals, control_totals, is_known_revision
from portfolio.store.base import Base
from portfolio.store.engine import make_engine, open_session
from portfolio.store.history import first_broken_revision
from portfolio.store.schema import MIGRATIONS, current_revision, downgrade, head_revision, migrate

ENUM_COLUMNS = [
    column for table in Base.metadata.sorted_tables for column in table.columns if isinstance(column.type, Enum)
]


def _differences(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, Base.metadata))


def test_the_migrations_build_what_the_models_say(engine: Engine) -> None:
    assert _differences(engine) == []


def test_every_check_of_the_models_is_in_the_database(engine: Engine) -> None:
    there = inspect(engine)
    checks = 0
    for table in Base.metadata.sorted_tables:
        expected = {str(one.name) for one in table.constraints if isinstance(one, CheckConstraint)}
        found = {str(one["name"]) for one in there.get_check_constraints(table.name)}
        assert expected == found, table.name
        checks += len(found)
    print(f"n = {checks} checks")


@pytest.mark.parametrize("column", ENUM_COLUMNS, ids=lambda column: f"{column.table.name}.{column.name}")
def test_no_term_outside_its_list_can_be_stored_and_every_term_in_it_can(engine: Engine, column: Any) -> None:
    checks = {one["sqltext"] for one in inspect(engine).get_check_constraints(column.table.name)}
    mine = [
        check for check in checks if column.name in check and all(f"'{code}'" in check for code in column.type.enums)
    ]
    assert mine, f"{column.name} has no check that lists {column.type.enums}"


def test_a_wrong_term_is_refused_by_the_database_itself(session: Session) -> None:
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE project SET nature = 'demolition'"))


def test_down_and_up_again_gives_the_same_tables(empty_url: str) -> None:
    engine = make_engine(empty_url)
    downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    assert current_revision(engine) is None
    migrate(engine)
    assert current_revision(engine) == head_revision()
    assert _differences(engine) == []
    engine.dispose()


def test_each_step_down_and_up_keeps_every_record_of_the_tables_that_it_leaves(engine: Engine) -> None:
    before = _records(engine)
    revisions = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    taken = set()
    for revision in revisions[1:]:
        downgrade(engine, revision)
        taken |= set(before.rows) - set(inspect(engine).get_table_names())
        migrate(engine)
    after = _records(engine)
    lost = {name for name, count in before.rows.items() if after.rows[name] != count}
    assert lost <= taken
    assert (after.ledger_fen, after.last_hash) == (before.ledger_fen, before.last_hash)
    with open_session(engine, write=False) as session:
        broken = first_broken_revision(session)
    assert broken is None or broken.split()[0] in taken
    print(f"n = {len(revisions) - 1} steps with {sum(before.rows.values())} rows, taken away {sorted(lost)}")


def _records(engine: Engine) -> ControlTotals:
    """Return the totals but for what is derived from the records and made anew at the next start."""
    with engine.connect() as connection:
        totals = control_totals(connection)
    derived = {table.name for table in Base.metadata.sorted_tables if table.info.get("derived")}
    return replace(totals, rows={name: count for name, count in totals.rows.items() if name not in derived})


def test_a_migration_that_fails_half_way_leaves_the_database_as_it_was(empty_url: str) -> None:
    engine = make_engine(empty_url)
    downgrade(engine, "base")
    with engine.execution_options(portfolio_write=True).begin() as connection:
        connection.execute(text("CREATE TABLE ledger_entry (id INTEGER)"))
    with pytest.raises(Exception, match="ledger_entry"):
        migrate(engine)
    assert set(inspect(engine).get_table_names()) == {"alembic_version", "ledger_entry"}
    engine.dispose()


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    migrate(engine)
    assert _differences(engine) == []


def test_a_schema_of_a_newer_software_is_not_known() -> None:
    assert is_known_revision(head_revision())
    assert is_known_revision(None)
    assert not is_known_revision("9999")
