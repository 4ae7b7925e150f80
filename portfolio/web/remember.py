"""Sums over a whole register, kept until the register changes: every change writes a revision, so its number tells."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar, cast

from flask import current_app

from portfolio.domain.clock import today
from portfolio.store.queries.revisions import last_revision_id
from portfolio.web.database import get_session

Answer = TypeVar("Answer")

MOST = 64
_EXTENSION = "portfolio_remembered"
_lock = Lock()


def remembered(key: Hashable, make: Callable[[], Answer]) -> Answer:
    """Return what ``make`` returned for ``key`` since the last change of any record and on this day, or make it anew.

    ``key`` holds everything that the answer depends on beside the records: what is asked, the filter, the language.
    """
    found: OrderedDict[Hashable, object] = current_app.extensions.setdefault(_EXTENSION, OrderedDict())
    whole = (last_revision_id(get_session()), today(), key)
    with _lock:
        if whole in found:
            found.move_to_end(whole)
            return cast("Answer", found[whole])
    answer = make()
    with _lock:
        found[whole] = answer
        while len(found) > MOST:
            found.popitem(last=False)
    return answer
