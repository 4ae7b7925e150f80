"""Files of documents, contracts and estimates: given later, several at once; a wrong one is declared void and stays."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from portfolio.domain.roles import Role
from portfolio.domain.terms import EstimateKind
from portfolio.services.contracts import withdraw_contract
from portfolio.services.documents import withdraw_document
from portfolio.store.history import first_broken_revision
from portfolio.store.models import (
    Contract,
    ContractFile,
    DocumentFile,
    EstimateFile,
    FileWithdrawal,
    FundingDocument,
    StoredFile,
)
from portfolio.store.queries.projects import get_project
from tests.builders import (
    SHAPINGBA,
    client_of,
    make_contract,
    make_document,
    make_estimate,
    make_project,
    read,
    write,
)
from tests.web.pages import change, csrf_token, tables, wrong_fields

QIFANG = "500101-0008"
PDF, PNG = b"%PDF-1.7 scan", b"\x89PNG\r\n\x1a\n scan"


HOLDERS = {
    "document": "/money/documents/1",
    "contract": f"/projects/{QIFANG}/contracts/1",
    "estimate": f"/projects/{QIFANG}/estimates/1",
}
LATER = {"document": DocumentFile, "contract": ContractFile, "estimate": EstimateFile}


@pytest.fixture
def furnished(app: Flask) -> Flask:
    """Application with a document, a contract and an estimate that were registered without a file."""
    with write(app) as session:
        project = get_project(session, QIFANG)
        make_document(session, wan=100)
        make_contract(session, project)
        make_estimate(session, project, EstimateKind.DESIGN, wan=100)
        session.commit()
    return app


@pytest.fixture(params=HOLDERS)
def holder(request: pytest.FixtureRequest) -> str:
    """Each kind of record that may have files, by name."""
    return str(request.param)


@pytest.fixture
def home(holder: str) -> str:
    """The page of that record, which lists its files."""
    return HOLDERS[holder]


def add(client: FlaskClient, home: str, *files: tuple[bytes, str]) -> TestResponse:
    """Give a record files through the page."""
    path = f"{home}/files/new"
    answers: Any = {"csrf_token": csrf_token(client, path), "file": [(io.BytesIO(body), name) for body, name in files]}
    return client.post(path, data=answers)


def kept(app: Flask, holder: str) -> tuple[int, int, int]:
    """Count stored files, those given later to records of one kind, and those declared void."""
    with read(app) as session:
        found = [session.scalar(select(func.count()).select_from(one)) for one in (StoredFile, LATER[holder])]
        return found[0] or 0, found[1] or 0, session.scalar(select(func.count()).select_from(FileWithdrawal)) or 0


def test_files_that_come_after_registration_are_listed_with_size_and_who_and_sent_as_what_they_are(
    furnished: Flask, client: FlaskClient, holder: str, home: str
) -> None:
    assert "还没有附件" in client.get(home).text
    assert add(client, home, (PDF, "../批复.pdf"), (PNG + b"x" * 2048, "第2页.png")).status_code == 302
    assert add(client, home, (PDF + b"2", "补页.pdf")).status_code == 302

    rows = tables(client.get(home).text)[0][1:]
    assert [row[:2] for row in rows] == [["批复.pdf", "1 KB"], ["第2页.png", "2 KB"], ["补页.pdf", "1 KB"]]
    assert all(row[2].startswith("admin 2") for row in rows)
    with client.get(f"{home}/files/2") as sent:
        assert (sent.mimetype, sent.data[:4]) == ("image/png", b"\x89PNG")
        assert sent.headers["Content-Disposition"].startswith("attachment")
    with read(furnished) as session:
        assert first_broken_revision(session) is None


def test_a_wrong_file_is_declared_void_with_a_reason_and_can_still_be_opened(
    furnished: Flask, client: FlaskClient, holder: str, home: str
) -> None:
    add(client, home, (PDF, "批复.pdf"))
    path = f"{home}/files/1/withdraw"
    assert "请写明原因" in wrong_fields(change(client, path, ask="reason", reason="").text)["reason"]
    assert change(client, path, ask="reason", reason="扫错了").status_code == 302
    page = client.get(home).text
    assert "作废：扫错了" in page
    assert path not in page
    with client.get(f"{home}/files/1") as sent:
        assert sent.data == PDF
    assert "已经作废" in wrong_fields(change(client, path, ask="reason", reason="再来").text)["reason"]
    assert add(client, home, (PDF, "批复.pdf")).status_code == 302
    assert kept(furnished, holder) == (2, 2, 1)


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
    furnished: Flask, client: FlaskClient, holder: str, home: str, *, files: list[tuple[bytes, str]], sentence: str
) -> None:
    refused = add(client, home, *files)
    assert refused.status_code == 422
    assert sentence in wrong_fields(refused.text)["file"]
    assert kept(furnished, holder) == (0, 0, 0)


def make_void(app: Flask, holder: str) -> None:
    """Declare the document or the contract void."""
    with write(app) as session:
        if holder == "document":
            withdraw_document(session, session.get_one(FundingDocument, 1), "重复登记")
        else:
            withdraw_contract(session, session.get_one(Contract, 1), "重复登记")
        session.commit()


@pytest.mark.parametrize("holder", ["document", "contract"], indirect=True)
def test_a_file_that_is_there_already_or_comes_to_a_void_record_is_refused(
    furnished: Flask, client: FlaskClient, holder: str, home: str
) -> None:
    add(client, home, (PDF, "批复.pdf"))
    assert "内容相同" in wrong_fields(add(client, home, (PDF, "又一份.pdf")).text)["file"]
    make_void(furnished, holder)
    assert "已作废或撤销" in wrong_fields(add(client, home, (PNG, "晚到.png")).text)["file"]
    assert "补附件" not in client.get(home).text
    assert kept(furnished, holder) == (1, 1, 0)


def test_a_figure_that_was_corrected_keeps_its_files_and_takes_more_and_one_that_takes_back_has_none(
    furnished: Flask, client: FlaskClient
) -> None:
    home = HOLDERS["estimate"]
    change(client, f"/projects/{QIFANG}/estimates/design", ask="amount", amount="90", reason="复核")
    change(client, f"/projects/{QIFANG}/estimates/design/withdraw", ask="reason", reason="撤回")
    assert add(client, home, (PDF, "原批复.pdf")).status_code == 302
    assert "已更正或撤销，留作记录" in client.get(home).text
    page = client.get(f"/projects/{QIFANG}").text
    assert f'<a href="{home}">附件 1 个' in page

    taken_back = f"/projects/{QIFANG}/estimates/3"
    assert "补附件" not in client.get(taken_back).text
    assert "已作废或撤销" in wrong_fields(add(client, taken_back, (PNG, "晚到.png")).text)["file"]


def test_editing_a_contract_leaves_its_files_alone(furnished: Flask, client: FlaskClient) -> None:
    home = HOLDERS["contract"]
    assert 'name="file"' not in client.get(f"{home}/edit").text
    add(client, home, (PDF, "合同.pdf"))
    assert change(client, f"{home}/edit", ask="party", party="另一公司").status_code == 302
    assert tables(client.get(home).text)[0][1][0] == "合同.pdf"


def test_a_file_is_reached_only_through_its_own_record_and_within_the_own_district(
    furnished: Flask, client: FlaskClient, holder: str, home: str
) -> None:
    add(client, home, (PDF, "批复.pdf"))
    with write(furnished) as session:
        other = make_project(session, district=SHAPINGBA)
        make_document(session, district=SHAPINGBA)
        make_contract(session, other)
        make_estimate(session, other, EstimateKind.DESIGN, wan=100)
        session.commit()
        theirs = home.removesuffix("1").replace(QIFANG, other.code) + "2"
    planner, viewer = client_of(furnished, Role.PLANNER, SHAPINGBA), client_of(furnished, Role.VIEWER)
    assert client.get(theirs).status_code == 200
    for person, path in ((client, theirs), (planner, home), (planner, theirs)):
        assert person.get(f"{path}/files/1").status_code == 404
        assert person.get(f"{path}/files/1/withdraw").status_code == 404
    assert planner.get(f"{home}/files/new").status_code == 404
    with viewer.get(f"{home}/files/1") as sent:
        assert sent.status_code == 200
    assert viewer.get(f"{home}/files/new").status_code == 403
    assert viewer.get(f"{home}/files/1/withdraw").status_code == 403
