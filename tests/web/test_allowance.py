"""Public pages may be asked for only so often by one client; those who are signed in elsewhere are not touched."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portfolio import settings
from portfolio.domain.errors import RuleError
from portfolio.services.settings import change_setting
from portfolio.store.queries.map_settings import PUBLIC
from portfolio.web.allowance import Allowances, client_of_request
from tests.builders import SHAPINGBA, write

PAGE = f"/public/{SHAPINGBA}"


class Clock:
    """A clock that is put forward by hand."""

    now = 1000.0

    def __call__(self) -> float:
        """Return the present second."""
        return self.now


@pytest.fixture
def clock(app: Flask) -> Clock:
    """Clock of an application that lets each client ask three times a minute, one map being public."""
    clock = Clock()
    app.extensions["portfolio_public_allowances"] = Allowances(3, clock=clock)
    with write(app) as session:
        change_setting(session, PUBLIC, [SHAPINGBA])
        session.commit()
    return clock


def test_a_client_beyond_its_allowance_is_told_in_chinese_when_to_come_again(
    clock: Clock, anonymous: FlaskClient
) -> None:
    assert [anonymous.get(PAGE).status_code for _time in range(3)] == [200] * 3
    refused = anonymous.get(f"{PAGE}/points.json?bbox=106,29,107,30")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "20")
    assert "请 20 秒后再打开这一页" in refused.text
    assert "public" not in refused.headers["Cache-Control"]
    clock.now += 19
    assert anonymous.get(PAGE).status_code == 429
    clock.now += 1
    assert anonymous.get(PAGE).status_code == 200
    clock.now += 3600
    assert [anonymous.get(PAGE).status_code for _time in range(4)] == [200, 200, 200, 429]


def test_each_client_has_an_allowance_of_its_own_and_other_pages_need_none(
    clock: Clock, anonymous: FlaskClient
) -> None:
    for _time in range(4):
        anonymous.get(PAGE)
    assert anonymous.get(PAGE).status_code == 429
    assert anonymous.get(PAGE, environ_base={"REMOTE_ADDR": "10.1.2.3"}).status_code == 200
    assert anonymous.get("/sign-in").status_code == 200
    assert anonymous.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("", "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_addresses_of_one_ipv6_network_are_one_client(app: Flask, address: str, client: str) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert client_of_request() == client


def test_any_number_of_addresses_leaves_no_more_than_ten_thousand_in_memory() -> None:
    allowances = Allowances(3)
    for number in range(20_000):
        assert allowances.take(str(number)) == 0
    assert len(allowances) == 10_000


@pytest.mark.parametrize(("given", "limit"), [("", 600), ("50", 50), ("0", 0)])
def test_the_operator_sets_the_limit(monkeypatch: pytest.MonkeyPatch, given: str, limit: int) -> None:
    monkeypatch.setenv("PORTFOLIO_PUBLIC_LIMIT", given)
    assert settings.public_limit() == limit


@pytest.mark.parametrize("given", ["-1", "many", "1.5", "１０", "9" * 10])
def test_a_limit_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("PORTFOLIO_PUBLIC_LIMIT", given)
    with pytest.raises(RuleError, match="PORTFOLIO_PUBLIC_LIMIT 应为每分钟请求数"):
        settings.public_limit()


def test_no_limit_is_no_limit(app: Flask, anonymous: FlaskClient) -> None:
    app.extensions["portfolio_public_allowances"] = Allowances(0)
    assert {anonymous.get("/public").status_code for _time in range(20)} == {404}


# --- on the server that is shipped ------------------------------------------------------------------------------------


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Address of the shipped server, trusting a proxy on this machine, two requests a minute for each client."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    instance = {"PORTFOLIO_INSTANCE": str(tmp_path), "PORTFOLIO_DATABASE_URL": f"sqlite:///{tmp_path / 'p.db'}"}
    limits = {"PORTFOLIO_PUBLIC_LIMIT": "2", "PORTFOLIO_TRUSTED_PROXY": "127.0.0.1"}
    command = [sys.executable, "-c", "from portfolio.cli import main; main()"]
    environment = os.environ | instance | limits
    subprocess.run([*command, "init"], env=environment, check=True, capture_output=True)
    with subprocess.Popen([*command, "serve", "--port", port], env=environment, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        server.stdout.readline()
        yield f"http://127.0.0.1:{port}"
        server.send_signal(signal.SIGINT)
        server.communicate()


def test_behind_a_trusted_proxy_each_of_its_clients_has_an_allowance_of_its_own(address: str) -> None:
    asked = [status(address, client) for client in ("10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2")]
    assert asked == [404, 404, 429, 404]


def status(address: str, client: str) -> int:
    """Return what the server answers to a client of the proxy."""
    try:
        with urlopen(Request(f"{address}/public", headers={"X-Forwarded-For": client})) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code
