"""Drive the ledger for a long time: ``python -m tests.soak [steps] [--seed N]``; TEST_DATABASE_URL names a server."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import Counter
from pathlib import Path

from portfolio.plans.loader import load_shipped_plans
from portfolio.store.engine import make_engine, open_session
from portfolio.store.schema import migrate
from tests.ledger_machine import drive

EPISODE = 200
TOLD_EVERY = 10_000


def main() -> None:
    """Take the steps and say how many were taken, how many refused, and how long it took."""
    parser = argparse.ArgumentParser(description="Every fen adds up, over a long time.")
    parser.add_argument("steps", nargs="?", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{Path(folder) / 'soak.db'}"
        started = time.monotonic()
        done = soak(url, chosen.steps, chosen.seed)
    seconds = time.monotonic() - started
    print(f"{chosen.steps} steps from seed {chosen.seed} in {seconds:.0f} s, 0 fen off: {dict(done)}")


def soak(url: str, steps: int, seed: int) -> Counter[str]:
    """Take ``steps`` steps on a fresh database, an episode at a time."""
    engine = make_engine(url)
    migrate(engine)
    done: Counter[str] = Counter()
    with open_session(engine, write=True, actor="soak") as session:
        load_shipped_plans(session)
        session.commit()
        for number, first in enumerate(range(0, steps, EPISODE)):
            done += drive(session, seed=seed + number, steps=min(EPISODE, steps - first))
            session.rollback()
            if (taken := first + EPISODE) % TOLD_EVERY == 0 and taken < steps:
                print(f"{taken} of {steps} steps, 0 fen off", flush=True)
    engine.dispose()
    return done


if __name__ == "__main__":
    main()
