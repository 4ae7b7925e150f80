"""Synthetic projects (演示) for trying the software out: made from a seed, marked, and removable in one go."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portfolio.domain.errors import RuleError
from portfolio.domain.samples import MARK
from portfolio.domain.sentences import say
from portfolio.services.sample_milestones import MilestoneMaker
from portfolio.services.sample_money import MoneyMaker, SampleCounts
from portfolio.services.sample_projects import Home, ProjectMaker
from portfolio.store.history import REMOVING_SAMPLES
from portfolio.store.models import (
    Approval,
    Baseline,
    CommitmentLink,
    Contract,
    ContractChange,
    ContractFile,
    DocumentFile,
    Estimate,
    EstimateFile,
    Fact,
    Followed,
    FundingDocument,
    LedgerEntry,
    LightOverride,
    Milestone,
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
FIRST_NUMBER = 1_000_000_000  # row numbers far above real ones: SQLite gives the number of a removed row out again

Progress = Callable[[int], None]

_CODE = "%-S%"
_HANGING_ON: tuple[Any, ...] = (CommitmentLink, ZoneChoice, LightOverride, Milestone, Baseline, Approval, Followed)


def _silent(_done: int) -> None:
    return None


def add_samples(session: Session, count: int, *, seed: int = 1, progress: Progress = _silent) -> SampleCounts:
    """Add ``count`` synthetic projects with money, documents, contracts, estimates and milestones; return how many.

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
    draw = random.Random(seed)  # noqa: S311 (nothing secret)
    maker = ProjectMaker(homes, draw, _next_number(session, Project))
    money = MoneyMaker(draw, {model: _next_number(session, model) for model in MoneyMaker.NUMBERED})
    gates = MilestoneMaker(draw, {model: _next_number(session, model) for model in MilestoneMaker.NUMBERED})
    numbers = iter(range(1, count + 1))
    while batch := list(islice(numbers, BATCH)):
        made = [maker.project(number) for number in batch]
        session.add_all(made)
        session.add_all([*money.records(made), *gates.records(made)])
        session.flush()
        progress(len(batch))
    return money.counts


def _homes(session: Session) -> list[Home]:
    plans = {plan.district_id: plan for plan in districts.list_plans(session)}
    return [Home(district=one, plan=plans.get(one.id)) for one in districts.list_districts(session)]


def _next_number(session: Session, model: type[Any]) -> int:
    """Return the row number after every one the history knows, so that no record ever has another's history."""
    statement = select(func.max(Revision.record_id)).where(Revision.record_type == model.__tablename__)
    return max(FIRST_NUMBER, (session.scalar(statement) or 0) + 1)


def count_samples(session: Session) -> int:
    """Count the projects that ``remove_samples`` would remove."""
    return session.scalar(select(func.count(Project.id)).where(*_is_sample())) or 0


def _is_sample() -> tuple[Any, ...]:
    """Return what a synthetic project is: marked, and with a code that no real one can have."""
    return Project.is_sample, Project.code.like(_CODE)


def remove_samples(session: Session, *, progress: Progress = _silent) -> int:
    """Remove every synthetic project with its money and links, and the documents that gave it; facts lose the tie only.

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
        _forget_documents(session)
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


def _forget_documents(session: Session) -> None:
    """Remove the documents that were made for the projects; what people attached to them goes first."""
    theirs = FundingDocument.entered_by == MARK
    for file in session.scalars(select(DocumentFile).join(DocumentFile.document).where(theirs)):
        session.delete(file)
    documents = select(FundingDocument).where(theirs).order_by(FundingDocument.id).limit(BATCH)
    while batch := session.scalars(documents).all():
        for document in batch:
            session.delete(document)
        session.flush()


def _forget_contracts(session: Session, numbers: Sequence[int]) -> None:
    """Free projects of contracts and estimates; what hangs on those goes first."""
    for change in session.scalars(select(ContractChange).join(Contract).where(Contract.project_id.in_(numbers))):
        session.delete(change)
    files: tuple[tuple[Any, Any], ...] = ((ContractFile, Contract), (EstimateFile, Estimate))
    for file_class, holder in files:
        for file in session.scalars(select(file_class).join(holder).where(holder.project_id.in_(numbers))):
            session.delete(file)
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
