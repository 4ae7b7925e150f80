"""Pages of the lights: why a project has its light, another one for a time, the rules with their preview."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portfolio.domain.clock import today
from portfolio.domain.lights import DEFAULT_RULES
from portfolio.domain.roles import Role
from portfolio.domain.terms import Stage
from portfolio.store.queries.lights import read_rules
from portfolio.web.language import COOKIE
from tests.builders import client_of, fingerprint, make_project, read, write
from tests.web.pages import change, form_with, wrong_fields


@pytest.fixture
def late(app: Flask) -> str:
    """Address of a project that should have been completed long ago."""
    with write(app) as session:
        code = make_project(session, name="滞后小学", stage=Stage.STRUCTURE, completion_year=2024).code
        session.commit()
    return f"/projects/{code}/light"


def in_days(days: int) -> str:
    return (today() + dt.timedelta(days=days)).isoformat()


def test_a_page_says_which_rule_fired_on_which_values_since_when(client: FlaskClient, late: str) -> None:
    page = client.get(late).text
    assert "建成严重滞后" in page
    assert "应于 2024 年底前建成" in page
    assert "2025-04-01" in page


def test_another_light_is_shown_with_its_reason_beside_the_computed_one_and_can_be_taken_back(
    client: FlaskClient, late: str
) -> None:
    change(client, late, ask="expires_on", light="green", expires_on=in_days(30), reason="批准延期至明年")
    page = client.get(late).text
    assert "批准延期至明年" in page
    assert "按规则计算为" in page
    assert "light--green" in client.get(late.removesuffix("/light")).text
    form = form_with(page, "csrf_token")
    assert client.post(f"{late}/end", data=form.answers).status_code == 302
    assert "按规则计算为" not in client.get(late).text


@pytest.mark.parametrize(
    ("field", "answer", "sentence"),
    [
        ("reason", "", "请写明为什么改灯"),
        ("expires_on", "", "请填写有效期"),
        ("expires_on", "2020-01-01", "今天至一年之内"),
        ("expires_on", "明年", "2025-09-01"),
        ("light", "none", "请从列表中选择"),
    ],
)
def test_a_light_without_reason_or_sensible_day_is_refused_beside_the_field(
    app: Flask, client: FlaskClient, late: str, field: str, answer: str, sentence: str
) -> None:
    before = fingerprint(app.extensions["portfolio_engine"])
    answers = {"light": "green", "expires_on": in_days(30), "reason": "核定"} | {field: answer}
    response = change(client, late, ask="expires_on", **answers)
    assert response.status_code == 422
    assert sentence in wrong_fields(response.text)[field]
    assert fingerprint(app.extensions["portfolio_engine"]) == before


def test_a_shipped_rule_is_named_beside_its_answer_in_english_and_keeps_its_name_when_saved(
    app: Flask, client: FlaskClient
) -> None:
    client.set_cookie(COOKIE, "en")
    assert '<small class="quiet">Completion late</small>' in client.get("/lights").text
    before = [rule.name for rule in DEFAULT_RULES]

    change(client, "/lights", ask="reason", **{"rules-0-above": "31", "rules-1-name": "严重", "reason": "x"})

    with read(app) as session:
        assert [rule.name for rule in read_rules(session)] == [before[0], "严重", *before[2:]]
    assert client.get("/lights").text.count('<small class="quiet">') == len(before) - 1
    client.set_cookie(COOKIE, "zh")
    assert '<small class="quiet">' not in client.get("/lights").text


def test_rules_are_previewed_with_the_projects_they_turn_and_nothing_is_changed(
    app: Flask, client: FlaskClient, late: str
) -> None:
    before = fingerprint(app.extensions["portfolio_engine"])
    response = change(client, "/lights", ask="reason", **{"rules-1-above": "3000", "preview": "1"})
    assert response.status_code == 200
    assert "滞后小学" in response.text
    assert "个项目变灯" in response.text
    assert fingerprint(app.extensions["portfolio_engine"]) == before


def test_new_rules_hold_at_once_and_the_ones_before_are_listed(app: Flask, client: FlaskClient, late: str) -> None:
    change(client, "/lights", ask="reason", **{"rules-1-above": "3000", "reason": "从宽"})
    assert "light--amber" in client.get(late).text
    change(client, "/lights", ask="reason", **{"rules-1-above": "91", "reason": "复原"})
    page = client.get("/lights").text
    assert page.index("复原") < page.index("从宽")
    with read(app) as session:
        assert [one.above for one in read_rules(session)][:2] == [30, 91]


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"rules-1-above": "10"}, "须大于“建成滞后”"),
        ({"rules-0-name": "久未报送"}, "不能重名"),
        ({"rules-0-above": "1e9999"}, "请"),
        ({"rules-0-above": "-5"}, ""),
        ({"rules-0-condition": "weather"}, "请从列表中选择"),
        ({"reason": ""}, "请写明为什么调整规则"),
    ],
)
def test_rules_that_make_no_sense_are_refused(
    app: Flask, client: FlaskClient, answers: dict[str, str], sentence: str
) -> None:
    before = fingerprint(app.extensions["portfolio_engine"])
    response = change(client, "/lights", ask="reason", **({"reason": "试"} | answers))
    assert response.status_code == 422
    assert sentence in response.text
    assert fingerprint(app.extensions["portfolio_engine"]) == before


def test_two_people_who_change_the_rules_see_each_other(client: FlaskClient) -> None:
    stale = form_with(client.get("/lights").text, "reason")
    change(client, "/lights", ask="reason", **{"rules-1-above": "100", "reason": "一"})
    response = client.post("/lights", data=stale.answers | {"rules-1-above": "200", "reason": "二"})
    assert response.status_code == 409
    assert "尚未保存" in response.text


def test_a_planner_reads_the_rules_and_cannot_change_them(app: Flask) -> None:
    planner = client_of(app, Role.PLANNER)
    assert "<form" not in planner.get("/lights").text.split("<main")[1]
    assert planner.post("/lights").status_code in (400, 403)
