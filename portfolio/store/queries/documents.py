"""Reads of funding documents: what each gave, to whom, and what is left of it. Amounts are whole fen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased, joinedload

from portfolio.domain.errors import NotFoundError
from portfolio.domain.samples import MARK
from portfolio.domain.search import document_key
from portfolio.domain.sentences import say
from portfolio.domain.terms import MoneyState, Source
from portfolio.store.models import District, FundingDocument, LedgerEntry, Project


@dataclass(frozen=True, kw_only=True)
class DocumentFilter:
    """Which documents are meant; None leaves a side open."""

    district: str | None = None
    source: Source | None = None
    state: MoneyState | None = None
    year: int | None = None
    q: str | None = None


@dataclass(frozen=True)
class DocumentStanding:
    """A document with what its entries allocate, reversals taken off, and to how many projects."""

    document: FundingDocument
    allocated_fen: int
    projects: int

    @property
    def left_fen(self) -> int:
        """Return what may still be allocated; of a document that is void, nothing."""
        return 0 if self.document.withdrawn_at else self.document.amount_fen - self.allocated_fen


def list_documents(
    session: Session, chosen: DocumentFilter, *, limit: int | None = None, offset: int = 0
) -> list[DocumentStanding]:
    """List the documents meant with what is left of each, newest first."""
    statement = select(FundingDocument).where(*_conditions(chosen)).options(joinedload(FundingDocument.district))
    order = (FundingDocument.issued_on.desc(), FundingDocument.id.desc())
    found = session.scalars(statement.order_by(*order).limit(limit).offset(offset)).all()
    sums = _allocated(session, [one.id for one in found])
    return [DocumentStanding(one, *sums.get(one.id, (0, 0))) for one in found]


@dataclass(frozen=True)
class DocumentTotals:
    """How many documents are meant; of the live ones what they give, what is allocated, and to how many projects."""

    count: int
    given_fen: int
    allocated_fen: int
    projects: int

    @property
    def left_fen(self) -> int:
        """Return what may still be allocated."""
        return self.given_fen - self.allocated_fen


def total_documents(session: Session, chosen: DocumentFilter) -> DocumentTotals:
    """Add up the documents meant."""
    count = session.scalar(select(func.count()).select_from(FundingDocument).where(*_conditions(chosen))) or 0
    live = (*_conditions(chosen), FundingDocument.withdrawn_at.is_(None))
    given = session.scalar(select(func.sum(FundingDocument.amount_fen)).where(*live)) or 0
    shares = select(func.sum(LedgerEntry.amount_fen)).join(LedgerEntry.document).where(*live)
    sums = session.scalars(shares.group_by(LedgerEntry.project_id)).all()
    return DocumentTotals(count, int(given), int(sum(sums)), sum(bool(fen) for fen in sums))


def list_open_documents(session: Session, project: Project, *, limit: int) -> list[DocumentStanding]:
    """List the documents that have something left to give to a project, newest first."""
    given = select(func.sum(LedgerEntry.amount_fen)).where(LedgerEntry.document_id == FundingDocument.id)
    statement = select(FundingDocument).where(
        FundingDocument.district_id == project.district_id,
        FundingDocument.withdrawn_at.is_(None),
        true() if project.is_sample else FundingDocument.entered_by != MARK,
        FundingDocument.amount_fen > func.coalesce(given.scalar_subquery(), 0),
    )
    order = (FundingDocument.issued_on.desc(), FundingDocument.id.desc())
    found = session.scalars(statement.order_by(*order).limit(limit)).all()
    sums = _allocated(session, [one.id for one in found])
    return [DocumentStanding(one, *sums.get(one.id, (0, 0))) for one in found]


def get_document(session: Session, number: int, *, within: str | None = None) -> FundingDocument:
    """Return one document; one of a district outside ``within`` does not exist."""
    found = session.get(FundingDocument, number)
    if found is None or within not in (None, found.district.adcode):
        raise NotFoundError(say("没有第 {number} 号资金文件，请到资金文件列表查找", number=number))
    return found


def find_same(session: Session, district: District, number: str, **values: Any) -> FundingDocument | None:
    """Return the live document of the same number, however it is typed, source, state and year, or None."""
    statement = select(FundingDocument).filter_by(district_id=district.id, **values)
    live = session.scalars(statement.where(FundingDocument.withdrawn_at.is_(None)).order_by(FundingDocument.id))
    key = document_key(number)
    return next((one for one in live if document_key(one.number) == key), None)


def stand(session: Session, document: FundingDocument) -> DocumentStanding:
    """Return what is left of one document."""
    return DocumentStanding(document, *_allocated(session, [document.id]).get(document.id, (0, 0)))


def list_allocations(session: Session, document: FundingDocument) -> Sequence[LedgerEntry]:
    """List every entry that refers to a document, reversals too, newest first."""
    statement = select(LedgerEntry).where(LedgerEntry.document_id == document.id)
    return session.scalars(statement.options(joinedload(LedgerEntry.project)).order_by(LedgerEntry.id.desc())).all()


@dataclass(frozen=True)
class Unclaimed:
    """How many live entries name a document without standing under it, and what they come to."""

    count: int = 0
    fen: int = 0


def count_unclaimed(session: Session, found: Iterable[FundingDocument]) -> dict[int, Unclaimed]:
    """Return what is unclaimed of each live document, by its number; those of which nothing is are left out."""
    wanted: dict[tuple[Any, ...], int] = {
        (one.district_id, document_key(one.number), one.source, one.state, one.year): one.id
        for one in found
        if one.withdrawn_at is None
    }
    groups = (Project.district_id, LedgerEntry.document_key, LedgerEntry.source, LedgerEntry.state, LedgerEntry.year)
    statement = select(*groups, func.count(), func.sum(LedgerEntry.amount_fen)).join(LedgerEntry.project)
    statement = statement.where(*_unclaimed(), LedgerEntry.document_key.in_({key[1] for key in wanted}))
    sums: dict[int, Unclaimed] = defaultdict(Unclaimed)
    for *key, count, fen in session.execute(statement.group_by(*groups)):
        if (number := wanted.get(tuple(key))) is not None:
            sums[number] = Unclaimed(count, int(fen))
    return sums


def list_unclaimed(session: Session, document: FundingDocument) -> Sequence[LedgerEntry]:
    """List the live entries of a document's district and source that name it without standing under it, by number.

    Those of another state or year are among them.
    """
    statement = select(LedgerEntry).join(LedgerEntry.project).options(joinedload(LedgerEntry.project))
    statement = statement.where(
        *_unclaimed(),
        LedgerEntry.document_key == document_key(document.number),
        LedgerEntry.source == document.source,
        Project.district_id == document.district_id,
    )
    return session.scalars(statement.order_by(LedgerEntry.id)).all()


def _unclaimed() -> tuple[ColumnElement[bool], ...]:
    reversal = aliased(LedgerEntry)
    return (
        LedgerEntry.document_id.is_(None),
        LedgerEntry.reverses_id.is_(None),
        ~exists().where(reversal.reverses_id == LedgerEntry.id),
    )


def _conditions(chosen: DocumentFilter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if chosen.district is not None:
        home = select(District.id).where(District.adcode == chosen.district)
        wanted.append(FundingDocument.district_id == home.scalar_subquery())
    for column, value in (
        (FundingDocument.source, chosen.source),
        (FundingDocument.state, chosen.state),
        (FundingDocument.year, chosen.year),
    ):
        if value is not None:
            wanted.append(column == value)
    if chosen.q:
        columns = (FundingDocument.number, FundingDocument.issuer, FundingDocument.note)
        wanted.append(or_(*(column.contains(chosen.q, autoescape=True) for column in columns)))
    return wanted


def _allocated(session: Session, numbers: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return the sum allocated and the number of projects with money left, by document."""
    groups = (LedgerEntry.document_id, LedgerEntry.project_id)
    shares = select(*groups, func.sum(LedgerEntry.amount_fen).label("fen")).group_by(*groups)
    found: dict[int, tuple[int, int]] = {}
    for document_id, _project, fen in session.execute(shares.where(LedgerEntry.document_id.in_(numbers))):
        sum_fen, projects = found.get(document_id or 0, (0, 0))
        found[document_id or 0] = (sum_fen + int(fen), projects + bool(fen))
    return found
