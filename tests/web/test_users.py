"""The users pages of an administrator."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from portfolio.domain.roles import Permission
from portfolio.web.permissions import requires
from tests.web.pages import sign_in, submit

ADMIN_PASSWORD = "correct horse battery"
NEW_PASSWORD = "four quiet words here"


def shown_secret(page: str) -> str:
    found = re.search(r'class="secret">([^<]+)<', page)
    assert found, "no secret is shown"
    return found.group(1)


def add(client: FlaskClient, name: str = "li.ming", **answers: str) -> str:
    """Add a user through the page and return the one-time password shown there."""
    given = {"role": "planner", "district_adcode": "", **answers}
    response = submit(client, "/users/new", name=name, **given)
    assert response.status_code == 200, response.text
    assert response.headers["Cache-Control"] == "no-store"
    return shown_secret(response.text)


def enter(app: Flask, name: str, one_time: str) -> FlaskClient:
    """Return a client of a new user who has set a password."""
    client = app.test_client()
    sign_in(client, name, one_time)
    submit(client, "/account/password", current=one_time, new=NEW_PASSWORD, again=NEW_PASSWORD)
    return client


def test_a_new_users_one_time_password_is_shown_once(app: Flask, client: FlaskClient) -> None:
    password = add(client, full_name="李明", district_adcode="500101")

    assert password not in client.get("/users/li.ming").text
    assert sign_in(app.test_client(), "li.ming", password).status_code == 302
    assert "李明" in client.get("/users/").text


def test_a_name_in_use_is_refused_beside_the_field(client: FlaskClient) -> None:
    response = submit(client, "/users/new", name="admin", role="viewer", district_adcode="")

    assert response.status_code == 422
    assert "已有名为" in response.text


def test_answers_outside_the_lists_are_refused(client: FlaskClient) -> None:
    response = submit(client, "/users/new", name="li.ming", role="emperor", district_adcode="999999")

    assert response.status_code == 422
    assert "请从列表中选择一项" in response.text
    assert "请从列表中选择一个区县" in response.text


def test_another_role_ends_the_users_session(app: Flask, client: FlaskClient) -> None:
    user = enter(app, "li.ming", add(client))
    assert user.get("/account/password").status_code == 200

    submit(client, "/users/li.ming", role="viewer", district_adcode="")

    assert user.get("/account/password").status_code == 302
    assert "查看人员" in client.get("/users/li.ming").text


def test_a_disabled_user_is_out_at_once_and_can_come_back(app: Flask, client: FlaskClient) -> None:
    user = enter(app, "li.ming", add(client))

    submit(client, "/users/li.ming", to="/users/li.ming/disable")
    assert user.get("/account/password").status_code == 302
    assert sign_in(user, "li.ming", NEW_PASSWORD).status_code == 422

    submit(client, "/users/li.ming", to="/users/li.ming/enable")
    assert sign_in(user, "li.ming", NEW_PASSWORD).status_code == 302


def test_a_reset_shows_a_new_one_time_password(app: Flask, client: FlaskClient) -> None:
    user = enter(app, "li.ming", add(client))

    response = submit(client, "/users/li.ming", to="/users/li.ming/password")

    assert user.get("/account/password").status_code == 302
    sign_in(user, "li.ming", shown_secret(response.text))
    assert user.get("/enter").location == "/account/password"


def test_the_last_administrator_stays(client: FlaskClient) -> None:
    submit(client, "/users/admin", to="/users/admin/disable")
    assert "最后一个可用的管理员" in client.get("/users/admin").text

    response = submit(client, "/users/admin", role="viewer", district_adcode="")
    assert response.status_code == 422
    assert "最后一个可用的管理员" in response.text


def test_an_api_token_is_shown_once_and_can_be_revoked(app: Flask, anonymous: FlaskClient) -> None:
    app.add_url_rule("/api/v1/probe", "probe", requires(Permission.VIEW)(lambda: {"ok": True}))
    client = anonymous
    sign_in(client, "admin", ADMIN_PASSWORD)
    response = submit(client, "/users/admin", to="/users/admin/tokens", label="数据大屏")
    token = shown_secret(response.text)
    page = client.get("/users/admin").text
    assert "数据大屏" in page
    assert token not in page
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/api/v1/probe", headers=headers).status_code == 200

    revoke = re.search(r"/users/admin/tokens/\d+/revoke", page)
    assert revoke
    submit(client, "/users/admin", to=revoke.group())

    assert app.test_client().get("/api/v1/probe", headers=headers).status_code == 401


def test_a_token_needs_a_purpose(client: FlaskClient) -> None:
    submit(client, "/users/admin", to="/users/admin/tokens", label=" ")

    assert "请填写用途" in client.get("/users/admin").text
