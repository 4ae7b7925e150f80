"""Text that somebody typed stays text: on every page, in every map, file and answer, and in every filter."""

from __future__ import annotations

import csv
import io
import itertools
import re
import zipfile
from collections.abc import Iterator

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import select

from portfolio.reports.register import COLUMNS
from portfolio.store.models import LedgerEntry, Project
from portfolio.web import create_app
from portfolio.web.filters import FILTER_LABELS
from tests.builders import read
from tests.conftest import ADMIN_PASSWORD, Databases
from tests.web.pages import CheckingClient, change, download, sign_in, wrong_fields

HOSTILE = (
    "{{7*191}}",
    "${alert(1)}",
    "C:\\2019",
    "<script>alert(1)</script>",
    "=1+1",
    "'; DROP TABLE project;--",
    "`",
    "</script>",
    "{% raw %}",
    "+1337-",
    "@SUM(A1)",
    '"><img src=x onerror=alert(1)>',
)
RAN = "1337"
ALL_COLUMNS = f"columns={','.join(COLUMNS)}"
TEXT_FIELDS = (
    *("name", "remark", "section", "item", "quote", "national_code", "owner", "user", "lead_unit"),
    *("responsible_unit", "responsible_person", "note"),
)
ALLOWED_LENGTH = {"item": 20, "national_code": 40}


@pytest.fixture(scope="module")
def hostile_app(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Application whose database holds one project, ledger and link for each hostile text, in every text field."""
    address, instance = databases.new("plans"), tmp_path_factory.mktemp("instance")
    app = create_app(database_url=address, instance=instance, testing=True)
    app.test_client_class = CheckingClient
    client = _signed_in(app)
    for number, text in enumerate(HOSTILE):
        _type_everywhere(client, text, number)
    yield app
    app.extensions["portfolio_engine"].dispose()
    databases.drop(address)


def _signed_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    sign_in(client, "admin", ADMIN_PASSWORD)
    return client


def _type_everywhere(client: FlaskClient, text: str, number: int) -> None:
    answers = {name: text[: ALLOWED_LENGTH.get(name, 60)] for name in TEXT_FIELDS}
    given = {"district": "500106", "plan_key": "500106-2021", "basis": "named", "level": "primary", "nature": "new"}
    page = change(client, "/projects/new", ask="nature", **(given | answers)).location or ""
    assert page.startswith("/projects/500106-"), text
    place = {"coordinates": f"{106.40 + number / 1000}, 29.55", "accuracy": "site"}
    said = dict.fromkeys(("place_basis", "place_confirmed_by"), text[:50])
    assert change(client, f"{page}/place", ask="coordinates", **place, **said).status_code == 302
    ledger = {"source": "other", "state": "received", "year": "2025", "amount": "1", "unit": "wan"}
    change(client, f"{page}/money/new", ask="amount", document_no=text, note=text, **ledger)
    reversal = re.search(r'href="([^"]+/reverse)"', client.get(page).text)
    assert reversal
    change(client, reversal.group(1), ask="reason", reason=text)
    code = page.removeprefix("/projects/")
    assert change(client, "/commitments/500106-c06", ask="project", project=code, basis=text).status_code == 302
    assert change(client, page, ask="stage", stage="design", reason=text).status_code == 302


@pytest.fixture(scope="module")
def hostile(hostile_app: Flask) -> FlaskClient:
    """Signed-in client; only for GET requests."""
    return _signed_in(hostile_app)


def codes(app: Flask) -> dict[str, str]:
    """Return the code of each hostile project by its text."""
    with read(app) as session:
        found = session.scalars(select(Project).where(Project.name.in_(HOSTILE)))
        return {one.name: one.code for one in found}


def pages(app: Flask) -> list[str]:
    """Return every address that shows something of the hostile records."""
    with read(app) as session:
        entry = session.scalar(select(LedgerEntry.id).order_by(LedgerEntry.id)) or 0
    by_code = [
        f"/projects/{code}{tail}" for code in codes(app).values() for tail in ("", "/edit", "/place", "/money/new")
    ]
    first = codes(app)[HOSTILE[0]]
    return [
        *by_code,
        f"/projects?{ALL_COLUMNS}&q=",
        f"/projects?district=500106&{ALL_COLUMNS}",
        f"/projects/{first}/money/{entry}/reverse",
        "/",
        "/money",
        "/commitments",
        "/commitments/500106-c06",
        "/facts",
        "/maps/500106",
        "/maps/500106/shell.js",
        f"/maps/projects/{first}/shell.js",
    ]


def without_random(text: str) -> str:
    """Drop what is random in a page and might hold any digits: tokens, nonces, marks of content."""
    return re.sub(r'value="[\w.-]{60,}"|nonce="[^"]*"|\?v=\w+', "", text)


def scripts(page: str) -> str:
    return "".join(re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL))


def test_all_hostile_texts_were_taken_as_they_are(hostile_app: Flask) -> None:
    with read(hostile_app) as session:
        for text, code in codes(hostile_app).items():
            project = session.scalar(select(Project).where(Project.code == code))
            stored = {name: getattr(project, name) for name in TEXT_FIELDS}
            assert stored == {name: text[: ALLOWED_LENGTH.get(name, 60)] for name in TEXT_FIELDS}
    assert set(codes(hostile_app)) == set(HOSTILE)


def test_no_page_and_no_map_shell_runs_typed_text(hostile_app: Flask, hostile: FlaskClient) -> None:
    for path in pages(hostile_app):
        response = hostile.get(path)
        text = without_random(response.text).replace("+1337-", "")
        assert response.status_code == 200, path
        assert RAN not in text, path
        assert "<script>alert(1)" not in text, path
        assert "<img src=x" not in text, path
        assert not any(one in scripts(response.text) for one in HOSTILE if len(one) > 1), path


@pytest.mark.parametrize("text", HOSTILE)
def test_every_page_shows_the_text_as_it_was_typed(hostile_app: Flask, hostile: FlaskClient, text: str) -> None:
    code, shown = codes(hostile_app)[text], str(escape(text))
    project = hostile.get(f"/projects/{code}").text
    edit = hostile.get(f"/projects/{code}/edit").text
    register = hostile.get(f"/projects?district=500106&{ALL_COLUMNS}").text

    assert project.count(shown) >= len(TEXT_FIELDS) + 3  # every field, document number, two notes, reason
    assert edit.count(shown) >= len(TEXT_FIELDS)
    assert register.count(shown) >= 4
    for path in ("/money", "/commitments/500106-c06", "/maps/500106"):
        assert shown in hostile.get(path).text, path


def test_map_data_carries_the_text_unchanged(hostile_app: Flask, hostile: FlaskClient) -> None:
    pins = {one["code"]: one for one in hostile.get("/maps/500106/points.json").json["pins"]}

    for text, code in codes(hostile_app).items():
        card = hostile.get(f"/maps/projects/{code}/card.json").json
        assert pins[code]["name"] == text
        assert (card["name"], card["remark"]) == (text, text)


def test_the_shell_of_a_map_is_the_same_whatever_the_database_holds(hostile: FlaskClient, reader: FlaskClient) -> None:
    assert hostile.get("/maps/500106/shell.js").data == reader.get("/maps/500106/shell.js").data


def test_the_api_carries_the_text_unchanged(hostile_app: Flask, hostile: FlaskClient) -> None:
    items = hostile.get("/api/v1/projects?per_page=200&district=500106").json["items"]
    names = {one["code"]: (one["name"], one["remark"]) for one in items}

    assert {text: names[code] for text, code in codes(hostile_app).items()} == {text: (text, text) for text in HOSTILE}


@pytest.mark.parametrize("path", [f"/downloads/register.xlsx?{ALL_COLUMNS}", "/downloads/funding.xlsx"])
def test_a_workbook_holds_the_text_and_no_formula(hostile: FlaskClient, path: str) -> None:
    content = download(hostile, path)
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    written = {cell.value for cell in cells}

    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert [cell.coordinate for cell in cells if cell.hyperlink] == []
    assert [text for text in HOSTILE if text not in written] == []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize("path", [f"/downloads/register.csv?{ALL_COLUMNS}"])
def test_a_csv_cell_never_begins_like_a_formula(hostile: FlaskClient, path: str) -> None:
    text = download(hostile, path).decode("utf-8-sig")
    heading, *rows = list(csv.reader(io.StringIO(text, newline="")))
    typed = [cell for row in rows for name, cell in zip(heading, row, strict=True) if "（" not in name]

    assert [cell for cell in typed if cell.startswith(("=", "+", "-", "@", "\t"))] == []
    assert [one for one in HOSTILE if one not in typed and f"'{one}" not in typed] == []


@pytest.mark.parametrize("mark", ["\u202e", "\u200f", "\u2066", "\ufeff", "\x7f", "\u2028"])
def test_invisible_marks_are_refused_beside_the_field(client: FlaskClient, mark: str) -> None:
    answers = {"district": "500101", "nature": "new", "level": "primary", "basis": "outside"}
    response = change(client, "/projects/new", ask="nature", name=f"小{mark}学", **answers)

    assert response.status_code == 422
    assert "控制字符" in wrong_fields(response.text)["name"]


VIEWS = (
    "/projects",
    "/money",
    "/commitments",
    "/commitments/indicators",
    "/facts",
    "/maps/500106",
    "/maps/500106/shell.js",
    "/maps/500106/data.json",
    "/maps/500106/points.json",
    "/maps/500106/facets.json",
    "/maps/500106/search.json",
    "/maps/all",
    "/downloads/register.csv",
    "/downloads/funding.csv",
    "/api/v1/projects",
    "/api/v1/funding/summary",
)
PARAMETERS = (*FILTER_LABELS, "sort", "page", "columns", "unmatched", "per_page", "focus", "bbox", "zoom", "colour")
JUNK = ("a\x00b", "\ud800".encode("utf-8", "surrogatepass"), "9" * 5000, "(x)", "'*!$;@", "\u202e", "%")


@pytest.mark.parametrize("path", VIEWS)
def test_words_that_reach_the_database_never_run_and_never_fail(reader: FlaskClient, path: str) -> None:
    for name, text in itertools.product(("q", "lead_unit", "codes"), (*HOSTILE, *JUNK)):
        check_view(reader, path, name, text)


@pytest.mark.one_engine
@pytest.mark.parametrize("path", VIEWS)
def test_a_filter_never_runs_typed_text_and_never_fails(reader: FlaskClient, path: str) -> None:
    for name, text in itertools.product(PARAMETERS, (*HOSTILE[:4], *JUNK[:3])):
        check_view(reader, path, name, text)


def check_view(reader: FlaskClient, path: str, name: str, text: str | bytes) -> None:
    with reader.get(path, query_string={name: text}) as response:
        body = without_random(response.text).replace("+1337-", "").replace("%2B1337-", "")
        assert response.status_code in (200, 302, 400, 404, 422), (name, text)
        assert RAN not in body, (name, text)
        if response.mimetype == "text/html":
            assert "<script>alert(1)" not in body, (name, text)
            assert "<img src=x" not in body, (name, text)


def test_the_longest_search_still_has_its_map(reader: FlaskClient) -> None:
    query = {"q": "长" * 200, "lead_unit": "长" * 200}

    assert reader.get("/maps/500106", query_string=query).status_code == 200


@pytest.mark.parametrize("path", ["/projects/%00", "/commitments/%00", "/maps/%00", "/users/%00", "/projects/%ff"])
def test_junk_in_a_path_is_a_page_that_says_so(reader: FlaskClient, path: str) -> None:
    assert reader.get(path).status_code in (400, 404)


@pytest.mark.parametrize("text", ["a\x00b", "'; DROP TABLE project;--", "x" * 100_000])
def test_junk_at_the_door_opens_nothing(anonymous: FlaskClient, text: str) -> None:
    assert sign_in(anonymous, text, "x").status_code in (400, 422)
    assert sign_in(anonymous, "admin", text).status_code in (400, 422)
