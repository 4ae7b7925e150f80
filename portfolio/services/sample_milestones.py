"""Milestones of synthetic projects: gates planned, passed and expected, within the rules for typed ones."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any, ClassVar

from portfolio.domain.clock import today
from portfolio.domain.milestones import LATE_DAYS, DelayReason
from portfolio.domain.samples import MARK
from portfolio.domain.terms import Stage, Status
from portfolio.services.sample_projects import turn
from portfolio.store.base import utc_now
from portfolio.store.models import Baseline, Milestone, Project

MOST_PROJECTS = 300  # enough to try every page; thousands of them would only make the sample slow
GATES = (Stage.FEASIBILITY, Stage.DESIGN, Stage.STARTED, Stage.TOPPED_OUT, Stage.ACCEPTED, Stage.IN_USE)
_ORDER = tuple(Stage)
_MONTHS_BEFORE_START = {Stage.FEASIBILITY: 10, Stage.DESIGN: 5}
_SHARE_OF_WORKS = {Stage.STARTED: 0.0, Stage.TOPPED_OUT: 0.55, Stage.ACCEPTED: 0.9, Stage.IN_USE: 1.0}


class MilestoneMaker:
    """Makes the gates of one batch of projects after the other; each model in ``NUMBERED`` has its own numbers."""

    NUMBERED: ClassVar[tuple[type[Any], ...]] = (Milestone, Baseline)

    def __init__(self, draw: random.Random, first: Mapping[type[Any], int]) -> None:
        self.draw, self.left = draw, MOST_PROJECTS
        self.numbers = {model: count(number) for model, number in first.items()}

    def records(self, projects: Sequence[Project]) -> list[Any]:
        """Return the milestones and first baselines of the projects of a batch; nothing for those without a stage."""
        chosen = [one for one in projects if one.stage is not None and one.status is Status.ACTIVE][: self.left]
        self.left -= len(chosen)
        return [record for project in chosen for record in self._gates(project)]

    def _gates(self, project: Project) -> Iterator[Milestone | Baseline]:
        planned = _planned(project)
        slip = dt.timedelta(days=self.draw.randint(-20, 45))
        if any(day + slip > today() for gate, day in planned.items() if _is_passed(project, gate)):
            return  # a project that is further than its years allow
        for gate, day in planned.items():
            yield self._gate(project, gate, day, slip)
        first = {gate.value: (day - dt.timedelta(days=30)).isoformat() for gate, day in planned.items()}
        yield Baseline(
            id=next(self.numbers[Baseline]),
            project_id=project.id,
            number=1,
            reason=MARK,
            days=json.dumps(first),
            made_by=MARK,
            made_at=utc_now(),
        )

    def _gate(self, project: Project, gate: Stage, planned: dt.date, slip: dt.timedelta) -> Milestone:
        is_passed, number = _is_passed(project, gate), GATES.index(gate)
        ahead = number + 1 - sum(_is_passed(project, one) for one in GATES)
        passed_on = planned + slip if is_passed else None
        expected = None if is_passed else max(planned + slip, today() + dt.timedelta(days=100 * ahead))
        is_late = ((passed_on or expected or planned) - planned).days > LATE_DAYS
        return Milestone(
            id=next(self.numbers[Milestone]),
            project_id=project.id,
            stage=gate,
            planned_on=planned,
            actual_on=passed_on,
            forecast_on=expected,
            is_confirmed=is_passed and number % 2 == 0,
            delay_reason=turn(tuple(DelayReason), project.id) if is_late else None,
        )


def _is_passed(project: Project, gate: Stage) -> bool:
    return project.stage is not None and _ORDER.index(gate) <= _ORDER.index(project.stage)


def _planned(project: Project) -> dict[Stage, dt.date]:
    """Return the planned day of each gate: approvals before the works, the works between both years of the project."""
    start = dt.date(project.start_year or today().year, 3, 1)
    works = dt.date(project.completion_year or start.year + 2, 8, 20) - start
    before = {gate: start - dt.timedelta(days=30 * months) for gate, months in _MONTHS_BEFORE_START.items()}
    return before | {gate: start + works * share for gate, share in _SHARE_OF_WORKS.items()}
