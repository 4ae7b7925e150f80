"""What a project page shows of its programme and phases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.lights import Light
from portfolio.domain.terms import MoneyState
from portfolio.store.models import Project
from portfolio.store.queries.ledger import sum_by_project
from portfolio.store.queries.lights import read_shown
from portfolio.store.queries.phases import list_phases
from portfolio.store.queries.projects import ProjectFilter


@dataclass(frozen=True)
class Line:
    """A programme or a phase: the project, its light, and the money received in fen, None where none is recorded."""

    project: Project
    light: Light
    received_fen: int | None


class Sum(NamedTuple):
    """A sum over what is known, None where nothing is, and of how many lines it is."""

    value: int | None
    known: int


@dataclass(frozen=True)
class Programme:
    """A project with its phases."""

    own: Line
    phases: Sequence[Line]

    @property
    def codes(self) -> str:
        """Return the codes of the project and its phases, as the register's filter takes them."""
        return ",".join(line.project.code for line in (self.own, *self.phases))

    @property
    def is_counted_twice(self) -> bool:
        """Return whether project and phases both state a total investment, so that the register adds it twice."""
        return bool(self.own.project.total_investment_fen and self.total_investment_fen.value)

    @property
    def seats(self) -> Sum:
        """Return the seats of the phases."""
        return _add([line.project.seats for line in self.phases])

    @property
    def total_investment_fen(self) -> Sum:
        """Return the total investment of the phases."""
        return _add([line.project.total_investment_fen for line in self.phases])

    @property
    def received_fen(self) -> Sum:
        """Return the money received of the phases."""
        return _add([line.received_fen for line in self.phases])


def read_programme(session: Session, project: Project) -> Programme | None:
    """Return the programme that a project is, or is a phase of; None for one that stands alone."""
    programme = project if project.parent_id is None else session.get_one(Project, project.parent_id)
    phases = list_phases(session, programme)
    if not phases:
        return None
    own, *lines = _lines(session, [programme, *phases])
    return Programme(own, lines)


def _lines(session: Session, found: Sequence[Project]) -> list[Line]:
    shown = read_shown(session, [one.id for one in found], today())
    rows = sum_by_project(session, ProjectFilter(codes=tuple(one.code for one in found)))
    received = {row.code: int(row.fen) for row in rows if row.state is MoneyState.RECEIVED}
    return [Line(one, shown[one.id][0], received.get(one.code)) for one in found]


def _add(numbers: Sequence[int | None]) -> Sum:
    known = [number for number in numbers if number is not None]
    return Sum(sum(known) if known else None, len(known))
