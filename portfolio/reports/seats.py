"""Seats at risk: how many seats each September term gets by plan and by expectation, and what a slip would cost.

A school opens with the first 1 September on or after the day of its milestone 移交投用. A project without seats or
without that day is counted apart, never as nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.terms import Level
from portfolio.store.queries.milestones import list_openings
from portfolio.store.queries.projects import ProjectFilter

SLIPS = (1, 2, 3)  # months


@dataclass(frozen=True)
class Opening:
    """One project with its seats and the terms it opens with by plan and by expectation; None is unknown."""

    code: str
    name: str
    level: Level
    seats: int
    planned: int | None
    expected: int
    lost: Mapping[int, int]


@dataclass(frozen=True)
class TermRow:
    """One September term: seats by plan and by expectation, and seats lost to a slip by months, of one level or all."""

    year: int
    level: Level | None
    planned: int
    expected: int
    lost: Mapping[int, int]
    projects: Sequence[Opening]


@dataclass(frozen=True)
class SeatsAtRisk:
    """Terms in order, each whole and then by level; how many projects have no seats, and how many no day of opening."""

    terms: Sequence[TermRow]
    without_seats: int
    without_day: int


def term_of(day: dt.date) -> int:
    """Return the year of the first 1 September on or after a day."""
    return day.year if (day.month, day.day) <= (9, 1) else day.year + 1


def months_later(day: dt.date, months: int) -> dt.date:
    """Return the day some months later; the last of the month where that has fewer days."""
    index = day.year * 12 + day.month - 1 + months
    first = dt.date(index // 12, index % 12 + 1, 1)
    last = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    return min(first + dt.timedelta(days=day.day - 1), last)


def seats_at_risk(session: Session, chosen: ProjectFilter) -> SeatsAtRisk:
    """Return the seats of the projects meant by September term."""
    rows = list_openings(session, chosen)
    openings = [opening for row in rows if row.seats and (opening := _opening(row)) is not None]
    without_seats = sum(1 for row in rows if not row.seats)
    return SeatsAtRisk(_terms(openings), without_seats, len(rows) - without_seats - len(openings))


def _opening(row: Any) -> Opening | None:
    day = row.actual_on or row.forecast_on or row.planned_on
    if day is None:
        return None
    slips = () if row.actual_on else SLIPS
    lost = {months: row.seats for months in slips if term_of(months_later(day, months)) > term_of(day)}
    planned = term_of(row.planned_on) if row.planned_on else None
    return Opening(row.code, row.name, row.level, row.seats, planned, term_of(day), lost)


def _terms(openings: Sequence[Opening]) -> Sequence[TermRow]:
    years = sorted({year for one in openings for year in (one.planned, one.expected) if year is not None})
    rows = []
    for year in years:
        touched = [one for one in openings if year in (one.planned, one.expected)]
        by_level: dict[Level, list[Opening]] = defaultdict(list)
        for one in touched:
            by_level[one.level].append(one)
        rows.append(_row(year, None, touched))
        rows += [_row(year, level, by_level[level]) for level in Level if by_level[level]]
    return rows


def _row(year: int, level: Level | None, openings: Sequence[Opening]) -> TermRow:
    expected = [one for one in openings if one.expected == year]
    return TermRow(
        year=year,
        level=level,
        planned=sum(one.seats for one in openings if one.planned == year),
        expected=sum(one.seats for one in expected),
        lost={months: sum(one.lost.get(months, 0) for one in expected) for months in SLIPS},
        projects=openings,
    )
