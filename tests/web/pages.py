"""A test client that checks every page of every test, and small verbs for working with forms."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
_OPTIONAL_END = {"li", "option", "p", "td", "th", "tr", "tbody", "thead", "tfoot", "dt", "dd"}


class _Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in _VOID:
            self.open.append(tag)
        identity = given.get("id")
        if identity is not None and identity in self.ids:
            self.faults.append(f"id {identity} stands twice")
        self.ids.add(identity or "")
        if tag == "img" and "alt" not in given:
            self.faults.append("img without alt")
        if any(name.startswith("on") for name in given):
            self.faults.append(f"<{tag}> carries an inline handler")

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open[-1] != tag and self.open[-1] in _OPTIONAL_END:
            self.open.pop()
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")


class CheckingClient(FlaskClient):
    """Checks headers of every response, and shape and placeholders of every page."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        assert "Content-Security-Policy" in response.headers
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        if response.mimetype == "text/html":
            check_page(response.text)
        return response


def check_page(page: str) -> None:
    """Fail on unbalanced tags, repeated ids, missing alternatives, a missing title or template left-overs."""
    checker = _Checker()
    checker.feed(page)
    assert not checker.faults, checker.faults
    if not page.startswith(("<!doctype html>", "<!DOCTYPE html>")):
        return
    assert re.search(r"<title>\s*\S", page), "page without a title"
    assert page.count("<h1") == 1, "a page has one h1"


def csrf_token(client: FlaskClient, path: str) -> str:
    """Return the token of the first form on a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)
    assert found, f"no form on {path}"
    return unescape(found.group(1))


def submit(client: FlaskClient, path: str, *, to: str | None = None, **answers: Any) -> TestResponse:
    """Open ``path``, fill in a form there and send it (to ``to`` where the form goes elsewhere)."""
    return client.post(to or path, data={"csrf_token": csrf_token(client, path), **answers})


def sign_in(client: FlaskClient, name: str, password: str) -> TestResponse:
    """Sign in through the page."""
    return submit(client, "/sign-in", name=name, password=password)


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.is_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables:
            self.tables[-1][-1].append("")
            self.is_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.is_cell = False
            self.tables[-1][-1][-1] = " ".join(self.tables[-1][-1][-1].split())

    def handle_data(self, data: str) -> None:
        if self.is_cell:
            self.tables[-1][-1][-1] += data


def tables(page: str) -> list[list[list[str]]]:
    """Return the text of every cell: tables, their rows, their cells; the heading is the first row."""
    parser = _Tables()
    parser.feed(page)
    return parser.tables


@dataclass
class Form:
    """One form of a page as a browser would send it."""

    action: str
    answers: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.name = ""
        self.is_text = self.is_fresh = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif self.forms and tag in ("input", "select", "textarea") and "name" in given:
            self.name, self.is_text, self.is_fresh = given["name"], tag == "textarea", True
            if given.get("type") != "checkbox":
                self.forms[-1].answers[self.name] = given.get("value", "")
        elif tag == "datalist":
            self.name = ""
        elif self.forms and tag == "option" and self.name:
            self._choose(given)

    def _choose(self, given: dict[str, str]) -> None:
        if "selected" in given or self.is_fresh:
            self.forms[-1].answers[self.name] = given.get("value", "")
        self.is_fresh = False

    def handle_endtag(self, tag: str) -> None:
        self.is_text = self.is_text and tag != "textarea"

    def handle_data(self, data: str) -> None:
        if self.is_text:
            self.forms[-1].answers[self.name] += data


def forms(page: str) -> list[Form]:
    """Return the forms of a page, filled in as they stand."""
    parser = _Forms()
    parser.feed(page)
    return parser.forms


def form_with(page: str, name: str) -> Form:
    """Return the first form of a page that asks for ``name``."""
    return next(form for form in forms(page) if name in form.answers)


def change(client: FlaskClient, path: str, *, ask: str, **answers: str) -> TestResponse:
    """Open ``path``, change some answers of the form that asks for ``ask`` and send all of them."""
    form = form_with(client.get(path).text, ask)
    return client.post(form.action or path, data=form.answers | answers)


def wrong_fields(page: str) -> dict[str, str]:
    """Return the sentence beside each field that is wrong, by the field's id."""
    found = re.findall(r'<p class="wrong" id="([^"]+)-wrong">([^<]*)</p>', page)
    return {name: unescape(sentence) for name, sentence in found}


def download(client: FlaskClient, path: str) -> bytes:
    """Return the whole of a file."""
    with client.get(path) as response:
        assert response.status_code == 200, response.text
        return response.data


def listed_codes(page: str) -> list[str]:
    """Return the codes of the projects that a register page lists, in order."""
    return re.findall(r'<th scope="row">(?:<label.*?</label>)?<a href="/projects/([^"]+)">', page)
