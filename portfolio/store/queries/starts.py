"""Which projects were to start building in a year, and how far they had come on a day."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.terms import Level, Phase, Stage, Status
from portfolio.store.models import District, Milestone, Project, Revision
from portfolio.store.queries.entries import midnight_after
from portfolio.store.queries.openings import is_to_start_in
from portfolio.store.queries.projects import ProjectFilter, conditions

_GONE = (Status.CANCELLED, Status.MERGED)


@dataclass(frozen=True)
class Start:
    """One project that was to start in the year: who it is today, plan, stage and status as of the day."""

    day: dt.date
    code: str
    name: str
    district: str
    level: Level
    planned_on: dt.date | None
    started_on: dt.date | None
    stage: Stage | None
    status: Status

    @property
    def has_started(self) -> bool:
        """Return whether building had begun: its actual day tells, else the stage; an unknown one is no beginning."""
        if self.started_on is not None:
            return self.started_on <= self.day
        return self.stage is not None and self.stage.phase is not Phase.PLANNED

    @property
    def is_unknown(self) -> bool:
        """Return whether nothing says how far it has come."""
        return self.started_on is None and self.stage is None


def list_starts(session: Session, chosen: ProjectFilter, day: dt.date) -> list[Start]:
    """List the projects meant that were to start in the year of ``day``, by code, cancelled and merged ones left out.

    A day before today is answered out of the history of each project and its milestones, for the projects that the
    filter means today; the actual day of a start counts from itself on, whenever it was entered.
    """
    found = _of_today(session, chosen, day) if day >= today() else _of_past(session, chosen, day)
    return [one for one in found if one.status not in _GONE]


_WHO = (Project.code, Project.name, District.name, Project.level)


def _with_start(statement: Select[Any]) -> Select[Any]:
    """Join the district and the milestone 开工, where there is one."""
    start = and_(Milestone.project_id == Project.id, Milestone.stage == Stage.STARTED)
    return statement.join(District, District.id == Project.district_id).outerjoin(Milestone, start)


def _of_today(session: Session, chosen: ProjectFilter, day: dt.date) -> Iterator[Start]:
    columns: tuple[Any, ...] = (*_WHO, Milestone.planned_on, Milestone.actual_on, Project.stage, Project.status)
    statement: Select[Any] = _with_start(select(*columns).select_from(Project))
    statement = statement.where(is_to_start_in(day.year), *conditions(chosen))
    return (Start(day, *row) for row in session.execute(statement.order_by(Project.code)))


def _of_past(session: Session, chosen: ProjectFilter, day: dt.date) -> Iterator[Start]:
    plan = _plans_of_past(day).subquery()
    state = Revision.state
    # states are canonical JSON with sorted keys, so these texts stand in one exactly where the year is that
    by_register = and_(plan.c.project_id.is_(None), state.contains(f'"start_year":{day.year},'))
    by_milestone = plan.c.state.contains(f'"planned_on":"{day.year}-')
    columns = (*_WHO, plan.c.state.label("plan"), Milestone.actual_on, state)
    statement = _with_start(select(*columns).join(Project, Project.id == Revision.record_id))
    statement = statement.outerjoin(plan, plan.c.project_id == Project.id)
    statement = statement.where(Revision.id.in_(_newest(Project, day)), or_(by_milestone, by_register))
    rows = session.execute(statement.where(*conditions(chosen)).order_by(Project.code))
    return (_as_it_was(row, day) for row in rows)


def _plans_of_past(day: dt.date) -> Select[int, str]:
    """Return the milestones 开工 that had a planned day on a day, as SQL: ``project_id``, ``state`` as JSON text."""
    statement = select(Milestone.project_id, Revision.state).join(Revision, Revision.record_id == Milestone.id)
    wanted = (Revision.id.in_(_newest(Milestone, day)), Revision.state.contains('"planned_on":"'))
    return statement.where(Milestone.stage == Stage.STARTED, *wanted)


def _newest(model: type[Milestone | Project], day: dt.date) -> Select[int]:
    """Return the revision of each record that stood at the end of a day, as SQL."""
    newest = select(func.max(Revision.id)).where(Revision.record_type == model.__tablename__)
    return newest.where(Revision.at < midnight_after(day)).group_by(Revision.record_id)


def _as_it_was(row: Any, day: dt.date) -> Start:
    *who, plan, started_on, text = row
    state = json.loads(text)
    stage = Stage(state["stage"]) if state["stage"] else None  # type: ignore[call-arg]
    planned_on = dt.date.fromisoformat(json.loads(plan)["planned_on"]) if plan else None
    return Start(day, *who, planned_on, started_on, stage, Status(state["status"]))  # type: ignore[call-arg]
