"""The English interface: whatever Chinese is left on a page, somebody typed it or a plan says it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from flask_babel import gettext, lazy_gettext
from sqlalchemy import Table, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portfolio.domain.roles import Role
from portfolio.domain.sentences import Sentence, say
from portfolio.domain.terms import Stage
from portfolio.services.projects import set_stage
from portfolio.services.reporting import accept_report, return_report
from portfolio.store.base import Base
from portfolio.store.models import Commitment, LedgerEntry, Project
from portfolio.store.queries.projects import get_project
from portfolio.web.language import COOKIE, tell
from tests.builders import WANZHOU, client_of, make_project, read, write
from tests.report_builders import report_of
from tests.web import test_rights
from tests.web.pages import Form, change, csrf_token, download, form_with, forms, listed_codes, submit, wrong_fields

CHINESE = re.compile(r"[㐀-鿿]")
OWN_NAME = "中文"  # the link to the other language
PACKS = [one for one in Base.metadata.sorted_tables if "pack" in one.name]
FOR_PROGRAMS = ("api", "ogc", "static", "vendor")  # answers whose words are a contract, and files
ANSWERS = (("input", "value"),)  # what somebody answered, or will answer by a tick
NOT_SHOWN = ("code", "pre", "script", "style")
OWN = "500106-0014"
JUNK = ("", "-1", "x")

furnished = test_rights.furnished


@pytest.fixture
def english(furnished: Flask) -> FlaskClient:
    """Client of an administrator who reads English."""
    client = client_of(furnished, Role.ADMINISTRATOR)
    client.set_cookie(COOKIE, "en")
    return client


@pytest.fixture
def data(furnished: Flask) -> list[str]:
    """Return every text in the database that somebody typed or a plan says, if Chinese is in it, the longest first."""
    with write(furnished) as session:
        found = set(stored_texts(session, [one for one in Base.metadata.sorted_tables if one not in PACKS]))
        found |= {
            one.citation or "" for one in [*session.scalars(select(Project)), *session.scalars(select(Commitment))]
        }
    return chinese_lines(found)


@pytest.fixture
def filed(furnished: Flask) -> list[str]:
    """Return what packs say: they are on file in Chinese, tables and headings and all."""
    with write(furnished) as session:
        return chinese_lines(set(stored_texts(session, PACKS)))


def chinese_lines(texts: set[str]) -> list[str]:
    lines = {line.strip() for text in texts for line in text.splitlines()}
    return sorted((one for one in lines if CHINESE.search(one)), key=len, reverse=True)


def stored_texts(session: Session, tables: Iterable[Table]) -> Iterator[str]:
    for table in tables:
        for row in session.execute(select(table)):
            yield from (text for value in row for text in texts_in(value))


def texts_in(value: Any) -> Iterator[str]:
    """Return the typed texts of a stored value: JSON holds texts of its own, a sentence of ours those put into it."""
    if isinstance(value, Sentence):
        yield from texts_in(value.plain())
    elif isinstance(value, dict) and "say" in value:
        yield from texts_in(value.get("with", {}))
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts_in(one)
    elif isinstance(value, str):
        yield value
        if value.startswith(("{", "[", '"')):
            with suppress(ValueError):
                yield from texts_in(json.loads(value))


class _Words(HTMLParser):
    """Gathers what a reader sees or hears of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in NOT_SHOWN
        self.words += [text for name, text in attrs if text and (tag, name) not in ANSWERS]

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in NOT_SHOWN

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)


def left_in_chinese(response: TestResponse, data: list[str]) -> set[str]:
    """Return what of an answer is Chinese though nobody typed it."""
    if response.mimetype == "text/html":
        parser = _Words()
        parser.feed(response.text)
        words = parser.words
    else:
        words = list(texts_in(response.json))
    shown = {" ".join(one.split()) for one in words if CHINESE.search(one)}
    return {rest for one in shown if CHINESE.search(rest := without(one, data))}


def words_of(page: TestResponse) -> str:
    """Return what a page says, in one line, or the texts of an answer."""
    if page.mimetype != "text/html":
        return "; ".join(texts_in(page.json))
    return " ".join(re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", page.text, flags=re.DOTALL).split())


def without(text: str, data: list[str]) -> str:
    for one in (OWN_NAME, *data):
        text = text.replace(one, "")
    return text


def is_read_by_people(response: TestResponse) -> bool:
    is_file = "attachment" in response.headers.get("Content-Disposition", "")
    return response.mimetype in ("text/html", "application/json") and not is_file


def pages(app: Flask) -> Iterator[str]:
    """Return the address of every page."""
    for rule in test_rights.rules(app):
        if "GET" in (rule.methods or set()) and rule.endpoint.split(".")[0] not in FOR_PROGRAMS:
            yield test_rights.address(app, rule)


@pytest.mark.one_engine
def test_no_page_has_chinese_of_ours(furnished: Flask, english: FlaskClient, data: list[str], filed: list[str]) -> None:
    faults, count = {}, 0
    for path in pages(furnished):
        with english.get(path) as response:
            if is_read_by_people(response):
                count += 1
                faults[path] = left_in_chinese(response, [*filed, *data] if path.startswith("/packs/") else data)
    print(f"n = {count} pages and answers")
    left = {path: left for path, left in faults.items() if left}
    assert left == {}, "\n".join(f"{path} {sorted(words)}" for path, words in left.items())
    assert count > 90


@pytest.mark.one_engine
def test_no_refused_form_answers_in_chinese(furnished: Flask, english: FlaskClient, data: list[str]) -> None:
    faults, refused = {}, set()
    token = csrf_token(english, "/account/password")
    for path, form in list(forms_of(furnished, english)):
        for junk in JUNK:
            answers = {name: junk for name in form.answers if name not in ("csrf_token", "version", "next")}
            with english.post(form.action or path, data=answers | {"csrf_token": token}) as response:
                if response.status_code >= 400 and is_read_by_people(response):
                    refused.add(form.action or path)
                    faults[form.action or path, junk] = left_in_chinese(response, data)
    print(f"n = {len(faults)} refusals of {len(refused)} forms")
    left = {path: left for path, left in faults.items() if left}
    assert left == {}, "\n".join(f"{path} {sorted(words)}" for path, words in left.items())
    assert len(refused) > 30


def forms_of(app: Flask, client: FlaskClient) -> Iterator[tuple[str, Form]]:
    """Return every form that asks for something, once, with the page that it is on."""
    seen = set()
    for path in pages(app):
        with client.get(path) as response:
            found = forms(response.text) if response.mimetype == "text/html" else []
        for form in found:
            asks = set(form.answers) - {"csrf_token", "version", "next", "language", "back"}
            where = (form.action or path, tuple(sorted(asks)))
            if asks and "csrf_token" in form.answers and where not in seen:
                seen.add(where)
                yield path, form


PAYMENT = {"source": "donation", "state": "paid", "year": "2025", "amount": "101", "unit": "wan"}


def enter(client: FlaskClient, **answers: str) -> TestResponse:
    """Enter an amount through the page."""
    return change(client, f"/projects/{OWN}/money/new", ask="amount", **(PAYMENT | answers))


def test_a_rule_names_its_values_and_its_terms_in_english(furnished: Flask, english: FlaskClient) -> None:
    enter(english, state="received", amount="100")

    said = wrong_fields(enter(english).text)["amount"]

    assert said.startswith("Donation: 100 × 10,000 yuan received, 0 paid;")
    assert said.endswith("exceed what is received by 1")


def test_a_question_is_asked_in_english_and_confirmed_in_the_words_that_are_kept(
    furnished: Flask, english: FlaskClient
) -> None:
    asked = enter(english, state="received", amount="900000")
    tick = form_with(asked.text, "amount").answers | {"confirmed": confirmation(asked.text)}

    assert "Is the unit right?" in asked.text
    assert CHINESE.search(tick["confirmed"])
    assert english.post(f"/projects/{OWN}/money/new", data=tick).status_code == 302
    with read(furnished) as session:
        assert tick["confirmed"] in list(session.scalars(select(LedgerEntry.warning)))
    assert english.get(f"/projects/{OWN}").text.count("Is the unit right?") == 1


def test_the_lights_before_are_told_in_english(furnished: Flask, english: FlaskClient) -> None:
    with write(furnished) as session:
        late = make_project(session, name="x", stage=Stage.STRUCTURE, completion_year=2024)
        set_stage(session, late, Stage.IN_USE, version=late.version)
        session.commit()

    page = english.get(f"/projects/{late.code}/light").text.partition("Lights before")[2]

    assert "It has reached “In use”" in page
    assert "to be completed by the end of 2024" in page


def test_reasons_of_ours_and_terms_in_the_history_are_told_in_english(furnished: Flask, english: FlaskClient) -> None:
    with write(furnished) as session:
        own = get_project(session, OWN)
        version = set_stage(session, own, Stage.STRUCTURE, version=own.version).version
        session.commit()
    submit(english, f"/projects/{OWN}", to=f"/projects/{OWN}/versions/1/restore", version=str(version))

    page = english.get(f"/projects/{OWN}").text.partition('id="history"')[2]

    assert " · Back to version 1</p>" in page
    assert "<del>Structure</del> → <ins>—</ins>" in page


def test_entries_that_a_report_made_are_told_in_english(furnished: Flask, english: FlaskClient) -> None:
    with write(furnished) as session:
        report = report_of(session, OWN)
        report.work_done_fen = 100
        accept_report(session, report, version=report.version)
        return_report(session, report, version=report.version, note="再核")
        session.commit()

    page = unescape(english.get(f"/projects/{OWN}").text)

    assert "Report for 2026-10 accepted" in page
    assert "Report for 2026-10 returned: 再核" in page


def confirmation(page: str) -> str:
    found = re.search(r'id="confirmed" name="confirmed" value="([^"]+)"', page)
    assert found
    return unescape(found[1])


@pytest.mark.parametrize("typed", ["{who}", "{0.__class__}", "%(name)s", "小学"])
def test_a_name_in_a_sentence_stays_as_it_was_typed(furnished: Flask, english: FlaskClient, typed: str) -> None:
    with write(furnished) as session:
        make_project(session, name=typed, district=WANZHOU)
        session.commit()
    code = listed_codes(english.get("/projects", query_string={"q": typed, "district": WANZHOU}).text)[0]

    refused = change(english, "/commitments/500106-c06", ask="project", project=code)

    assert refused.status_code == 422
    assert f"{typed} is not in 沙坪坝区" in unescape(refused.text)


def test_somebody_elses_save_is_told_in_english(furnished: Flask, english: FlaskClient, data: list[str]) -> None:
    page = english.get(f"/projects/{OWN}/edit").text
    with write(furnished) as session:
        get_project(session, OWN).remark = "x"
        session.commit()

    stale = english.post(f"/projects/{OWN}/edit", data=form_with(page, "name").answers)

    assert stale.status_code == 409
    assert left_in_chinese(stale, data) == set()


def test_errors_of_addresses_are_told_in_english(english: FlaskClient) -> None:
    assert "There is no project with the code 500101-9999" in english.get("/projects/500101-9999").text
    asked = english.get(f"/projects/{OWN}/place/readings.json", query_string={"coordinates": "1e2,3", "datum": "wgs84"})
    assert asked.json == {"error": "Coordinates may not have exponents; write plain decimals, such as “106.46,29.55”."}


ONE_OF_SEVERAL = re.compile(r"(?<![\d.,/-])1 (?:more )?(?!(?:is|has|was|does)\b)[a-z]+s\b")


@pytest.mark.one_engine
def test_one_of_something_is_not_spoken_of_as_several(furnished: Flask, english: FlaskClient) -> None:
    faults, count = {}, 0
    for path in pages(furnished):
        with english.get(f"{path}?codes={OWN}&district=500106") as response:
            if response.status_code == 200 and is_read_by_people(response):
                count += 1
                faults[path] = ONE_OF_SEVERAL.findall(words_of(response))
    print(f"n = {count} pages and answers about one project")
    assert {path: found for path, found in faults.items() if found} == {}
    assert count > 60


def test_a_list_of_one_says_so_and_so_does_what_was_saved(furnished: Flask, english: FlaskClient) -> None:
    one = unescape(english.get(f"/projects?codes={OWN}").text)
    several = unescape(english.get("/projects").text)

    assert "1 project ·" in one
    assert "Floor area 0 / 1, Seats 0 / 1" in one
    assert re.search(r"\d\d projects ·", several)


@pytest.mark.parametrize(
    ("count", "english"),
    [(0, "0 projects"), (1, "1 project"), (2, "2 projects"), ("1", "1 project"), ("1,001", "1,001 projects")],
)
def test_a_count_chooses_the_form_in_templates_in_python_and_in_sentences(
    app: Flask, count: int | str, english: str
) -> None:
    with app.test_request_context(headers={"Cookie": f"{COOKIE}=en"}):
        assert render_template_string("{{ _('%(count)s 个项目', count=count) }}", count=count) == english
        assert gettext("%(count)s 个项目", count=count) == english
        assert str(lazy_gettext("%(count)s 个项目", count=count)) == english
        assert tell(say("共 {count} 个项目", count=count)) == english


@pytest.mark.parametrize("path", ["/api/v1/projects?level=x", "/api/v1/projects?per_page=0", "/ogc/collections/x"])
@pytest.mark.parametrize(
    ("asked", "cookie", "is_english"),
    [
        ("en", None, True),
        ("en-GB,zh;q=0.8", None, True),
        ("fr,en;q=0.1", None, True),
        ("zh-CN,en;q=0.9", None, False),
        ("fr", None, False),
        ("*", None, False),
        (None, None, False),
        ("en", "zh", False),
        ("zh", "en", True),
        ("en", "fr", True),
    ],
)
def test_errors_for_programs_are_told_in_the_language_of_the_cookie_else_in_the_one_asked_for(
    client: FlaskClient, path: str, asked: str | None, cookie: str | None, is_english: bool
) -> None:
    if cookie:
        client.set_cookie(COOKIE, cookie)

    refused = client.get(path, headers={"Accept-Language": asked} if asked else {})

    assert refused.status_code in (404, 422)
    assert bool(CHINESE.search(str(refused.json))) is not is_english
    assert {"Accept-Language", "Cookie"} <= set(refused.vary)


def test_pages_follow_the_cookie_alone(client: FlaskClient) -> None:
    page = client.get("/projects", headers={"Accept-Language": "en"})

    assert 'lang="zh' in page.text
    assert "Accept-Language" not in page.vary


def test_what_geo_refuses_is_told_in_english(english: FlaskClient) -> None:
    path, token = "/layouts/500106/towns/upload", csrf_token(english, "/account/password")

    refused = english.post(path, data={"csrf_token": token, "file": (io.BytesIO(b"{"), "towns.geojson")})

    assert "This file is no GeoJSON" in wrong_fields(refused.text)["file"]


def test_files_stay_chinese_whatever_the_page(english: FlaskClient) -> None:
    with zipfile.ZipFile(io.BytesIO(download(english, "/downloads/register.xlsx"))) as book:
        words = "".join(book.read(name).decode() for name in book.namelist() if name.endswith("xml"))

    assert "个项目" in words
    assert "有数据的项目数：" in words
    assert "Projects with a value" not in words
