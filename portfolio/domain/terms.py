"""The field's terms as closed lists: code names in English, labels as the screen and the exports write them."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import Translate, say, several


class Term(StrEnum):
    """A term with a stored code and a Chinese label."""

    label: str

    def __new__(cls, code: str, label: str) -> Self:
        """Make a member that equals its stored code and carries its label."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    def __str__(self) -> str:
        return self.label

    def __format__(self, spec: str) -> str:
        return format(self.label, spec)

    def translated(self, translate: Translate) -> str:
        """Return the label in the language of ``translate``."""
        return translate(self.label)

    @classmethod
    def from_label(cls, label: str) -> Self:
        """Return the member that the screen calls ``label``; its code is accepted too.

        Raises
        ------
        RuleError
            If no member has that label or code; the sentence lists the ones there are.
        """
        for member in cls:
            if label in (member.label, member.value):
                return member
        raise RuleError(say("没有“{text}”这一项，可选：{terms}", text=label[:20], terms=several(cls)))


class Nature(Term):
    """Kind of construction, exactly one per project (建设性质)."""

    NEW = "new", "新建"
    EXPANSION = "expansion", "扩建"
    RENOVATION = "renovation", "改建"
    RENOVATION_EXPANSION = "renovation_expansion", "改扩建"
    RELOCATION = "relocation", "迁建"
    REINSTATEMENT = "reinstatement", "复建"
    EQUIPMENT = "equipment", "单纯购置"


class Level(Term):
    """Level of education (学段)."""

    PRESCHOOL = "preschool", "学前教育"
    PRIMARY = "primary", "小学"
    JUNIOR = "junior", "初中"
    NINE_YEAR = "nine_year", "九年一贯制"
    SENIOR = "senior", "普通高中"
    COMPLETE = "complete", "完全中学"
    VOCATIONAL = "vocational", "中等职业教育"
    HIGHER = "higher", "高等教育"
    SPECIAL = "special", "特殊教育"
    CORRECTIONAL = "correctional", "专门教育"
    LIFELONG = "lifelong", "终身教育/党校"

    @property
    def letter(self) -> str:
        """Return the one character that stands for it on a map."""
        return _LETTERS[self]


_LETTERS = {
    Level.PRESCHOOL: "幼",
    Level.PRIMARY: "小",
    Level.JUNIOR: "初",
    Level.NINE_YEAR: "九",
    Level.SENIOR: "高",
    Level.COMPLETE: "完",
    Level.VOCATIONAL: "职",
    Level.HIGHER: "大",
    Level.SPECIAL: "特",
    Level.CORRECTIONAL: "专",
    Level.LIFELONG: "终",
}


class Stage(Term):
    """Where a project stands in its life (阶段), in order."""

    RESERVE = "reserve", "谋划储备"
    PROPOSAL = "proposal", "项目建议书批复"
    FEASIBILITY = "feasibility", "可研批复"
    DESIGN = "design", "初步设计及概算批复"
    TENDER = "tender", "施工图/招标"
    STARTED = "started", "施工许可·开工"
    FOUNDATION = "foundation", "基础"
    STRUCTURE = "structure", "主体"
    TOPPED_OUT = "topped_out", "封顶"
    FINISHING = "finishing", "装饰"
    ACCEPTED = "accepted", "竣工验收"
    IN_USE = "in_use", "移交投用"
    FINAL_ACCOUNT = "final_account", "竣工决算"

    @property
    def phase(self) -> Phase:
        """Return the broad phase: planned until construction starts, delivered from acceptance on."""
        order = list(Stage)
        if order.index(self) < order.index(Stage.STARTED):
            return Phase.PLANNED
        if order.index(self) < order.index(Stage.ACCEPTED):
            return Phase.UNDER_WAY
        return Phase.DELIVERED


class Phase(Term):
    """What a stage means to a plan's commitments."""

    PLANNED = "planned", "前期"
    UNDER_WAY = "under_way", "在建"
    DELIVERED = "delivered", "已建成"


class Opening(Term):
    """Whether a year of opening has come true: the school is in use or delivered, or it is a plan still."""

    ACTUAL = "actual", "实际投用"
    PLANNED = "planned", "计划投用"


class Status(Term):
    """Whether a project goes on, beside its stage."""

    ACTIVE = "active", "推进"
    SUSPENDED = "suspended", "停缓建"
    CANCELLED = "cancelled", "取消"
    MERGED = "merged", "并入"


class DeliveryMode(Term):
    """Who builds for whom (建设模式)."""

    GOVERNMENT = "government", "政府投资"
    ENTERPRISE = "enterprise", "企业建校政府办学"
    ESTATE = "estate", "小区配建"
    AGENT = "agent", "代建"
    EPC = "epc", "EPC"
    PRIVATE = "private", "社会投资"


class Basis(Term):
    """What a project stands on (规划依据)."""

    NAMED = "named", "规划具名项目"
    INTENTION = "intention", "规划具名意向"
    OUTSIDE = "outside", "规划外"


class Accuracy(Term):
    """How well a place is known (位置精度)."""

    SITE = "site", "地块"
    NEIGHBOURHOOD = "neighbourhood", "片区"
    TOWN = "town", "镇街"
    DISTRICT = "district", "仅知区县"
    UNKNOWN = "unknown", "未知"

    @property
    def is_located(self) -> bool:
        """Return whether a pin may be drawn: a place known no better than the district is 未定位."""
        return self in (Accuracy.SITE, Accuracy.NEIGHBOURHOOD, Accuracy.TOWN)


class Datum(Term):
    """Reference system in which coordinates were given."""

    WGS84 = "wgs84", "WGS-84"
    CGCS2000 = "cgcs2000", "CGCS2000"
    GCJ02 = "gcj02", "GCJ-02（高德、腾讯）"
    BD09 = "bd09", "BD-09（百度）"


class Measure(Term):
    """What of a linked project counts toward a commitment (计量口径)."""

    PROJECTS = "projects", "项目数"
    CLASSES = "classes", "班数"
    FLOOR_AREA = "floor_area", "建筑面积"
    STATED = "stated", "逐项填报数量"


class MoneyState(Term):
    """How far money has come (资金状态); states are never merged."""

    APPLIED = "applied", "申请"
    PLANNED = "planned", "计划"
    APPROPRIATED = "appropriated", "下达"
    RECEIVED = "received", "到位"
    PAID = "paid", "支付"
    WORK_DONE = "work_done", "完成投资"


class Overdraw(Term):
    """What happens to a payment beyond received money or beyond its contract (超额支付)."""

    REFUSE = "refuse", "不予登记"
    WARN = "warn", "提示后可登记"


class EstimateKind(Term):
    """One of the four estimates of a project (四算), in the order in which they are made."""

    FEASIBILITY = "feasibility", "估算"
    DESIGN = "design", "概算"
    CONTRACT = "contract", "合同/预算"
    FINAL = "final", "结算/决算"


class Source(Term):
    """Funding source (资金来源): a leaf of the source tree; ``group`` is the branch."""

    CENTRAL_BUDGET = "central_budget", "中央预算内投资"
    CENTRAL_TRANSFER = "central_transfer", "中央专项转移支付"
    CITY_GRANT = "city_grant", "市级补助"
    CITY_SPECIAL = "city_special", "市级专项"
    DISTRICT_BUDGET = "district_budget", "区级财政"
    DISTRICT_FUND = "district_fund", "政府性基金"
    SPECIAL_BOND = "special_bond", "专项债券"
    GENERAL_BOND = "general_bond", "一般债券"
    COUNTERPART_AID = "counterpart_aid", "对口支援"
    EAST_WEST_AID = "east_west_aid", "东西部协作"
    SCHOOL = "school", "学校自筹"
    SOCIAL = "social", "社会资金"
    DONATION = "donation", "捐赠"
    ESTATE_HANDOVER = "estate_handover", "配建移交"
    LOAN = "loan", "贷款"
    OTHER = "other", "其他"

    @property
    def group(self) -> str:
        """Return the label of the branch the source hangs on."""
        return _SOURCE_GROUPS.get(self, self.label)


_SOURCE_GROUPS: dict[Source, str] = {
    Source.CENTRAL_BUDGET: "中央",
    Source.CENTRAL_TRANSFER: "中央",
    Source.CITY_GRANT: "市级",
    Source.CITY_SPECIAL: "市级",
    Source.DISTRICT_BUDGET: "区级",
    Source.DISTRICT_FUND: "区级",
    Source.SPECIAL_BOND: "债券",
    Source.GENERAL_BOND: "债券",
    Source.COUNTERPART_AID: "帮扶",
    Source.EAST_WEST_AID: "帮扶",
    Source.SOCIAL: "社会",
    Source.DONATION: "社会",
    Source.ESTATE_HANDOVER: "社会",
}


class PlanMove(Term):
    """What a decision does to a project's annual investment plan."""

    SET = "set", "下达年度计划"
    ADJUST = "adjust", "调整年度计划"


class KpiKind(Term):
    """Ratios that bulletins follow, each of one budget year up to a day."""

    INVESTMENT = "investment", "投资进度"
    STARTED = "started", "开工率"
    RECEIVED = "received", "到位率"
    PAID = "paid", "支付率"


class Confidence(Term):
    """How far a source can be trusted (来源类别)."""

    OFFICIAL = "official", "官方"
    MEDIA = "media", "媒体"
    FORUM = "forum", "论坛"


class FactField(Term):
    """What a public fact speaks of; the ones a project has a field for can fill it."""

    SITE_AREA = "site_area_m2", "占地面积"
    FLOOR_AREA = "floor_area_m2", "建筑面积"
    CLASSES = "classes", "班数"
    SEATS = "seats", "学位"
    START_YEAR = "start_year", "开工年份"
    COMPLETION_YEAR = "completion_year", "建成年份"
    STAGE = "stage", "进展"
    TOTAL_INVESTMENT = "total_investment", "总投资"
    ANNUAL_INVESTMENT = "annual_investment", "年度完成投资"
    FUNDING_SOURCE = "funding_source", "资金来源"
    ADDRESS = "address", "地址"
    OTHER = "other", "其他"
