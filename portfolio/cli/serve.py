"""Serving the application."""

from __future__ import annotations

import errno
import pkgutil
import signal
import socket
from typing import Any

import click
import waitress

from portfolio import settings
from portfolio.cli import database
from portfolio.domain.errors import PortfolioError
from portfolio.domain.sentences import Sentence, say

THREADS = 8
_APPLICATION = "portfolio.web:create_app"  # by name: web and command line do not import each other


class AddressError(PortfolioError):
    """The address cannot be listened on."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="监听的地址；0.0.0.0 表示本机所有地址。")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="监听的端口。")
def serve(host: str, port: int) -> None:
    """启动网页服务；按 Ctrl-C 停止。"""
    with database.ready():
        pass
    signal.signal(signal.SIGINT, signal.default_int_handler)  # started in the background, it would pass over Ctrl-C
    with _listening(host, port) as listener:
        app = pkgutil.resolve_name(_APPLICATION)()
        server = waitress.create_server(app, sockets=[listener], threads=THREADS, **_proxy())
        _announce(host, port)
        server.run()
    click.echo("服务已停止")


def _proxy() -> dict[str, Any]:
    """Return whose word on a client's address and scheme is taken; without a trusted proxy nobody's."""
    proxy = settings.trusted_proxy()
    if proxy is None:
        return {}
    headers = {"x-forwarded-for", "x-forwarded-proto"}
    return {"trusted_proxy": proxy, "trusted_proxy_headers": headers, "clear_untrusted_proxy_headers": True}


def _listening(host: str, port: int) -> socket.socket:
    """Take the address before anything else is started: a taken one is the commonest fault."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise AddressError(_explain(error, host, port)) from error


def _announce(host: str, port: int) -> None:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    click.echo(f"服务已启动：http://{shown}:{port}/ （按 Ctrl-C 停止）")


def _explain(error: OSError, host: str, port: int) -> Sentence:
    if error.errno == errno.EADDRINUSE:
        return say("端口 {port} 已被占用，请停止占用它的程序，或用 --port 换一个端口", port=port)
    if error.errno == errno.EACCES:
        return say("没有权限使用端口 {port}，请用 --port 换一个 1024 以上的端口", port=port)
    reason = error.strerror or error
    return say("不能在 {host}:{port} 上启动服务：{reason}", host=host, port=port, reason=reason)
