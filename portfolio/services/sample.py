"""Synthetic projects (演示) for trying the software out: made from a seed, marked, and removable in one go."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import say
from portfolio.domain.terms import (
    Accuracy,
    Basis,
    Datum,
    DeliveryMode,
    Level,
    MoneyState,
    Nature,
    Source,
    Stage,
    Status,
)
from portfolio.store.base import utc_now
from portfolio.store.history import REMOVING_SAMPLES
from portfolio.store.models import (
    Approval,
    Baseline,
    CommitmentLink,
    Contract,
    ContractChange,
    District,
    Estimate,
    Fact,
    Followed,
    LedgerEntry,
    LightOverride,
    Milestone,
    Plan,
    PlanChange,
    Problem,
    ProgressReport,
    Project,
    ReportPhoto,
    Revision,
    ZoneChoice,
)
from portfolio.store.queries import districts, projects

BATCH = 500
MARK = "演示"
FIRST_NUMBER = 1_000_000_000  # row numbers far above real ones: SQLite gives the number of a removed row out again
WAN_FEN = 1_000_000
FIRST_YEAR, LAST_YEAR = 2021, 2025
SPREAD_DEGREES = 0.03  # about 3 km

Progress = Callable[[int], None]
OptionT = TypeVar("OptionT")

_SCHOOLS: dict[Level, str] = {
    Level.PRESCHOOL: "幼儿园",
    Level.PRIMARY: "小学",
    Level.JUNIOR: "初中",
    Level.NINE_YEAR: "九年一贯制学校",
    Level.SENIOR: "高中",
    Level.COMPLETE: "完全中学",
    Level.VOCATIONAL: "职业学校",
    Level.HIGHER: "学院",
    Level.SPECIAL: "特殊教育学校",
    Level.CORRECTIONAL: "专门学校",
    Level.LIFELONG: "党校",
}
_LOCATED = tuple(accuracy for accuracy in Accuracy if accuracy.is_located)
_UNLOCATED = tuple(accuracy for accuracy in Accuracy if not accuracy.is_located)
_HALTED = tuple(status for status in Status if status is not Status.ACTIVE)
_CODE = "%-S%"
_HANGING_ON: tuple[Any, ...] = (CommitmentLink, ZoneChoice, LightOverride, Milestone, Baseline, Approval, Followed)


@dataclass(frozen=True, kw_only=True)
class _Home:
    """A district, and its plan if it has one."""

    district: District
    plan: Plan | None


def _silent(_done: int) -> None:
    return None


def add_samples(session: Session, count: int, *, seed: int = 1, progress: Progress = _silent) -> int:
    """Add ``count`` synthetic projects with about three ledger entries each; return the number of entries.

    The same seed over the same districts gives the same projects. ``progress`` is told how many projects were
    written since it was last called.

    Raises
    ------
    RuleError
        If samples are there already, or there is no district to put them in.
    """
    if projects.has_samples(session):
        raise RuleError(say("库中已有演示项目；如要重新生成，请先运行 portfolio sample --remove"))
    homes = _homes(session)
    if not homes:
        raise RuleError(say("库中还没有区县，请先运行 portfolio init 装入规划"))
    maker = _Maker(homes, seed, _next_number(session, Project), _next_number(session, LedgerEntry))
    numbers = iter(range(1, count + 1))
    while batch := list(islice(numbers, BATCH)):
        made = [maker.project(number) for number in batch]
        session.add_all(made)
        session.add_all(entry for project in made for entry in maker.entries(project))
        session.flush()
        progress(len(batch))
    return maker.entries_made


def _homes(session: Session) -> list[_Home]:
    plans = {plan.district_id: plan for plan in districts.list_plans(session)}
    return [_Home(district=one, plan=plans.get(one.id)) for one in districts.list_districts(session)]


def _next_number(session: Session, model: type[Project | LedgerEntry]) -> int:
    """Return the row number after every one the history knows, so that no record ever has another's history."""
    statement = select(func.max(Revision.record_id)).where(Revision.record_type == model.__tablename__)
    return max(FIRST_NUMBER, (session.scalar(statement) or 0) + 1)


class _Maker:
    """Makes records one after the other; kinds go round in turn so that every one occurs, numbers are drawn."""

    def __init__(self, homes: Sequence[_Home], seed: int, first_project: int, first_entry: int) -> None:
        self.homes, self.first_project, self.first_entry = homes, first_project, first_entry
        self.entries_made = 0
        self.draw = random.Random(seed)  # noqa: S311 (nothing secret)

    def project(self, number: int) -> Project:
        """Return the project with that running number, counted from 1."""
        home, level = _turn(self.homes, number), _turn(tuple(Level), number)
        return Project(
            id=self.first_project + number - 1,
            code=f"{home.district.adcode}-S{number:05d}",
            district_id=home.district.id,
            name=f"{MARK}{_SCHOOLS[level]}{number:04d}",
            nature=_turn(tuple(Nature), number),
            level=level,
            delivery_mode=_turn((*DeliveryMode, None), number),
            owner=f"{MARK}建设单位",
            lead_unit=f"{MARK}牵头单位{number % 5 + 1}",
            is_sample=True,
            **self._standing(number, home),
            **self._scale(),
            **self._place(number, home.district),
        )

    def _standing(self, number: int, home: _Home) -> dict[str, Any]:
        start_year = self.draw.randint(FIRST_YEAR, LAST_YEAR)
        basis = _turn(tuple(Basis), number) if home.plan else Basis.OUTSIDE
        is_planned = home.plan is not None and basis is not Basis.OUTSIDE
        return {
            "stage": _turn((*Stage, None), number),
            "status": _turn(_HALTED, number // 10) if number % 10 == 0 else Status.ACTIVE,
            "basis": basis,
            "plan_id": home.plan.id if home.plan and is_planned else None,
            "section": MARK if is_planned else None,
            "start_year": start_year,
            "completion_year": start_year + self.draw.randint(1, 3),
        }

    def _scale(self) -> dict[str, Any]:
        classes = self.draw.randint(6, 60)
        return {
            "site_area_m2": Decimal(self.draw.randint(500_000, 8_000_000)) / 100,
            "floor_area_m2": Decimal(self.draw.randint(300_000, 6_000_000)) / 100,
            "classes": classes,
            "seats": classes * 45,
            "total_investment_fen": self.draw.randint(500, 30_000) * WAN_FEN,
        }

    def _place(self, number: int, district: District) -> dict[str, Any]:
        lon = round(district.seat_lon + self.draw.uniform(-SPREAD_DEGREES, SPREAD_DEGREES), 6)
        lat = round(district.seat_lat + self.draw.uniform(-SPREAD_DEGREES, SPREAD_DEGREES), 6)
        is_located = number % 5 != 0
        return {
            "lon": lon if is_located else None,
            "lat": lat if is_located else None,
            "accuracy": _turn(_LOCATED, number) if is_located else _turn(_UNLOCATED, number // 5),
            "datum": _turn(tuple(Datum), number) if is_located else Datum.WGS84,
            "place_basis": MARK,
        }

    def entries(self, project: Project) -> Iterator[LedgerEntry]:
        """Yield a project's entries: one source's money as far along its way as it has come, never growing on it."""
        source, year = _turn(tuple(Source), project.id), self.draw.randint(FIRST_YEAR, LAST_YEAR)
        amount_fen = project.total_investment_fen or WAN_FEN
        for month, state in enumerate(tuple(MoneyState)[: self.draw.randint(0, len(MoneyState))], start=1):
            amount_fen = max(WAN_FEN, amount_fen * self.draw.randint(60, 100) // 100)
            yield LedgerEntry(
                id=self.first_entry + self.entries_made,
                project_id=project.id,
                source=source,
                state=state,
                year=year,
                month=month,
                amount_fen=amount_fen,
                document_no=f"{MARK}文号〔{year}〕{self.entries_made + 1} 号",
                document_on=dt.date(year, month, self.draw.randint(1, 28)),
                entered_by=MARK,
                entered_at=utc_now(),
            )
            self.entries_made += 1


def _turn(options: Sequence[OptionT], number: int) -> OptionT:
    return options[number % len(options)]


def count_samples(session: Session) -> int:
    """Count the projects that ``remove_samples`` would remove."""
    return session.scalar(select(func.count(Project.id)).where(*_is_sample())) or 0


def _is_sample() -> tuple[Any, ...]:
    """Return what a synthetic project is: marked, and with a code that no real one can have."""
    return Project.is_sample, Project.code.like(_CODE)


def remove_samples(session: Session, *, progress: Progress = _silent) -> int:
    """Remove every synthetic project with its money and links; public facts and phases lose the tie only.

    What is removed stays in the history. Returns the number of projects; ``progress`` as in ``add_samples``.
    """
    removed = 0
    session.info[REMOVING_SAMPLES] = True
    try:
        while batch := session.scalars(select(Project).where(*_is_sample()).order_by(Project.id).limit(BATCH)).all():
            _untie(session, [project.id for project in batch])
            for project in batch:
                session.delete(project)
            session.flush()
            removed += len(batch)
            progress(len(batch))
    finally:
        del session.info[REMOVING_SAMPLES]
    return removed


def _untie(session: Session, numbers: Sequence[int]) -> None:
    """Free projects of everything that refers to them; what refers to an entry goes before it."""
    _untie_reports(session, numbers)
    entries = select(LedgerEntry).where(LedgerEntry.project_id.in_(numbers)).options(joinedload(LedgerEntry.project))
    for referring in (LedgerEntry.reverses_id, LedgerEntry.carried_from_id, LedgerEntry.id):
        for entry in session.scalars(entries.where(referring.is_not(None))):
            session.delete(entry)
        session.flush()
    _forget_plans(session, numbers)
    _forget_contracts(session, numbers)
    for record_class in _HANGING_ON:
        for record in session.scalars(select(record_class).where(record_class.project_id.in_(numbers))):
            session.delete(record)
    for fact in session.scalars(select(Fact).where(Fact.project_id.in_(numbers))):
        fact.project = None
    for phase in session.scalars(select(Project).where(Project.parent_id.in_(numbers))):
        phase.parent_id = None
    session.flush()


def _forget_contracts(session: Session, numbers: Sequence[int]) -> None:
    for change in session.scalars(select(ContractChange).join(Contract).where(Contract.project_id.in_(numbers))):
        session.delete(change)
    session.flush()
    for model in (Contract, Estimate):
        for record in session.scalars(select(model).where(model.project_id.in_(numbers))):
            session.delete(record)
    session.flush()


def _forget_plans(session: Session, numbers: Sequence[int]) -> None:
    """Free projects of their annual plans; lines go before the decisions that hold them."""
    changes = select(PlanChange).where(PlanChange.project_id.in_(numbers))
    changes = changes.options(joinedload(PlanChange.project), selectinload(PlanChange.lines))
    decisions = session.scalars(changes).all()
    for line in [line for change in decisions for line in change.lines]:
        session.delete(line)
    session.flush()
    for change in decisions:
        session.delete(change)
    session.flush()


def _untie_reports(session: Session, numbers: Sequence[int]) -> None:
    """Remove what projects reported; a report goes before the ledger entry that it made."""
    photos = select(ReportPhoto).join(ReportPhoto.report).where(ProgressReport.project_id.in_(numbers))
    for found in (photos, select(ProgressReport).where(ProgressReport.project_id.in_(numbers))):
        for record in session.scalars(found):
            session.delete(record)
        session.flush()
    for problem in session.scalars(select(Problem).where(Problem.project_id.in_(numbers))):
        session.delete(problem)
    session.flush()
