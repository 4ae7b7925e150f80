"""Keeping files: evidence, photos, packs."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath

from sqlalchemy.orm import Session

from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import say
from portfolio.store.base import utc_now
from portfolio.store.models import StoredFile

MAX_BYTES = 20 * 1024**2
LONGEST_NAME = 120
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def keep_file(session: Session, name: str, content_type: str, body: bytes) -> StoredFile:
    """Keep a file as it is; ``content_type`` is what the caller found it to be, never what a browser claimed.

    Raises
    ------
    RuleError
        If it is empty or larger than 20 MB; beside the field ``file``.
    """
    if not body:
        raise RuleError(say("文件是空的，请重新选择"), "file")
    if len(body) > MAX_BYTES:
        raise RuleError(say("文件超过 20 MB，请压缩后重新上传"), "file")
    kept = StoredFile(
        name=_plain_name(name),
        content_type=content_type,
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        content=body,
        kept_by=session.info.get("actor") or "system",
        kept_at=utc_now(),
    )
    session.add(kept)
    session.flush()
    return kept


def _plain_name(name: str) -> str:
    """Return a file's name without folders and unprintable characters, shortened before its ending."""
    path = PurePosixPath(_UNPRINTABLE.sub("", name).replace("\\", "/"))
    ending = path.suffix[:12]
    return (path.name.removesuffix(path.suffix)[: LONGEST_NAME - len(ending)] + ending).strip() or "文件"
