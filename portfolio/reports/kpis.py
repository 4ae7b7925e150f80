"""The ratios that bulletins follow (投资进度, 开工率, 到位率, 支付率): up to a day, beside the year before.

One place computes them; pages, the pack and the overview show what it returns. A share of nothing, or of what nobody
has entered, is None, never 0 or 100 %.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.sentences import say
from portfolio.domain.terms import KpiKind, Level, MoneyState, Source
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.models import District, LedgerEntry, PlanLine, Project
from portfolio.store.queries.entries import EntryFilter, sum_entries
from portfolio.store.queries.investment import sum_plan
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.starts import Start, list_starts

PARTS = {
    KpiKind.INVESTMENT: ("完成投资", "年度计划投资"),
    KpiKind.STARTED: ("已开工", "计划开工"),
    KpiKind.RECEIVED: ("到位", "下达"),
    KpiKind.PAID: ("支付", "到位"),
}
_PLAN = "plan"
_MONEY: dict[KpiKind, tuple[str, str]] = {
    KpiKind.INVESTMENT: (MoneyState.WORK_DONE.value, _PLAN),
    KpiKind.RECEIVED: (MoneyState.RECEIVED.value, MoneyState.APPROPRIATED.value),
    KpiKind.PAID: (MoneyState.PAID.value, MoneyState.RECEIVED.value),
}
_NOTES = (
    say("各指标按预算年度计算，从当年 1 月 1 日起累计到截止日；同比为上年同一天的同一口径，单位百分点。"),
    say(
        "记录按文件日期计入；没有文件日期的，按登记日，或其所属月份（年度）的最后一天，"
        "取较早的一天。冲销与原记录同日计入。"
    ),
    say(
        "投资进度 = 完成投资 / 年度计划投资；到位率 = 到位 / 下达；支付率 = 支付 / 到位；分母为 0 或没有登记时显示“—”。"
    ),
    say(
        "开工率 = 已开工 / 计划开工：计划开工是里程碑“施工许可·开工”计划在当年的项目，没有计划日期的看登记的开工年份"
        "（取消、并入的不计）；已开工是该里程碑的实际日期不晚于截止日的项目，没有实际日期的看阶段是否已到"
        "“施工许可·开工”；以前日期的计划和阶段取自沿革，系统启用以前没有沿革，显示“—”。"
    ),
)


@dataclass(frozen=True)
class Ratio:
    """A part of a whole, in fen or as counts; None where nothing is entered."""

    part: int | None
    whole: int | None

    @property
    def share(self) -> Decimal | None:
        """Return the part as a fraction of the whole; None where either is unknown or the whole is nothing."""
        return None if self.part is None or not self.whole else Decimal(self.part) / self.whole


@dataclass(frozen=True)
class Kpi:
    """One ratio up to a day, and up to the same day of the year before."""

    kind: KpiKind
    now: Ratio
    before: Ratio

    @property
    def points(self) -> Decimal | None:
        """Return the change on the year before in percentage points."""
        now, before = self.now.share, self.before.share
        return None if now is None or before is None else (now - before) * 100

    @property
    def is_money(self) -> bool:
        """Return whether part and whole are fen; otherwise they count projects."""
        return self.kind is not KpiKind.STARTED


@dataclass(frozen=True)
class KpiTable:
    """The four ratios and their table; ``unstaged`` planned starts have no stage reported and count as not started."""

    as_of: dt.date
    before: dt.date
    kpis: Sequence[Kpi]
    table: Table
    unstaged: int

    def __getitem__(self, kind: KpiKind) -> Kpi:
        return next(kpi for kpi in self.kpis if kpi.kind is kind)


class Side(Enum):
    """What ratios can be broken down by."""

    DISTRICT = "district"
    LEVEL = "level"
    SOURCE = "source"


_SIDES: dict[Side, tuple[Column, Any, Any]] = {
    Side.DISTRICT: (Column("district", "区县", Kind.TEXT, 14), District.name, District.name),
    Side.LEVEL: (Column("level", "学段", Kind.TERM, 14), Project.level, Project.level),
    Side.SOURCE: (Column("source", "资金来源", Kind.TERM, 18), LedgerEntry.source, PlanLine.source),
}
_TITLES = {Side.DISTRICT: "按区县", Side.LEVEL: "按学段", Side.SOURCE: "按资金来源"}
_Sums = Mapping[Any, Mapping[str, int]]


def read_kpis(session: Session, chosen: ProjectFilter, as_of: dt.date, *, source: Source | None = None) -> KpiTable:
    """Return the four ratios of the projects meant, of one source or of all, up to a day of its year."""
    before = year_before(as_of)
    now_sums, then_sums = (_sums(session, chosen, day, source=source)[()] for day in (as_of, before))
    starts, then_starts = (list_starts(session, chosen, day) for day in (as_of, before))
    kpis = [
        Kpi(kind, _started(starts), _started(then_starts))
        if kind is KpiKind.STARTED
        else Kpi(kind, _ratio(now_sums, kind), _ratio(then_sums, kind))
        for kind in KpiKind
    ]
    return KpiTable(as_of, before, kpis, _table(kpis), sum(one.is_unknown for one in starts))


def year_before(day: dt.date) -> dt.date:
    """Return the same day of the year before; the 28th for a 29 February."""
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def _sums(
    session: Session, chosen: ProjectFilter, day: dt.date, *, source: Source | None = None, side: Side | None = None
) -> _Sums:
    """Return fen by state, and the plan, for each value of a side; without a side under the empty tuple."""
    entries = EntryFilter(projects=chosen, source=source, year=day.year, until=day)
    by_entry = (_SIDES[side][1],) if side else ()
    by_plan = (_SIDES[side][2],) if side else ()
    found: dict[Any, dict[str, int]] = defaultdict(dict)
    for *key, state, fen in sum_entries(session, entries, *by_entry, LedgerEntry.state):
        found[tuple(key)][state.value] = int(fen)
    for *key, fen in sum_plan(session, entries, *by_plan):
        if fen is not None:
            found[tuple(key)][_PLAN] = int(fen)
    return found


def _ratio(sums: Mapping[str, int], kind: KpiKind) -> Ratio:
    part, whole = _MONEY[kind]
    return Ratio(sums.get(part), sums.get(whole))


def _started(starts: Sequence[Start]) -> Ratio:
    return Ratio(sum(one.has_started for one in starts), len(starts))


def _table(kpis: Iterable[Kpi]) -> Table:
    columns = (
        Column("kpi", "指标", Kind.TERM, 12),
        Column("part", "分子", Kind.TEXT, 12),
        Column("whole", "分母", Kind.TEXT, 14),
        Column("part_fen", "分子金额", Kind.MONEY, 15),
        Column("whole_fen", "分母金额", Kind.MONEY, 15),
        Column("part_count", "分子项目数", Kind.COUNT, 10),
        Column("whole_count", "分母项目数", Kind.COUNT, 10),
        Column("share", "本期", Kind.PERCENT, 9),
        Column("share_before", "上年同期", Kind.PERCENT, 9),
        Column("points", "同比", Kind.POINTS, 10),
    )
    return Table("资金与开工指标", columns, [_row(kpi) for kpi in kpis], None, _NOTES)


def _row(kpi: Kpi) -> tuple[Any, ...]:
    values = (kpi.now.part, kpi.now.whole)
    money, counts = (values, (None, None)) if kpi.is_money else ((None, None), values)
    return (kpi.kind, *PARTS[kpi.kind], *money, *counts, kpi.now.share, kpi.before.share, kpi.points)


def breakdown(session: Session, chosen: ProjectFilter, as_of: dt.date, side: Side) -> Table:
    """Return the ratios for each value of a side: one row per district, level or source that has any figure.

    Starts have no source.
    """
    sums = _sums(session, chosen, as_of, side=side)
    starts = defaultdict(list)
    if side is not Side.SOURCE:
        for one in list_starts(session, chosen, as_of):
            starts[(getattr(one, side.value),)].append(one)
    kinds = [kind for kind in KpiKind if not (side is Side.SOURCE and kind is KpiKind.STARTED)]
    rows = [
        (*key, *(_share(kind, sums.get(key, {}), starts.get(key, ())) for kind in kinds))
        for key in _in_order(side, {*sums, *starts})
    ]
    columns = (_SIDES[side][0], *(Column(kind.value, kind.label, Kind.PERCENT, 11) for kind in kinds))
    return Table(_TITLES[side], columns, rows)


def _in_order(side: Side, keys: set[Any]) -> list[Any]:
    terms: dict[Side, Sequence[Any]] = {Side.LEVEL: list(Level), Side.SOURCE: list(Source)}
    order = terms.get(side)
    return sorted(keys, key=lambda key: order.index(key[0]) if order else key[0])


def _share(kind: KpiKind, sums: Mapping[str, int], starts: Sequence[Start]) -> Decimal | None:
    return (_started(starts) if kind is KpiKind.STARTED else _ratio(sums, kind)).share


def starts_table(session: Session, chosen: ProjectFilter, as_of: dt.date) -> Table:
    """Return the projects that 开工率 counts: one row per project that was to start in the year, by code."""
    found = list_starts(session, chosen, as_of)
    rows = [
        (
            *(one.name, one.code, one.district, one.level, _written(one.planned_on), _written(one.started_on)),
            *(one.stage, one.status, say("已开工") if one.has_started else say("未开工")),
        )
        for one in found
    ]
    columns = (
        Column("name", "项目名称", Kind.TEXT, 34),
        Column("code", "编码", Kind.CODE, 14),
        Column("district", "区县", Kind.TEXT, 10),
        Column("level", "学段", Kind.TERM, 13),
        Column("planned_on", "计划开工", Kind.CODE, 12),
        Column("started_on", "实际开工", Kind.CODE, 12),
        Column("stage", "阶段", Kind.TERM, 14),
        Column("status", "状态", Kind.TERM, 8),
        Column("started", "是否开工", Kind.TEXT, 10),
    )
    started = sum(one.has_started for one in found)
    note = say(
        "{year} 年计划开工 {count} 个项目，到 {as_of} 已开工 {started} 个。",
        year=as_of.year,
        count=len(found),
        as_of=as_of,
        started=started,
    )
    return Table("计划开工项目", columns, rows, None, (note, _NOTES[3]), len(rows))


def _written(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
