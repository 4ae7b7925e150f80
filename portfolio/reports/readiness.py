"""The list of projects that are to be entered at the statistics office (入库纳统), with what each still lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.readiness import StatisticsForm, form_of
from portfolio.domain.sentences import say, several
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.readiness import count_unsized, list_reportable

NEEDED = {
    "national_code": "全国投资项目代码",
    "owner": "建设单位",
    "has_approval": "可研或概算批复文号",
    "start_year": "开工年份",
    "completion_year": "建成年份",
    "floor_area_m2": "建筑面积",
    "stage": "阶段",
}
_COLUMNS = (
    Column("name", "项目名称", Kind.TEXT, 34),
    Column("code", "编码", Kind.CODE, 14),
    Column("district", "区县", Kind.TEXT, 10),
    Column("total_investment_fen", "总投资", Kind.MONEY, 15),
    Column("form", "报表", Kind.TERM, 10),
    Column("is_ready", "是否齐备", Kind.TEXT, 10),
    Column("missing", "还缺", Kind.TEXT, 50),
)


@dataclass(frozen=True)
class Readiness:
    """The list; how many projects each form has, how many of them lack nothing, how many cannot be judged."""

    table: Table
    by_form: dict[StatisticsForm, int]
    ready: dict[StatisticsForm, int]
    unsized: int


def read_readiness(session: Session, chosen: ProjectFilter) -> Readiness:
    """Return the projects meant of 5 million yuan and more, by code, and what each lacks."""
    rows = [_row(project) for project in list_reportable(session, chosen)]
    by_form = {form: sum(row[4] is form for row in rows) for form in StatisticsForm}
    ready = {form: sum(row[4] is form and not row[6] for row in rows) for form in StatisticsForm}
    unsized = count_unsized(session, chosen)
    notes = (
        say(
            "总投资 500 万元及以上的项目应入库纳统：5000 万元及以上报 206-1 表，以下报 206-2 表；取消、并入的项目不列。"
        ),
        say(
            "另有 {count} 个项目总投资未填，无法判断。“还缺”按本系统登记的内容核对，报送以统计部门当年的要求为准。",
            count=unsized,
        ),
    )
    return Readiness(Table("入库纳统", _COLUMNS, rows, None, notes, len(rows)), by_form, ready, unsized)


def _row(project: Any) -> tuple[Any, ...]:
    missing = several(say(label) for name, label in NEEDED.items() if not getattr(project, name))
    form = form_of(project.total_investment_fen)
    state = say("还缺资料") if missing else say("齐备")
    return (
        project.name,
        project.code,
        project.district,
        project.total_investment_fen,
        form,
        state,
        missing or None,
    )
