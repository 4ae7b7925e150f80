"""A backup made while people save is whole, and what is put back equals what was copied."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from portfolio.domain.drafts import LedgerDraft
from portfolio.domain.terms import MoneyState, Source
from portfolio.services import ledger
from portfolio.store.backup import (
    BackupError,
    ControlTotals,
    back_up,
    control_totals,
    integrity_faults,
    ledger_totals,
    ledger_totals_of_history,
    prove,
    put_back,
)
from portfolio.store.engine import make_engine, open_session
from portfolio.store.history import first_broken_revision
from portfolio.store.queries.projects import get_project


@pytest.fixture
def sqlite_engine(engine: Engine) -> Engine:
    if engine.dialect.name != "sqlite":
        pytest.skip("backup of the file is for SQLite; PostgreSQL has pg_dump")
    return engine


def enter_money(engine: Engine, fen: int = 100) -> None:
    draft = LedgerDraft(source=Source.CITY_GRANT, state=MoneyState.RECEIVED, year=2025, amount_fen=fen)
    with open_session(engine, write=True, actor="tester") as session:
        ledger.add_entry(session, get_project(session, "500101-0001"), draft)
        session.commit()


def totals_of(engine: Engine) -> ControlTotals:
    with engine.connect() as connection:
        return control_totals(connection)


@contextlib.contextmanager
def repeated(work: Callable[[], None], *, threads: int) -> Iterator[list[BaseException]]:
    """Do ``work`` again and again in threads until the block ends; hand out what went wrong there."""
    stop, faults = threading.Event(), list[BaseException]()

    def run() -> None:
        while not stop.is_set():
            try:
                work()
            except BaseException as error:  # noqa: BLE001 (a thread must hand over whatever stopped it)
                faults.append(error)
                return

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    yield faults
    stop.set()
    for thread in running:
        thread.join()


def test_backups_taken_while_people_save_all_restore_with_equal_totals(sqlite_engine: Engine, tmp_path: Path) -> None:
    made: list[tuple[Path, ControlTotals]] = []
    with repeated(lambda: enter_money(sqlite_engine), threads=2) as faults:
        while len(made) < 10 or (entries(made[-1]) == entries(made[0]) and len(made) < 500):
            made.append((tmp_path / f"{len(made)}.db", back_up(sqlite_engine, tmp_path / f"{len(made)}.db")))
    assert faults == []
    assert entries(made[-1]) > entries(made[0]), "nobody saved meanwhile"
    for number, (path, expected) in enumerate(made):
        restored = make_engine(f"sqlite:///{tmp_path / f'restored-{number}.db'}")
        assert put_back(restored, path) == (expected, None)
        assert totals_of(restored) == expected
        with open_session(restored, write=False) as session:
            assert first_broken_revision(session) is None
        restored.dispose()
    print(f"n = {len(made)} backups, {entries(made[-1])} entries in the last")


def entries(made: tuple[Path, ControlTotals]) -> int:
    return made[1].rows["ledger_entry"]


def test_a_backup_never_replaces_a_file_and_leaves_nothing_beside_it(sqlite_engine: Engine, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    back_up(sqlite_engine, target)
    with pytest.raises(BackupError, match="已存在"):
        back_up(sqlite_engine, target)
    assert [path.name for path in tmp_path.iterdir()] == ["copy.db"]
    assert target.stat().st_mode & 0o777 == 0o600


def test_putting_back_keeps_the_present_database_under_a_dated_name(sqlite_engine: Engine, tmp_path: Path) -> None:
    before = totals_of(sqlite_engine)
    back_up(sqlite_engine, tmp_path / "copy.db")
    enter_money(sqlite_engine)
    changed = totals_of(sqlite_engine)
    sqlite_engine.dispose()
    totals, kept = put_back(sqlite_engine, tmp_path / "copy.db")
    assert totals == before == totals_of(sqlite_engine)
    assert kept is not None
    assert prove(kept) == changed
    kept.unlink()


def test_putting_back_is_refused_while_somebody_has_the_database_open(sqlite_engine: Engine, tmp_path: Path) -> None:
    back_up(sqlite_engine, tmp_path / "copy.db")
    enter_money(sqlite_engine)
    expected = totals_of(sqlite_engine)
    server = make_engine(str(sqlite_engine.url))
    with server.connect() as connection:
        connection.execute(text("SELECT 1 FROM project"))
        with pytest.raises(BackupError, match="先停止服务"):
            put_back(sqlite_engine, tmp_path / "copy.db")
    server.dispose()
    assert totals_of(sqlite_engine) == expected


@pytest.mark.parametrize("damage", ["text", "cut", "overwritten", "missing", "foreign", "newer"])
def test_a_file_that_is_no_sound_copy_is_refused_and_the_database_stays(
    sqlite_engine: Engine, tmp_path: Path, damage: str
) -> None:
    copy = tmp_path / "copy.db"
    back_up(sqlite_engine, copy)
    expected = totals_of(sqlite_engine)
    spoil(copy, damage)
    with pytest.raises(BackupError):
        put_back(sqlite_engine, copy)
    assert totals_of(sqlite_engine) == expected


def spoil(copy: Path, damage: str) -> None:
    content = copy.read_bytes()
    if damage == "text":
        copy.write_text("project,amount\n" * 2000)
    if damage == "cut":
        copy.write_bytes(content[: len(content) // 2])
    if damage == "overwritten":
        copy.write_bytes(content[:8192] + b"x" * 40_000 + content[48_192:])
    if damage == "missing":
        copy.unlink()
    if damage in ("foreign", "newer"):
        engine = make_engine(f"sqlite:///{copy}")
        with engine.execution_options(portfolio_write=True).begin() as connection:
            changed = (
                "DROP TABLE alembic_version" if damage == "foreign" else "UPDATE alembic_version SET version_num='9999'"
            )
            connection.execute(text(changed))
        engine.dispose()


def test_broken_references_are_found(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        assert integrity_faults(connection) == []
    raw = sqlite_engine.raw_connection()
    for statement in (
        "PRAGMA query_only=OFF",
        "PRAGMA foreign_keys=OFF",
        "UPDATE fact SET district_id = 99 WHERE id = 1",
    ):
        raw.cursor().execute(statement)
    raw.close()
    sqlite_engine.dispose()
    with sqlite_engine.connect() as connection:
        assert integrity_faults(connection) == ["表 fact 第 1 行引用了 district 中不存在的记录"]


def test_the_ledger_adds_up_to_its_history(engine: Engine) -> None:
    for fen in (1, 99, 12_345_678_901):
        enter_money(engine, fen)
    with engine.connect() as connection:
        assert ledger_totals(connection) == ledger_totals_of_history(connection) == {"received": 12_345_679_001}


def test_on_postgresql_the_command_to_use_is_named(engine: Engine, tmp_path: Path) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("PostgreSQL only")
    with pytest.raises(BackupError, match="pg_dump"):
        back_up(engine, tmp_path / "copy.db")
