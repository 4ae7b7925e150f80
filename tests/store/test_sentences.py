"""Sentences of ours on record are kept as how they were made; what people typed is kept as typed."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from portfolio.domain.sentences import Sentence, say, several
from portfolio.domain.terms import MoneyState, Source
from portfolio.store.history import first_broken_revision
from portfolio.store.models import LedgerEntry, Revision
from portfolio.store.queries.revisions import list_revisions
from tests.builders import make_entry, make_project

QUESTION = several([say("{source}已支付 {paid:.1f}%", source=Source.CITY_GRANT, paid=30), "“已付”"], "；")
ENGLISH = {"{source}已支付 {paid:.1f}%": "{paid:.1f}% of {source} paid", "市级补助": "City grant", "；": "; "}


def noted(session: Session, note: str | None) -> LedgerEntry:
    """Enter money with a note, and read it back from the database."""
    entry = make_entry(session, make_project(session), state=MoneyState.RECEIVED, note=note)
    session.commit()
    session.expire_all()
    return session.get_one(LedgerEntry, entry.id)


def test_a_sentence_on_record_is_said_in_the_language_of_who_reads_it(session: Session) -> None:
    note = noted(session, QUESTION).note

    assert isinstance(note, Sentence)
    assert note == "市级补助已支付 30.0%；“已付”"
    assert note.translated(lambda one, _count=None, /: ENGLISH.get(one, one)) == "30.0% of City grant paid; “已付”"


@pytest.mark.parametrize("typed", ["市级补助", "{paid}", '{"say":"小学"}', '"\x1e', "", None])
def test_what_was_typed_is_read_as_it_was_typed(session: Session, typed: str | None) -> None:
    note = noted(session, typed).note

    assert note == typed
    assert not isinstance(note, Sentence)
    assert first_broken_revision(session) is None


def test_nobody_can_type_a_sentence(session: Session) -> None:
    with pytest.raises(StatementError, match="record separator"):
        noted(session, '\x1e{"say":"小学"}')


def test_a_text_from_before_sentences_were_kept_is_read_as_it_is(session: Session) -> None:
    entry = noted(session, None)
    session.execute(
        text("UPDATE ledger_entry SET note = '累计支付超过到位资金 1 万元' WHERE id = :id"), {"id": entry.id}
    )
    session.expire_all()

    assert entry.note == "累计支付超过到位资金 1 万元"
    assert not isinstance(entry.note, Sentence)


def test_the_history_keeps_how_a_sentence_was_made_and_agrees_with_it(session: Session) -> None:
    session.info["reason"] = say("采用公开资料：{source}", source="年鉴")
    revision = list_revisions(session, noted(session, QUESTION))[0]

    assert isinstance(revision.reason, Sentence)
    assert revision.reason == "采用公开资料：年鉴"
    assert json.loads(revision.state)["note"] == QUESTION.plain()
    assert first_broken_revision(session) is None


@pytest.mark.parametrize(("table", "column"), [("ledger_entry", "note"), ("revision", "reason")])
def test_a_kept_sentence_that_was_altered_anywhere_is_found(session: Session, table: str, column: str) -> None:
    session.info["reason"] = QUESTION
    entry = noted(session, QUESTION)
    numbers = {"ledger_entry": entry.id, "revision": list_revisions(session, entry)[0].id}
    session.commit()
    number = numbers[table]
    kept = session.scalar(text(f"SELECT {column} FROM {table} WHERE id = :id"), {"id": number})
    change = text(f"UPDATE {table} SET {column} = :kept WHERE id = :id")

    for place in range(len(kept)):
        put = ("", "@", kept[place] * 2)[place % 3]
        altered = kept[:place] + put + kept[place + 1 :]
        session.execute(change, {"kept": altered, "id": number})
        session.expire_all()
        assert str(number) in (first_broken_revision(session) or ""), altered
        session.rollback()
    print(f"n = {len(kept)} altered texts")
    assert session.get_one(Revision, numbers["revision"]).reason == QUESTION
