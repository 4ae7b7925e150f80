"""Promise 5: whatever is entered, paid, reversed, split, carried and withdrawn, every fen adds up after every step."""

from __future__ import annotations

from collections import Counter

from sqlalchemy.orm import Session

from portfolio.store.history import first_broken_revision
from tests.ledger_machine import LedgerMachine, drive

EPISODES, STEPS = {"sqlite": 15, "postgresql": 5}, 200


def test_every_fen_adds_up_after_each_of_thousands_of_steps(session: Session) -> None:
    """3,000 steps on SQLite, 1,000 of them again on PostgreSQL."""
    done: Counter[str] = Counter()
    episodes = EPISODES[session.get_bind().dialect.name]
    for seed in range(episodes):
        done += drive(session, seed=seed, steps=STEPS)
    print(f"n = {episodes * STEPS} steps: {dict(done)}")
    assert done["entered"] > 40 * episodes
    assert done["refused"] > 20 * episodes
    assert done["reverse"] > 12 * episodes
    assert done["claimed"] > episodes


def test_the_history_agrees_with_the_ledger_after_a_run(session: Session) -> None:
    drive_and_keep(session)
    assert first_broken_revision(session) is None


def drive_and_keep(session: Session) -> None:
    machine = LedgerMachine(session, seed=4711)
    for _number in range(150):
        machine.step()
    session.commit()
    session.expunge_all()
