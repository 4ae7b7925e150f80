"""A test client that checks every page of every test, and small verbs for working with forms."""

from __future__ import annotations

import re
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
