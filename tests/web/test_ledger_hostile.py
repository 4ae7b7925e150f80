"""What somebody types into documents, contracts and estimates stays text: on every page and in every file."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape

from portfolio.domain.terms import EstimateKind
from portfolio.store.queries.projects import get_project
from tests.builders import make_contract, make_document, make_estimate, split, write
from tests.web.pages import download
from tests.web.test_hostile import HOSTILE, RAN, scripts, without_random

QIFANG = "500101-0008"
PAGES = (
    "/money/documents",
    "/money/sources/city_grant",
    "/money/contracts",
    "/money/estimates",
    f"/projects/{QIFANG}",
    *(f"/money/documents/{number}{tail}" for number in range(1, 13) for tail in ("", "/split")),
    *(f"/projects/{QIFANG}/contracts/{number}{tail}" for number in range(1, 13) for tail in ("", "/edit")),
)


@pytest.fixture
def hostile(app: Flask, client: FlaskClient) -> FlaskClient:
    """Client of an application with a document, a contract and an estimate for each hostile text."""
    with write(app) as session:
        project = get_project(session, QIFANG)
        for text in HOSTILE:
            document = make_document(session, wan=100, number=text, issuer=text, note=text)
            split(session, document, (project, 10))
            make_contract(session, project, wan=100, number=text, name=text, party=text, note=text)
            reason = text if text != HOSTILE[0] else None
            make_estimate(session, project, EstimateKind.DESIGN, wan=100, approval_no=text, issuer=text, reason=reason)
        session.commit()
    return client


def test_no_page_runs_typed_text_and_each_shows_it_as_typed(hostile: FlaskClient) -> None:
    shown = ""
    for path in PAGES:
        response = hostile.get(path)
        text = without_random(response.text).replace("+1337-", "")
        assert response.status_code == 200, path
        assert RAN not in text, path
        assert "<script>alert(1)" not in text, path
        assert "<img src=x" not in text, path
        assert not any(one in scripts(response.text) for one in HOSTILE if len(one) > 1), path
        shown += response.text
    assert all(shown.count(str(escape(text))) >= 10 for text in HOSTILE)


@pytest.mark.parametrize("name", ["documents", "contracts"])
def test_no_file_holds_a_formula_and_each_holds_the_text(hostile: FlaskClient, name: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(download(hostile, f"/downloads/{name}.xlsx")))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert {text for text in HOSTILE if text not in {cell.value for cell in cells}} == set()
    text = download(hostile, f"/downloads/{name}.csv").decode("utf-8-sig")
    starts = {cell[:1] for row in csv.reader(io.StringIO(text)) for cell in row}
    assert not starts & {"=", "+", "@"}
