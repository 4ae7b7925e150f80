"""The settings page: groups of forms for administrators; a wrong or stale answer saves nothing."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape

from portfolio.domain.roles import Role
from portfolio.store.queries.map_settings import review_number, review_numbers
from tests.builders import client_of, read
from tests.web.pages import change, form_with, wrong_fields
from tests.web.test_hostile import HOSTILE

REVIEW = "review-of_all"


def numbers(app: Flask) -> dict[str, str]:
    with read(app) as session:
        return review_numbers(session)


def test_a_review_number_is_for_a_district_or_for_every_map_without_its_own(app: Flask, client: FlaskClient) -> None:
    answers = {"review-of_all": "渝S(2026)001号", "review-of_500101": " 渝S(2026)002号 "}
    response = change(client, "/settings", ask=REVIEW, **answers)

    assert response.location == "/settings#review-number"
    assert "已保存设置：审图号" in client.get("/settings").text
    with read(app) as session:
        assert review_number(session, "500101") == "渝S(2026)002号"
        assert review_number(session, "500106") == "渝S(2026)001号"
        assert review_number(session, "all") == "渝S(2026)001号"


def test_a_number_taken_out_again_is_none(app: Flask, client: FlaskClient) -> None:
    change(client, "/settings", ask=REVIEW, **{REVIEW: "渝S(2026)001号"})
    change(client, "/settings", ask=REVIEW, **{REVIEW: ""})

    assert numbers(app) == {}


@pytest.mark.parametrize("text", ["长" * 61, "渝S\u202e001"])
def test_a_number_too_long_or_with_invisible_marks_saves_nothing(app: Flask, client: FlaskClient, text: str) -> None:
    response = change(client, "/settings", ask=REVIEW, **{REVIEW: text, "review-of_500101": "渝S(2026)002号"})

    assert response.status_code == 422
    assert list(wrong_fields(response.text)) == [REVIEW]
    assert 'value="渝S(2026)002号"' in response.text
    assert numbers(app) == {}


def test_a_stale_form_shows_both_values_and_saves_nothing(app: Flask, client: FlaskClient) -> None:
    mine = form_with(client.get("/settings").text, REVIEW)
    change(client_of(app, Role.ADMINISTRATOR), "/settings", ask=REVIEW, **{REVIEW: "渝S(2026)001号"})
    response = client.post(mine.action, data=mine.answers | {REVIEW: "渝S(2026)009号"})

    assert response.status_code == 409
    assert wrong_fields(response.text) == {REVIEW: "库中现为“渝S(2026)001号”"}
    assert 'value="渝S(2026)009号"' in response.text
    assert numbers(app) == {"all": "渝S(2026)001号"}
    again = form_with(response.text, REVIEW)
    assert client.post(again.action, data=again.answers).status_code == 302
    assert numbers(app) == {"all": "渝S(2026)009号"}


@pytest.mark.parametrize("text", HOSTILE)
def test_typed_text_stays_text(client: FlaskClient, text: str) -> None:
    change(client, "/settings", ask=REVIEW, **{REVIEW: text})
    page = client.get("/settings").text

    assert f'value="{escape(text)}"' in page
    assert "<script>alert(1)" not in page
    assert "1337" not in page.replace("+1337-", "")


def test_settings_are_one_of_the_pages_of_the_administration(client: FlaskClient) -> None:
    assert '<a href="/settings">设置</a>' in client.get("/users/").text
    assert '<a href="/settings" aria-current="page">设置</a>' in client.get("/settings").text
    assert '<a href="/users/" aria-current="page">管理</a>' in client.get("/settings").text
