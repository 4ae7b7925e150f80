"""The history of every tracked record: one listener writes it, so that no service can forget it.

Each revision carries the hash of the one before it. ``first_broken_revision`` names the first row at which the chain,
or a record as it stands, no longer agrees with what was written.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import Connection, event, insert, inspect, select, text
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.orm import Session

from portfolio.domain.sentences import Sentence, say, say_again
from portfolio.store.base import Hundredths, SentenceText, Tracked, utc_now
from portfolio.store.models.revision import Revision

REMOVING_SAMPLES = "removing_samples"
_CHAIN_LOCK = 7_301_944
GENESIS = "0" * 64


class AppendOnlyError(RuntimeError):
    """Code tried to change or delete a record that may only be added to."""


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Sentence):
        return value.plain()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def state_of(record: Tracked) -> dict[str, Any]:
    """Return every column of a record that the history keeps, as plain values."""
    mapper = inspect(type(record))
    names = (attribute.key for attribute in mapper.column_attrs)
    return {name: _plain(getattr(record, name)) for name in names if name not in record.untracked_columns}


def values_of(record_class: type[Tracked], revision: Revision) -> dict[str, Any]:
    """Return what a revision kept as the record's columns hold it: terms, decimals, plain values; moments stay text."""
    state = json.loads(revision.state)
    columns = {one.key: one.columns[0].type for one in inspect(record_class).column_attrs}
    return {name: _typed(columns[name], value) for name, value in state.items() if name in columns}


def _typed(column: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column, SqlEnum) and column.enum_class is not None:
        return column.enum_class(value)
    if isinstance(column, SentenceText):
        return say_again(value)
    return Decimal(value) if isinstance(column, Hundredths) else value


def _canonical(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def revision_hash(previous: str, row: dict[str, Any]) -> str:
    """Return the hash of a revision: over the previous hash and every column of the row."""
    content = {key: _plain(value) for key, value in row.items()}
    return hashlib.sha256((previous + _canonical(content)).encode()).hexdigest()


def _changes(session: Session) -> Iterator[tuple[str, Tracked]]:
    for record in session.new:
        if isinstance(record, Tracked):
            yield "insert", record
    for record in session.dirty:
        if isinstance(record, Tracked) and session.is_modified(record):
            yield "update", record
    for record in session.deleted:
        if isinstance(record, Tracked):
            yield "delete", record


def watch(session: Session) -> None:
    """Write every change that the session makes into the history, under ``session.info``'s actor and reason."""
    event.listen(session, "before_flush", _refuse_changes_to_append_only)
    event.listen(session, "after_flush", _write_revisions)


def _refuse_changes_to_append_only(session: Session, _context: object, _instances: object) -> None:
    for operation, record in _changes(session):
        if record.append_only and operation != "insert" and not _is_sample_on_its_way_out(session, operation, record):
            raise AppendOnlyError(f"{type(record).__name__} may only be added to")


def _is_sample_on_its_way_out(session: Session, operation: str, record: Tracked) -> bool:
    """Return whether the record hangs on a synthetic project, or document, that is being removed right now.

    One that was marked as synthetic just now does not count.
    """
    if operation != "delete" or not session.info.get(REMOVING_SAMPLES):
        return False
    owner = getattr(record, "project", None) or getattr(record, "document", None)
    if owner is None or not owner.is_sample:
        return False
    return not inspect(owner).attrs[owner.sample_column].history.has_changes()


def _write_revisions(session: Session, _context: object) -> None:
    changes = sorted(_changes(session), key=lambda change: (type(change[1]).__name__, change[1].id))
    if changes:
        connection = session.connection()
        rows = list(_chained(_last_hash(connection), changes, session.info))
        connection.execute(insert(Revision), rows)


def _last_hash(connection: Connection) -> str:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
    return connection.scalar(select(Revision.hash).order_by(Revision.id.desc()).limit(1)) or GENESIS


def _chained(previous: str, changes: Iterable[tuple[str, Tracked]], info: dict[str, Any]) -> Iterator[dict[str, Any]]:
    at = utc_now()
    for operation, record in changes:
        row = {
            "record_type": record.__tablename__,  # type: ignore[attr-defined]
            "record_id": record.id,
            "operation": operation,
            "record_version": record.version,
            "state": _canonical(state_of(record)),
            "actor": info.get("actor") or "system",
            "reason": info.get("reason"),
            "at": at,
        }
        current = revision_hash(previous, row)
        yield {**row, "previous_hash": previous, "hash": current}
        previous = current


def first_broken_revision(session: Session) -> str | None:
    """Return a sentence naming the first revision or record that does not agree with the history, or None."""
    previous = GENESIS
    latest: dict[tuple[str, int], Revision] = {}
    statement = select(Revision).order_by(Revision.id).execution_options(yield_per=2000)
    with session.scalars(statement) as revisions:
        for revision in revisions:
            row = {name: getattr(revision, name) for name in _HASHED}
            if revision.previous_hash != previous or revision.hash != revision_hash(previous, row):
                return say("修订记录第 {revision} 行与前一行不衔接或已被改动", revision=revision.id)
            previous = revision.hash
            latest[revision.record_type, revision.record_id] = revision
    return _first_record_off(session, latest)


def _known(state: dict[str, Any]) -> dict[str, Any]:
    """Return what a state says; a column that came after it was written is empty there."""
    return {name: value for name, value in state.items() if value is not None}


_HASHED = ("record_type", "record_id", "operation", "record_version", "state", "actor", "reason", "at")


def _tracked_classes() -> Iterable[type[Tracked]]:
    return sorted(Tracked.__subclasses__(), key=lambda one: one.__name__)


def _first_record_off(session: Session, latest: dict[tuple[str, int], Revision]) -> str | None:
    for record_class in _tracked_classes():
        for record in session.scalars(select(record_class).order_by(record_class.id)):
            name = record_class.__tablename__  # type: ignore[attr-defined]
            revision = latest.pop((name, record.id), None)
            if revision is None or _known(json.loads(revision.state)) != _known(state_of(record)):
                return say("{name} 第 {record} 号记录与其最后一次修订不一致", name=name, record=record.id)
    for (name, record_id), revision in sorted(latest.items()):
        if revision.operation != "delete":
            return say("{name} 第 {record} 号记录已不在库中，但没有删除记录", name=name, record=record_id)
    return None
