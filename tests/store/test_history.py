"""The history names the first row that somebody changed behind the application's back."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, insert, inspect, select, text, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from portfolio.domain.drafts import LedgerDraft, ProjectDraft
from portfolio.domain.terms import Level, MoneyState, Nature, Source
from portfolio.services import ledger, projects
from portfolio.store.engine import open_session
from portfolio.store.history import AppendOnlyError, first_broken_revision, revision_hash
from portfolio.store.models import District, LedgerEntry, Project, Revision
from portfolio.store.queries.projects import get_project

REVISIONS = Revision.__table__


@pytest.fixture
def history(empty_session: Session) -> Session:
    """Session on a database whose history holds a district, projects, edits and money."""
    empty_session.add(District(adcode="500101", name="万州区", seat_lon=108.4, seat_lat=30.8))
    empty_session.flush()
    for number in range(1, 4):
        project = make_project(empty_session, f"第{number}小学")
        enter(empty_session, project)
        project.owner = "区教委"
        empty_session.flush()
    empty_session.commit()
    assert first_broken_revision(empty_session) is None
    return empty_session


def make_project(session: Session, name: str) -> Project:
    return projects.add_project(
        session, ProjectDraft(name=name, district="500101", nature=Nature.NEW, level=Level.PRIMARY)
    )


def enter(session: Session, project: Project) -> LedgerEntry:
    draft = LedgerDraft(source=Source.CITY_GRANT, state=MoneyState.RECEIVED, year=2025, amount_fen=100)
    return ledger.add_entry(session, project, draft)


def revision_numbers(session: Session) -> list[int]:
    return list(session.scalars(select(Revision.id).order_by(Revision.id)))


def verdict(session: Session) -> str | None:
    session.expire_all()
    return first_broken_revision(session)


def altered(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1
    if isinstance(value, dt.datetime):
        return value + dt.timedelta(seconds=1)
    return f"{value or ''}0"


def test_a_change_to_any_column_of_any_revision_is_found_at_that_row(history: Session) -> None:
    tried = 0
    for row in history.execute(select(REVISIONS)).mappings().all():
        for column in REVISIONS.c:
            if column.name == "id":
                continue
            values = {column.name: altered(row[column.name])}
            history.execute(update(REVISIONS).where(REVISIONS.c.id == row["id"]).values(values))
            assert f"第 {row['id']} 行" in (verdict(history) or ""), column.name
            history.rollback()
            tried += 1
    print(f"n = {tried} altered columns")
    assert tried >= 100


def test_a_removed_revision_is_found_at_the_row_after_it_or_at_its_record(history: Session) -> None:
    numbers = revision_numbers(history)
    for number, following in zip(numbers, [*numbers[1:], None], strict=True):
        history.execute(delete(REVISIONS).where(REVISIONS.c.id == number))
        found = verdict(history) or ""
        assert (f"第 {following} 行" if following else "project 第 3 号") in found
        history.rollback()
    print(f"n = {len(numbers)} removed rows")


def test_two_swapped_revisions_are_found_at_the_first_of_them(history: Session) -> None:
    numbers = revision_numbers(history)
    for first, second in itertools.pairwise(numbers):
        for old, new in ((first, -1), (second, first), (-1, second)):
            history.execute(update(REVISIONS).where(REVISIONS.c.id == old).values(id=new))
        assert f"第 {first} 行" in (verdict(history) or "")
        history.rollback()
    print(f"n = {len(numbers) - 1} swaps")


def test_a_revision_moved_to_the_end_is_found_where_it_is_missing(history: Session) -> None:
    first, second, *_rest = revision_numbers(history)
    history.execute(update(REVISIONS).where(REVISIONS.c.id == first).values(id=10_000))
    assert f"第 {second} 行" in (verdict(history) or "")


def test_a_revision_put_in_at_the_end_is_found_even_when_its_own_hash_is_right(history: Session) -> None:
    last = history.execute(select(REVISIONS).order_by(REVISIONS.c.id.desc()).limit(1)).mappings().one()
    hashed = {key: last[key] for key in last if key not in ("id", "previous_hash", "hash")}
    hashed |= {"state": last["state"].replace("区教委", "区财政")}
    forged = hashed | {"previous_hash": last["hash"], "hash": revision_hash(last["hash"], hashed)}
    history.execute(insert(REVISIONS).values(forged))
    assert "project 第 3 号" in (verdict(history) or "")


def test_a_revision_put_in_between_is_found(history: Session) -> None:
    *_others, before_last, last = history.execute(select(REVISIONS).order_by(REVISIONS.c.id)).mappings().all()
    history.execute(update(REVISIONS).where(REVISIONS.c.id == last["id"]).values(id=last["id"] + 1))
    history.execute(insert(REVISIONS).values({**before_last, "id": last["id"]}))
    assert f"第 {last['id']} 行" in (verdict(history) or "")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE project SET name = '别的小学' WHERE id = 2",
        "UPDATE project SET total_investment_fen = 1 WHERE id = 2",
        "UPDATE project SET nature = 'expansion' WHERE id = 2",
        "UPDATE project SET lon = 108.0, lat = 30.0 WHERE id = 2",
        "UPDATE project SET version = version + 1 WHERE id = 2",
        "UPDATE ledger_entry SET amount_fen = 101 WHERE id = 2",
        "UPDATE ledger_entry SET state = 'paid' WHERE id = 2",
        "DELETE FROM ledger_entry WHERE id = 2",
    ],
)
def test_a_record_changed_behind_the_application_is_named(history: Session, statement: str) -> None:
    history.execute(text(statement))
    assert " 第 2 号记录" in (verdict(history) or "")


def test_a_record_put_in_behind_the_application_is_named(history: Session) -> None:
    table = Project.__table__
    row = dict(history.execute(select(table).where(table.c.id == 1)).mappings().one())
    history.execute(insert(table).values(row | {"id": 99, "code": "500101-0099"}))
    assert "project 第 99 号记录" in (verdict(history) or "")


def test_every_save_is_one_revision_with_actor_reason_and_the_state_after_it(history: Session) -> None:
    history.info["reason"] = "更正"
    get_project(history, "500101-0001").owner = "区住建委"
    history.flush()
    last = history.scalars(select(Revision).order_by(Revision.id.desc()).limit(1)).one()
    assert (last.record_type, last.operation, last.record_version) == ("project", "update", 3)
    assert (last.actor, last.reason) == ("tester", "更正")
    assert '"owner":"区住建委"' in last.state


def test_saving_without_a_change_writes_no_revision(history: Session) -> None:
    before = history.scalar(select(func.count(Revision.id)))
    project = get_project(history, "500101-0001")
    project.owner = project.owner
    history.flush()
    assert history.scalar(select(func.count(Revision.id))) == before


@pytest.mark.parametrize("is_removing", [False, True])
def test_ledger_entries_of_real_projects_are_never_changed_or_removed(history: Session, is_removing: bool) -> None:
    if is_removing:
        history.info["removing_samples"] = True
    entry = history.get_one(LedgerEntry, 1)
    entry.amount_fen = 5
    with pytest.raises(AppendOnlyError):
        history.flush()
    history.rollback()
    history.delete(history.get_one(LedgerEntry, 1))
    with pytest.raises(AppendOnlyError):
        history.flush()


def test_marking_a_real_project_as_sample_does_not_open_its_ledger(history: Session) -> None:
    history.info["removing_samples"] = True
    entry = history.get_one(LedgerEntry, 1)
    entry.project.is_sample = True
    history.delete(entry)
    with pytest.raises(AppendOnlyError):
        history.flush()


def test_a_save_over_somebody_elses_raises(history: Session) -> None:
    mine = get_project(history, "500101-0001")
    history.commit()
    with open_session(history.get_bind().engine, write=True) as other:  # type: ignore[union-attr]
        get_project(other, "500101-0001").owner = "别人"
        other.commit()
    mine.owner = "我"
    with pytest.raises(StaleDataError):
        history.flush()


def test_a_session_for_reading_cannot_write(engine: Engine) -> None:
    with open_session(engine, write=False) as session:
        get_project(session, "500101-0001").owner = "别人"
        with pytest.raises(Exception, match="read"):
            session.flush()


def test_concurrent_saves_wait_for_each_other_and_leave_one_unbroken_chain(engine: Engine) -> None:
    threads_count, saves = 8, 12
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for save in range(saves):
                with open_session(engine, write=True, actor=f"t{number}") as session:
                    get_project(session, "500101-0001").owner = f"单位 {number}-{save}"
                    session.commit()
                with open_session(engine, write=False) as session:
                    get_project(session, "500101-0001")
        except BaseException as error:  # noqa: BLE001 (a thread must hand over whatever stopped it)
            faults.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(threads_count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    is_sqlite = engine.dialect.name == "sqlite"
    stale = [fault for fault in faults if isinstance(fault, StaleDataError) and not is_sqlite]
    print(f"n = {threads_count * saves} saves, {len(stale)} refused as stale")
    assert [fault for fault in faults if fault not in stale] == []
    with open_session(engine, write=False) as session:
        assert first_broken_revision(session) is None
        if is_sqlite:
            assert get_project(session, "500101-0001").version == 1 + threads_count * saves


def test_the_history_keeps_every_column_but_secrets_and_derived_ones() -> None:
    for mapper in Revision.registry.mappers:
        untracked = getattr(mapper.class_, "untracked_columns", frozenset())
        assert untracked <= {attribute.key for attribute in inspect(mapper.class_).column_attrs}
