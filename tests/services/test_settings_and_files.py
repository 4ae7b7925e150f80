"""What an office sets and attaches is kept with its history; what was put there behind its back is found."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portfolio.domain.errors import NotFoundError, RuleError
from portfolio.services import files, settings
from portfolio.store.history import AppendOnlyError, first_broken_revision
from portfolio.store.models import Revision, StoredFile
from portfolio.store.queries.files import first_broken_file, get_file
from portfolio.store.queries.settings import find_setting

PDF = b"%PDF-1.7 made for this test"


def revisions_of(session: Session, table: str) -> list[Revision]:
    return list(session.scalars(select(Revision).where(Revision.record_type == table).order_by(Revision.id)))


def test_a_setting_that_nobody_made_has_the_default(empty_session: Session) -> None:
    assert find_setting(empty_session, "map.review_number", "none") == "none"


def test_a_setting_keeps_every_value_it_had(empty_session: Session) -> None:
    settings.change_setting(empty_session, "map.review_number", "渝S(2026)001号")
    settings.change_setting(empty_session, "map.review_number", {"500101": "渝S(2026)002号"})
    assert find_setting(empty_session, "map.review_number") == {"500101": "渝S(2026)002号"}
    assert [one.record_version for one in revisions_of(empty_session, "setting")] == [1, 2]


def test_setting_the_same_again_is_no_change(empty_session: Session) -> None:
    for _ in range(2):
        settings.change_setting(empty_session, "money.overdraw", "warn")
    assert len(revisions_of(empty_session, "setting")) == 1


@pytest.mark.parametrize("key", ["", "map", "Map.x", "map.", "map.x y", "地图.号"])
def test_a_key_that_no_code_would_use_is_refused(empty_session: Session, key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        settings.change_setting(empty_session, key, 1)


def test_a_kept_file_comes_back_as_it_was(empty_session: Session) -> None:
    number = files.keep_file(empty_session, "批复.pdf", "application/pdf", PDF).id
    empty_session.expire_all()
    kept = get_file(empty_session, number)
    assert (kept.name, kept.size, kept.content, kept.kept_by) == ("批复.pdf", len(PDF), PDF, "tester")
    assert kept.sha256 == hashlib.sha256(PDF).hexdigest()


def test_the_history_keeps_the_hash_and_not_the_bytes(empty_session: Session) -> None:
    kept = files.keep_file(empty_session, "批复.pdf", "application/pdf", PDF)
    (revision,) = revisions_of(empty_session, "stored_file")
    assert kept.sha256 in revision.state
    assert "made for this test" not in revision.state
    assert first_broken_revision(empty_session) is None


def test_a_file_that_was_changed_behind_the_softwares_back_is_named(empty_session: Session) -> None:
    kept = files.keep_file(empty_session, "批复.pdf", "application/pdf", PDF)
    assert first_broken_file(empty_session) is None
    number = kept.id
    empty_session.execute(text("UPDATE stored_file SET content = :body"), {"body": b"other"})
    empty_session.expire_all()
    assert first_broken_file(empty_session) == f"第 {number} 号文件的内容已被改动"


def test_a_kept_file_is_never_changed(empty_session: Session) -> None:
    kept = files.keep_file(empty_session, "批复.pdf", "application/pdf", PDF)
    kept.name = "other.pdf"
    with pytest.raises(AppendOnlyError):
        empty_session.flush()


@pytest.mark.parametrize(
    ("body", "sentence"), [(b"", "空的"), (bytes(files.MAX_BYTES + 1), "20 MB")], ids=["empty", "large"]
)
def test_an_empty_or_too_large_file_is_refused(empty_session: Session, body: bytes, sentence: str) -> None:
    with pytest.raises(RuleError, match=sentence) as caught:
        files.keep_file(empty_session, "批复.pdf", "application/pdf", body)
    assert caught.value.field == "file"
    assert empty_session.scalar(select(StoredFile)) is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\资料\\批复.pdf", "批复.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nb\x00.pdf", "ab.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("", "文件"),
        ("长" * 500 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_a_files_name_is_a_plain_name(empty_session: Session, given: str, kept: str) -> None:
    assert files.keep_file(empty_session, given, "application/pdf", PDF).name == kept


def test_a_file_that_does_not_exist_is_said_so(empty_session: Session) -> None:
    with pytest.raises(NotFoundError, match="99"):
        get_file(empty_session, 99)
