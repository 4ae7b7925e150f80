"""Milestones: which stages a project passes through, in which order its dates may stand, and what history foretells."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import Sentence, say
from portfolio.domain.terms import Nature, Stage, Term

LEAST_HISTORY = 8
LATE_DAYS = 30  # from here on a delay needs a coded reason

_BUILDING = (Stage.FOUNDATION, Stage.STRUCTURE, Stage.TOPPED_OUT, Stage.FINISHING)
_LEFT_OUT: Mapping[Nature, tuple[Stage, ...]] = {
    Nature.RENOVATION: (Stage.FOUNDATION, Stage.TOPPED_OUT),
    Nature.EQUIPMENT: (Stage.STARTED, *_BUILDING),
}


class DelayReason(Term):
    """Why a milestone is late (滞后原因)."""

    LAND = "land", "用地征拆"
    FUNDS = "funds", "资金未落实"
    APPROVAL = "approval", "前期审批"
    DESIGN = "design", "设计变更"
    TENDER = "tender", "招投标"
    CONTRACTOR = "contractor", "施工组织"
    WEATHER = "weather", "天气与地质"
    UTILITIES = "utilities", "管线与市政配套"
    OTHER = "other", "其他"


class ApprovalKind(Term):
    """An approval that runs out, or that later ones rest on (批复)."""

    PROPOSAL = "proposal", "项目建议书"
    FEASIBILITY = "feasibility", "可行性研究报告"
    SITE = "site", "用地预审与选址"
    ENVIRONMENT = "environment", "环境影响评价"
    DESIGN = "design", "初步设计及概算"
    PERMIT = "permit", "施工许可"
    OTHER = "other", "其他批复"


VALID_YEARS: Mapping[ApprovalKind, int] = {
    ApprovalKind.FEASIBILITY: 2,
    ApprovalKind.SITE: 3,
    ApprovalKind.ENVIRONMENT: 5,
}


@dataclass(frozen=True, kw_only=True)
class MilestoneDraft:
    """What is said of one stage of a project; a day that is not known is None."""

    stage: Stage
    planned_on: dt.date | None = None
    forecast_on: dt.date | None = None
    actual_on: dt.date | None = None
    is_confirmed: bool = False
    delay_reason: DelayReason | None = None

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is said."""
        return not (self.planned_on or self.forecast_on or self.actual_on)

    @property
    def days_late(self) -> int:
        """Return by how many days the actual day, or else the expected one, is behind the plan; 0 where it is not."""
        reached = self.actual_on or self.forecast_on
        return max(0, (reached - self.planned_on).days) if reached and self.planned_on else 0


@dataclass(frozen=True, kw_only=True)
class ApprovalDraft:
    """One approval; without ``valid_until`` it does not run out."""

    kind: ApprovalKind
    number: str
    issuer: str | None
    approved_on: dt.date
    valid_until: dt.date | None = None


def default_stages(nature: Nature) -> tuple[Stage, ...]:
    """Return the stages a project passes through, unless the office says otherwise."""
    return tuple(stage for stage in Stage if stage not in _LEFT_OUT.get(nature, ()))


def check_milestones(drafts: Sequence[MilestoneDraft], today: dt.date) -> None:
    """Refuse days that contradict each other.

    Raises
    ------
    RuleError
        If a stage comes before an earlier one in plan, expectation or fact, an actual day is still to come, or a
        delay of more than 30 days has no reason. The field is ``<stage>-<column>``.
    """
    ordered = sorted(drafts, key=lambda one: list(Stage).index(one.stage))
    for name, label in (("planned_on", say("计划")), ("forecast_on", say("预计")), ("actual_on", say("实际"))):
        _check_order([(one.stage, getattr(one, name)) for one in ordered], name, label)
    for one in ordered:
        if one.actual_on is not None and one.actual_on > today:
            raise RuleError(
                say("“{stage}”的实际日期晚于今天，还没发生的请填预计日期", stage=one.stage),
                f"{one.stage.value}-actual_on",
            )
        if one.days_late > LATE_DAYS and one.delay_reason is None:
            sentence = say("“{stage}”比计划晚 {days_late} 天，请选择滞后原因", stage=one.stage, days_late=one.days_late)
            raise RuleError(sentence, f"{one.stage.value}-delay_reason")


def _check_order(days: Sequence[tuple[Stage, dt.date | None]], name: str, label: Sentence) -> None:
    last_stage, last = None, None
    for stage, day in days:
        if day is None:
            continue
        if last is not None and last_stage is not None and day < last:
            sentence = say(
                "“{stage}”的{label}日期 {day} 早于“{last_stage}”的 {last}，请核对",
                stage=stage,
                label=label,
                day=day,
                last_stage=last_stage,
                last=last,
            )
            raise RuleError(sentence, f"{stage.value}-{name}")
        last_stage, last = stage, day


def later_by_years(day: dt.date, years: int) -> dt.date:
    """Return the day before the same day some years later: an approval of 2025-03-01 for 2 years ends 2027-02-28."""
    try:
        end = day.replace(year=day.year + years)
    except ValueError:  # 29 February
        end = dt.date(day.year + years, 3, 1)
    return end - dt.timedelta(days=1)


@dataclass(frozen=True)
class Foretold:
    """When a project that has started will be accepted, by the durations of ``n`` completed ones of its kind."""

    n: int
    half_on: dt.date
    most_on: dt.date


def foretell(durations: Sequence[int], started_on: dt.date) -> Foretold | None:
    """Return the days by which half and four fifths of such projects were accepted; None below 8 of them.

    ``durations`` are the days from start of construction to acceptance.
    """
    if len(durations) < LEAST_HISTORY:
        return None
    tenths = statistics.quantiles(durations, n=10, method="inclusive")
    half, most = (started_on + dt.timedelta(days=round(tenths[at])) for at in (4, 7))
    return Foretold(len(durations), half, most)
