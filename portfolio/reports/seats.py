"""Seats at risk: how many seats each September term gets by plan and by expectation, and what a slip would cost.

A school opens with the first 1 September on or after the day of its milestone 移交投用. A project without seats or
without that day is counted apart, never as nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.layouts import NOWHERE, NoTown
from portfolio.domain.openings import SLIPS
from portfolio.domain.sentences import say
from portfolio.domain.shares import split_exactly
from portfolio.domain.terms import Level
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.queries import seats as queries
from portfolio.store.queries.districts import list_districts
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.towns import list_towns

_NOTES = (
    say(
        "在 9 月 1 日及以前移交投用的，计入当年秋季学期。按预计：有实际日期的用实际日期，"
        "其余用预计日期，没有预计的用计划日期。"
    ),
    say("“再推迟”一列是再推迟这么久就赶不上原定秋季学期的学位，已投用的不计；推迟 2 个月的包含推迟 1 个月的。"),
    say("未计入：没有填学位，或没有“移交投用”日期的项目。"),
)
_TOWN_NOTE = say(
    "镇街按界线算，跨界用地的学位按面积分摊，点开列出的是整个项目；没有镇街界线的区县，"
    "只认位置落在镇街点位上的项目，其余记作镇街不明。"
)


_Sides = Mapping[Sequence[Any], Mapping[str, Any]]


@dataclass
class Seats:
    """Seats of one row: by September term as planned and as expected, lost by slips; projects that count and not."""

    planned: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    expected: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    lost: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))  # by term and months
    projects: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # by expected term
    without_seats: int = 0
    without_day: int = 0

    def add(self, row: Any, seats: int | None, count: int) -> None:
        """Add the seats of some projects of the same terms."""
        if seats is None:
            self.without_seats += count
        elif row.expected is None:
            self.without_day += count
        else:
            self._add_terms(row, seats, count)

    def _add_terms(self, row: Any, seats: int, count: int) -> None:
        if row.planned is not None:
            self.planned[int(row.planned)] += seats
        term = int(row.expected)
        self.expected[term] += seats
        self.projects[term] += count
        for months in SLIPS:
            if row.slip and row.slip <= months:
                self.lost[term, months] += seats

    @property
    def uncounted(self) -> int:
        """Return how many projects count with no term."""
        return self.without_seats + self.without_day

    def lost_by(self, months: int) -> int:
        """Return the seats that a slip of so many months takes out of their terms."""
        return sum(seats for (_, slip), seats in self.lost.items() if slip == months)


@dataclass(frozen=True)
class SeatsTable:
    """One table and, for each of its rows, the sides of the filter that mean the projects of that row."""

    table: Table
    sides: _Sides

    def value(self, row: Sequence[Any], key: str) -> Any:
        """Return what a row has in a column."""
        return row[[column.key for column in self.table.columns].index(key)]


@dataclass(frozen=True)
class SeatsAtRisk:
    """The tables by term, by level and by town; ``whole`` is what all of them add up to."""

    terms: SeatsTable
    levels: SeatsTable
    towns: SeatsTable
    whole: Seats


def seats_at_risk(session: Session, chosen: ProjectFilter) -> SeatsAtRisk:
    """Return the seats of the projects meant by September term, by level and by town."""
    whole, by_level, by_town = _read(session, chosen)
    years = sorted(whole.expected)
    levels: list[_Row] = [((one,), {"level": one.value}, by_level[one]) for one in Level if one in by_level]
    towns = _town_rows(session, chosen, by_town)
    level_table = Table("各学段学位（个）", (Column("level", "学段", Kind.TERM, 14),), (), notes=_NOTES)
    town_table = Table("各镇街学位（个）", _TOWN_COLUMNS, (), notes=(*_NOTES, _TOWN_NOTE))
    tables = (_table(level_table, levels, years, whole), _table(town_table, towns, years, whole))
    return SeatsAtRisk(_terms_table(whole), *tables, whole)


_ByTown = Mapping[tuple[str, str], Seats]


def _read(session: Session, chosen: ProjectFilter) -> tuple[Seats, Mapping[Level, Seats], _ByTown]:
    """Return the seats of all, by level, and by district and town; what no town is known of stands under ``NOWHERE``.

    A project that several towns share gives each its part of the seats, but stands in each with the whole of itself
    among the projects.
    """
    whole, day = Seats(), chosen.today or today()
    by_level: dict[Level, Seats] = defaultdict(Seats)
    by_town: dict[tuple[str, str], Seats] = defaultdict(Seats)
    for row in queries.sum_seats(session, chosen, day):
        for sums in (whole, by_level[row.level], by_town[row.adcode, row.town or NOWHERE]):
            sums.add(row, None if row.seats is None else int(row.seats), row.count)
    for _, shared in groupby(queries.list_across_towns(session, chosen, day), key=lambda row: row.id):
        parts = list(shared)
        for sums in (whole, by_level[parts[0].level]):
            sums.add(parts[0], parts[0].seats, 1)
        for part, seats in _split(parts):
            by_town[part.adcode, part.town].add(part, seats, 1)
    return whole, by_level, by_town


def _split(parts: Sequence[Any]) -> Iterator[tuple[Any, int | None]]:
    weights = {part.town: part.share_ppm for part in parts}
    seats = parts[0].seats
    shares = dict.fromkeys(weights) if seats is None else split_exactly(seats, weights)
    return ((part, shares[part.town]) for part in parts)


_TOWN_COLUMNS = (Column("town", "镇街", Kind.TEXT, 16), Column("district", "区县", Kind.TEXT, 10))
_Row = tuple[Sequence[Any], Mapping[str, Any], Seats]


def _town_rows(session: Session, chosen: ProjectFilter, found: _ByTown) -> list[_Row]:
    """Return the rows of the towns that have any project, district by district, what lies in no town at the end."""
    towns = list_towns(session, chosen.today or today(), chosen.district)
    rows: list[_Row] = []
    for one in list_districts(session):
        named: dict[str, Any] = {town.key: town.name for town in towns if town.adcode == one.adcode}
        named |= {none.value: none for none in NoTown}
        rows += [
            ((name, one.name), {"district": one.adcode, "town": key}, found[one.adcode, key])
            for key, name in named.items()
            if (one.adcode, key) in found
        ]
    return rows


def _terms_table(whole: Seats) -> SeatsTable:
    """Return one row per September term that any project is planned or expected for."""
    columns = (
        Column("term", "秋季学期", Kind.YEAR, 10),
        Column("planned", "按计划", Kind.COUNT, 10),
        Column("expected", "按预计", Kind.COUNT, 10),
        Column("gap", "差额", Kind.COUNT, 10),
        *_SLIP_COLUMNS,
        Column("projects", "预计投用项目", Kind.COUNT, 12),
    )
    rows = [_term_row(whole, year) for year in sorted({*whole.planned, *whole.expected})]
    sides: _Sides = {row: {"term": row[0]} for row in rows}
    return SeatsTable(Table("各学期学位（个）", columns, rows, None, _NOTES, len(rows)), sides)


def _term_row(whole: Seats, year: int) -> tuple[int, ...]:
    planned, expected = whole.planned[year], whole.expected[year]
    lost = (whole.lost[year, months] for months in SLIPS)
    return (year, planned, expected, expected - planned, *lost, whole.projects[year])


_SLIP_COLUMNS = (
    Column("slip_1", "再推迟 1 个月少", Kind.COUNT, 14),
    Column("slip_2", "再推迟 2 个月少", Kind.COUNT, 14),
    Column("slip_3", "再推迟 3 个月少", Kind.COUNT, 14),
)


def _table(named: Table, rows: Sequence[_Row], years: Sequence[int], whole: Seats) -> SeatsTable:
    """Return one row per level or town: seats by expected term, all of them, lost by slips, projects not counted."""
    columns = (
        *named.columns,
        *(Column(f"term_{year}", str(year), Kind.COUNT, 10) for year in years),
        Column("all", "合计", Kind.COUNT, 10),
        *_SLIP_COLUMNS,
        Column("uncounted", "未计入项目", Kind.COUNT, 11),
    )
    sides: _Sides = {(*names, *_figures(seats, years)): side for names, side, seats in rows}
    totals = (*(None for _ in named.columns), *_figures(whole, years))
    return SeatsTable(replace(named, columns=columns, rows=list(sides), totals=totals, count=len(sides)), sides)


def _figures(seats: Seats, years: Sequence[int]) -> tuple[int, ...]:
    by_term = [seats.expected[year] for year in years]
    return (*by_term, sum(by_term), *map(seats.lost_by, SLIPS), seats.uncounted)
