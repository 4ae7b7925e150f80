"""Money of synthetic projects: entries, the documents that give it, contracts it is paid under, the four estimates.

Entries are written as they would be by hand: a document never gives more than it holds nor before its day, nothing is
paid beyond received money or its contract.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar

from portfolio.domain.samples import MARK
from portfolio.domain.terms import EstimateKind, MoneyState, Source
from portfolio.services.sample_projects import FIRST_YEAR, LAST_YEAR, WAN_FEN, turn
from portfolio.store.base import utc_now
from portfolio.store.models import Contract, ContractChange, Estimate, FundingDocument, LedgerEntry, Project

GIVEN = (MoneyState.APPROPRIATED, MoneyState.RECEIVED)
SIGNED_MONTH = 2
_PAID_FOR = tuple(MoneyState).index(MoneyState.WORK_DONE)
_OF_ALLOCATED = (100, 100, 110, 125)  # what a document holds, in percent of what it gives
_STEPS = {  # the four estimates: month of approval, least and most in percent of the step before
    EstimateKind.FEASIBILITY: (3, 100, 100),
    EstimateKind.DESIGN: (9, 92, 116),
    EstimateKind.CONTRACT: (1, 86, 104),
    EstimateKind.FINAL: (12, 92, 108),
}


@dataclass
class SampleCounts:
    """How many records were made beside the projects."""

    entries: int = 0
    documents: int = 0
    contracts: int = 0
    estimates: int = 0


class MoneyMaker:
    """Makes the money of one batch of projects after the other; each model in ``NUMBERED`` has its own numbers."""

    NUMBERED: ClassVar[tuple[type[Any], ...]] = (LedgerEntry, FundingDocument, Contract)

    def __init__(self, draw: random.Random, first: Mapping[type[Any], int]) -> None:
        self.draw, self.counts = draw, SampleCounts()
        self.numbers = {model: count(number) for model, number in first.items()}

    def records(self, projects: Sequence[Project]) -> list[Any]:
        """Return everything that belongs to the projects of a batch."""
        entries = [entry for project in projects for entry in self._entries(project)]
        homes = {project.id: project.district_id for project in projects}
        documents = list(self._documents(entries, homes))
        contracts = [one for entry in entries if entry.state is MoneyState.PAID for one in self._contract(entry)]
        estimates = [one for project in projects if not self.draw.randrange(4) for one in self._estimates(project)]
        self.counts.entries += len(entries)
        self.counts.documents += len(documents)
        self.counts.contracts += sum(isinstance(one, Contract) for one in contracts)
        self.counts.estimates += len(estimates)
        return [*documents, *contracts, *entries, *estimates]

    def _entries(self, project: Project) -> Iterator[LedgerEntry]:
        """Yield a project's entries: one source's money as far along its way as it has come, never growing on it.

        What was paid for was built: the work is worth as much, or a little more.
        """
        source, year = turn(tuple(Source), project.id), self.draw.randint(FIRST_YEAR, LAST_YEAR)
        amount_fen = whole_fen = project.total_investment_fen or WAN_FEN
        steps = self.draw.randint(0, len(MoneyState))
        for month, state in enumerate(tuple(MoneyState)[: steps + (steps == _PAID_FOR)], start=1):
            least, most = (100, 110) if state is MoneyState.WORK_DONE else (60, 100)
            amount_fen = min(whole_fen, max(WAN_FEN, amount_fen * self.draw.randint(least, most) // 100))
            number = next(self.numbers[LedgerEntry])
            yield LedgerEntry(
                id=number,
                project_id=project.id,
                source=source,
                state=state,
                year=year,
                month=month,
                amount_fen=amount_fen,
                document_no=f"{MARK}文号〔{year}〕{number % 10**6 + 1} 号",
                document_on=self._day(year, month),
                **_entered(),
            )

    def _documents(self, entries: Sequence[LedgerEntry], homes: Mapping[int, int]) -> Iterator[FundingDocument]:
        """Yield a document for all entries of one district, source, state and year, and let it give them."""
        groups: dict[tuple[Any, ...], list[LedgerEntry]] = defaultdict(list)
        for entry in entries:
            if entry.state in GIVEN:
                groups[homes[entry.project_id], entry.source, entry.state, entry.year].append(entry)
        for (district_id, source, state, year), given in groups.items():
            number = next(self.numbers[FundingDocument])
            document = FundingDocument(
                id=number,
                district_id=district_id,
                number=f"{MARK}财〔{year}〕{number % 10**6 + 1}号",
                issued_on=min(entry.document_on for entry in given if entry.document_on),
                issuer=f"{MARK}财政局",
                source=source,
                state=state,
                year=year,
                amount_fen=sum(entry.amount_fen for entry in given) * turn(_OF_ALLOCATED, number) // 100,
                **_entered(),
            )
            for entry in given:
                entry.document_id = number
                entry.document_no, entry.document_on = document.number, document.issued_on
            yield document

    def _contract(self, paid: LedgerEntry) -> Iterator[Contract | ContractChange]:
        """Yield the contract that an amount is paid under, and of every fourth one a change."""
        number = next(self.numbers[Contract])
        paid.contract_id = number
        amount_fen = paid.amount_fen * self.draw.randint(100, 150) // 100
        yield Contract(
            id=number,
            project_id=paid.project_id,
            number=f"{MARK}合同-{number % 10**6 + 1:05d}",
            name=f"{MARK}施工合同",
            party=f"{MARK}施工单位{number % 7 + 1}",
            amount_fen=amount_fen,
            signed_on=self._day(paid.year, SIGNED_MONTH),
            retention_percent=Decimal(3) if number % 2 else None,
            **_entered(),
        )
        if number % 4 == 0:
            changed = {"amount_fen": max(1, amount_fen // 20), "reason": f"{MARK}签证"}
            yield ContractChange(contract_id=number, changed_on=self._day(paid.year, 4), **changed, **_entered())

    def _estimates(self, project: Project) -> Iterator[Estimate]:
        """Yield what the first two, three or all four steps come to."""
        amount_fen, year = project.total_investment_fen or WAN_FEN, project.start_year or LAST_YEAR
        steps = tuple(_STEPS.items())[: self.draw.choice((2, 2, 3, 4))]
        for kind, (month, least, most) in steps:
            amount_fen = amount_fen * self.draw.randint(least, most) // 100
            is_before = kind in (EstimateKind.FEASIBILITY, EstimateKind.DESIGN)
            yield Estimate(
                project_id=project.id,
                kind=kind,
                ordinal=1,
                amount_fen=amount_fen,
                approval_no=f"{MARK}批复〔{year - is_before}〕{project.id % 10**6 + 1} 号",
                issuer=f"{MARK}发展改革委",
                approved_on=self._day(year - is_before, month),
                **_entered(),
            )

    def _day(self, year: int, month: int) -> dt.date:
        return dt.date(year, month, self.draw.randint(1, 28))


def _entered() -> dict[str, Any]:
    return {"entered_by": MARK, "entered_at": utc_now()}
