"""Where the database and the instance folder are: the same answer for the web application and the command line."""

from __future__ import annotations

import os
from pathlib import Path

from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import say

ROOT = Path(__file__).parents[1]
PUBLIC_LIMIT = 600


def instance_folder() -> Path:
    """Return the folder of the database, the secret key and the office's own plans: PORTFOLIO_INSTANCE or instance/."""
    return Path(os.environ.get("PORTFOLIO_INSTANCE") or ROOT / "instance").resolve()


def database_url(folder: Path | None = None) -> str:
    """Return the database's address: PORTFOLIO_DATABASE_URL, or SQLite in ``folder`` or the instance folder."""
    return os.environ.get("PORTFOLIO_DATABASE_URL") or embedded_url(folder or instance_folder())


def embedded_url(folder: Path) -> str:
    """Return the address of the SQLite database in ``folder``."""
    return f"sqlite:///{folder / 'portfolio.db'}"


def webhook_hosts() -> frozenset[str]:
    """Return the hosts that the operator lets reminders go to beside the two services: PORTFOLIO_WEBHOOK_HOSTS."""
    given = os.environ.get("PORTFOLIO_WEBHOOK_HOSTS", "").split(",")
    return frozenset(host.strip() for host in given if host.strip())


def public_limit() -> int:
    """Return how many requests a minute one client may make of public pages: PORTFOLIO_PUBLIC_LIMIT, 0 for any number.

    Raises
    ------
    RuleError
        If it is no whole number.
    """
    given = os.environ.get("PORTFOLIO_PUBLIC_LIMIT", "").strip() or str(PUBLIC_LIMIT)
    if not (given.isascii() and given.isdigit() and len(given) <= 9):
        raise RuleError(say("PORTFOLIO_PUBLIC_LIMIT 应为每分钟请求数，写整数，0 为不限；现在是“{given}”", given=given))
    return int(given)


def trusted_proxy() -> str | None:
    """Return the address of the proxy whose word on clients is taken: PORTFOLIO_TRUSTED_PROXY; None for no proxy."""
    return os.environ.get("PORTFOLIO_TRUSTED_PROXY") or None
