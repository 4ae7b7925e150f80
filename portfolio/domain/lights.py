"""Lights (红黄绿灯): rules as data, each of which names itself, the values it fired on and the day since when.

A rule is a condition, a threshold and a colour; it fires while the condition's measure is above the threshold. What is
not known is measured by no rule. Every measure but the investment's grows by a day a day as long as no record changes,
so the day on which each colour begins is known ahead: the database compares dates and no page has to compute.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import Sentence, say, several
from portfolio.domain.terms import Phase, Stage, Status, Term


class Light(Term):
    """Colour of a light."""

    GREEN = "green", "正常"
    AMBER = "amber", "预警"
    RED = "red", "滞后"
    NONE = "none", "无数据"


class Condition(Term):
    """What a rule measures."""

    COMPLETION_LATE = "completion_late", "超过建成年份年底"
    MILESTONE_LATE = "milestone_late", "里程碑晚于计划"
    INVESTMENT_BEHIND = "investment_behind", "投资进度落后于时间进度"
    PAYMENT_AHEAD = "payment_ahead", "支付比例超前于形象进度"
    PROBLEM_OVERDUE = "problem_overdue", "重大问题超期未决"
    REPORT_STALE = "report_stale", "距上次月报"

    @property
    def unit(self) -> Sentence:
        """Return the unit of the threshold."""
        return say("个百分点") if self in (Condition.INVESTMENT_BEHIND, Condition.PAYMENT_AHEAD) else say("天")


@dataclass(frozen=True)
class LightRule:
    """One rule: fires while the measure of ``condition``, in days or percentage points, is above ``above``."""

    name: str
    condition: Condition
    above: int
    colour: Light

    @property
    def title(self) -> str:
        """Return the name as ``title_of`` has it."""
        return title_of(self.name)


DEFAULT_RULES = (
    LightRule("建成滞后", Condition.COMPLETION_LATE, 30, Light.AMBER),
    LightRule("建成严重滞后", Condition.COMPLETION_LATE, 90, Light.RED),
    LightRule("里程碑滞后", Condition.MILESTONE_LATE, 30, Light.AMBER),
    LightRule("里程碑严重滞后", Condition.MILESTONE_LATE, 90, Light.RED),
    LightRule("投资进度滞后", Condition.INVESTMENT_BEHIND, 10, Light.AMBER),
    LightRule("投资进度严重滞后", Condition.INVESTMENT_BEHIND, 25, Light.RED),
    LightRule("支付超前", Condition.PAYMENT_AHEAD, 20, Light.AMBER),
    LightRule("重大问题逾期", Condition.PROBLEM_OVERDUE, 0, Light.RED),
    LightRule("久未报送", Condition.REPORT_STALE, 60, Light.AMBER),
)
_SHIPPED_NAMES: dict[str, Sentence] = {
    str(one): one
    for one in (
        say("建成滞后"),
        say("建成严重滞后"),
        say("里程碑滞后"),
        say("里程碑严重滞后"),
        say("投资进度滞后"),
        say("投资进度严重滞后"),
        say("支付超前"),
        say("重大问题逾期"),
        say("久未报送"),
    )
}


def title_of(name: str) -> str:
    """Return a rule's name; that of a rule we ship can be said in other languages, one that was typed stays."""
    return _SHIPPED_NAMES.get(name, name)


@dataclass(frozen=True)
class Dated:
    """Something with a name and a day: a milestone and its planned day, a problem and the day it was due."""

    name: str
    on: dt.date


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known of a project for its light; None is unknown and measured by no rule.

    ``milestone`` is the first one planned and not reached, ``problem`` the open high-level one due first. Investment
    is of ``year``, in fen. ``reported_on`` is the day of the last report, or else the day on which the first one was
    asked for. Percentages are 0 to 100; ``paid_on`` is the day of the newest payment or report behind them.
    """

    stage: Stage | None = None
    status: Status = Status.ACTIVE
    completion_year: int | None = None
    milestone: Dated | None = None
    year: int | None = None
    planned_fen: int | None = None
    done_fen: int = 0
    paid_percent: Decimal | None = None
    physical_percent: Decimal | None = None
    paid_on: dt.date | None = None
    problem: Dated | None = None
    reported_on: dt.date | None = None


@dataclass(frozen=True)
class Finding:
    """A rule over a project: it fires from ``since`` on, until ``until`` where that is known; ``words`` of a day."""

    rule: LightRule
    since: dt.date
    until: dt.date | None
    words: Callable[[dt.date], Sentence] = field(compare=False)

    def is_on(self, day: dt.date) -> bool:
        """Return whether the rule fires on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Verdict:
    """A project's light on one day, the findings that made it (the worst first), and a sentence that says why."""

    light: Light
    findings: tuple[Finding, ...]
    sentence: Sentence

    @property
    def since(self) -> dt.date | None:
        """Return the day since when it has that light by the records as they stand; None for green and no light."""
        days = [finding.since for finding in self.findings if finding.rule.colour is self.light]
        return min(days, default=None)


def judge(evidence: Evidence, rules: Sequence[LightRule], day: dt.date) -> Verdict:
    """Return the light of a project on a day, its findings and the reason in words."""
    if (without := _without_rules(evidence)) is not None:
        return without
    found = [finding for finding in foresee(evidence, rules) if finding.is_on(day)]
    found.sort(key=lambda one: (one.rule.colour is not Light.RED, one.since, one.rule.name))
    if found:
        return Verdict(
            found[0].rule.colour, tuple(found), several((_sentence(one, day) for one in _worst(found)), "；")
        )
    if is_measured(evidence):
        return Verdict(Light.GREEN, (), say("各项规则均未触发"))
    return Verdict(Light.NONE, (), say("阶段、建成年份、里程碑、年度计划和月报均不足以判断"))


def foresee(evidence: Evidence, rules: Sequence[LightRule]) -> list[Finding]:
    """Return when each rule fires if no record changes; none for a project that is halted or delivered."""
    if _without_rules(evidence) is not None:
        return []
    return [finding for rule in rules if (finding := _MEASURES[rule.condition](evidence, rule)) is not None]


def is_measured(evidence: Evidence) -> bool:
    """Return whether enough is known for a light at all: a project of which nothing is known is not green."""
    if evidence.status is not Status.ACTIVE:
        return False
    if evidence.stage is not None and evidence.stage.phase is Phase.DELIVERED:
        return True
    return any(_MEASURES[condition](evidence, _probe(condition)) is not None for condition in Condition)


def check_rules(rules: Sequence[LightRule]) -> None:
    """Refuse rules that contradict each other.

    Raises
    ------
    RuleError
        If a name is missing or stands twice, a threshold is out of range, or red begins before amber.
    """
    names = [rule.name for rule in rules]
    if "" in names or len(set(names)) < len(names):
        raise RuleError(say("每条规则都要有名称，且不能重名"), "name")
    for rule in rules:
        most = 100 if rule.condition.unit == "个百分点" else 3650
        if not 0 <= rule.above <= most:
            raise RuleError(
                say("“{rule}”的界限应在 0 至 {most} {unit}之间", rule=rule.name, most=most, unit=rule.condition.unit),
                "above",
            )
    for amber in (rule for rule in rules if rule.colour is Light.AMBER):
        for red in (rule for rule in rules if rule.colour is Light.RED and rule.condition is amber.condition):
            if red.above <= amber.above:
                raise RuleError(
                    say("“{red}”（滞后）的界限须大于“{amber}”（预警）的界限", red=red.name, amber=amber.name), "above"
                )


def _without_rules(evidence: Evidence) -> Verdict | None:
    if evidence.status is not Status.ACTIVE:
        return Verdict(Light.NONE, (), say("项目{status}，不计算红黄绿灯", status=evidence.status))
    if evidence.stage is not None and evidence.stage.phase is Phase.DELIVERED:
        return Verdict(Light.GREEN, (), say("已到“{stage}”", stage=evidence.stage))
    return None


def _worst(found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield one finding for each condition: the red one says what the amber one says, and more."""
    seen: set[Condition] = set()
    for finding in found:
        if finding.rule.condition not in seen:
            seen.add(finding.rule.condition)
            yield finding


def _sentence(finding: Finding, day: dt.date) -> Sentence:
    rule = finding.rule
    return say(
        "{rule}：{words}（大于 {above} {unit}），自 {since} 起",
        rule=rule.title,
        words=finding.words(day),
        above=rule.above,
        unit=rule.condition.unit,
        since=finding.since,
    )


def _probe(condition: Condition) -> LightRule:
    return LightRule("", condition, 0, Light.AMBER)


def _after(rule: LightRule, start: dt.date, words: Callable[[int], Sentence]) -> Finding:
    """Return the finding of a rule that counts the days since ``start``; ``words`` takes their number."""
    since = start + dt.timedelta(days=rule.above + 1)
    return Finding(rule, since, None, lambda day: words((day - start).days))


def _completion_late(evidence: Evidence, rule: LightRule) -> Finding | None:
    year = evidence.completion_year
    if evidence.stage is None or year is None:
        return None
    end = dt.date(year, 12, 31)
    return _after(rule, end, lambda days: say("应于 {year} 年底前建成，已超过 {count} 天", year=year, count=days))


def _milestone_late(evidence: Evidence, rule: LightRule) -> Finding | None:
    due = evidence.milestone
    if due is None:
        return None
    what = {"milestone": due.name, "day": due.on}
    return _after(rule, due.on, lambda days: say("“{milestone}”计划 {day} 完成，已晚 {count} 天", **what, count=days))


def _problem_overdue(evidence: Evidence, rule: LightRule) -> Finding | None:
    due = evidence.problem
    if due is None:
        return None
    what = {"problem": due.name, "day": due.on}
    return _after(rule, due.on, lambda days: say("“{problem}”应于 {day} 前解决，已超期 {count} 天", **what, count=days))


def _report_stale(evidence: Evidence, rule: LightRule) -> Finding | None:
    day = evidence.reported_on
    if day is None:
        return None
    return _after(rule, day, lambda days: say("{day} 以来 {count} 天没有月报", day=day, count=days))


def _investment_behind(evidence: Evidence, rule: LightRule) -> Finding | None:
    """Find the first day of the year on which the share of the year gone by is that far ahead of the investment."""
    if evidence.year is None or not evidence.planned_fen:
        return None
    first, last = dt.date(evidence.year, 1, 1), dt.date(evidence.year, 12, 31)
    days = (last - first).days + 1
    progress = Decimal(evidence.done_fen * 100) / evidence.planned_fen
    gone_by = min(days, int((progress + rule.above) * days / 100))

    def words(day: dt.date) -> Sentence:
        elapsed = Decimal(((day - first).days + 1) * 100) / days
        return say(
            "{year} 年投资进度 {progress:.1f}%，时间进度 {elapsed:.1f}%，落后 {behind:.1f} 个百分点",
            year=first.year,
            progress=progress,
            elapsed=elapsed,
            behind=elapsed - progress,
        )

    return Finding(rule, first + dt.timedelta(days=gone_by), last, words)


def _payment_ahead(evidence: Evidence, rule: LightRule) -> Finding | None:
    paid, physical, since = evidence.paid_percent, evidence.physical_percent, evidence.paid_on
    if paid is None or physical is None or since is None:
        return None
    ahead = paid - physical
    what = say(
        "支付 {paid:.1f}%，形象进度 {physical:.1f}%，超前 {ahead:.1f} 个百分点",
        paid=paid,
        physical=physical,
        ahead=ahead,
    )
    return Finding(rule, since, None if ahead > rule.above else since - dt.timedelta(days=1), lambda _day: what)


_MEASURES = {
    Condition.COMPLETION_LATE: _completion_late,
    Condition.MILESTONE_LATE: _milestone_late,
    Condition.INVESTMENT_BEHIND: _investment_behind,
    Condition.PAYMENT_AHEAD: _payment_ahead,
    Condition.PROBLEM_OVERDUE: _problem_overdue,
    Condition.REPORT_STALE: _report_stale,
}
