"""The filter in the address: read from the query string, written back into links, shown as chips."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from flask import g, request
from flask_babel import gettext, lazy_gettext

from portfolio.domain.clock import today
from portfolio.domain.errors import RuleError
from portfolio.domain.layouts import NOWHERE, OUTSIDE, LayoutKind
from portfolio.domain.lights import Light
from portfolio.domain.openings import SLIPS
from portfolio.domain.terms import Basis, Level, Nature, Opening, Phase, Stage, Status, Term
from portfolio.reports import register
from portfolio.store.queries.layouts import list_zone_names
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.register import Window
from portfolio.store.queries.towns import list_town_points
from portfolio.web.database import get_session
from portfolio.web.navigation import url_with
from portfolio.web.scope import known_districts
from portfolio.web.signin import scope_adcode

PER_PAGE = 50
MOST_CODES = 200
ALWAYS = ("name", "code")  # the first two columns of every register: what the row is, and where its page lies
UNKNOWN_STAGE = "unknown"
TERM_FILTERS: dict[str, type[Term]] = {
    "level": Level,
    "nature": Nature,
    "stage": Stage,
    "phase": Phase,
    "status": Status,
    "light": Light,
    "basis": Basis,
    "opening": Opening,
}
FILTER_LABELS = {
    "q": lazy_gettext("搜索"),
    "district": lazy_gettext("区县"),
    "level": lazy_gettext("学段"),
    "nature": lazy_gettext("建设性质"),
    "stage": lazy_gettext("阶段"),
    "phase": lazy_gettext("进度"),
    "status": lazy_gettext("状态"),
    "light": lazy_gettext("红黄绿灯"),
    "basis": lazy_gettext("规划依据"),
    "lead_unit": lazy_gettext("牵头单位"),
    "located": lazy_gettext("位置"),
    "year": lazy_gettext("投用不晚于"),
    "opening": lazy_gettext("计划或实际"),
    "codes": lazy_gettext("所选项目"),
    "belt": lazy_gettext("圈带"),
    "line": lazy_gettext("三线"),
    "town": lazy_gettext("所在镇街"),
    "term": lazy_gettext("秋季学期"),
    "planned_term": lazy_gettext("计划的秋季学期"),
    "slip": lazy_gettext("赶不上原定学期"),
}
ZONE_FILTERS = {"belt": LayoutKind.BELTS, "line": LayoutKind.LINES3, "town": LayoutKind.TOWNS}
_NO_ZONE = {OUTSIDE: lazy_gettext("各区以外"), NOWHERE: lazy_gettext("归属不明")}
_LOCATED = {"yes": True, "no": False}
_TERM_KNOWN = {"known": True, "unknown": False}


@dataclass(frozen=True)
class Chip:
    """One filter that is on: its name, what it says, and the address without it."""

    label: str
    value: str
    url: str


class _Zone(NamedTuple):
    """A zone in force: keys tell the zones of one district apart, not those of two."""

    kind: LayoutKind
    key: str
    name: str
    adcode: str


def read_filter(args: Mapping[str, str]) -> ProjectFilter:
    """Read the filter from a query string, narrowed to the district of the person asking.

    Raises
    ------
    RuleError
        If a value is none of its list, or the district is unknown.
    """
    values: dict[str, Any] = {name: args[name].strip() for name in ("q", "lead_unit") if args.get(name, "").strip()}
    if any(len(text) > 200 for text in values.values()):
        raise RuleError(gettext("搜索词最多 200 个字符"))
    for name, terms in TERM_FILTERS.items():
        if args.get(name) and not (name == "stage" and args[name] == UNKNOWN_STAGE):
            values[name] = terms.from_label(args[name])
    if args.get("located"):
        values["located"] = _located(args["located"])
    if args.get("year"):
        values["year"] = read_page(args, "year", highest=2100)
    if args.get("codes"):
        values["codes"] = _codes(args["codes"])
    values |= _term_values(args)
    chosen = ProjectFilter(**values, stage_unknown=args.get("stage") == UNKNOWN_STAGE, district=_district(args))
    chosen = chosen.within(scope_adcode())
    zones: dict[str, Any] = {name: _zone(name, args[name], chosen) for name in ZONE_FILTERS if args.get(name)}
    return replace(chosen, **zones)


def _term_values(args: Mapping[str, str]) -> dict[str, Any]:
    """Read which September term seats count with: a year, or whether with any; and the slip in months that loses it."""
    years = {name: args[name] for name in ("term", "planned_term") if args.get(name)}
    known = _TERM_KNOWN.get(args.get("term", ""))
    if known is not None:
        del years["term"]
    values: dict[str, Any] = {name: read_page(years, name, lowest=2000, highest=2100) for name in years}
    if args.get("slip"):
        values["slip"] = read_page(args, "slip", highest=max(SLIPS))
    return values | {"term_known": known}


def _codes(text: str) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(code.strip() for code in text.split(",") if code.strip()))
    if len(codes) > MOST_CODES:
        raise RuleError(gettext("一次最多选 %(most)s 个项目", most=MOST_CODES))
    return codes


def _zone(name: str, key: str, chosen: ProjectFilter) -> str:
    if key not in _NO_ZONE and key not in zone_names(ZONE_FILTERS[name], chosen.district):
        raise RuleError(
            gettext("没有“%(key)s”这个%(what)s，请从列表中选择", key=key[:20], what=str(FILTER_LABELS[name]))
        )
    return key


def zone_names(kind: LayoutKind, adcode: str | None) -> dict[str, str]:
    """Return the names of the zones in force, of one district or all to be seen, by key, and of lying in none."""
    if "zones" not in g:
        g.zones = _list_zones()
    found: dict[str, str] = {}
    for one in g.zones:
        if one.kind is kind and adcode in (None, one.adcode):
            found[one.key] = f"{found[one.key]}、{one.name}" if one.key in found else one.name
    return found | {key: str(words) for key, words in _NO_ZONE.items()} if found else {}


def _list_zones() -> list[_Zone]:
    drawn = list_zone_names(get_session(), today(), scope_adcode())
    points = list_town_points(get_session(), today(), scope_adcode())
    return [
        *(_Zone(row.kind, row.key, row.name, row.adcode) for row in drawn),
        *(_Zone(LayoutKind.TOWNS, row.key, row.name, row.adcode) for row in points),
    ]


def zone_choices(chosen: ProjectFilter) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return the zones that the filter offers where it is: name, label, and keys with their names."""
    named = [(name, str(FILTER_LABELS[name]), zone_names(kind, chosen.district)) for name, kind in ZONE_FILTERS.items()]
    return [(name, label, list(names.items())) for name, label, names in named if names]


def _located(text: str) -> bool:
    if text not in _LOCATED:
        raise RuleError(gettext("“是否定位”只能是 yes 或 no"))
    return _LOCATED[text]


def _district(args: Mapping[str, str]) -> str | None:
    adcode = args.get("district")
    if not adcode:
        return None
    if adcode not in known_districts():
        raise RuleError(gettext("没有代码为“%(adcode)s”的区县，请从列表中选择", adcode=adcode[:12]))
    return adcode


def read_window(args: Mapping[str, str]) -> Window:
    """Read sort order and page from a query string: ``sort=-name`` is descending.

    Raises
    ------
    RuleError
        If the sort key or the page is none.
    """
    sort = args.get("sort") or "code"
    key = sort.removeprefix("-")
    if key not in register.COLUMNS:
        raise RuleError(gettext("不能按“%(key)s”排序", key=key[:20]))
    page = read_page(args)
    return Window(sort=key, descending=sort.startswith("-"), limit=PER_PAGE, offset=(page - 1) * PER_PAGE)


def read_page(args: Mapping[str, str], name: str = "page", *, lowest: int = 1, highest: int = 1_000_000) -> int:
    """Read a whole number from ``lowest`` to ``highest``; 1 where it is missing.

    Raises
    ------
    RuleError
        If it is none.
    """
    text = args.get(name) or "1"
    if not (text.isascii() and text.isdigit() and len(text) <= 7 and lowest <= int(text) <= highest):
        raise RuleError(
            gettext("%(name)s 应为 %(lowest)s 至 %(highest)s 的整数", name=name, lowest=lowest, highest=highest)
        )
    return int(text)


def count_pages(count: int) -> int:
    """Return how many pages ``count`` rows fill, at least one."""
    return max(1, math.ceil(count / PER_PAGE))


def read_columns(args: Any) -> list[str]:
    """Read the chosen columns: ``columns`` repeated, or separated by commas; the usual ones where none is named.

    Raises
    ------
    RuleError
        If a column is unknown.
    """
    chosen = [key for part in args.getlist("columns") for key in part.split(",") if key]
    unknown = [key for key in chosen if key not in register.COLUMNS]
    if unknown:
        raise RuleError(gettext("没有“%(key)s”这一列", key=unknown[0][:20]))
    if not chosen:
        return list(register.SHOWN)
    return [key for key in register.COLUMNS if key in chosen or key in ALWAYS]


def filter_args(*, but: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the filters of this request's address that are on, without those named in ``but``."""
    return {name: request.args[name] for name in FILTER_LABELS if name not in but and request.args.get(name)}


def chips(*, but: tuple[str, ...] = ()) -> list[Chip]:
    """Return the filters that are on, without those named in ``but``, each with the address without it."""
    return [
        Chip(str(FILTER_LABELS[name]), _chip_text(name, value), url_with(**{name: None, "page": None}))
        for name, value in filter_args(but=but).items()
    ]


def _district_in_address() -> str | None:
    """Return the district that this request's path or its filter names, or None."""
    named = ((request.view_args or {}).get("adcode"), request.args.get("district"))
    return next((adcode for adcode in named if adcode in known_districts()), None)


def _chip_text(name: str, value: str) -> str:
    if value == UNKNOWN_STAGE:
        return str(gettext("阶段未报"))
    if name in TERM_FILTERS:
        return str(gettext(TERM_FILTERS[name].from_label(value).label))
    if name == "district":
        return known_districts()[value].name
    if name == "located":
        return str(gettext("已定位") if _LOCATED[value] else gettext("未定位"))
    if name in ZONE_FILTERS:
        return zone_names(ZONE_FILTERS[name], _district_in_address()).get(value, value)
    return _plain_text(name, value)


def _plain_text(name: str, value: str) -> str:
    if name == "codes":
        return str(gettext("%(count)s 个", count=len(_codes(value))))
    if name == "slip":
        return str(gettext("再推迟 %(count)s 个月", count=value))
    if name == "term" and value in _TERM_KNOWN:
        return str(gettext("已计入") if _TERM_KNOWN[value] else gettext("未计入"))
    return f"“{value}”" if name == "q" else value


def scope_title(chosen: ProjectFilter) -> str:
    """Return the name of the district that the filter means, or of the whole."""
    if chosen.district is None:
        return str(gettext("全部区县"))
    return known_districts()[chosen.district].name
