"""Reads for maps: places of projects, clusters of them made by the database, and what the legend counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, case, cast, func, literal, not_, select
from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.colours import BELOW_FEN, ColourBy, MoneyStep
from portfolio.domain.terms import MoneyState, Status
from portfolio.store.models import District, LedgerEntry, Plan, Project
from portfolio.store.queries.lights import light_expression
from portfolio.store.queries.projects import ProjectFilter, conditions, is_located

# PostgreSQL knows a computed column again by its name only: the same expression has other parameters each time.
_NAMES_MADE = ("located", "light", "money")


@dataclass(frozen=True)
class Coverage:
    """How many projects, and how much investment in fen, a map shows out of how many; None where nothing is known."""

    located: int
    count: int
    located_fen: int | None
    total_fen: int | None


def list_places(session: Session, chosen: ProjectFilter, *, located: bool, limit: int | None = None) -> Sequence[Any]:
    """List what a map shows of the projects meant, those located or those not, one row per project, by code."""
    received = select(func.sum(LedgerEntry.amount_fen)).where(
        LedgerEntry.project_id == Project.id, LedgerEntry.state == MoneyState.RECEIVED
    )
    plain = (
        "id code name remark lon lat accuracy nature level stage status floor_area_m2 seats total_investment_fen "
        "section item place_basis place_confirmed_by site_outline completion_year opening_year site_area_m2 is_sample"
    )
    columns = [getattr(Project, name) for name in plain.split()]
    statement = select(
        *columns,
        District.name.label("district"),
        Plan.short.label("plan"),
        light_expression(chosen.today or today()).label("light"),
        received.scalar_subquery().label("received_fen"),
    )
    statement = statement.select_from(Project).join(District, District.id == Project.district_id)
    statement = statement.outerjoin(Plan, Plan.id == Project.plan_id).where(*conditions(chosen))
    statement = statement.where(is_located() if located else not_(is_located()))
    return session.execute(statement.order_by(Project.code).limit(limit)).all()


def list_names(session: Session, chosen: ProjectFilter, *, located: bool, limit: int) -> Sequence[Any]:
    """List what stands beside a map of the projects meant, those located or those not, one row per project, by code."""
    names = ("code", "name", "remark", "lon", "lat", "level", "nature", "stage", "place_basis")
    statement = select(*(getattr(Project, name) for name in names)).where(*conditions(chosen))
    statement = statement.where(is_located() if located else not_(is_located()))
    return session.execute(statement.order_by(Project.code).limit(limit)).all()


def list_pins(session: Session, chosen: ProjectFilter) -> Sequence[Any]:
    """List the located projects meant as pins, one row per project, by code."""
    statement = _pins(chosen).where(*conditions(chosen), is_located())
    return session.execute(statement.order_by(Project.code)).all()


def list_clusters(session: Session, chosen: ProjectFilter, *, shift: int, colour: ColourBy) -> Sequence[Any]:
    """Count the located projects meant by square and colour class.

    One row per square (cells shifted right by ``shift`` bits) and class: ``square``, ``klass``, ``count``, the sums
    of ``lon`` and ``lat``, the ``west``, ``south``, ``east``, ``north`` edges, and one of the codes, ``code``.
    """
    square = _square(shift)
    klass = _class_expression(colour, chosen).label("klass")
    lon, lat = Project.lon, Project.lat
    edges = (func.min(lon), func.min(lat), func.max(lon), func.max(lat))
    named = [edge.label(name) for edge, name in zip(edges, ("west", "south", "east", "north"), strict=True)]
    sums = (func.sum(lon).label("lon"), func.sum(lat).label("lat"), func.count().label("count"))
    statement = select(square, klass, *sums, *named, func.min(Project.id).label("id"))
    statement = statement.where(*conditions(chosen), is_located()).group_by("square", "klass")
    return session.execute(statement.order_by("square", "klass")).all()


def list_pins_by_id(session: Session, numbers: Sequence[int], chosen: ProjectFilter) -> Sequence[Any]:
    """List the projects with those row numbers as pins, by code."""
    return session.execute(_pins(chosen).where(Project.id.in_(numbers)).order_by(Project.code)).all()


def list_heat(session: Session, chosen: ProjectFilter, *, shift: int) -> Sequence[Any]:
    """Count the located projects meant by square: ``lon`` and ``lat`` of their middle, and ``count``."""
    square = _square(shift)
    columns = (
        square,
        func.avg(Project.lon).label("lon"),
        func.avg(Project.lat).label("lat"),
        func.count().label("count"),
    )
    statement = select(*columns).where(*conditions(chosen), is_located()).group_by("square")
    return session.execute(statement.order_by(func.count().desc(), "square")).all()


def count_facets(session: Session, chosen: ProjectFilter) -> Sequence[Any]:
    """Count the projects meant by everything that a legend counts, in one reading.

    One row per combination of ``located``, ``accuracy``, ``stage``, ``status``, ``light``, ``level``, ``money`` (its
    step), with ``count`` and ``fen`` (their total investment).
    """
    located = case((is_located(), 1), else_=0).label("located")
    light = light_expression(chosen.today or today()).label("light")
    own = (Project.accuracy, Project.stage, Project.status, Project.level)
    made = (located, light, _money_step().label("money"))
    fen = Project.total_investment_fen
    statement = select(*own, *made, func.count().label("count"), func.sum(fen).label("fen"))
    return session.execute(statement.where(*conditions(chosen)).group_by(*own, *_NAMES_MADE)).all()


def count_years(session: Session, chosen: ProjectFilter) -> Sequence[Any]:
    """Count the located projects meant by the year in which they open, the unknown under None, by year."""
    statement = select(Project.opening_year.label("year"), func.count())
    statement = statement.where(*conditions(replace(chosen, year=None)), is_located())
    return session.execute(statement.group_by("year").order_by("year")).all()


def measure_coverage(session: Session, chosen: ProjectFilter) -> Coverage:
    """Count the projects meant and those located, and add up their total investment."""
    located = is_located()
    fen = Project.total_investment_fen
    statement = select(
        func.coalesce(func.sum(case((located, 1), else_=0)), 0),
        func.count(),
        func.sum(case((located, fen))),
        func.sum(fen),
    )
    row = session.execute(statement.where(*conditions(chosen))).one()
    return Coverage(int(row[0]), row[1], *(None if value is None else int(value) for value in row[2:]))


def _pins(chosen: ProjectFilter) -> Select[Any]:
    columns = (Project.code, Project.name, Project.lon, Project.lat, Project.accuracy, Project.level, Project.stage)
    light = light_expression(chosen.today or today()).label("light")
    return select(*columns, Project.status, light, _money_step().label("money"))


def _class_expression(colour: ColourBy, chosen: ProjectFilter) -> ColumnElement[str]:
    """Return the colour class of a project as SQL text."""
    if colour is ColourBy.MONEY:
        return _money_step()
    if colour is ColourBy.LEVEL:
        return cast(Project.level, String)
    if colour is ColourBy.LIGHT:
        return cast(light_expression(chosen.today or today()), String)
    halted = Project.status != Status.ACTIVE
    return case((halted, cast(Project.status, String)), else_=func.coalesce(cast(Project.stage, String), "unknown"))


def _square(shift: int) -> ColumnElement[int]:
    """Return the square around a project's place as SQL; PostgreSQL shifts by a plain integer only."""
    return Project.cell.bitwise_rshift(literal(shift, Integer)).label("square")


def _money_step() -> ColumnElement[str]:
    """Return the step of a project's total investment as SQL text."""
    fen = Project.total_investment_fen
    steps = [(fen < below, literal(step.value)) for step, below in BELOW_FEN.items()]
    return case((fen.is_(None), literal(MoneyStep.UNKNOWN.value)), *steps, else_=literal(MoneyStep.M4.value))
