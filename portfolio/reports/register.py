"""The register (项目库) as a table: one row per project that the filter means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import Sentence, say, several
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.register import Window, list_register, total_register

COLUMNS: dict[str, Column] = {
    column.key: column
    for column in (
        Column("name", "项目名称", Kind.TEXT, 34),
        Column("code", "编码", Kind.CODE, 14),
        Column("remark", "备注", Kind.TEXT, 18),
        Column("programme", "总项目", Kind.TEXT, 18),
        Column("district", "区县", Kind.TEXT, 10),
        Column("level", "学段", Kind.TERM, 13),
        Column("nature", "建设性质", Kind.TERM, 10),
        Column("stage", "阶段", Kind.TERM, 14),
        Column("status", "状态", Kind.TERM, 8),
        Column("light", "红黄绿灯", Kind.TERM, 9),
        Column("basis", "规划依据", Kind.TERM, 14),
        Column("accuracy", "位置精度", Kind.TERM, 10),
        Column("site_area_m2", "占地面积", Kind.AREA, 14),
        Column("floor_area_m2", "建筑面积", Kind.AREA, 14),
        Column("classes", "班数", Kind.COUNT, 8),
        Column("seats", "学位", Kind.COUNT, 9),
        Column("total_investment_fen", "总投资", Kind.MONEY, 15),
        Column("received_fen", "到位资金", Kind.MONEY, 15),
        Column("paid_fen", "支付资金", Kind.MONEY, 15),
        Column("start_year", "开工年份", Kind.YEAR, 9),
        Column("completion_year", "建成年份", Kind.YEAR, 9),
        Column("opening_year", "投用年份", Kind.YEAR, 9),
        Column("lead_unit", "牵头单位", Kind.TEXT, 18),
        Column("owner", "建设单位", Kind.TEXT, 18),
        Column("national_code", "全国投资项目代码", Kind.CODE, 26),
        Column("updated_at", "最近更新", Kind.MOMENT, 17),
    )
}
SHOWN = (
    "name",
    "code",
    "level",
    "nature",
    "stage",
    "light",
    "accuracy",
    "floor_area_m2",
    "seats",
    "total_investment_fen",
    "received_fen",
    "completion_year",
)


def register_table(
    session: Session, chosen: ProjectFilter, keys: Sequence[str] | None = None, window: Window | None = None
) -> Table:
    """Return the register: the columns ``keys`` of every project meant, or of one window of them, with totals of all.

    The totals row holds the sum of each summable column, None where no project has a value.

    Raises
    ------
    RuleError
        If a column or the sort key is unknown.
    """
    keys, window = list(keys or COLUMNS), window or Window()
    for key in (*keys, window.sort):
        if key not in COLUMNS:
            raise RuleError(say("没有“{key}”这一列", key=key[:20]))
    rows = list_register(session, chosen, keys, window)
    totals = total_register(session, chosen)
    columns = [COLUMNS[key] for key in keys]
    notes, count = coverage_notes(totals, keys), int(totals["count"])
    return Table("项目库", columns, rows, [totals.get(key) for key in keys], notes, count)


def coverage_notes(totals: Mapping[str, Any], keys: Sequence[str]) -> list[Sentence]:
    """Say for each summed column how many projects have a value: a total of a part must not pass for the whole."""
    count = totals["count"]
    known = {COLUMNS[key].label: totals[f"known_{key}"] for key in keys if f"known_{key}" in totals}
    parts = [
        say("{column} {known} / {count}", column=say(label), known=number, count=count)
        for label, number in known.items()
    ]
    return [say("共 {count} 个项目", count=count)] + (
        [say("有数据的项目数：{columns}", columns=several(parts, "，"))] if parts else []
    )
