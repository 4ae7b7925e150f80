"""A ledger driven at random from a seed, beside a plain model of what it must hold: promise 5, every fen adds up.

``tests.services.test_ledger_machine`` runs some thousand steps, ``python -m tests.soak`` as many as one likes.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.domain.drafts import ChangeDraft, LedgerDraft
from portfolio.domain.errors import RuleError
from portfolio.domain.quantities import MoneyUnit, fen_to, parse_money_fen
from portfolio.domain.terms import MoneyState, Source
from portfolio.reports import funding
from portfolio.services import claims, contracts, documents, ledger
from portfolio.store.models import Contract, FundingDocument, LedgerEntry, Project
from portfolio.store.queries import documents as document_queries
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.register import total_register
from tests.builders import SHAPINGBA, WANZHOU, make_contract, make_document, make_project

Key = tuple[int, Source, int, MoneyState]
RECEIVED, PAID = MoneyState.RECEIVED, MoneyState.PAID
TYPED = {one: (f"渝财建〔2025〕{one}号", f"渝财建[2025] {one} 号", f"渝财建【２０２５】{one}号") for one in range(1, 7)}
SOURCES = (Source.DISTRICT_BUDGET, Source.SPECIAL_BOND, Source.CITY_GRANT)
YEARS = (2024, 2025, 2026)
FREE = tuple(state for state in MoneyState if state is not PAID)


@dataclass
class Line:
    """One entry as the model knows it; of carried money both parts are one line."""

    parts: list[tuple[Key, int]]
    entry: LedgerEntry
    document: FundingDocument | None = None
    contract: Contract | None = None
    number: int | None = None
    is_reversed: bool = False


class LedgerMachine:
    """Takes one random step after the other and compares the ledger with the model after each."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.draw = session, random.Random(seed)
        homes = (WANZHOU, WANZHOU, SHAPINGBA, SHAPINGBA)
        self.projects = [make_project(session, district=one, total_investment_fen=10**15) for one in homes]
        self.sums: dict[Key, int] = defaultdict(int)
        self.lines: list[Line] = []
        self.reversals: list[LedgerEntry] = []
        self.given: dict[int, int] = {}
        self.documents: list[FundingDocument] = []
        self.numbered: dict[tuple[int, int, Source, MoneyState, int], FundingDocument] = {}
        self.contracts: dict[int, list[int]] = {}
        self.done: Counter[str] = Counter()

    def step(self) -> None:
        """Take one step that is allowed, or one that must be refused, and compare."""
        verbs: dict[Callable[[], None], int] = {
            self.enter: 6, self.pay: 6, self.reverse: 5, self.reverse_again: 1, self.register: 2, self.split: 4,
            self.split_wrongly: 2, self.give_to_one: 2, self.carry: 3, self.withdraw: 2, self.sign: 1, self.change: 1,
            self.type_number: 6, self.register_typed: 2, self.claim: 4,
        }  # fmt: skip
        (verb,) = self.draw.choices(list(verbs), list(verbs.values()))
        verb()
        self.compare()

    # --- what people do -----------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Enter an amount that is no payment."""
        project, source, year = self.draw.choice(self.projects), self.draw.choice(SOURCES), self.draw.choice(YEARS)
        state, fen = self.draw.choice((*FREE, RECEIVED, RECEIVED)), self.amount()
        draft = LedgerDraft(source=source, state=state, year=year, amount_fen=fen)
        entry = ledger.add_entry(self.session, project, draft)
        self.keep([((project.id, source, year, state), fen)], entry)

    def pay(self) -> None:
        """Pay, under a contract or not; beyond received money or the contract it must be refused."""
        project, source, year = self.draw.choice(self.projects), self.draw.choice(SOURCES), self.draw.choice(YEARS)
        covered = self.total(project, source, RECEIVED) - self.total(project, source, PAID)
        fen = max(1, self.draw.choice((covered, covered // 2, covered // 3, covered + 1)))
        contract = self.draw.choice([None, *self.contracts_of(project)])
        left = self.left_of(contract) if contract else fen
        draft = LedgerDraft(source=source, state=PAID, year=year, amount_fen=fen)
        with self.refused_if(fen > covered or fen > left, "支付"):
            entry = ledger.add_entry(self.session, project, draft, contract=contract)
            self.keep([((project.id, source, year, PAID), fen)], entry, contract=contract)

    def reverse(self) -> None:
        """Take an entry back."""
        standing = [line for line in self.lines if not line.is_reversed]
        if not standing:
            return
        line = self.draw.choice(standing)
        self.reversals.append(ledger.reverse_entry(self.session, line.entry, "测试"))
        line.is_reversed = True
        for key, fen in line.parts:
            self.sums[key] -= fen
        self.allocate(line, -1)
        self.done["reverse"] += 1

    def reverse_again(self) -> None:
        """Take back what was taken back, or a reversal: both must be refused."""
        gone = [line.entry for line in self.lines if line.is_reversed]
        if gone:
            with self.refused_if(True, "冲销"):
                ledger.reverse_entry(self.session, self.draw.choice(gone + self.reversals), "再来")

    def register(self) -> None:
        """Register a document."""
        source, state = self.draw.choice(SOURCES), self.draw.choice(documents.GIVING)
        district, year = self.draw.choice((WANZHOU, SHAPINGBA)), self.draw.choice((2025, 2026))
        fen = self.amount()
        document = make_document(self.session, amount_fen=fen, source=source, state=state, district=district, year=year)
        self.documents.append(document)
        self.given[document.id] = 0
        self.done["register"] += 1

    def split(self) -> None:
        """Split what a document has left, or one fen more, over one or two projects of its district."""
        document = self.live_document()
        if document is None:
            return
        left = document.amount_fen - self.given[document.id]
        total = max(1, self.draw.choice((left, left // 2, left // 3, left + 1)))
        near = [one for one in self.projects if one.district_id == document.district_id]
        first = self.draw.randint(1, total)
        parts = [(near[0], first), (near[1], total - first)]
        shares = [documents.Share(project, fen) for project, fen in parts if fen]
        with self.refused_if(total > left, "可分配"):
            entries = documents.split_document(self.session, document, shares, total_fen=total)
            for entry, share in zip(entries, shares, strict=True):
                key = (share.project.id, document.source, document.year, document.state)
                self.keep([(key, share.amount_fen)], entry, document=document)

    def split_wrongly(self) -> None:
        """Split so that it does not add up, twice to one project, or into another district: must be refused."""
        document = self.live_document()
        if document is None:
            return
        near = [one for one in self.projects if one.district_id == document.district_id]
        far = [one for one in self.projects if one.district_id != document.district_id]
        share = documents.Share(near[0], 5)
        faults = (
            ([share], 6, "少"),
            ([share], 4, "多"),
            ([share, share], 10, "两次"),
            ([share, documents.Share(far[0], 5)], 10, "不能分配"),
            ([], 0, "至少"),
        )
        shares, total, sentence = self.draw.choice(faults)
        with self.refused_if(True, sentence):
            documents.split_document(self.session, document, shares, total_fen=total)

    def give_to_one(self) -> None:
        """Enter one amount under a document that has it left, or one fen more; sometimes as of another year."""
        document = self.live_document()
        if document is None:
            return
        left = document.amount_fen - self.given[document.id]
        fen = max(1, self.draw.choice((left, left // 2, left // 3, left + 1)))
        project, year = self.draw.choice(self.projects), self.draw.choice((document.year, document.year, 2024))
        is_far, is_other = project.district_id != document.district_id, year != document.year
        draft = LedgerDraft(source=document.source, state=document.state, year=year, amount_fen=fen)
        with self.refused_if(fen > left or is_far or is_other, "改为一致" if is_other else "不能分配|可分配"):
            entry = documents.give_to_one(self.session, document, project, draft)
            key = (project.id, document.source, document.year, document.state)
            self.keep([(key, fen)], entry, document=document)

    def carry(self) -> None:
        """Carry what a year has left into the next, or one fen more."""
        project, source, year = self.draw.choice(self.projects), self.draw.choice(SOURCES), self.draw.choice(YEARS)
        unspent = self.sums[project.id, source, year, RECEIVED] - self.sums[project.id, source, year, PAID]
        fen = max(1, self.draw.choice((unspent, unspent // 2, unspent // 3, unspent + 1)))
        with self.refused_if(fen > unspent, "不能结转"):
            out, brought = ledger.carry_forward(self.session, project, source, year=year, amount_fen=fen)
            parts = [((project.id, source, year, RECEIVED), -fen), ((project.id, source, year + 1, RECEIVED), fen)]
            self.keep(parts, self.draw.choice((out, brought)))

    def withdraw(self) -> None:
        """Declare a document void: refused while it gives anything."""
        document = self.live_document()
        if document is not None:
            with self.refused_if(self.given[document.id] > 0, "请先冲销"):
                documents.withdraw_document(self.session, document, "测试")
                self.numbered = {key: one for key, one in self.numbered.items() if one is not document}

    def type_number(self) -> None:
        """Enter an amount with the number of a document, typed in one way or another: refused once that is live."""
        project, number, year = self.draw.choice(self.projects), self.draw.choice(list(TYPED)), 2025
        source, state, fen = self.draw.choice(SOURCES[:2]), self.draw.choice(documents.GIVING[-2:]), self.amount()
        typed = self.draw.choice(TYPED[number])
        draft = LedgerDraft(source=source, state=state, year=year, amount_fen=fen, document_no=typed)
        with self.refused_if((project.district_id, number, source, state, year) in self.numbered, "已登记为资金文件"):
            entry = ledger.add_entry(self.session, project, draft)
            self.keep([((project.id, source, year, state), fen)], entry)
            self.lines[-1].number = number

    def register_typed(self) -> None:
        """Register the document that an entry names: refused where it is there already."""
        named = [one for one in self.lines if one.number and not one.is_reversed]
        line = self.draw.choice(named) if named else None
        if line is None or line.number is None:
            return
        (_project, source, year, state), _fen = line.parts[0]
        key = (line.entry.project.district_id, line.number, source, state, year)
        number, district = self.draw.choice(TYPED[line.number]), line.entry.project.district.adcode
        given = {"number": number, "source": source, "state": state, "year": year, "district": district}
        with self.refused_if(key in self.numbered, "已登记过"):
            fen = max(1, sum(one.parts[0][1] for one in self.unclaimed(key)) + self.draw.choice((-1, 0, 10**6)))
            self.numbered[key] = document = make_document(self.session, amount_fen=fen, **given)
            self.documents.append(document)
            self.given[document.id] = 0
            self.done["register"] += 1

    def claim(self) -> None:
        """Bring some or all of what names a document under it: refused whole where it has less left."""
        if not self.numbered:
            return
        key = self.draw.choice([key for key in self.numbered if self.unclaimed(key)] or list(self.numbered))
        document, lines = self.numbered[key], self.unclaimed(key)
        chosen = lines if self.draw.random() < 0.7 else self.draw.sample(lines, len(lines) // 2)
        over = sum(one.parts[0][1] for one in chosen) > document.amount_fen - self.given[document.id]
        with self.refused_if(over or not chosen, "可分配" if chosen else "请勾选"):
            entries = claims.claim_entries(self.session, document, [one.entry.id for one in chosen])
            for line, entry in zip(chosen, entries, strict=True):
                line.is_reversed = True
                self.sums[line.parts[0][0]] -= line.parts[0][1]
                self.keep(line.parts, entry, document=document)
                self.done["claimed"] += 1

    def sign(self) -> None:
        """Sign a contract."""
        contract = make_contract(
            self.session, self.draw.choice(self.projects), amount_fen=self.amount(), signed_on=dt.date(2024, 1, 1)
        )
        self.contracts[contract.id] = [contract.amount_fen, 0]

    def change(self) -> None:
        """Change what a contract comes to: refused below what was paid."""
        if not self.contracts:
            return
        contract = self.session.get_one(Contract, self.draw.choice(list(self.contracts)))
        amount, paid = self.contracts[contract.id]
        fen = self.draw.choice((self.amount(), paid - amount, paid - amount - 1)) or 1
        draft = ChangeDraft(amount_fen=fen, reason="签证", changed_on=dt.date(2025, 1, 1))
        with self.refused_if(amount + fen < paid or amount + fen <= 0, "少于"):
            contracts.change_amount(self.session, contract, draft)
            self.contracts[contract.id][0] += fen

    # --- the model ----------------------------------------------------------------------------------------------------

    def amount(self) -> int:
        """Draw an amount, type it in one of the three units, and insist that it is read back to the fen."""
        fen = self.draw.randint(1, self.draw.choice((1, 10**4, 10**9, 10**13)))
        unit = self.draw.choice(list(MoneyUnit))
        text = f"{fen_to(fen, unit).normalize():f}"
        if self.draw.random() < 0.3:
            text = f"{Decimal(text):,f}"
        assert parse_money_fen(text, unit) == fen, (text, unit)
        return fen

    @contextmanager
    def refused_if(self, wrong: bool, sentence: str) -> Any:
        """Run what must be refused with ``sentence`` if it is wrong, and taken otherwise."""
        if wrong:
            with pytest.raises(RuleError, match=sentence):
                yield
            self.done["refused"] += 1
        else:
            yield

    def keep(
        self,
        parts: list[tuple[Key, int]],
        entry: LedgerEntry,
        *,
        document: FundingDocument | None = None,
        contract: Contract | None = None,
    ) -> None:
        self.done["entered"] += 1
        line = Line(parts, entry, document, contract)
        self.lines.append(line)
        for key, fen in parts:
            self.sums[key] += fen
        self.allocate(line, 1)

    def allocate(self, line: Line, sign: int) -> None:
        if line.document is not None:
            self.given[line.document.id] += sign * line.parts[0][1]
        if line.contract is not None:
            self.contracts[line.contract.id][1] += sign * line.parts[0][1]

    def total(self, project: Project, source: Source, state: MoneyState) -> int:
        return sum(fen for key, fen in self.sums.items() if (key[0], key[1], key[3]) == (project.id, source, state))

    def live_document(self) -> FundingDocument | None:
        live = [one for one in self.documents if one.withdrawn_at is None]
        return self.draw.choice(live) if live else None

    def unclaimed(self, key: tuple[int, int, Source, MoneyState, int]) -> list[Line]:
        """Return the lines that name a document without standing under it, by number."""
        open_lines = [one for one in self.lines if one.number and not one.is_reversed]
        wanted = []
        for line in open_lines:
            (_project, source, year, state), _fen = line.parts[0]
            if (line.entry.project.district_id, line.number, source, state, year) == key:
                wanted.append(line)
        return sorted(wanted, key=lambda one: one.entry.id)

    def contracts_of(self, project: Project) -> list[Contract]:
        found = [self.session.get_one(Contract, number) for number in self.contracts]
        return [one for one in found if one.project_id == project.id]

    def left_of(self, contract: Contract) -> int:
        amount, paid = self.contracts[contract.id]
        return amount - paid

    # --- what must agree ----------------------------------------------------------------------------------------------

    def compare(self) -> None:
        """Entries, projects, districts and the total give what the model holds, to the fen."""
        groups = (LedgerEntry.project_id, LedgerEntry.source, LedgerEntry.year, LedgerEntry.state)
        rows = self.session.execute(select(*groups, func.sum(LedgerEntry.amount_fen)).group_by(*groups))
        stored = {(row[0], row[1], row[2], row[3]): int(row[4]) for row in rows}
        assert {key: fen for key, fen in stored.items() if fen} == {key: fen for key, fen in self.sums.items() if fen}
        by_district = select(Project.district_id, func.sum(LedgerEntry.amount_fen)).join(LedgerEntry.project)
        districts = {one: int(fen) for one, fen in self.session.execute(by_district.group_by(Project.district_id))}
        total = int(self.session.scalar(select(func.sum(LedgerEntry.amount_fen))) or 0)
        assert total == sum(districts.values()) == sum(self.sums.values())
        for document in self.documents[-2:]:
            assert document_queries.stand(self.session, document).allocated_fen == self.given[document.id]
            assert self.given[document.id] <= document.amount_fen
        newest = dict(list(self.numbered.items())[-3:])
        found = document_queries.count_unclaimed(self.session, newest.values())
        expected = {one.id: self.unclaimed(key) for key, one in newest.items()}
        assert {number: (one.count, one.fen) for number, one in found.items()} == {
            number: (len(lines), sum(line.parts[0][1] for line in lines)) for number, lines in expected.items() if lines
        }

    def compare_reports(self) -> None:
        """Both summaries and the register's totals, whole and by district, give the same sums."""
        expected: dict[MoneyState, int] = defaultdict(int)
        for (_project, _source, _year, state), fen in self.sums.items():
            expected[state] += fen
        for make in (funding.summary_table, funding.project_table):
            table = make(self.session, ProjectFilter())
            totals = dict(zip((column.key for column in table.columns), table.totals or (), strict=True))
            assert {one: totals[one.value] or 0 for one in MoneyState} == {one: expected[one] for one in MoneyState}
        whole = total_register(self.session, ProjectFilter())
        parts = [total_register(self.session, ProjectFilter(district=adcode)) for adcode in (WANZHOU, SHAPINGBA)]
        for state, key in ((RECEIVED, "received_fen"), (PAID, "paid_fen")):
            assert (whole[key] or 0) == expected[state] == sum(part[key] or 0 for part in parts)


def drive(session: Session, *, seed: int, steps: int) -> Counter[str]:
    """Take ``steps`` steps from a seed in a part of the session that is rolled back; return what was done how often."""
    savepoint = session.begin_nested()
    machine = LedgerMachine(session, seed)
    for number in range(steps):
        try:
            machine.step()
        except Exception as error:
            error.add_note(f"seed {seed}, step {number}")
            raise
    machine.compare_reports()
    savepoint.rollback()
    session.expunge_all()
    return machine.done
