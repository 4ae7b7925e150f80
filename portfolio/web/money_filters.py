"""The filter of the money pages: the register's own, and source, state, budget year, day and document beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import g, request, url_for
from flask_babel import gettext, lazy_gettext

from portfolio.domain.clock import today
from portfolio.domain.errors import RuleError
from portfolio.domain.terms import MoneyState, Source, Term
from portfolio.store.queries.entries import EntryFilter
from portfolio.web import filters
from portfolio.web.forms.fields import FIRST_YEAR, LAST_YEAR
from portfolio.web.navigation import url_with

TERMS: dict[str, type[Term]] = {"source": Source, "state": MoneyState}
LABELS = {
    "source": lazy_gettext("资金来源"),
    "state": lazy_gettext("资金状态"),
    "budget_year": lazy_gettext("年度"),
    "until": lazy_gettext("截至"),
    "document": lazy_gettext("文号"),
}


def read_entry_filter(args: Mapping[str, str]) -> EntryFilter:
    """Read which entries are meant, narrowed to the district of the person asking.

    Raises
    ------
    RuleError
        If a value is none of its list, no year or no day.
    """
    document = args.get("document", "").strip()
    if len(document) > 80:
        raise RuleError(gettext("文号最多 80 个字符"))
    return EntryFilter(
        projects=filters.read_filter(args),
        source=read_source(args),
        state=read_state(args),
        year=read_year(args) if args.get("budget_year") else None,
        until=read_day(args, "until") if args.get("until") else None,
        document=document or None,
    )


def read_state(args: Mapping[str, str]) -> MoneyState | None:
    """Read one state; None where none is named."""
    return MoneyState.from_label(args["state"]) if args.get("state") else None


def read_source(args: Mapping[str, str]) -> Source | None:
    """Read one source; None where none is named."""
    return Source.from_label(args["source"]) if args.get("source") else None


def read_year(args: Mapping[str, str], name: str = "budget_year") -> int:
    """Read a year from 2000 to 2100; this year where it is missing.

    Raises
    ------
    RuleError
        If it is none.
    """
    text = args.get(name) or str(today().year)
    if not (text.isascii() and text.isdigit() and len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR):
        raise RuleError(gettext("年度应为 %(first)s 至 %(last)s 之间的四位年份", first=FIRST_YEAR, last=LAST_YEAR))
    return int(text)


def read_day(args: Mapping[str, str], name: str = "as_of") -> dt.date:
    """Read a day written as 2025-09-01; today where it is missing.

    Raises
    ------
    RuleError
        If it is none, before 2000 or after today.
    """
    text = args.get(name)
    if not text:
        return today()
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise RuleError(gettext("请按 2025-09-01 的格式填写日期")) from error
    if not dt.date(FIRST_YEAR, 1, 1) <= day <= today():
        raise RuleError(gettext("日期应在 %(first)s 年以后，且不晚于今天", first=FIRST_YEAR))
    return day


def entry_chips() -> list[filters.Chip]:
    """Return every filter of this page that is on, the register's and the money's, each with the address without it."""
    own = [
        filters.Chip(str(LABELS[name]), _text(name, request.args[name]), url_with(**{name: None, "page": None}))
        for name in LABELS
        if request.args.get(name)
    ]
    return [*filters.chips(), *own]


def _text(name: str, value: str) -> str:
    return str(gettext(TERMS[name].from_label(value).label)) if name in TERMS else value


def entries_url(**sides: object) -> str:
    """Return the address of the entries that a figure of this page counts: the page's projects, and the given sides."""
    if "entries_address" not in g:  # a page links hundreds of figures
        g.entries_address = url_for("entries.index"), filters.filter_args()
    path, kept = g.entries_address
    given = {name: _code(value) for name, value in sides.items() if value is not None}
    query = urlencode({**kept, **given})
    return f"{path}?{query}" if query else str(path)


def filtered_url(endpoint: str, **more: Any) -> str:
    """Return the address of another page about the projects of this one."""
    answers: dict[str, Any] = {**filters.filter_args(), **more}
    return url_for(endpoint, **answers)


def _code(value: object) -> str:
    return str(value.value) if isinstance(value, Term) else str(value)
