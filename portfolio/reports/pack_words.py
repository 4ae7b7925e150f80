"""The words of a pack that are the same in every one: what each figure means (口径)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from portfolio.domain.estimates import REPORTING_RULE
from portfolio.domain.lights import LightRule
from portfolio.domain.terms import Term
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.queries.projects import ProjectFilter

WITHIN_A_DISTRICT = "规划任务属于整个区县；本报告只含区县内的一部分项目，因此不列。"

_ROWS = (
    (
        "截至日期",
        "资金按文件日期计入；没有文件日期的，按登记日，或其所属月份（年度）的最后一天，取较早的一天。"
        "项目的阶段、规模、总投资和四算为生成报告时的登记情况。",
    ),
    (
        "金额单位",
        "表中为万元，文字中满 1 亿元的用亿元，都保留两位小数；四舍五入只在显示时进行，库内以分计数。",
    ),
    ("资金状态", "申请、计划、下达、到位、支付是同一笔钱的先后状态，不能相加；完成投资是已完成的工作量，不是付款。"),
    ("冲销", "差错以冲销退回后重新登记，合计为冲销后的净额。"),
    (
        "投资进度、开工率、到位率、支付率",
        "按预算年度计算，从当年 1 月 1 日起累计到截至日期；算法见“资金与开工指标”表下的说明。",
    ),
    ("四算", f"估算、概算、合同（预算）、结算（决算）逐级比较，列出首次超出的一级；{REPORTING_RULE}。"),
    ("前期、在建、已建成", "取得施工许可前为前期，开工至装饰为在建，竣工验收起为已建成；阶段未填报的单列。"),
    ("例外事项", "红灯、黄灯，以及同一项目四算超出、支付大于到位、到位大于下达的情况；两项中有一项未登记的不比较。"),
    ("未知", "没有登记的数据记作“—”，不按 0 计；合计只含已登记的部分。"),
    (
        "控制数",
        "六种资金状态金额之和，没有经济含义，只用来核对同一份报告的几个文件；校验码由全部内容算出，内容相同则校验码相同。",
    ),
)


def definitions(rules: Sequence[LightRule]) -> Table:
    """Return what each figure means, the rules of the lights in force among it: one row per term."""
    lights = "；".join(f"{one.name}：{one.condition.label}大于 {one.above} {one.condition.unit}" for one in rules)
    rows = (*_ROWS, ("红灯、黄灯", f"{lights}。数据不足以判断的不亮灯；经人指定的灯以指定为准。"))
    columns = (Column("term", "名词", Kind.TEXT, 18), Column("meaning", "含义", Kind.TEXT, 96))
    return Table("口径说明", columns, rows, None, (), len(rows))


def scope_words(chosen: ProjectFilter, district: str, zones: Sequence[str] = ()) -> str:
    """Return what a filter means in words: the district's name, the names of zones, then all else that narrows it."""
    terms = (
        chosen.level,
        chosen.nature,
        chosen.stage,
        chosen.phase,
        chosen.status,
        chosen.light,
        chosen.basis,
        chosen.opening,
    )
    words = [district, *zones, *(term.label for term in terms if term is not None)]
    if chosen.stage_unknown:
        words.append("阶段未报")
    if chosen.located is not None:
        words.append("已定位" if chosen.located else "未定位")
    if chosen.year is not None:
        words.append(f"{chosen.year} 年底前投用")
    words += _term_words(chosen)
    if chosen.codes:
        words.append(f"所选 {len(chosen.codes)} 个项目")
    quoted = [f"“{text}”" for text in (chosen.lead_unit, chosen.q) if text]
    return "·".join([*words, *quoted])


def _term_words(chosen: ProjectFilter) -> list[str]:
    words = []
    if chosen.term is not None:
        words.append(f"{chosen.term} 年秋季学期开学")
    if chosen.planned_term is not None:
        words.append(f"计划 {chosen.planned_term} 年秋季学期开学")
    if chosen.term_known is not None:
        words.append("已排定秋季学期" if chosen.term_known else "未排定秋季学期")
    if chosen.slip is not None:
        words.append(f"再推迟 {chosen.slip} 个月赶不上原定学期")
    return words


def scope_key(chosen: ProjectFilter) -> str:
    """Return a filter as canonical JSON: two filters that mean the same projects by the same rule are the same text."""
    given = {name: value for name, value in asdict(chosen).items() if value not in (None, ())}
    given |= {name: value.value for name, value in given.items() if isinstance(value, Term)}
    return json.dumps(given, ensure_ascii=False, sort_keys=True)
