"""How often one client may ask for public pages: an allowance that is used up by asking and grows back.

It is kept in memory by each process, for a bounded number of clients; those unheard of for longest are forgotten first.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, IPv6Network, ip_address
from threading import Lock

from flask import Flask, current_app, request
from werkzeug.exceptions import TooManyRequests

from portfolio import settings

MOST_CLIENTS = 10_000
_EXTENSION = "portfolio_public_allowances"
_NETWORK_BITS = 64  # one household or office has a whole network of these: its addresses share an allowance


class Allowances:
    """What each client has left of ``per_minute`` requests; all of it at first, growing back evenly."""

    def __init__(
        self, per_minute: int, *, most: int = MOST_CLIENTS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.per_minute, self.most, self.clock = per_minute, most, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._left)

    def take(self, client: str) -> int:
        """Take one request off a client's allowance and return 0, or return in how many seconds there is one again."""
        now = self.clock()
        with self._lock:
            left, since = self._left.pop(client, (float(self.per_minute), now))
            left = min(self.per_minute, left + (now - since) * self.per_minute / 60)
            self._left[client] = (left - 1 if left >= 1 else left), now
            while len(self._left) > self.most:
                self._left.popitem(last=False)
        return 0 if left >= 1 else math.ceil((1 - left) * 60 / self.per_minute)


def init_app(app: Flask) -> None:
    """Give the application its allowances; PORTFOLIO_PUBLIC_LIMIT=0 sets no limit."""
    app.extensions[_EXTENSION] = Allowances(settings.public_limit())


def check_allowance() -> None:
    """Answer 429 where the client that asks has used up its allowance."""
    allowances: Allowances = current_app.extensions[_EXTENSION]
    wait = allowances.take(client_of_request()) if allowances.per_minute else 0
    if wait:
        raise TooManyRequests(retry_after=wait)


def client_of_request() -> str:
    """Return the address that asks, of IPv6 its network; a proxy that is trusted has put its client's in place."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((int(address), _NETWORK_BITS), strict=False))
    return str(address)
