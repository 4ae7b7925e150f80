"""The frame around every page: who may pass, what protects the answer, how errors read."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portfolio.domain.errors import NotFoundError
from portfolio.domain.roles import Permission, Role
from portfolio.services import users
from portfolio.store.engine import open_session
from portfolio.store.queries import users as queries
from portfolio.web import create_app, views
from portfolio.web.database import get_session
from portfolio.web.navigation import BANNER
from portfolio.web.permissions import UndeclaredPermissionError, check_declared, public, requires
from portfolio.web.signin import local_path
from tests.web.pages import sign_in, submit
from tests.web.test_users import ADMIN_PASSWORD


@pytest.fixture
def viewer(app: Flask) -> FlaskClient:
    """Client of a person who may only look."""
    with open_session(app.extensions["portfolio_engine"], write=True) as session:
        user, one_time = users.add_user(session, users.UserDraft(name="viewer", role=Role.VIEWER))
        users.change_password(session, user, one_time, "four quiet words")
        session.commit()
    client = app.test_client()
    sign_in(client, "viewer", "four quiet words")
    return client


def add_route(app: Flask, path: str, view: object, **options: object) -> None:
    app.add_url_rule(path, path, view, **options)  # type: ignore[arg-type]


def api_token(app: Flask) -> str:
    with open_session(app.extensions["portfolio_engine"], write=True) as session:
        token = users.make_token(session, queries.get_user(session, "admin"), "test")
        session.commit()
    return token


def test_a_route_that_declares_no_permission_stops_the_start_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    careless = Blueprint("careless", __name__)
    careless.add_url_rule("/a", "first", lambda: "")
    careless.add_url_rule("/b", "second", lambda: "")
    monkeypatch.setattr("portfolio.web.BLUEPRINTS", (*views.BLUEPRINTS, careless))

    with pytest.raises(UndeclaredPermissionError, match=r"careless\.first, careless\.second$"):
        create_app(database_url=f"sqlite:///{tmp_path}/x.db", instance=tmp_path, testing=True)


def test_every_route_declares_who_may_use_it(app: Flask) -> None:
    check_declared(app)


def test_a_stranger_is_sent_to_sign_in_and_back(anonymous: FlaskClient) -> None:
    response = anonymous.get("/users/?a=1")

    assert response.status_code == 302
    assert response.location == "/sign-in?next=/users/?a%3D1"


def test_a_stranger_gets_401_below_api(app: Flask, anonymous: FlaskClient) -> None:
    add_route(app, "/api/v1/probe", requires(Permission.VIEW)(lambda: {"ok": True}))

    response = anonymous.get("/api/v1/probe")

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert "error" in response.json


def test_a_bearer_token_opens_the_api_and_no_page(app: Flask, anonymous: FlaskClient) -> None:
    add_route(app, "/api/v1/probe", requires(Permission.VIEW)(lambda: {"ok": True}))
    headers = {"Authorization": f"Bearer {api_token(app)}"}

    assert anonymous.get("/api/v1/probe", headers=headers).json == {"ok": True}
    assert anonymous.get("/users/", headers=headers).status_code == 302
    assert anonymous.get("/api/v1/probe", headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_a_role_without_the_permission_gets_403_that_says_whom_to_ask(
    app: Flask, client: FlaskClient, viewer: FlaskClient
) -> None:
    assert client.get("/users/").status_code == 200
    response = viewer.get("/users/")

    assert response.status_code == 403
    assert "管理员" in response.text


def test_what_a_role_may_not_use_it_does_not_see(client: FlaskClient, viewer: FlaskClient) -> None:
    assert 'href="/users/"' in client.get("/account/password").text
    assert 'href="/users/"' not in viewer.get("/account/password").text


@pytest.mark.parametrize("path", ["/sign-out", "/language", "/users/new", "/users/admin/disable", "/account/password"])
def test_a_form_without_our_token_is_refused(client: FlaskClient, path: str) -> None:
    for answers in ({}, {"csrf_token": "forged"}):
        response = client.post(path, data=answers)
        assert response.status_code == 400
        assert "页面停留过久，请返回后重新提交" in response.text


@pytest.mark.parametrize("path", ["/sign-in", "/nothing", "/users/", "/healthz", "/api/v1/nothing", "/vendor/nothing"])
def test_every_answer_carries_the_strict_headers(anonymous: FlaskClient, path: str) -> None:
    headers = anonymous.get(path).headers
    policy = headers["Content-Security-Policy"]

    assert "script-src 'self' 'nonce-" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("call", "status", "sentence"),
    [("GET /nothing", 404, "没有找到"), ("POST /healthz", 405, "不支持"), ("GET /users/x.y", 404, "x.y")],
)
def test_errors_are_pages_in_chinese(client: FlaskClient, call: str, status: int, sentence: str) -> None:
    method, path = call.split()
    response = client.open(path, method=method)

    assert response.status_code == status
    assert sentence in response.text


def test_errors_below_api_are_json(client: FlaskClient) -> None:
    response = client.get("/api/v1/nothing")

    assert response.status_code == 404
    assert set(response.json) == {"error"}


def test_a_missing_record_is_404_with_its_own_sentence(app: Flask, anonymous: FlaskClient) -> None:
    @public
    def missing() -> str:
        raise NotFoundError("没有代码为 500101-9999 的项目")

    add_route(app, "/probe", missing)
    response = anonymous.get("/probe")

    assert response.status_code == 404
    assert "没有代码为 500101-9999 的项目" in response.text


def test_a_fault_is_a_page_that_needs_no_database(app: Flask, anonymous: FlaskClient) -> None:
    @public
    def fault() -> str:
        raise ZeroDivisionError

    app.config["PROPAGATE_EXCEPTIONS"] = False
    add_route(app, "/probe", fault)
    app.extensions["portfolio_engine"].dispose()
    response = anonymous.get("/probe")

    assert response.status_code == 500
    assert "数据没有保存" in response.text
    assert "ZeroDivision" not in response.text


def test_a_request_that_is_too_large_is_refused(client: FlaskClient) -> None:
    body = b"language=" + b"x" * (25 * 1024 * 1024)

    response = client.post("/language", data=body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 413
    assert "25 MB" in response.text


def test_reading_requests_cannot_write(app: Flask, anonymous: FlaskClient) -> None:
    @public
    def writing() -> str:
        with pytest.raises(DBAPIError):
            get_session().execute(text("DELETE FROM user_session"))
        return "refused"

    add_route(app, "/probe", writing)

    assert anonymous.get("/probe").text == "refused"


def test_what_a_view_does_not_commit_is_lost(app: Flask, anonymous: FlaskClient) -> None:
    @public
    def forgetful() -> str:
        get_session().execute(text("DELETE FROM user_session"))
        return "done"

    add_route(app, "/probe", forgetful, methods=["POST"])
    sign_in(anonymous, "admin", ADMIN_PASSWORD)
    submit(anonymous, "/account/password", to="/probe")

    assert anonymous.get("/account/password").status_code == 200


def test_health_says_ok_to_everyone(anonymous: FlaskClient) -> None:
    assert anonymous.get("/healthz").json == {"status": "ok"}


def test_health_says_so_when_the_database_is_gone(tmp_path: Path) -> None:
    app = create_app(
        database_url="postgresql://nobody@127.0.0.1:9/none?connect_timeout=1", instance=tmp_path, testing=True
    )
    response = app.test_client().get("/healthz")

    assert response.status_code == 503


def test_the_secret_key_is_random_kept_and_for_the_owner_only(tmp_path: Path) -> None:
    keys = {
        create_app(database_url=f"sqlite:///{tmp_path}/x.db", instance=tmp_path / name, testing=True).secret_key
        for name in ("one", "one", "two")
    }

    assert len(keys) == 2
    assert {len(key) for key in keys if isinstance(key, bytes)} == {32}
    assert stat.S_IMODE((tmp_path / "one" / "secret_key").stat().st_mode) == 0o600


def test_files_for_the_browser_keep_for_a_year_under_an_address_that_changes_with_them(anonymous: FlaskClient) -> None:
    page = anonymous.get("/sign-in").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]

    assert "?v=" in address
    with anonymous.get(address) as response:
        assert "max-age=31536000" in response.headers["Cache-Control"]
    vendor = anonymous.get("/vendor/leaflet.js")
    assert "immutable" in vendor.headers["Cache-Control"]
    assert anonymous.get("/vendor/leaflet.js", headers={"If-None-Match": vendor.headers["ETag"]}).status_code == 304
    assert anonymous.get("/vendor/../secret_key").status_code == 404


def test_the_banner_stands_while_there_are_sample_projects(app: Flask, client: FlaskClient) -> None:
    app.extensions[BANNER] = lambda: False
    assert 'class="banner"' not in client.get("/account/password").text
    app.extensions[BANNER] = lambda: True

    assert "演示" in client.get("/account/password").text


def test_the_language_is_chosen_by_a_form_and_kept(client: FlaskClient) -> None:
    assert '<html lang="zh-CN">' in client.get("/account/password").text
    response = submit(client, "/account/password", to="/language", language="en", next="/account/password")

    assert response.location == "/account/password"
    assert '<html lang="en">' in client.get("/account/password").text


def test_an_unknown_language_changes_nothing(client: FlaskClient) -> None:
    submit(client, "/account/password", to="/language", language="xx")

    assert '<html lang="zh-CN">' in client.get("/account/password").text


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)", "", None, "/\n/x"],
)
def test_an_address_that_could_lead_elsewhere_is_no_local_path(target: str | None) -> None:
    assert local_path(target) is None


def test_a_path_of_our_own_is_a_local_path() -> None:
    assert local_path("/projects?level=primary") == "/projects?level=primary"
