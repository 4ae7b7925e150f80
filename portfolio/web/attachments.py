"""Files that people attach to what they register: what may come in, and how it goes out again."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, send_file
from flask_babel import gettext

from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import say
from portfolio.services.files import MAX_BYTES, keep_file
from portfolio.store.models import StoredFile
from portfolio.store.queries.files import get_file
from portfolio.web.database import get_session

ACCEPTED = ".pdf,.jpg,.jpeg,.png,.ofd,.docx,.xlsx"
_MARKS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
_ZIPPED = {
    ".ofd": "application/ofd",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def keep_attachment(field: Any) -> int | None:
    """Keep the file of a form's field and return its number; None where none was chosen.

    Raises
    ------
    RuleError
        If it is no file of an accepted kind, empty or too large; beside the field.
    """
    return _keep(field.data).id if _is_chosen(field.data) else None


def keep_attachments(field: Any) -> list[StoredFile]:
    """Keep every file of a field that takes several; of several the sentence names the one that is wrong.

    Raises
    ------
    RuleError
        As ``keep_attachment``.
    """
    chosen = [upload for upload in field.data or [] if _is_chosen(upload)]
    kept = []
    for upload in chosen:
        try:
            kept.append(_keep(upload))
        except RuleError as error:
            named = say("{name}：{sentence}", name=upload.filename[:80], sentence=error.sentence)
            raise RuleError(named if len(chosen) > 1 else error.sentence, error.field) from error
    return kept


def _is_chosen(upload: Any) -> bool:
    return bool(upload and getattr(upload, "filename", ""))


def _keep(upload: Any) -> StoredFile:
    body = upload.stream.read(MAX_BYTES + 1)
    return keep_file(get_session(), upload.filename, _kind_of(upload.filename, body), body)


def _kind_of(name: str, body: bytes) -> str:
    """Return the media type that a file's first bytes speak for, whatever the browser says of it."""
    if not body:
        return "application/octet-stream"
    found = next((kind for mark, kind in _MARKS.items() if body.startswith(mark)), None)
    if found is None and body.startswith(b"PK\x03\x04"):
        found = next((kind for ending, kind in _ZIPPED.items() if name.lower().endswith(ending)), None)
    if found is None:
        raise RuleError(gettext("请上传 PDF、JPG、PNG、OFD、DOCX 或 XLSX 文件；改扩展名不算"), "file")
    return found


def send_attachment(number: int) -> Response:
    """Send a kept file to be saved, never to be opened in the page."""
    file = get_file(get_session(), number)
    return send_file(io.BytesIO(file.content), file.content_type, as_attachment=True, download_name=file.name)
