"""Copying the SQLite database while it is in use, proving the copy, and putting one back.

The copy is made by VACUUM INTO while a write lock holds writers off, so that its control totals must equal those of the
database to the fen; a plain copy of a live file may be torn.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, inspect, select, text
from sqlalchemy.exc import DatabaseError

from portfolio.domain.errors import PortfolioError
from portfolio.domain.sentences import say
from portfolio.store.base import Base
from portfolio.store.engine import make_engine, sqlite_driver  # type: ignore[attr-defined]
from portfolio.store.models import LedgerEntry, Revision
from portfolio.store.schema import MIGRATIONS, current_revision

_SQLITE_HEADER = b"SQLite format 3\0"
_TRACES = ("-wal", "-shm", "-journal")


class BackupError(PortfolioError):
    """A copy could not be made, proved or put back; nothing was changed."""


@dataclass(frozen=True)
class ControlTotals:
    """What must be equal in a database and its copy: rows of each table, ledger in fen by state, end of the history."""

    rows: dict[str, int]
    ledger_fen: dict[str, int]
    last_hash: str | None


def control_totals(connection: Connection) -> ControlTotals:
    """Count and add up every table that is there."""
    tables = [table for table in Base.metadata.sorted_tables if table.name in _table_names(connection)]
    rows = {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
    if Revision.__tablename__ not in rows:
        return ControlTotals(rows, {}, None)
    last_hash = connection.scalar(select(Revision.hash).order_by(Revision.id.desc()).limit(1))
    return ControlTotals(rows, ledger_totals(connection), last_hash)


def _table_names(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def ledger_totals(connection: Connection) -> dict[str, int]:
    """Return the sum of the ledger in fen by the code of each state that has entries."""
    statement = select(LedgerEntry.state, func.sum(LedgerEntry.amount_fen)).group_by(LedgerEntry.state)
    return {state.value: int(fen) for state, fen in connection.execute(statement)}


def ledger_totals_of_history(connection: Connection) -> dict[str, int]:
    """Return the same sums from the history alone: what was entered less what was removed."""
    statement = select(Revision.operation, Revision.state).where(Revision.record_type == LedgerEntry.__tablename__)
    sums: Counter[str] = Counter()
    for operation, state in connection.execute(statement.execution_options(yield_per=2000)):
        entry = json.loads(state)
        sums[entry["state"]] += -entry["amount_fen"] if operation == "delete" else entry["amount_fen"]
    return {state: fen for state, fen in sums.items() if fen}


def integrity_faults(connection: Connection) -> list[str]:
    """Return what SQLite finds wrong with the file or with references between rows; PostgreSQL sees to both itself."""
    if connection.dialect.name != "sqlite":
        return []
    faults = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
    broken = connection.execute(text("PRAGMA foreign_key_check"))
    return faults + [
        say("表 {table} 第 {row} 行引用了 {other} 中不存在的记录", table=row[0], row=row[1], other=row[2])
        for row in broken
    ]


def is_known_revision(revision: str | None) -> bool:
    """Return whether this software knows the schema that a database stands at; one of a newer software it does not."""
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    return revision is None or revision in {script.revision for script in scripts}


def database_file(engine: Engine) -> Path:
    """Return the file of an SQLite database.

    Raises
    ------
    BackupError
        On PostgreSQL, naming the command to use there.
    """
    if engine.dialect.name != "sqlite" or not engine.url.database:
        raise BackupError(say("数据库是 PostgreSQL，请用 pg_dump -Fc 备份，用 pg_restore 恢复"))
    return Path(engine.url.database)


def back_up(engine: Engine, target: Path) -> ControlTotals:
    """Write a proved copy of the database to ``target``; it appears there whole or not at all.

    Raises
    ------
    BackupError
        If there is no database, ``target`` exists already, or the copy is not equal to it.
    """
    if not database_file(engine).exists():
        raise BackupError(say("还没有数据库：{file}，请先运行 portfolio init", file=database_file(engine)))
    if target.exists():
        raise BackupError(say("{target} 已存在，请换一个文件名；备份不会覆盖已有文件", target=target))
    with _draft_beside(target) as draft:
        expected = _copy_into(engine, draft)
        if prove(draft) != expected:
            raise BackupError(say("备份与数据库的控制总数不一致，备份已放弃，请重试"))
        draft.chmod(0o600)
        _put_in_place(draft, target)
    return expected


def _copy_into(engine: Engine, draft: Path) -> ControlTotals:
    """Copy the database and return its totals at that very moment; other writers wait until the copy is made."""
    with engine.execution_options(portfolio_write=True).begin() as connection:
        totals = control_totals(connection)
        with contextlib.closing(sqlite_driver.connect(database_file(engine), isolation_level=None)) as reader:
            reader.execute("VACUUM INTO ?", (str(draft),))
    return totals


@contextlib.contextmanager
def _draft_beside(target: Path) -> Iterator[Path]:
    """Hand out the path of a file in a new folder on the same disk; the folder goes afterwards."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".portfolio-") as folder:
        yield Path(folder) / "draft.db"


def _put_in_place(draft: Path, target: Path) -> None:
    """Rename ``draft`` to ``target`` so that a power cut leaves the old state or the new one."""
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.replace(target)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def prove(path: Path) -> ControlTotals:
    """Check a copy from end to end and return its control totals.

    Raises
    ------
    BackupError
        If it is no database of this software, comes from a newer version, or is damaged.
    """
    engine = make_engine(f"sqlite:///{path}")
    try:
        revision = current_revision(engine)
        if revision is None or not is_known_revision(revision):
            raise BackupError(say("文件不是本系统的数据库，或由更新版本的软件建立"))
        with engine.connect() as connection:
            if faults := integrity_faults(connection):
                raise BackupError(say("文件已损坏：{fault}", fault=faults[0]))
            return control_totals(connection)
    except DatabaseError as error:
        raise BackupError(say("文件已损坏：{error}", error=error.orig)) from error
    finally:
        engine.dispose()


def _check_readable(path: Path) -> None:
    """Look into a file without touching it: is it a whole database at all?"""
    if not path.is_file():
        raise BackupError(say("没有文件 {path}，请检查路径", path=path))
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists() and wal.stat().st_size:
        raise BackupError(say("{path} 正在使用，不是完整的备份；请用 portfolio backup 制作备份", path=path))
    with path.open("rb") as file:
        if file.read(len(_SQLITE_HEADER)) != _SQLITE_HEADER:
            raise BackupError(say("{path} 不是数据库文件，请检查路径", path=path))


def put_back(engine: Engine, source: Path) -> tuple[ControlTotals, Path | None]:
    """Put the copy ``source`` in the database's place.

    Returns the copy's control totals and the dated name under which the present database is kept, None if there was
    none.

    Raises
    ------
    BackupError
        If the copy does not prove sound, or the database is in use.
    """
    target = database_file(engine)
    _check_readable(source)
    with _draft_beside(target) as draft:
        shutil.copyfile(source, draft)
        totals = prove(draft)
        engine.dispose()
        kept = _set_aside(target)
        draft.chmod(0o600)
        _put_in_place(draft, target)
    return totals, kept


def _set_aside(path: Path) -> Path | None:
    """Rename the present database, with what SQLite keeps beside it, to a dated name."""
    if not path.exists():
        return None
    _check_unused(path)
    now = dt.datetime.now().astimezone()
    kept = path.with_name(f"{path.stem}-{now:%Y%m%d-%H%M%S-%f}{path.suffix}")
    for trace in ("", *_TRACES):
        part = path.with_name(path.name + trace)
        if part.exists():
            part.rename(kept.with_name(kept.name + trace))
    return kept


def _check_unused(path: Path) -> None:
    """Refuse while another process has the database open: leaving WAL needs it alone. A damaged one may go."""
    with contextlib.closing(sqlite_driver.connect(path, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        except sqlite_driver.OperationalError as error:
            raise BackupError(say("数据库正在使用，请先停止服务再恢复")) from error
        except sqlite_driver.DatabaseError:
            return
