"""Signing in and out, one's own password."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portfolio.domain.roles import Role
from portfolio.services import users
from portfolio.store.engine import open_session
from portfolio.store.queries.users import get_user
from tests.web.pages import sign_in, submit
from tests.web.test_users import ADMIN_PASSWORD, NEW_PASSWORD


def add_user(app: Flask, name: str) -> str:
    """Add a viewer and return the one-time password."""
    with open_session(app.extensions["portfolio_engine"], write=True) as session:
        _, password = users.add_user(session, users.UserDraft(name=name, role=Role.VIEWER))
        session.commit()
    return password


def test_signing_in_leads_to_the_page_that_was_asked_for(anonymous: FlaskClient) -> None:
    page = anonymous.get("/users/").location

    response = submit(anonymous, page, to="/sign-in", name="admin", password=ADMIN_PASSWORD, next="/users/")

    assert response.location == "/users/"
    assert anonymous.get("/users/").status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_never_leads_to_another_site(anonymous: FlaskClient, target: str) -> None:
    response = submit(anonymous, "/sign-in", name="admin", password=ADMIN_PASSWORD, next=target)

    assert response.location == "/enter"


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(anonymous: FlaskClient) -> None:
    response = sign_in(anonymous, "admin", ADMIN_PASSWORD)
    cookie = next(one for one in response.headers.getlist("Set-Cookie") if one.startswith("portfolio_session="))

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_each_sign_in_has_its_own_token(app: Flask) -> None:
    tokens = set()
    for _ in range(2):
        client = app.test_client()
        sign_in(client, "admin", ADMIN_PASSWORD)
        tokens.add(client.get_cookie("portfolio_session").value)  # type: ignore[union-attr]

    assert len(tokens) == 2


def test_an_unknown_name_and_a_wrong_password_get_the_same_page(anonymous: FlaskClient) -> None:
    pages = [sign_in(anonymous, name, "wrong") for name in ("admin", "nobody")]

    assert {page.status_code for page in pages} == {422}
    assert all("用户名或密码不正确" in page.text for page in pages)


def test_five_wrong_passwords_lock_and_the_page_says_until_when(anonymous: FlaskClient) -> None:
    for _ in range(5):
        response = sign_in(anonymous, "admin", "wrong")

    assert "账号锁定到 20" in response.text
    assert "账号锁定到 20" in sign_in(anonymous, "admin", ADMIN_PASSWORD).text


def test_what_is_missing_is_asked_for(anonymous: FlaskClient) -> None:
    response = sign_in(anonymous, "", "")

    assert "请填写用户名" in response.text
    assert "请填写密码" in response.text


def test_a_stolen_cookie_opens_nothing_after_signing_out(app: Flask, client: FlaskClient) -> None:
    stolen = client.get_cookie("portfolio_session")
    assert stolen is not None
    thief = app.test_client()
    thief.set_cookie("portfolio_session", stolen.value)
    assert thief.get("/account/password").status_code == 200

    response = submit(client, "/account/password", to="/sign-out")

    assert response.location == "/sign-in"
    assert thief.get("/account/password").status_code == 302
    assert client.get("/account/password").status_code == 302


def test_a_one_time_password_opens_only_the_page_where_it_is_changed(app: Flask, anonymous: FlaskClient) -> None:
    one_time = add_user(app, "li.ming")
    sign_in(anonymous, "li.ming", one_time)
    assert anonymous.get("/enter").location == "/account/password"
    assert "一次性密码" in anonymous.get("/account/password").text

    submit(anonymous, "/account/password", current=one_time, new=NEW_PASSWORD, again=NEW_PASSWORD)

    assert anonymous.get("/enter").location != "/account/password"
    assert "您正在使用一次性密码" not in anonymous.get("/account/password").text
    assert sign_in(app.test_client(), "li.ming", NEW_PASSWORD).location == "/enter"


def test_changing_the_password_ends_every_other_session(app: Flask, client: FlaskClient) -> None:
    other = app.test_client()
    sign_in(other, "admin", ADMIN_PASSWORD)

    submit(client, "/account/password", current=ADMIN_PASSWORD, new=NEW_PASSWORD, again=NEW_PASSWORD)

    assert other.get("/account/password").status_code == 302
    assert client.get("/account/password").status_code == 200


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"current": "wrong", "new": NEW_PASSWORD, "again": NEW_PASSWORD}, "当前密码不正确"),
        ({"current": ADMIN_PASSWORD, "new": "short", "again": "short"}, "10 至 128"),
        ({"current": ADMIN_PASSWORD, "new": NEW_PASSWORD, "again": "other words"}, "不一致"),
    ],
)
def test_a_wrong_answer_is_named_beside_its_field(client: FlaskClient, answers: dict[str, str], sentence: str) -> None:
    response = submit(client, "/account/password", **answers)

    assert response.status_code == 422
    assert sentence in response.text


def test_a_token_works_before_the_one_time_password_is_changed(app: Flask) -> None:
    with open_session(app.extensions["portfolio_engine"], write=True) as session:
        admin = get_user(session, "admin")
        admin.must_change_password = True
        token = users.make_token(session, admin, "上报系统")
        session.commit()
    answer = app.test_client().get("/api/v1/projects", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json["total"]) == (200, 55)
