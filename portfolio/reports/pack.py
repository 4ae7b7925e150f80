"""Making a leadership pack's tables out of the records, as they stand on a day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.errors import RuleError
from portfolio.domain.estimates import REPORTING_RULE
from portfolio.domain.lights import Light
from portfolio.domain.sentences import say
from portfolio.domain.terms import EstimateKind, MoneyState, Phase, Source, Stage
from portfolio.reports.commitments import list_progress
from portfolio.reports.kpis import read_kpis
from portfolio.reports.maps import full_name
from portfolio.reports.pack_exceptions import LIGHTS, exceptions_table
from portfolio.reports.pack_table import PackTable, Stamp, check_sums, plain_table, values
from portfolio.reports.pack_words import WITHIN_A_DISTRICT, definitions
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.models import LedgerEntry, Project
from portfolio.store.queries.estimates import ProjectChain, list_chains
from portfolio.store.queries.lights import read_rules, read_shown
from portfolio.store.queries.pack_money import list_numbers, sum_money
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.register import Window, list_register

STATES = tuple(MoneyState)
_STATE_COLUMNS = tuple(Column(state.value, state.label, Kind.MONEY, 14) for state in STATES)
_REGISTER = (
    *("code", "name", "remark", "district", "level", "nature", "stage", "status", "light", "lead_unit"),
    *("completion_year", "total_investment_fen", "is_sample"),
)


@dataclass(frozen=True, kw_only=True)
class PackOrder:
    """Which pack is wanted. ``query`` is the filter as the pages' addresses carry it; ``earlier`` is compared with."""

    chosen: ProjectFilter
    as_of: dt.date
    scope: str
    query: str
    made_by: str
    made_at: dt.datetime
    earlier: PackTable | None = None


def build_pack(session: Session, order: PackOrder) -> PackTable:
    """Return the pack, its sums checked.

    Raises
    ------
    RuleError
        If the filter means no project, or the sums do not agree.
    """
    chosen = replace(order.chosen, today=order.as_of)
    projects = list_register(session, chosen, _REGISTER, Window())
    if not projects:
        raise RuleError(say("当前条件下没有项目，请放宽筛选条件后再生成报告"))
    by_project = _project_table(projects, _by_project(session, chosen, order.as_of))
    chains = list_chains(session, chosen)
    headline = _headline_table(sum_money(session, chosen, order.as_of), order.earlier)
    pack = PackTable(
        stamp=_stamp(order, projects, by_project),
        headline=headline,
        counts=_counts_table(projects, by_project, order.earlier),
        kpis=plain_table(read_kpis(session, chosen, order.as_of).table),
        by_source=_source_table(session, chosen, order.as_of),
        by_year=_year_table(session, chosen, order.as_of),
        matrix=_matrix_table(session, chosen, order.as_of),
        stages=_stage_table(projects),
        by_project=by_project,
        estimates=_estimates_table(chains),
        exceptions=exceptions_table(projects, by_project, chains, _reasons(session, chosen, projects)),
        commitments=_commitment_table(session, chosen),
        definitions=definitions(read_rules(session)),
    )
    check_sums(pack)
    return pack


def _reasons(session: Session, chosen: ProjectFilter, projects: Sequence[Any]) -> dict[str, str]:
    """Return by code why the projects that are late are so."""
    late = [project.code for project in projects if project.light in LIGHTS]
    numbers = list_numbers(session, chosen) if late else {}
    shown = read_shown(session, [numbers[code] for code in late], chosen.today or today())
    return {code: shown[numbers[code]][1] for code in late}


def _stamp(order: PackOrder, projects: Sequence[Any], by_project: Table) -> Stamp:
    earlier = order.earlier
    return Stamp(
        title=f"{order.scope}教育基建项目专报",
        scope=order.scope,
        query=order.query,
        as_of=order.as_of,
        made_at=order.made_at,
        made_by=order.made_by,
        has_samples=any(project.is_sample for project in projects),
        projects=len(projects),
        without_money=sum(1 for row in by_project.rows if not any(fen is not None for fen in row[-len(STATES) :])),
        without_investment=sum(1 for project in projects if project.total_investment_fen is None),
        without_stage=sum(1 for project in projects if project.stage is None),
        earlier_as_of=earlier.stamp.as_of if earlier else None,
        earlier_hash=earlier.short_hash if earlier else None,
    )


def _headline_table(sums: Sequence[Any], earlier: PackTable | None) -> Table:
    """One row per money state."""
    found = {row.state: row for row in sums}
    before = earlier.amounts if earlier else {}
    rows = []
    for state in STATES:
        row = found.get(state)
        amount = int(row.fen) if row else None
        numbers = f"{row.first}–{row.last}" if row else ""
        then = before.get(state.value)
        rows.append((state.label, amount, row.entries if row else 0, numbers, then, _change(amount, then)))
    columns = (
        Column("state", "资金状态", Kind.TEXT, 14),
        Column("amount", "本期累计", Kind.MONEY, 18),
        Column("entries", "笔数", Kind.COUNT, 8),
        Column("numbers", "记录编号", Kind.TEXT, 16),
        Column("earlier", "上期累计", Kind.MONEY, 18),
        Column("change", "较上期增减", Kind.MONEY, 18),
    )
    note = "申请、计划、下达、到位、支付是同一笔钱的先后状态，不能相加；完成投资是工作量，不是付款。"
    return Table("资金总数", columns, tuple(rows), None, (note,), len(rows))


def _change(now: int | None, then: int | None) -> int | None:
    """Return by how much a figure grew since it was last known; None where it was never known."""
    return None if then is None else (now or 0) - then


def _counts_table(projects: Sequence[Any], by_project: Table, earlier: PackTable | None) -> Table:
    """One row per count of projects."""
    with_money = sum(1 for row in by_project.rows if any(fen is not None for fen in row[-len(STATES) :]))
    counts = [
        ("项目", len(projects)),
        *((phase.label, _count(projects, phase)) for phase in Phase),
        ("阶段未报", _count(projects, None)),
        ("已填总投资", sum(1 for project in projects if project.total_investment_fen is not None)),
        ("登记了资金", with_money),
        ("红灯", sum(1 for project in projects if project.light is Light.RED)),
        ("黄灯", sum(1 for project in projects if project.light is Light.AMBER)),
    ]
    then = dict(zip(values(earlier.counts, "what"), values(earlier.counts, "count"), strict=True)) if earlier else {}
    rows = tuple((what, count, then.get(what), _change(count, then.get(what))) for what, count in counts)
    columns = (
        Column("what", "项目数", Kind.TEXT, 14),
        Column("count", "本期", Kind.COUNT, 10),
        Column("earlier", "上期", Kind.COUNT, 10),
        Column("change", "增减", Kind.COUNT, 10),
    )
    return Table("项目总数", columns, rows, None, (), len(rows))


def _count(projects: Sequence[Any], phase: Phase | None) -> int:
    return sum(1 for project in projects if (project.stage.phase if project.stage else None) is phase)


def _by_project(session: Session, chosen: ProjectFilter, day: dt.date) -> dict[str, dict[MoneyState, int]]:
    sums: dict[str, dict[MoneyState, int]] = defaultdict(dict)
    for code, state, fen, *_ in sum_money(session, chosen, day, (Project.code,)):
        sums[code][state] = int(fen)
    return sums


def _project_table(projects: Sequence[Any], sums: Mapping[str, Mapping[MoneyState, int]]) -> Table:
    """One row per project, with money or without."""
    rows = tuple(
        (
            project.code,
            full_name(project),
            project.district,
            project.level.label,
            project.nature.label,
            project.stage.label if project.stage else None,
            project.light.label,
            project.lead_unit,
            project.total_investment_fen,
            *(sums.get(project.code, {}).get(state) for state in STATES),
        )
        for project in projects
    )
    columns = (
        Column("code", "编码", Kind.CODE, 13),
        Column("name", "项目名称", Kind.TEXT, 34),
        Column("district", "区县", Kind.TEXT, 10),
        Column("level", "学段", Kind.TEXT, 12),
        Column("nature", "建设性质", Kind.TEXT, 9),
        Column("stage", "阶段", Kind.TEXT, 16),
        Column("light", "红黄绿灯", Kind.TEXT, 9),
        Column("lead_unit", "牵头单位", Kind.TEXT, 16),
        Column("total_investment", "总投资", Kind.MONEY, 14),
        *_STATE_COLUMNS,
    )
    return Table("按项目", columns, rows, _totals(columns, rows), (), len(rows))


def _estimates_table(chains: Sequence[ProjectChain]) -> Table:
    """One row per project that has any of the four estimates."""
    rows = []
    for one in chains:
        first = one.first
        words = (f"{first.step.label}超{first.over.label}", first.excess_fen, first.ratio) if first else (None,) * 3
        rows.append((one.code, one.name, one.district, *(one.amounts[kind] for kind in EstimateKind), *words))
    columns = (
        Column("code", "编码", Kind.CODE, 13),
        Column("name", "项目名称", Kind.TEXT, 34),
        Column("district", "区县", Kind.TEXT, 10),
        *(Column(kind.value, kind.label, Kind.MONEY, 15) for kind in EstimateKind),
        Column("first", "首次超出", Kind.TEXT, 18),
        Column("excess", "超出", Kind.MONEY, 14),
        Column("ratio", "超出比例", Kind.PERCENT, 10),
    )
    return Table("四算对比", columns, tuple(rows), _totals(columns, rows), (f"规则：{REPORTING_RULE}。",), len(rows))


def _grouped(session: Session, chosen: ProjectFilter, day: dt.date, groups: Sequence[Any]) -> dict[Any, Any]:
    """Return the sums of each state by the groups' values."""
    sums: dict[Any, dict[MoneyState, int]] = defaultdict(dict)
    for row in sum_money(session, chosen, day, groups):
        sums[tuple(row[: len(groups)])][row.state] = int(row.fen)
    return sums


def _in_states(sums: Mapping[MoneyState, int]) -> tuple[int | None, ...]:
    return tuple(sums.get(state) for state in STATES)


def _source_table(session: Session, chosen: ProjectFilter, day: dt.date) -> Table:
    """One row per source that has entries, in the order of the tree."""
    sums = _grouped(session, chosen, day, (LedgerEntry.source,))
    rows = tuple((one.group, one.label, *_in_states(sums[one,])) for one in Source if (one,) in sums)
    columns = (
        Column("group", "来源类别", Kind.TEXT, 12),
        Column("source", "资金来源", Kind.TEXT, 18),
        *_STATE_COLUMNS,
    )
    return Table("按资金来源", columns, rows, _totals(columns, rows), (), len(rows))


def _year_table(session: Session, chosen: ProjectFilter, day: dt.date) -> Table:
    """One row per budget year that has entries."""
    sums = _grouped(session, chosen, day, (LedgerEntry.year,))
    rows = tuple((year, *_in_states(sums[year,])) for (year,) in sorted(sums))
    columns = (Column("year", "年度", Kind.YEAR, 10), *_STATE_COLUMNS)
    return Table("按年度", columns, rows, _totals(columns, rows), (), len(rows))


def _matrix_table(session: Session, chosen: ProjectFilter, day: dt.date) -> Table:
    """One row per source and year that has entries."""
    sums = _grouped(session, chosen, day, (LedgerEntry.source, LedgerEntry.year))
    order = list(Source)
    keys = sorted(sums, key=lambda key: (order.index(key[0]), key[1]))
    rows = tuple((source.group, source.label, year, *_in_states(sums[source, year])) for source, year in keys)
    columns = (
        Column("group", "来源类别", Kind.TEXT, 12),
        Column("source", "资金来源", Kind.TEXT, 18),
        Column("year", "年度", Kind.YEAR, 8),
        *_STATE_COLUMNS,
    )
    return Table("资金来源与年度", columns, rows, _totals(columns, rows), (), len(rows))


def _totals(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
    """Return the sum of each column of money; None where no row has a value."""
    found: list[Any] = []
    for position, column in enumerate(columns):
        known = [row[position] for row in rows if column.kind is Kind.MONEY and row[position] is not None]
        found.append(sum(known) if known else None)
    return tuple(found)


def _stage_table(projects: Sequence[Any]) -> Table:
    """One row per stage, and one for those whose stage nobody has reported."""
    counts = [(stage.label, sum(1 for one in projects if one.stage is stage)) for stage in Stage]
    rows = (*counts, ("阶段未报", sum(1 for one in projects if one.stage is None)))
    columns = (Column("stage", "阶段", Kind.TEXT, 20), Column("count", "项目数", Kind.COUNT, 10))
    return Table("项目阶段", columns, rows, None, (), len(rows))


def _commitment_table(session: Session, chosen: ProjectFilter) -> Table:
    """One row per commitment of the districts meant; none where the filter means a part of a district."""
    columns = (
        Column("what", "规划任务", Kind.TEXT, 34),
        Column("target", "目标", Kind.TEXT, 16),
        Column("linked", "计入项目", Kind.COUNT, 10),
        Column("delivered", "已建成", Kind.QUANTITY, 10),
        Column("under_way", "在建", Kind.QUANTITY, 10),
        Column("planned", "前期", Kind.QUANTITY, 10),
        Column("unstaged", "阶段未报", Kind.QUANTITY, 10),
        Column("missing", "已承诺、未立项", Kind.QUANTITY, 14),
        Column("citation", "出处", Kind.TEXT, 44),
    )
    if replace(chosen, district=None, today=None) != ProjectFilter():
        return Table("规划任务", columns, (), None, (WITHIN_A_DISTRICT,), 0)
    rows = tuple(_commitment_row(one) for one in list_progress(session, chosen.district))
    return Table("规划任务", columns, rows, None, (), len(rows))


def _commitment_row(one: Any) -> tuple[Any, ...]:
    measured = (one.delivered, one.under_way, one.planned, one.unstaged) if one.linked else (None,) * 4
    return (one.commitment.what, one.target, one.linked, *measured, one.missing, one.commitment.citation)
