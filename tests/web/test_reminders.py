"""Reminders: a badge, a calendar under a secret address, a message to hosts on the list and to no other."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portfolio.domain.errors import RuleError
from portfolio.domain.reporting import WebhookKind
from portfolio.domain.roles import Role
from portfolio.exchange.webhook import KEY, Target, read_target, send_message, stored_target
from portfolio.services import users
from portfolio.store.history import first_broken_revision
from portfolio.store.models import Revision
from portfolio.store.queries import users as user_queries
from portfolio.store.queries.projects import get_project
from portfolio.store.queries.rounds import count_reports, get_round
from portfolio.store.queries.settings import find_secret
from tests.builders import SHAPINGBA, WANZHOU, client_of, read, write
from tests.report_builders import make_problem, make_round
from tests.web.pages import change, form_with, submit, wrong_fields

SETTINGS = "/settings"


class Receiver(BaseHTTPRequestHandler):
    """Takes messages down; answers as the chat services do, or as told."""

    received: list[dict[str, object]]
    queries: list[dict[str, str]]
    status, answer, location = 200, b'{"errcode": 0, "errmsg": "ok"}', ""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append(json.loads(body))
        self.queries.append(dict(parse_qsl(urlsplit(self.path).query, strict_parsing=True)))
        self.send_response(self.status)
        if self.location:
            self.send_header("Location", self.location)
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_args: object) -> None:
        return


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, type[Receiver]]]:
    """Address of a receiver on this machine that the operator put on the list, and what it received."""
    handler = type("OneReceiver", (Receiver,), {"received": [], "queries": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("PORTFOLIO_WEBHOOK_HOSTS", f"127.0.0.1:{server.server_port}")
    yield f"http://127.0.0.1:{server.server_port}/send?key=abc", handler
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def due(app: Flask) -> Flask:
    """Application with a round that is overdue and a grave problem in Wanzhou, and a round in Shapingba."""
    with write(app) as session:
        make_round(session, due_on=dt.date(2026, 11, 5))
        make_problem(session, get_project(session, "500101-0008"), what="征地, 受阻; {{7*7}}")
        make_round(session, district=SHAPINGBA)
        session.commit()
    return app


def events(client: FlaskClient, path: str) -> dict[str, icalendar.Event]:
    response = client.get(path)
    assert response.status_code == 200
    assert response.mimetype == "text/calendar"
    return {str(one["uid"]): one for one in icalendar.Calendar.from_ical(response.data).walk("VEVENT")}


def make_address(client: FlaskClient) -> str:
    page = submit(client, "/reports/reminders", to="/reports/feed").text
    return page.split('class="secret">http://localhost')[1].split("<")[0]


def test_the_calendar_holds_the_due_days_of_the_persons_district_without_signing_in(due: Flask) -> None:
    address = make_address(client_of(due, Role.PLANNER, WANZHOU))
    found = events(due.test_client(), address)

    assert set(found) == {"round-500101-2026-10@portfolio", "problem-1@portfolio"}
    assert found["round-500101-2026-10@portfolio"]["dtstart"].dt == dt.date(2026, 11, 5)
    assert str(found["problem-1@portfolio"]["description"]) == "征地, 受阻; {{7*7}}（区教委）"


def test_an_address_ends_when_it_is_revoked_renewed_or_its_person_disabled(due: Flask) -> None:
    planner, other = client_of(due, Role.PLANNER, WANZHOU), client_of(due, Role.VIEWER, WANZHOU)
    first, second = make_address(planner), make_address(planner)
    anonymous = due.test_client()
    assert [anonymous.get(one).status_code for one in (first, second)] == [404, 200]
    submit(planner, "/reports/reminders", to="/reports/feed/revoke")
    assert anonymous.get(second).status_code == 404
    theirs = make_address(other)
    assert anonymous.get(theirs).status_code == 200
    with write(due) as session:
        name = user_queries.list_users(session)[-1].name
        users.disable_user(session, user_queries.get_user(session, name))
        session.commit()
    assert anonymous.get(theirs).status_code == 404
    assert anonymous.get("/calendar/guessed.ics").status_code == 404


def test_the_navigation_counts_what_waits_for_each_person(due: Flask) -> None:
    planner, viewer = client_of(due, Role.PLANNER, SHAPINGBA), client_of(due, Role.VIEWER, SHAPINGBA)

    with read(due) as session:
        waiting = count_reports(session, [get_round(session, SHAPINGBA, "2026-10")]).popitem()[1].outstanding
    assert waiting > 5
    assert f'<span class="badge">{waiting}<span' in planner.get("/reports").text
    assert 'class="badge"' not in viewer.get("/reports").text


def set_webhook(client: FlaskClient, url: str, kind: str = "plain", **others: str) -> TestResponse:
    answers = {f"webhook-{name}": text for name, text in others.items()}
    return change(client, SETTINGS, ask="webhook-url", **{"webhook-url": url, "webhook-kind": kind}, **answers)


def send(client: FlaskClient) -> None:
    submit(client, "/reports/reminders", to="/reports/reminders/send")


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "lark", "plain"])
def test_what_is_due_is_sent_to_the_group_that_the_administrator_set(
    due: Flask, client: FlaskClient, receiver: tuple[str, type[Receiver]], kind: str
) -> None:
    url, handler = receiver
    handler.answer = b'{"errcode": 0, "code": 0}'
    set_webhook(client, url, kind)
    send(client)

    assert "提醒已发出" in client.get("/reports/reminders").text
    (message,) = handler.received
    assert handler.queries == [{"key": "abc"}]
    assert "sign" not in message
    inner = message["content" if kind == "lark" else "text"]
    text = inner if kind == "plain" else inner["text" if kind == "lark" else "content"]  # type: ignore[index]
    assert "万州区2026年10月月报截止，应报 42 个项目，还有 42 个待报" in str(text)
    assert "征地, 受阻; {{7*7}}" in str(text)


SECRET = "SEC7a你好+/="


def signature(key: str, message: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()).decode()


def test_a_message_to_a_dingtalk_robot_carries_the_moment_and_its_signature_in_the_address(
    due: Flask, client: FlaskClient, receiver: tuple[str, type[Receiver]]
) -> None:
    url, handler = receiver
    assert set_webhook(client, url, "dingtalk", secret=SECRET).status_code == 302
    send(client)

    (query,), (message,) = handler.queries, handler.received
    assert set(query) == {"key", "timestamp", "sign"}
    assert query["sign"] == signature(SECRET, f"{query['timestamp']}\n{SECRET}")
    assert len(query["timestamp"]) == len(str(int(time.time() * 1000)))
    assert set(message) == {"msgtype", "text"}


def test_a_message_to_a_lark_robot_carries_them_in_the_content(
    due: Flask, client: FlaskClient, receiver: tuple[str, type[Receiver]]
) -> None:
    url, handler = receiver
    handler.answer = b'{"code": 19021, "msg": "sign match fail"}'
    set_webhook(client, url, "lark", secret=SECRET)
    send(client)

    assert "sign match fail" in client.get("/reports/reminders").text
    (message,) = handler.received
    assert message["sign"] == signature(f"{message['timestamp']}\n{SECRET}", "")
    assert handler.queries == [{"key": "abc"}]


def test_a_secret_is_kept_until_it_is_cleared_and_nobody_ever_reads_it(
    due: Flask, client: FlaskClient, receiver: tuple[str, type[Receiver]], caplog: pytest.LogCaptureFixture
) -> None:
    url, handler = receiver
    set_webhook(client, url, "dingtalk", secret=SECRET)
    page = client.get(SETTINGS).text
    assert "已存有加签密钥" in page
    set_webhook(client, f"{url}&more=1", "dingtalk")
    send(client)
    assert "sign" in handler.queries[-1]
    with read(due) as session:
        kept = session.scalars(select(Revision.state).where(Revision.record_type == "setting")).all()
        assert first_broken_revision(session) is None
        target = stored_target(session, frozenset({"127.0.0.1"}))
    assert target.secret == SECRET
    told = [page, *kept, repr(target), caplog.text, client.get("/reports/reminders").text]
    assert [text for text in told if SECRET in text or "SEC7a" in text] == []

    set_webhook(client, url, "dingtalk", unsign="y")
    assert "已存有加签密钥" not in client.get(SETTINGS).text
    send(client)
    assert handler.queries[-1] == {"key": "abc"}


@pytest.mark.parametrize("change_to", ["wecom", "lark", ""])
def test_a_secret_goes_with_its_robot(
    due: Flask, client: FlaskClient, receiver: tuple[str, type[Receiver]], change_to: str
) -> None:
    url = receiver[0]
    set_webhook(client, url, "dingtalk", secret=SECRET)
    set_webhook(client, url if change_to else "", change_to or "dingtalk")
    with read(due) as session:
        assert find_secret(session, KEY) is None


@pytest.mark.parametrize(
    ("kind", "secret", "sentence"),
    [
        ("wecom", SECRET, "企业微信群机器人不用加签"),
        ("dingtalk", "x" * 201, "最多 200 个字符"),
        ("dingtalk", "a\x07b", "看不见的控制字符"),
    ],
)
def test_a_secret_that_does_not_fit_is_refused_beside_its_field_and_not_sent_back(
    due: Flask, client: FlaskClient, receiver: tuple[str, type[Receiver]], kind: str, secret: str, sentence: str
) -> None:
    refused = set_webhook(client, receiver[0], kind, secret=secret)
    assert refused.status_code == 422
    assert sentence in wrong_fields(refused.text)["webhook-secret"]
    assert secret not in refused.text
    assert form_with(client.get(SETTINGS).text, "webhook-url").answers["webhook-url"] == ""


@pytest.mark.parametrize(
    ("status", "answer", "location"),
    [(302, b"", "http://127.0.0.1:1/"), (500, b"{}", ""), (200, b'{"errcode": 93000, "errmsg": "invalid"}', "")],
)
def test_what_was_not_taken_is_said_and_no_redirect_is_followed(
    due: Flask,
    client: FlaskClient,
    receiver: tuple[str, type[Receiver]],
    status: int,
    answer: bytes,
    location: str,
) -> None:
    url, handler = receiver
    handler.status, handler.answer, handler.location = status, answer, location
    set_webhook(client, url, "wecom")
    submit(client, "/reports/reminders", to="/reports/reminders/send")

    assert f"没有发出：127.0.0.1 回答 {status}" in client.get("/reports/reminders").text
    assert len(handler.received) == 1


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("ftp://qyapi.weixin.qq.com/x", "https:// 开头"),
        ("http://qyapi.weixin.qq.com/x", "只能发往 https"),
        ("https://user:pw@qyapi.weixin.qq.com/x", "不带用户名和密码"),
        ("https://evil.example/x", "不在允许的名单里"),
        ("https://qyapi.weixin.qq.com.evil.example/x", "不在允许的名单里"),
        ("https://127.0.0.1/x", "不在允许的名单里"),
        ("https://169.254.169.254/latest", "不在允许的名单里"),
        ("https://[::1", "写得不对"),
        ("https://oapi.dingtalk.com/x", "企业微信群机器人的地址应以"),
    ],
)
def test_an_address_that_is_not_allowed_is_refused_and_not_kept(client: FlaskClient, url: str, sentence: str) -> None:
    form = form_with(client.get(SETTINGS).text, "webhook-url")
    response = client.post(form.action, data=form.answers | {"webhook-url": url, "webhook-kind": "wecom"})

    assert response.status_code == 422
    assert sentence in wrong_fields(response.text)["webhook-url"]
    assert form_with(client.get(SETTINGS).text, "webhook-url").answers["webhook-url"] == ""


def test_a_name_that_leads_to_a_private_address_gets_nothing() -> None:
    target = read_target(WebhookKind.PLAIN, "https://qyapi.weixin.qq.com/x", frozenset())
    disguised = Target(target.kind, target.parts._replace(netloc="localhost"), is_operators=False)

    with pytest.raises(RuleError, match="内部地址"):
        send_message(disguised, "x")


def test_without_an_address_nothing_is_sent_and_the_page_says_where_to_set_it(due: Flask, client: FlaskClient) -> None:
    submit(client, "/reports/reminders", to="/reports/reminders/send")

    assert "还没有设置提醒地址" in client.get("/reports/reminders").text
