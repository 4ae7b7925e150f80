"""Files of documents: given later, several at once, never replaced; a wrong one is declared void and stays."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from portfolio.domain.roles import Role
from portfolio.services.documents import withdraw_document
from portfolio.store.history import first_broken_revision
from portfolio.store.models import DocumentFile, FileWithdrawal, FundingDocument, StoredFile
from tests.builders import SHAPINGBA, client_of, make_document, read, write
from tests.web.pages import change, csrf_token, tables, wrong_fields

PDF, PNG = b"%PDF-1.7 scan", b"\x89PNG\r\n\x1a\n scan"


@pytest.fixture
def furnished(app: Flask) -> Flask:
    """Application with a document that was registered without a file."""
    with write(app) as session:
        make_document(session, wan=100)
        session.commit()
    return app


def add(client: FlaskClient, *files: tuple[bytes, str], document: int = 1) -> TestResponse:
    """Give a document files through the page."""
    path = f"/money/documents/{document}/files/new"
    answers: Any = {"csrf_token": csrf_token(client, path), "file": [(io.BytesIO(body), name) for body, name in files]}
    return client.post(path, data=answers)


def kept(app: Flask) -> tuple[int, int, int]:
    """Count stored files, those given later, and those declared void."""
    with read(app) as session:
        found = [session.scalar(select(func.count()).select_from(one)) for one in (StoredFile, DocumentFile)]
        return found[0] or 0, found[1] or 0, session.scalar(select(func.count()).select_from(FileWithdrawal)) or 0


def test_files_that_come_after_registration_are_listed_with_size_and_who_and_sent_as_what_they_are(
    furnished: Flask, client: FlaskClient
) -> None:
    assert "还没有附件" in client.get("/money/documents/1").text
    assert add(client, (PDF, "../批复.pdf"), (PNG + b"x" * 2048, "第2页.png")).status_code == 302
    assert add(client, (PDF + b"2", "补页.pdf")).status_code == 302

    rows = tables(client.get("/money/documents/1").text)[0][1:]
    assert [row[:2] for row in rows] == [["批复.pdf", "1 KB"], ["第2页.png", "2 KB"], ["补页.pdf", "1 KB"]]
    assert all(row[2].startswith("admin 2") for row in rows)
    with client.get("/money/documents/1/files/2") as sent:
        assert (sent.mimetype, sent.data[:4]) == ("image/png", b"\x89PNG")
        assert sent.headers["Content-Disposition"].startswith("attachment")
    with read(furnished) as session:
        assert first_broken_revision(session) is None


def test_a_wrong_file_is_declared_void_with_a_reason_and_can_still_be_opened(
    furnished: Flask, client: FlaskClient
) -> None:
    add(client, (PDF, "批复.pdf"))
    path = "/money/documents/1/files/1/withdraw"
    assert "请写明原因" in wrong_fields(change(client, path, ask="reason", reason="").text)["reason"]
    assert change(client, path, ask="reason", reason="扫错了").status_code == 302
    page = client.get("/money/documents/1").text
    assert "作废：扫错了" in page
    assert path not in page
    with client.get("/money/documents/1/files/1") as sent:
        assert sent.data == PDF
    assert "已经作废" in wrong_fields(change(client, path, ask="reason", reason="再来").text)["reason"]
    assert add(client, (PDF, "批复.pdf")).status_code == 302
    assert kept(furnished) == (2, 2, 1)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([], "请选择要补的附件"),
        ([(PDF, "一.pdf"), (b"MZ", "二.pdf")], "二.pdf：请上传 PDF"),
        ([(b"", "空.pdf")], "文件是空的"),
        ([(PDF, "一.pdf"), (PDF, "二.pdf")], "二.pdf与附件“一.pdf”内容相同"),
    ],
)
def test_files_that_do_not_fit_are_refused_beside_the_field_and_none_is_kept(
    furnished: Flask, client: FlaskClient, files: list[tuple[bytes, str]], sentence: str
) -> None:
    refused = add(client, *files)
    assert refused.status_code == 422
    assert sentence in wrong_fields(refused.text)["file"]
    assert kept(furnished) == (0, 0, 0)


def test_a_file_that_is_there_already_or_comes_to_a_void_document_is_refused(
    furnished: Flask, client: FlaskClient
) -> None:
    add(client, (PDF, "批复.pdf"))
    assert "内容相同" in wrong_fields(add(client, (PDF, "又一份.pdf")).text)["file"]
    with write(furnished) as session:
        withdraw_document(session, session.get_one(FundingDocument, 1), "重复登记")
        session.commit()
    assert "已作废" in wrong_fields(add(client, (PNG, "晚到.png")).text)["file"]
    assert "补附件" not in client.get("/money/documents/1").text
    assert kept(furnished) == (1, 1, 0)


def test_a_file_is_reached_only_through_its_own_document_and_within_the_own_district(
    furnished: Flask, client: FlaskClient
) -> None:
    add(client, (PDF, "批复.pdf"))
    with write(furnished) as session:
        make_document(session, district=SHAPINGBA)
        session.commit()
    planner, viewer = client_of(furnished, Role.PLANNER, SHAPINGBA), client_of(furnished, Role.VIEWER)
    assert client.get("/money/documents/2/files/1").status_code == 404
    assert planner.get("/money/documents/1/files/1").status_code == 404
    assert planner.get("/money/documents/2/files/1").status_code == 404
    with viewer.get("/money/documents/1/files/1") as sent:
        assert sent.status_code == 200
    assert viewer.get("/money/documents/1/files/new").status_code == 403
    assert viewer.get("/money/documents/1/files/1/withdraw").status_code == 403
