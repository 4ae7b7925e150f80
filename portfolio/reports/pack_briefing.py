"""The briefing (专报) in words: every sentence is made from a pack's tables and names the records it stands on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portfolio.domain.clock import CHINA_TIME
from portfolio.domain.quantities import UNKNOWN, MoneyUnit, format_money, format_percent
from portfolio.domain.terms import MoneyState
from portfolio.reports.pack_table import PackTable, Stamp, values
from portfolio.reports.tables import Table

_NUMERALS = "一二三四五六七八九"
_NAMED = 3  # projects and sources that a sentence names one by one
NO_EARLIER = "没有同一范围的定版可以比较"
_LABELS = {state.value: state.label for state in MoneyState}


@dataclass(frozen=True)
class Statement:
    """One sentence, and the records it stands on."""

    text: str
    note: str


@dataclass(frozen=True)
class Section:
    """One heading with its sentences, which run on in one paragraph."""

    heading: str
    sentences: Sequence[Statement]

    @property
    def is_about_money(self) -> bool:
        """Return whether the headline's table belongs behind it."""
        return self.heading.endswith("资金情况")


def briefing(pack: PackTable) -> list[Section]:
    """Return the sections that have something to say, in order."""
    sections = (
        ("总体情况", _projects(pack)),
        ("资金情况", _money(pack)),
        ("较上期变化", _changes(pack)),
        ("需要关注的事项", _exceptions(pack)),
        ("规划任务", _commitments(pack)),
        ("数据说明", _gaps(pack)),
    )
    said = [(heading, found) for heading, sentences in sections if (found := list(sentences))]
    return [Section(f"{_NUMERALS[number]}、{heading}", found) for number, (heading, found) in enumerate(said)]


def chinese_day(day: dt.date) -> str:
    """Write a day as prose does, 2025年9月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def spoken_money(fen: int | None) -> str:
    """Write an amount for a sentence: 亿元 from one hundred million yuan on, else 万元."""
    if fen is None:
        return UNKNOWN
    unit = MoneyUnit.YI if abs(fen) >= MoneyUnit.YI.fen else MoneyUnit.WAN
    return f"{format_money(fen, unit)}{unit.label}"


def control_line(pack: PackTable) -> str:
    """Return the line by which two files of a pack can be compared."""
    return f"控制数 {format_money(pack.control_fen)} 万元　校验码 {pack.short_hash}"


def stamp_lines(pack: PackTable) -> list[tuple[str, str]]:
    """Return what every file prints of itself: a name and a value on each line."""
    stamp = pack.stamp
    earlier = f"截至 {stamp.earlier_as_of} 的定版，校验码 {stamp.earlier_hash}" if stamp.earlier_as_of else NO_EARLIER
    return [
        ("范围", f"{stamp.scope}，{stamp.projects} 个项目"),
        ("截至日期", stamp.as_of.isoformat()),
        ("单位", "万元，保留两位小数，四舍五入；满 1 亿元的文字用亿元"),
        ("缺少数据", gaps_line(stamp)),
        ("生成", f"{stamp.made_at.astimezone(CHINA_TIME):%Y-%m-%d %H:%M}　{stamp.made_by}"),
        ("核对", control_line(pack)),
        ("上期", earlier),
    ]


def gaps_line(stamp: Stamp) -> str:
    """Return how many of the projects have no figure."""
    whole = stamp.projects
    return (
        f"{whole} 个项目中，{stamp.without_money} 个没有资金记录，{stamp.without_investment} 个没有总投资，"
        f"{stamp.without_stage} 个没有阶段"
    )


def _address(page: str, stamp: Stamp, extra: str = "") -> str:
    query = "&".join(part for part in (stamp.query, extra) if part)
    return f"{page}?{query}" if query else page


def _projects(pack: PackTable) -> Iterator[Statement]:
    stamp = pack.stamp
    counts = dict(zip(values(pack.counts, "what"), values(pack.counts, "count"), strict=True))
    phases = "、".join(f"{name} {counts[name]} 个" for name in ("前期", "在建", "已建成") if counts[name])
    unstaged = f"阶段尚未填报的 {counts['阶段未报']} 个" if counts["阶段未报"] else ""
    parts = "，".join(part for part in (phases, unstaged) if part)
    whole = f"{stamp.scope}在库教育基建项目 {stamp.projects} 个"
    note = f"项目库中按本报告范围筛选出的 {stamp.projects} 个项目，见“项目库”页 {_address('/projects', stamp)}。"
    yield Statement(f"截至{chinese_day(stamp.as_of)}，{whole}，其中{parts}。", note)
    known, total = counts["已填总投资"], _total(pack.by_project, "total_investment")
    if known:
        rest = f"；另有 {stamp.without_investment} 个尚未填报，未计入" if stamp.without_investment else ""
        text = f"{known} 个项目已填报总投资，合计{spoken_money(total)}{rest}。"
        yield Statement(text, f"“按项目”表总投资一列，{known} 个项目有值。")


def _total(table: Table, key: str) -> int | None:
    position = [column.key for column in table.columns].index(key)
    found: int | None = table.totals[position] if table.totals else None
    return found


def _money(pack: PackTable) -> Iterator[Statement]:
    known = [key for key, fen in pack.amounts.items() if fen is not None]
    if not known:
        note = f"资金台账在本报告范围内没有记录，见“资金”页 {_address('/money', pack.stamp)}。"
        yield Statement("本范围内尚未登记任何资金。", note)
        return
    states = [key for key in known if key != MoneyState.WORK_DONE.value]
    for words, keys in (("累计", states), ("累计", [key for key in known if key not in states])):
        if keys:
            listed = "、".join(f"{_LABELS[key]}{spoken_money(pack.amounts[key])}" for key in keys)
            yield Statement(f"{words}{listed}。", _ledger_note(pack, keys))
    yield from _rates(pack)
    yield from _shares(pack)


def _ledger_note(pack: PackTable, keys: Sequence[str]) -> str:
    columns = (values(pack.headline, key) for key in ("state", "entries", "numbers"))
    found = {
        state: f"{state} {entries} 笔（第 {numbers} 号）" for state, entries, numbers in zip(*columns, strict=True)
    }
    parts = "；".join(found[_LABELS[key]] for key in keys)
    return f"资金台账：{parts}，见“资金”页 {_address('/money', pack.stamp)}。"


def _rates(pack: PackTable) -> Iterator[Statement]:
    columns = [values(pack.kpis, key) for key in ("kpi", "part", "whole", "share", "points")]
    found = [row for row in zip(*columns, strict=True) if row[3] is not None]
    if found:
        parts = (f"{name} {format_percent(share, 1)}{_points(points)}" for name, _part, _whole, share, points in found)
        rules = "；".join(f"{name}＝{part} ÷ {whole}" for name, part, whole, _share, _points_ in found)
        year = pack.stamp.as_of.year
        yield Statement(
            f"{year} 年{'，'.join(parts)}。", f"“{pack.kpis.title}”表，{rules}，从 {year} 年 1 月 1 日起累计。"
        )


def _points(points: Decimal | None) -> str:
    """Write a change in percentage points in words."""
    if points is None:
        return ""
    return f"（同比{'提高' if points >= 0 else '下降'} {abs(points):.1f} 个百分点）"


def _shares(pack: PackTable) -> Iterator[Statement]:
    """Say which sources and which years gave most of what was received, or of the state that has come furthest."""
    key = next((key for key in ("received", "appropriated", "planned") if pack.amounts[key]), None)
    if key is None:
        return
    whole = pack.amounts[key] or 0
    for table, name, words, unit in (
        (pack.by_source, "source", "从来源看", ""),
        (pack.by_year, "year", "从年度看", " 年度"),
    ):
        pairs = zip(values(table, key), values(table, name), strict=True)
        given = sorted(((fen, label) for fen, label in pairs if fen), key=lambda pair: -pair[0])
        parts = "，".join(_part(f"{label}{unit}", fen, whole) for fen, label in given[:_NAMED])
        more = "，其余见所附数据表" if len(given) > _NAMED else ""
        yield Statement(f"{words}，{_LABELS[key]}资金中{parts}{more}。", f"“{table.title}”表，{_LABELS[key]}一列。")


def _part(label: str, fen: int, whole: int) -> str:
    return f"{label}{spoken_money(fen)}（占 {format_percent(fen, whole)}）"


def _changes(pack: PackTable) -> Iterator[Statement]:
    stamp = pack.stamp
    if stamp.earlier_as_of is None:
        return
    note = f"与截至 {stamp.earlier_as_of} 的定版（校验码 {stamp.earlier_hash}）相减。"
    since = f"与{chinese_day(stamp.earlier_as_of)}定版相比"
    money = "、".join(f"{row[0]}{_signed(row[5])}" for row in pack.headline.rows if row[5])
    number = "、".join(f"{row[0]} {'+' if row[3] > 0 else '−'}{abs(row[3])} 个" for row in pack.counts.rows if row[3])
    parts = "；".join(part for part in (money, number) if part)
    yield Statement(f"{since}，{parts or '项目数和各项资金没有变化'}。", note)


def _signed(fen: int) -> str:
    return f"{'增加' if fen > 0 else '减少'}{spoken_money(abs(fen))}"


def _exceptions(pack: PackTable) -> Iterator[Statement]:
    by_kind: dict[str, list[tuple[str, str]]] = {}
    for kind, code, name in zip(*(values(pack.exceptions, key) for key in ("kind", "code", "name")), strict=True):
        by_kind.setdefault(kind, []).append((code, name))
    if not by_kind:
        note = "“例外事项”表没有记录；判断规则见“口径说明”。"
        yield Statement("按现有数据，没有亮灯的项目，也没有四算超出或资金前后不合的项目。", note)
    for kind, found in by_kind.items():
        codes, named = ("、".join(pair[place] for pair in found[:_NAMED]) for place in (0, 1))
        more = "等" if len(found) > _NAMED else ""
        text = f"{kind}的项目 {len(found)} 个：{named}{more}。"
        yield Statement(text, f"“例外事项”表类别为{kind}的 {len(found)} 行，编码 {codes}{more}。")


def _commitments(pack: PackTable) -> Iterator[Statement]:
    linked = values(pack.commitments, "linked")
    if not linked:
        return
    touched = sum(1 for count in linked if count)
    missing = sum(1 for one in values(pack.commitments, "missing") if one)
    where = _address("/commitments", pack.stamp)
    text = f"规划提出量化任务 {len(linked)} 项，已有项目计入 {touched} 项，登记数量尚未达到目标的 {missing} 项。"
    yield Statement(text, f"“规划任务”表 {len(linked)} 行，逐项注明出处，见“规划任务”页 {where}。")


def _gaps(pack: PackTable) -> Iterator[Statement]:
    stamp = pack.stamp
    where = _address("/projects", stamp, "stage=unknown")
    note = f"“按项目”表 {stamp.projects} 行中相应各列为“—”的行数；阶段未报的项目见 {where}。"
    yield Statement(f"{gaps_line(stamp)}；以上合计只含已登记的部分。", note)
