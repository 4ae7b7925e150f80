"""Lights (红黄绿灯): computed by rules that name themselves.

So far one rule stands, on the records there are: the year of completion against the stage reached. A project whose
stage or year is unknown has no light. Thresholds in days after the end of the completion year.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from portfolio.domain.terms import Phase, Stage, Status, Term

AMBER_AFTER_DAYS = 30
RED_AFTER_DAYS = 90


class Light(Term):
    """Colour of a light."""

    GREEN = "green", "正常"
    AMBER = "amber", "预警"
    RED = "red", "滞后"
    NONE = "none", "无数据"


@dataclass(frozen=True)
class LateYears:
    """Last completion years that are late on a given day: ``amber`` and, worse, ``red``."""

    amber: int
    red: int


def late_years(today: dt.date) -> LateYears:
    """Return the last completion years that count as late on ``today``."""
    return LateYears(
        amber=(today - dt.timedelta(days=AMBER_AFTER_DAYS)).year - 1,
        red=(today - dt.timedelta(days=RED_AFTER_DAYS)).year - 1,
    )


def lit(*, stage: Stage | None, status: Status, completion_year: int | None, today: dt.date) -> tuple[Light, str]:
    """Return the light of a project and the sentence of the rule that set it."""
    if status is not Status.ACTIVE:
        return Light.NONE, f"项目{status.label}，不计算红黄绿灯"
    if stage is None or completion_year is None:
        return Light.NONE, "阶段或建成年份未填报，无法判断"
    if stage.phase is Phase.DELIVERED:
        return Light.GREEN, f"已到“{stage.label}”"
    days = (today - dt.date(completion_year, 12, 31)).days
    if days > RED_AFTER_DAYS:
        return (
            Light.RED,
            f"里程碑滞后规则：应于 {completion_year} 年底前建成，已超过 {days} 天（大于 {RED_AFTER_DAYS} 天）",
        )
    if days > AMBER_AFTER_DAYS:
        return (
            Light.AMBER,
            f"里程碑滞后规则：应于 {completion_year} 年底前建成，已超过 {days} 天（大于 {AMBER_AFTER_DAYS} 天）",
        )
    return Light.GREEN, f"未超过计划建成年份 {completion_year} 年"
