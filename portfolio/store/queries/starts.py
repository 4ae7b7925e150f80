"""Which projects were to start building in a year, and how far they had come on a day."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.terms import Level, Phase, Stage, Status
from portfolio.store.models import District, Project, Revision
from portfolio.store.queries.entries import midnight_after
from portfolio.store.queries.projects import ProjectFilter, conditions

_GONE = (Status.CANCELLED, Status.MERGED)


@dataclass(frozen=True)
class Start:
    """One project that was to start in the year: who it is today, stage and status as of the day."""

    code: str
    name: str
    district: str
    level: Level
    stage: Stage | None
    status: Status

    @property
    def has_started(self) -> bool:
        """Return whether building had begun; an unknown stage is not taken for a beginning."""
        return self.stage is not None and self.stage.phase is not Phase.PLANNED


def list_starts(session: Session, chosen: ProjectFilter, day: dt.date) -> list[Start]:
    """List the projects meant whose year of start was the year of ``day``, by code, cancelled and merged ones left out.

    A day before today is answered out of the history of each project, for the projects that the filter means today.
    """
    found = _of_today(session, chosen, day.year) if day >= today() else _of_past(session, chosen, day)
    return [one for one in found if one.status not in _GONE]


def _of_today(session: Session, chosen: ProjectFilter, year: int) -> Iterator[Start]:
    columns = (Project.code, Project.name, District.name, Project.level, Project.stage, Project.status)
    statement = select(*columns).join(District, District.id == Project.district_id)
    statement = statement.where(Project.start_year == year, *conditions(chosen)).order_by(Project.code)
    return (Start(*row) for row in session.execute(statement))


def _of_past(session: Session, chosen: ProjectFilter, day: dt.date) -> Iterator[Start]:
    newest = select(func.max(Revision.id)).where(
        Revision.record_type == Project.__tablename__, Revision.at < midnight_after(day)
    )
    newest = newest.group_by(Revision.record_id)
    columns = (Project.code, Project.name, District.name, Project.level, Revision.state)
    statement = select(*columns).join(Project, Project.id == Revision.record_id)
    statement = statement.join(District, District.id == Project.district_id)
    # states are canonical JSON with sorted keys, so this text stands in one exactly where the year is that
    planned = Revision.state.contains(f'"start_year":{day.year},')
    statement = statement.where(Revision.id.in_(newest), planned, *conditions(chosen)).order_by(Project.code)
    return (_as_it_was(row) for row in session.execute(statement))


def _as_it_was(row: Any) -> Start:
    state = json.loads(row.state)
    stage = Stage(state["stage"]) if state["stage"] else None  # type: ignore[call-arg]
    return Start(*row[:4], stage, Status(state["status"]))  # type: ignore[call-arg]
