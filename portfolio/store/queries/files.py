"""Reads of kept files."""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from portfolio.domain.errors import NotFoundError
from portfolio.domain.sentences import say
from portfolio.store.models import StoredFile


def get_file(session: Session, number: int) -> StoredFile:
    """Return a kept file; its bytes are read when ``content`` is asked for."""
    found = session.get(StoredFile, number)
    if found is None:
        raise NotFoundError(say("没有第 {number} 号文件", number=number))
    return found


def first_broken_file(session: Session) -> str | None:
    """Return a sentence naming the first file whose bytes are not those that were kept, or None."""
    statement = select(StoredFile).options(undefer(StoredFile.content)).order_by(StoredFile.id)
    with session.scalars(statement.execution_options(yield_per=1)) as files:
        for file in files:
            if hashlib.sha256(file.content).hexdigest() != file.sha256:
                return say("第 {file} 号文件的内容已被改动", file=file.id)
            session.expunge(file)
    return None
