"""A message to a chat group (企业微信, 钉钉, 飞书) or to a program: to hosts on the list alone, and nowhere else.

The list is the three services, and what the machine's operator adds in PORTFOLIO_WEBHOOK_HOSTS (host or host:port,
separated by commas). Only hosts added there may be private or without TLS. Redirects are not followed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import ipaddress
import json
import socket
import ssl
import time
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlencode, urlsplit

from sqlalchemy.orm import Session

from portfolio.domain.errors import RuleError
from portfolio.domain.reporting import WebhookKind
from portfolio.domain.sentences import say
from portfolio.store.queries.settings import find_secret, find_setting

KEY = "reminders.webhook"
SERVICES = {
    WebhookKind.WECOM: "qyapi.weixin.qq.com",
    WebhookKind.DINGTALK: "oapi.dingtalk.com",
    WebhookKind.LARK: "open.feishu.cn",
}
TIMEOUT_SECONDS = 10
LONGEST_ANSWER = 65_536


@dataclass(frozen=True)
class Target:
    """An address that has been checked; with a secret, messages to it are signed (加签)."""

    kind: WebhookKind
    parts: SplitResult
    is_operators: bool
    secret: str | None = field(default=None, repr=False)

    @property
    def port(self) -> int:
        """Return the port, the usual one of the scheme where none is written."""
        return self.parts.port or (443 if self.parts.scheme == "https" else 80)


def stored_target(session: Session, operators_hosts: frozenset[str]) -> Target:
    """Return where this office wants its reminders to go.

    Raises
    ------
    RuleError
        If it has not said so, or as ``read_target``.
    """
    stored = find_setting(session, KEY)
    if not stored:
        raise RuleError(say("还没有设置提醒地址，请先在“管理 → 设置”里填写"))
    kind = WebhookKind.from_label(stored["kind"])
    return read_target(kind, stored["url"], operators_hosts, secret=find_secret(session, KEY))


def read_target(kind: WebhookKind, url: str, operators_hosts: frozenset[str], *, secret: str | None = None) -> Target:
    """Check an address.

    Raises
    ------
    RuleError
        If it is no address, its host is not on the list, or it lacks TLS; beside the field ``url``.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise RuleError(say("地址写得不对，请整条复制群机器人给出的地址"), "url") from error
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        raise RuleError(say("地址应以 https:// 开头，不带用户名和密码"), "url")
    is_operators = bool({host, f"{host}:{port}"} & operators_hosts)
    if not is_operators and host not in SERVICES.values():
        raise RuleError(
            say("主机 {host} 不在允许的名单里；自建服务请由运维人员加入环境变量 PORTFOLIO_WEBHOOK_HOSTS", host=host),
            "url",
        )
    if kind in SERVICES and not is_operators and host != SERVICES[kind]:
        raise RuleError(say("{kind}的地址应以 https://{host} 开头", kind=kind, host=SERVICES[kind]), "url")
    if parts.scheme != "https" and not is_operators:
        raise RuleError(say("只能发往 https 地址"), "url")
    return Target(kind, parts, is_operators, secret if kind.signs else None)


def send_message(target: Target, text: str) -> None:
    """Send a message and insist that it was taken.

    Raises
    ------
    RuleError
        If the host cannot be reached, is a private one that nobody allowed, or does not take the message.
    """
    path, content = _signed(target, text, time.time())
    body = json.dumps(content, ensure_ascii=False).encode()
    try:
        status, answer = _post(target, _public_address(target), path, body)
    except (OSError, http.client.HTTPException) as error:
        raise RuleError(say("没有发出：连不上 {host}，请检查网络后再试", host=target.parts.hostname)) from error
    if status != 200 or _refusal(target.kind, answer):
        words = _refusal(target.kind, answer) or ""
        raise RuleError(
            say("没有发出：{host} 回答 {status}{words}", host=target.parts.hostname, status=status, words=words)
        )


def _signed(target: Target, text: str, now: float) -> tuple[str, dict[str, object]]:
    """Return path and content of a message; 钉钉 takes the signature in the address, 飞书 in the content."""
    path, query, content = target.parts.path or "/", target.parts.query, _content(target.kind, text)
    if target.secret and target.kind is WebhookKind.DINGTALK:
        moment = str(int(now * 1000))
        sign = _digest(target.secret, f"{moment}\n{target.secret}")
        query = "&".join(filter(None, (query, urlencode({"timestamp": moment, "sign": sign}))))
    elif target.secret:
        moment = str(int(now))
        content |= {"timestamp": moment, "sign": _digest(f"{moment}\n{target.secret}", "")}
    return f"{path}?{query}" if query else path, content


def _digest(key: str, message: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), message.encode(), hashlib.sha256)).decode()


def _content(kind: WebhookKind, text: str) -> dict[str, object]:
    if kind is WebhookKind.LARK:
        return {"msg_type": "text", "content": {"text": text}}
    return {"text": text} if kind is WebhookKind.PLAIN else {"msgtype": "text", "text": {"content": text}}


def _public_address(target: Target) -> str:
    """Return the one address to connect to, checked, so that a name cannot lead elsewhere a moment later."""
    host = target.parts.hostname or ""
    found = [entry[4][0] for entry in socket.getaddrinfo(host, target.port, type=socket.SOCK_STREAM)]
    if not target.is_operators and not all(ipaddress.ip_address(one).is_global for one in found):
        raise RuleError(say("没有发出：{host} 指向内部地址", host=host))
    return str(found[0])


def _post(target: Target, address: str, path: str, body: bytes) -> tuple[int, bytes]:
    host = target.parts.hostname or ""
    plain = socket.create_connection((address, target.port), timeout=TIMEOUT_SECONDS)
    is_tls = target.parts.scheme == "https"
    connection = http.client.HTTPConnection(host, target.port, timeout=TIMEOUT_SECONDS)
    connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if is_tls else plain
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json; charset=utf-8"})
        response = connection.getresponse()
        return response.status, response.read(LONGEST_ANSWER)
    finally:
        connection.close()


def _refusal(kind: WebhookKind, answer: bytes) -> str | None:
    """Return what the services say when they did not take a message; they answer 200 all the same."""
    if kind is WebhookKind.PLAIN:
        return None
    try:
        said = json.loads(answer)
        code, words = ("code", "msg") if kind is WebhookKind.LARK else ("errcode", "errmsg")
        return None if said.get(code) == 0 else str(said.get(words))[:100]
    except (ValueError, AttributeError):
        return say("回答不是约定的格式")
