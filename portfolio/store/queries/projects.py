"""Reads of single projects and of the filter that register, map, money and files share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, exists, func, not_, select
from sqlalchemy.orm import Session, joinedload

from portfolio.domain.clock import today
from portfolio.domain.errors import NotFoundError
from portfolio.domain.layouts import NOWHERE, LayoutKind
from portfolio.domain.lights import Light
from portfolio.domain.search import search_key
from portfolio.domain.sentences import Sentence, say
from portfolio.domain.terms import Accuracy, Basis, Level, Nature, Opening, Phase, Stage, Status
from portfolio.store.models import District, Project
from portfolio.store.queries.layouts import is_in_no_zone, is_in_zone
from portfolio.store.queries.lights import light_expression
from portfolio.store.queries.openings import has_seats_in_a_term, is_in_term, is_lost_by
from portfolio.store.queries.towns import is_in_town

LOCATED = tuple(accuracy for accuracy in Accuracy if accuracy.is_located)


@dataclass(frozen=True, kw_only=True)
class ProjectFilter:
    """Which projects are meant; None leaves a side open. The same filter drives list, map, money and files."""

    q: str | None = None
    named: str | None = None  # words of the name alone
    is_sample: bool | None = None
    district: str | None = None
    level: Level | None = None
    nature: Nature | None = None
    stage: Stage | None = None
    stage_unknown: bool = False
    phase: Phase | None = None
    status: Status | None = None
    light: Light | None = None
    basis: Basis | None = None
    lead_unit: str | None = None
    located: bool | None = None
    code: str | None = None
    codes: tuple[str, ...] = ()
    year: int | None = None  # opens by the end of that year
    opening: Opening | None = None
    box: tuple[float, float, float, float] | None = None  # west, south, east, north
    belt: str | None = None  # key of a zone, domain.layouts.OUTSIDE or NOWHERE
    line: str | None = None
    town: str | None = None
    term: int | None = None  # its seats count with the September term of that year, as expected
    term_known: bool | None = None  # its seats count with any
    planned_term: int | None = None
    slip: int | None = None  # a slip of so many months takes its seats out of their term
    today: dt.date | None = None

    def within(self, adcode: str | None) -> ProjectFilter:
        """Return the filter narrowed to one district, for a person who may see no other."""
        return self if adcode is None else replace(self, district=adcode)

    def inside(self, box: tuple[float, float, float, float]) -> ProjectFilter:
        """Return the filter narrowed to a box: west, south, east, north in WGS-84 degrees."""
        return replace(self, box=box)


def is_located() -> ColumnElement[bool]:
    """Return whether a project may be drawn as a pin, as SQL."""
    return and_(Project.lon.is_not(None), Project.accuracy.in_(LOCATED))


def conditions(chosen: ProjectFilter) -> list[ColumnElement[bool]]:
    """Return the filter as SQL conditions on the project table."""
    wanted: list[ColumnElement[bool]] = [
        *_text_conditions(chosen),
        *_place_conditions(chosen),
        *_zone_conditions(chosen),
        *_term_conditions(chosen),
    ]
    for column, value in (
        (Project.level, chosen.level),
        (Project.nature, chosen.nature),
        (Project.stage, chosen.stage),
        (Project.status, chosen.status),
        (Project.basis, chosen.basis),
        (Project.code, chosen.code),
        (Project.lead_unit, chosen.lead_unit),
        (Project.is_sample, chosen.is_sample),
    ):
        if value is not None:
            wanted.append(column == value)
    if chosen.stage_unknown:
        wanted.append(Project.stage.is_(None))
    if chosen.opening is not None:
        wanted.append(Project.has_opened.is_(chosen.opening is Opening.ACTUAL))
    if chosen.phase is not None:
        wanted.append(Project.stage.in_([stage for stage in Stage if stage.phase is chosen.phase]))
    if chosen.light is not None:
        wanted.append(light_expression(chosen.today or today()) == chosen.light)
    return wanted


def _text_conditions(chosen: ProjectFilter) -> list[ColumnElement[bool]]:
    """Return one condition for each word of the query: every word must occur."""
    words = [search_key(word) for word in (chosen.q or "").split()]
    named = [Project.name.icontains(word, autoescape=True) for word in (chosen.named or "").split()]
    return [*(Project.search_text.contains(word, autoescape=True) for word in words if word), *named]


def _place_conditions(chosen: ProjectFilter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if chosen.district is not None:
        wanted.append(
            Project.district_id == select(District.id).where(District.adcode == chosen.district).scalar_subquery()
        )
    if chosen.codes:
        wanted.append(Project.code.in_(chosen.codes))
    if chosen.year is not None:
        wanted.append(Project.opening_year <= chosen.year)
    if chosen.box is not None:
        west, south, east, north = chosen.box
        wanted += [Project.lon.between(west, east), Project.lat.between(south, north)]
    if chosen.located is not None:
        wanted.append(is_located() if chosen.located else not_(is_located()))
    return wanted


def _zone_conditions(chosen: ProjectFilter) -> list[ColumnElement[bool]]:
    day = chosen.today or today()
    wanted = {LayoutKind.BELTS: chosen.belt, LayoutKind.LINES3: chosen.line}
    zones = [
        is_in_no_zone(kind, day) if key == NOWHERE else is_in_zone(kind, key, day)
        for kind, key in wanted.items()
        if key is not None
    ]
    return zones if chosen.town is None else [*zones, is_in_town(chosen.town, day)]


def _term_conditions(chosen: ProjectFilter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if chosen.term is not None:
        wanted.append(is_in_term(chosen.term))
    if chosen.planned_term is not None:
        wanted.append(is_in_term(chosen.planned_term, planned=True))
    if chosen.slip is not None:
        wanted.append(is_lost_by(chosen.slip))
    if chosen.term_known is not None:
        known = has_seats_in_a_term()
        wanted += [Project.status == Status.ACTIVE, known if chosen.term_known else not_(known)]
    return wanted


def get_project(session: Session, code: str, *, within: str | None = None) -> Project:
    """Return the project with that code, its district and plan loaded; one outside ``within`` does not exist."""
    statement = select(Project).where(Project.code == code)
    project = session.scalar(statement.options(joinedload(Project.district), joinedload(Project.plan)))
    if project is None or within not in (None, project.district.adcode):
        raise NotFoundError(no_project(code))
    return project


def no_project(code: str) -> Sentence:
    """Return the sentence for a project that does not exist, or does not for the person who asks."""
    return say("没有编码为 {code} 的项目，请到项目库按名称查找", code=code)


def find_project(session: Session, code: str) -> Project | None:
    """Return the project with that code, or None."""
    return session.scalar(select(Project).where(Project.code == code))


def find_namesake(session: Session, district: District, full_name: str, *, but: str | None = None) -> Project | None:
    """Return a project of the district with that name and remark, other than the one with code ``but``, or None."""
    statement = select(Project).where(
        Project.district_id == district.id, Project.search_text.startswith(search_key(full_name) + "|", autoescape=True)
    )
    found = session.scalars(statement).all()
    return next((project for project in found if project.code != but), None)


def last_code(session: Session, district: District) -> str | None:
    """Return the highest code of the district's own numbering, or None."""
    pattern = f"{district.adcode}-____"
    return session.scalar(select(func.max(Project.code)).where(Project.code.like(pattern), not_(Project.is_sample)))


def list_lead_units(session: Session, adcode: str | None) -> Sequence[str]:
    """List the lead units that projects name, all or one district's, in order."""
    statement = select(Project.lead_unit).where(*_place_conditions(ProjectFilter(district=adcode))).distinct()
    return [unit for unit in session.scalars(statement.order_by(Project.lead_unit)) if unit]


def has_samples(session: Session) -> bool:
    """Return whether any synthetic project is in the database."""
    return bool(session.scalar(select(exists().where(Project.is_sample))))


def list_outside_plan(session: Session, adcode: str | None) -> Sequence[Project]:
    """List projects that no plan names, by code."""
    wanted = conditions(ProjectFilter(basis=Basis.OUTSIDE, district=adcode))
    return session.scalars(select(Project).where(*wanted, not_(Project.is_sample)).order_by(Project.code)).all()


def list_page(session: Session, chosen: ProjectFilter, *, limit: int, offset: int) -> Sequence[Project]:
    """List the projects meant by code, their districts and plans loaded, a page at a time."""
    statement = select(Project).where(*conditions(chosen)).order_by(Project.code).limit(limit).offset(offset)
    return session.scalars(statement.options(joinedload(Project.district), joinedload(Project.plan))).all()


def count_projects(session: Session, chosen: ProjectFilter) -> int:
    """Return how many projects are meant."""
    return session.scalar(select(func.count()).select_from(Project).where(*conditions(chosen))) or 0
