"""Timelines: what was planned, expected and reached when, for the stages of one project or for many projects."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.milestones import Foretold, foretell
from portfolio.domain.sentences import say
from portfolio.domain.terms import Stage, Term
from portfolio.store.models import Approval, Baseline, Milestone, Project
from portfolio.store.queries import milestones as queries
from portfolio.store.queries.projects import ProjectFilter

GATES = (Stage.STARTED, Stage.ACCEPTED, Stage.IN_USE)


class BarKind(Term):
    """What a bar of a timeline stands for."""

    BASELINE = "baseline", "基线"
    PLANNED = "planned", "计划"
    FORECAST = "forecast", "预计"
    ACTUAL = "actual", "实际"


@dataclass(frozen=True)
class Bar:
    """One span of days; a single day where it starts and ends on the same."""

    kind: BarKind
    start: dt.date
    end: dt.date


@dataclass(frozen=True)
class Gate:
    """One day that decides (开工, 竣工, 投用)."""

    label: str
    day: dt.date
    is_actual: bool


@dataclass(frozen=True)
class Row:
    """One line of a timeline; ``code`` is the project's, where the line stands for one."""

    label: str
    bars: Sequence[Bar]
    gates: Sequence[Gate] = ()
    code: str | None = None


@dataclass(frozen=True)
class Timeline:
    """One row per stage or project that has any day, in order; ``count`` of them in all, ``without`` have none."""

    title: str
    rows: Sequence[Row]
    count: int
    without: int
    today: dt.date

    @property
    def span(self) -> tuple[dt.date, dt.date]:
        """Return the first and the last day to show, today among them."""
        days = [day for row in self.rows for bar in row.bars for day in (bar.start, bar.end)]
        return min([self.today, *days]), max([self.today, *days])


@dataclass(frozen=True)
class MilestonePage:
    """What the page of a project's milestones shows."""

    stages: Sequence[Stage]
    rows: Sequence[Milestone]
    baselines: Sequence[Baseline]
    approvals: Sequence[Approval]
    timeline: Timeline
    foretold: Foretold | None
    history: int

    @property
    def by_stage(self) -> Mapping[Stage, Milestone]:
        """Return the milestones by stage."""
        return {row.stage: row for row in self.rows}

    @property
    def baseline_days(self) -> Mapping[Stage, dt.date]:
        """Return the days of the newest baseline."""
        return days_of(self.baselines[0]) if self.baselines else {}


def days_of(baseline: Baseline) -> Mapping[Stage, dt.date]:
    """Return the planned day of each stage that a baseline keeps."""
    return {Stage.from_label(code): dt.date.fromisoformat(day) for code, day in json.loads(baseline.days).items()}


def milestone_page(session: Session, project: Project) -> MilestonePage:
    """Gather a project's milestones, what they are held against, and what history foretells."""
    rows = queries.list_milestones(session, project)
    baselines = queries.list_baselines(session, project)
    durations = queries.list_durations(session, project.nature, project.level)
    by_stage = {row.stage: row for row in rows}
    started, accepted = by_stage.get(Stage.STARTED), by_stage.get(Stage.ACCEPTED)
    is_under_way = started and started.actual_on and not (accepted and accepted.actual_on)
    stages = [one for one in Stage if one in by_stage or one in _stages(session, project)]
    return MilestonePage(
        stages=stages,
        rows=rows,
        baselines=baselines,
        approvals=queries.list_approvals(session, project),
        timeline=_project_timeline(project, rows, days_of(baselines[0]) if baselines else {}),
        foretold=foretell(durations, started.actual_on) if is_under_way and started and started.actual_on else None,
        history=len(durations),
    )


def _stages(session: Session, project: Project) -> Sequence[Stage]:
    return queries.stages_of(session, project.nature, project.level)


def _project_timeline(project: Project, rows: Sequence[Milestone], baseline: Mapping[Stage, dt.date]) -> Timeline:
    """Draw each stage from the day of the one before it."""
    drawn: list[Row] = []
    before: dict[BarKind, dt.date] = {}
    for row in rows:
        days = _days(row, baseline.get(row.stage))
        drawn.append(
            Row(say("{stage}", stage=row.stage), [Bar(kind, before.get(kind, day), day) for kind, day in days])
        )
        before |= dict(days)
    return Timeline(project.full_name, drawn, len(drawn), 0, today())


def _days(row: Milestone, baseline: dt.date | None) -> list[tuple[BarKind, dt.date]]:
    """Return the days of a milestone by kind; what has happened is expected no more."""
    expected = None if row.actual_on else row.forecast_on
    pairs = (
        (BarKind.BASELINE, baseline),
        (BarKind.PLANNED, row.planned_on),
        (BarKind.ACTUAL, row.actual_on),
        (BarKind.FORECAST, expected),
    )
    return [(kind, day) for kind, day in pairs if day is not None]


def portfolio_timeline(session: Session, chosen: ProjectFilter, *, limit: int, offset: int) -> Timeline:
    """Return one row per project meant that has milestones, by code, a page at a time."""
    count, without = queries.count_with_milestones(session, chosen)
    shown = queries.list_with_milestones(session, chosen, limit=limit, offset=offset)
    numbers = [project.id for project in shown]
    found: dict[int, list[Milestone]] = defaultdict(list)
    for row in queries.list_milestones_of(session, numbers):
        found[row.project_id].append(row)
    baselines = {number: days_of(one) for number, one in queries.list_last_baselines(session, numbers).items()}
    rows = [_portfolio_row(one, found[one.id], baselines.get(one.id, {})) for one in shown]
    return Timeline("建设进度", rows, count, without, today())


def _portfolio_row(project: Project, rows: Sequence[Milestone], baseline: Mapping[Stage, dt.date]) -> Row:
    spans: dict[BarKind, list[dt.date]] = defaultdict(list)
    for row in rows:
        for kind, reached in _days(row, baseline.get(row.stage)):
            spans[kind].append(reached)
    if spans[BarKind.FORECAST] and spans[BarKind.ACTUAL]:
        spans[BarKind.FORECAST].append(max(spans[BarKind.ACTUAL]))
    bars = [Bar(kind, min(spans[kind]), max(spans[kind])) for kind in BarKind if spans[kind]]
    gates = [
        Gate(say("{stage}", stage=row.stage), day, row.actual_on is not None)
        for row in rows
        if row.stage in GATES and (day := row.actual_on or row.forecast_on or row.planned_on)
    ]
    return Row(project.full_name, bars, gates, project.code)
