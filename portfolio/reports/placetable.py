"""A table of places before it is saved: every row checked against the register, the outline and what is known."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import shapely

from geo.crs import LonLat, distance_m
from geo.datums import likely_datum
from geo.errors import GeoError
from portfolio.domain.coordinates import Given, parse_coordinates
from portfolio.domain.errors import RuleError
from portfolio.domain.search import search_key
from portfolio.domain.sentences import say
from portfolio.domain.terms import Accuracy, Datum
from portfolio.reports.placing import Reading, read_under_each
from portfolio.store.models import GazetteerPlace, Project


@dataclass(frozen=True)
class PlaceRow:
    """One line of a table of places, as text: the project's code or name, and its coordinates."""

    number: int
    code: str
    name: str
    coordinates: str


@dataclass(frozen=True)
class CheckedRow:
    """A line with the project it means and where that would lie.

    ``problem`` says why it cannot be saved; ``other_datum`` is the datum that fits the known place where the stated one
    does not; ``moved_m`` is the distance from the place that the project has now.
    """

    row: PlaceRow
    project: Project | None = None
    given: Given | None = None
    reading: Reading | None = None
    moved_m: float | None = None
    other_datum: Datum | None = None
    problem: str | None = None

    @property
    def is_outside(self) -> bool:
        """Return whether it lies outside the district."""
        return bool(self.reading and self.reading.outside_m)


@dataclass(frozen=True)
class Surroundings:
    """What rows are checked against: projects by code and folded name, outlines, sure places by adcode and name."""

    projects: Mapping[str, Project]
    named: Mapping[str, Sequence[Project]]
    outline_of: Callable[[str], shapely.Geometry | None]
    sure_places: Mapping[tuple[str, str], LonLat]


def bare_name(name: str) -> str:
    """Return a project's name without the remark in brackets behind it."""
    return re.sub(r"[（(][^（(]*[）)]$", "", name).strip()


def surroundings(
    projects: Sequence[Project],
    places: Mapping[str, Sequence[GazetteerPlace]],
    outline_of: Callable[[str], shapely.Geometry | None],
) -> Surroundings:
    """Gather what rows are checked against; ``places`` are the gazetteers by adcode."""
    named: dict[str, list[Project]] = {}
    for project in projects:
        for name in {search_key(project.full_name), search_key(project.name)}:
            named.setdefault(name, []).append(project)
    sure = {
        (adcode, search_key(place.name)): (place.lon, place.lat)
        for adcode, listed in places.items()
        for place in listed
        if place.accuracy is Accuracy.SITE
    }
    return Surroundings({one.code: one for one in projects}, named, outline_of, sure)


def check_rows(rows: Sequence[PlaceRow], datum: Datum, around: Surroundings) -> list[CheckedRow]:
    """Check every line of a table whose coordinates are stated to be in ``datum``; one result per line, in order."""
    checked = [_check(row, datum, around) for row in rows]
    times = Counter(one.project.code for one in checked if one.project)
    twice = [one.problem is None and one.project is not None and times[one.project.code] > 1 for one in checked]
    checked = [
        replace(one, problem=say("表中有几行说的是这个项目，请只留一行")) if again else one
        for one, again in zip(checked, twice, strict=True)
    ]
    return _flag_datum(checked, datum, around)


def _check(row: PlaceRow, datum: Datum, around: Surroundings) -> CheckedRow:
    try:
        project = _find(row, around)
    except RuleError as error:
        return CheckedRow(row, problem=error.sentence)
    try:
        given = parse_coordinates(row.coordinates)
        read = read_under_each(given.lon, given.lat, datum, around.outline_of(project.district.adcode))
    except (RuleError, GeoError) as error:
        return CheckedRow(row, project, problem=error.sentence)
    moved = None
    if project.lon is not None and project.lat is not None:
        moved = distance_m((project.lon, project.lat), (read.stated.lon, read.stated.lat))
    return CheckedRow(row, project, given, read.stated, moved)


def _find(row: PlaceRow, around: Surroundings) -> Project:
    if row.code:
        if row.code not in around.projects:
            raise RuleError(say("没有编码为 {code} 的项目", code=row.code[:20]))
        return around.projects[row.code]
    found = around.named.get(search_key(row.name), [])
    if len(found) != 1:
        raise RuleError(say("有几个同名项目，请改填项目编码") if found else say("没有这个名称的项目，请改填项目编码"))
    return found[0]


def _flag_datum(checked: Sequence[CheckedRow], datum: Datum, around: Surroundings) -> list[CheckedRow]:
    """Name another datum for the rows whose place is known and fits that one alone."""
    readable = [one for one in checked if one.given is not None and one.project is not None]
    pairs = [(one.given.lon, one.given.lat) for one in readable if one.given]
    known = [_known(one.project, around) for one in readable if one.project]
    others = dict(zip(map(id, readable), likely_datum(pairs, known, datum.value), strict=True))
    return [
        replace(one, other_datum=Datum.from_label(other)) if (other := others.get(id(one))) else one for one in checked
    ]


def _known(project: Project, around: Surroundings) -> LonLat | None:
    """Return a place of the project that is sure to some metres: its own, else that of its name; None without one."""
    if project.lon is not None and project.lat is not None and project.accuracy is Accuracy.SITE:
        return project.lon, project.lat
    return around.sure_places.get((project.district.adcode, search_key(project.full_name)))
