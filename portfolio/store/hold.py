"""Holding a record while what depends on it is checked and written."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portfolio.store.base import Tracked


def hold(session: Session, record: Tracked) -> None:
    """Read a record again and keep others from passing this point with it until the transaction ends.

    Two people cannot then both find room for the last 万元. SQLite lets one writer in at a time anyway.
    """
    session.refresh(record, with_for_update={"of": type(record)})
