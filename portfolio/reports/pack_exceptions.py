"""What a leader has to look at: late projects, and money that ran ahead of what it was given for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portfolio.domain.estimates import REPORTING_RULE
from portfolio.domain.lights import Light
from portfolio.domain.quantities import format_money, format_percent
from portfolio.domain.terms import MoneyState
from portfolio.reports.maps import full_name
from portfolio.reports.pack_table import values
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.queries.estimates import ProjectChain

_AHEAD = (
    (MoneyState.PAID, MoneyState.RECEIVED, "支付大于到位"),
    (MoneyState.RECEIVED, MoneyState.APPROPRIATED, "到位大于下达"),
)
LIGHTS = {Light.RED: "红灯", Light.AMBER: "黄灯"}


def exceptions_table(
    projects: Sequence[Any], by_project: Table, chains: Sequence[ProjectChain], reasons: Mapping[str, str]
) -> Table:
    """One row per project and rule that it breaks: red lights first, then amber ones, overruns, and money.

    ``reasons`` says by a project's code why it has the light it has.
    """
    late = [_late(one, reasons[one.code]) for light in LIGHTS for one in projects if one.light is light]
    units = {project.code: project.lead_unit for project in projects}
    rows = (*late, *_over(chains, units), *_ahead(projects, by_project))
    columns = (
        Column("kind", "类别", Kind.TEXT, 14),
        Column("code", "编码", Kind.CODE, 13),
        Column("name", "项目名称", Kind.TEXT, 34),
        Column("district", "区县", Kind.TEXT, 10),
        Column("reason", "事由", Kind.TEXT, 60),
        Column("lead_unit", "牵头单位", Kind.TEXT, 16),
    )
    return Table("例外事项", columns, rows, None, (), len(rows))


def _late(project: Any, reason: str) -> tuple[Any, ...]:
    return _row(LIGHTS[project.light], project, reason)


def _over(chains: Sequence[ProjectChain], units: Mapping[str, str | None]) -> Iterator[tuple[Any, ...]]:
    for one in chains:
        first = one.first
        if first is not None:
            words = f"{first.step.label}比{first.over.label}多 {format_money(first.excess_fen)} 万元"
            reason = f"{words}，超出 {format_percent(first.ratio, 1)}"
            reason += f"；{REPORTING_RULE}" if one.must_report else ""
            yield ("四算超出", one.code, one.name, one.district, reason, units[one.code])


def _ahead(projects: Sequence[Any], by_project: Table) -> Iterator[tuple[Any, ...]]:
    sums = {state: values(by_project, state.value) for state in MoneyState}
    for more, less, kind in _AHEAD:
        for project, high, low in zip(projects, sums[more], sums[less], strict=True):
            if high is not None and low is not None and high > low:
                words = f"{more.label} {format_money(high)} 万元，{less.label} {format_money(low)} 万元"
                yield _row(kind, project, f"{words}，多出 {format_money(high - low)} 万元")


def _row(kind: str, project: Any, reason: str) -> tuple[Any, ...]:
    return (kind, project.code, full_name(project), project.district, reason, project.lead_unit)
