"""Monthly reports and problems: their states, what a person states in them, and the rules on single answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portfolio.domain.errors import RuleError
from portfolio.domain.periods import Period
from portfolio.domain.quantities import MoneyUnit, format_number, parse_decimal, parse_money_fen
from portfolio.domain.sentences import say
from portfolio.domain.terms import Phase, Source, Stage, Status, Term

HUNDRED = Decimal(100)


class ReportState(Term):
    """How far one project's report of one period has come."""

    PENDING = "pending", "待报"
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已报送"
    RETURNED = "returned", "已退回"
    ACCEPTED = "accepted", "已核定"

    @property
    def is_open(self) -> bool:
        """Return whether a planner may still write in it."""
        return self in (ReportState.PENDING, ReportState.DRAFT, ReportState.RETURNED)


class RoundState(Term):
    """Where a reporting round stands on a day."""

    COMING = "coming", "未开始"
    OPEN = "open", "填报中"
    OVERDUE = "overdue", "已过截止日"
    CLOSED = "closed", "已关闭"


class ProblemLevel(Term):
    """How grave a problem is."""

    NORMAL = "normal", "一般"
    MAJOR = "major", "较大"
    SEVERE = "severe", "重大"

    @property
    def is_high(self) -> bool:
        """Return whether it stands on the list that leaders press for (督办)."""
        return self is not ProblemLevel.NORMAL


class WebhookKind(Term):
    """Where reminders go (提醒方式)."""

    WECOM = "wecom", "企业微信群机器人"
    DINGTALK = "dingtalk", "钉钉群机器人"
    LARK = "lark", "飞书群机器人"
    PLAIN = "plain", "其他程序（JSON）"

    @property
    def signs(self) -> bool:
        """Return whether messages may carry a signature made with a secret (加签)."""
        return self in (WebhookKind.DINGTALK, WebhookKind.LARK)


@dataclass(frozen=True, kw_only=True)
class RoundDraft:
    """A period of one district in which reports are asked for."""

    district: str
    period: Period
    opens_on: dt.date
    due_on: dt.date


@dataclass(frozen=True, kw_only=True)
class ReportDraft:
    """What one report states; None is unknown. ``work_done_fen`` is of this period alone."""

    progress: str | None = None
    physical_percent: Decimal | None = None
    fall_reason: str | None = None
    work_done_fen: int | None = None
    problems: str | None = None
    next_steps: str | None = None


@dataclass(frozen=True, kw_only=True)
class ProblemDraft:
    """A problem as somebody states it."""

    what: str
    level: ProblemLevel
    owner: str
    due_on: dt.date
    opened_on: dt.date


def usual_source(planned: Sequence[Source]) -> Source:
    """Return the source under which a work value is offered: the only one planned, else 其他 (not told apart)."""
    return planned[0] if len(planned) == 1 else Source.OTHER


def owes_report(status: Status, stage: Stage | None) -> bool:
    """Return whether a project has to report: until it is delivered, cancelled or merged."""
    is_delivered = stage is not None and stage.phase is Phase.DELIVERED
    return status not in (Status.CANCELLED, Status.MERGED) and not is_delivered


def parse_percent(text: str) -> Decimal:
    """Read a percentage from 0 to 100 with at most two decimals, with or without its sign.

    Raises
    ------
    RuleError
        If it is none.
    """
    value = parse_decimal(text.strip().removesuffix("%"))
    if not 0 <= value <= HUNDRED:
        raise RuleError(say("形象进度百分比应在 0 至 100 之间"))
    if value != round(value, 2):
        raise RuleError(say("形象进度百分比最多两位小数"))
    return value


def parse_work_done_fen(text: str) -> int:
    """Read the work value put in place in one period, in 万元: an amount, or 0 where nothing was built.

    Raises
    ------
    RuleError
        If it is none, or below zero.
    """
    value = parse_decimal(text)
    if value < 0:
        raise RuleError(say("完成投资不能为负；以前报多了，请联系核定人退回那一期更正"))
    return 0 if value == 0 else parse_money_fen(text, MoneyUnit.WAN)


def check_complete(draft: ReportDraft, before: Decimal | None) -> None:
    """Refuse to hand in a report that lacks its progress, or falls behind the last one without a reason.

    Raises
    ------
    RuleError
        Beside the field that has to be filled in.
    """
    if not draft.progress:
        raise RuleError(say("请填写形象进度，例如：主体施工至四层"), "progress")
    if draft.physical_percent is None:
        raise RuleError(say("请填写形象进度百分比；尚未开工填 0"), "physical_percent")
    if before is not None and draft.physical_percent < before and not draft.fall_reason:
        raise RuleError(say("比上期的 {before}% 低，请写明回落原因", before=format_number(before)), "fall_reason")


def round_state(*, opens_on: dt.date, due_on: dt.date, is_closed: bool, today: dt.date) -> RoundState:
    """Return where a round stands on ``today``; past its due day it still takes late reports until it is closed."""
    if is_closed:
        return RoundState.CLOSED
    if today < opens_on:
        return RoundState.COMING
    return RoundState.OPEN if today <= due_on else RoundState.OVERDUE
