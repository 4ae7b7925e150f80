"""Reads of contracts: what each comes to after its changes, and what was paid. Amounts are whole fen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from portfolio.domain.errors import NotFoundError
from portfolio.domain.sentences import say
from portfolio.store.models import Contract, ContractChange, LedgerEntry, Project
from portfolio.store.queries.projects import ProjectFilter, conditions


@dataclass(frozen=True)
class ContractStanding:
    """A contract with the sum of its changes and what was paid under it, reversals taken off."""

    contract: Contract
    changes_fen: int
    paid_fen: int

    @property
    def amount_fen(self) -> int:
        """Return what the contract comes to after its changes."""
        return self.contract.amount_fen + self.changes_fen

    @property
    def left_fen(self) -> int:
        """Return what is not paid yet."""
        return self.amount_fen - self.paid_fen

    @property
    def retention_fen(self) -> int | None:
        """Return the retention (质保金), a percentage being taken of the amount after changes, half a fen up."""
        if self.contract.retention_percent is None:
            return self.contract.retention_fen
        exact = Decimal(self.amount_fen) * self.contract.retention_percent / 100
        return int(exact.to_integral_value(ROUND_HALF_UP))


def list_contracts(session: Session, chosen: ProjectFilter, *, with_void: bool = False) -> list[ContractStanding]:
    """List the contracts of the projects meant, by project and day of signing; void ones only where asked for."""
    wanted = Contract.project_id.in_(select(Project.id).where(*conditions(chosen)))
    return _list(session, wanted, with_void=with_void)


def list_contracts_of(session: Session, project: Project, *, with_void: bool = False) -> list[ContractStanding]:
    """List one project's contracts by day of signing; void ones only where asked for."""
    return _list(session, Contract.project_id == project.id, with_void=with_void)


def _list(session: Session, wanted: Any, *, with_void: bool) -> list[ContractStanding]:
    statement = select(Contract).join(Contract.project).where(wanted)
    if not with_void:
        statement = statement.where(Contract.withdrawn_at.is_(None))
    statement = statement.options(joinedload(Contract.project).joinedload(Project.district))
    found = session.scalars(statement.order_by(Project.code, Contract.signed_on, Contract.id)).all()
    changes, paid = _sums(session, ContractChange, wanted), _sums(session, LedgerEntry, wanted)
    return [ContractStanding(one, changes.get(one.id, 0), paid.get(one.id, 0)) for one in found]


def stand(session: Session, contract: Contract) -> ContractStanding:
    """Return what one contract comes to, and what was paid."""
    mine = Contract.id == contract.id
    changes, paid = _sums(session, ContractChange, mine), _sums(session, LedgerEntry, mine)
    return ContractStanding(contract, changes.get(contract.id, 0), paid.get(contract.id, 0))


def _sums(session: Session, model: type[ContractChange | LedgerEntry], wanted: Any) -> dict[int, int]:
    statement = select(model.contract_id, func.sum(model.amount_fen)).group_by(model.contract_id)
    statement = statement.join(Contract, Contract.id == model.contract_id).where(wanted)
    return {number: int(fen) for number, fen in session.execute(statement) if number is not None}


def get_contract(session: Session, project: Project, number: int) -> Contract:
    """Return one contract of a project."""
    found = session.get(Contract, number)
    if found is None or found.project_id != project.id:
        raise NotFoundError(say("项目 {code} 没有第 {number} 号合同记录", code=project.code, number=number))
    return found


def find_by_number(session: Session, project: Project, number: str) -> Contract | None:
    """Return a project's live contract with that number, or None."""
    statement = select(Contract).where(Contract.project_id == project.id, Contract.number == number)
    return session.scalar(statement.where(Contract.withdrawn_at.is_(None)))


def list_changes(session: Session, contract: Contract) -> Sequence[ContractChange]:
    """List the changes of a contract's amount, oldest first."""
    statement = select(ContractChange).where(ContractChange.contract_id == contract.id)
    return session.scalars(statement.order_by(ContractChange.changed_on, ContractChange.id)).all()


def list_payments(session: Session, contract: Contract) -> Sequence[LedgerEntry]:
    """List the entries that were paid under a contract, reversals too, newest first."""
    statement = select(LedgerEntry).where(LedgerEntry.contract_id == contract.id)
    return session.scalars(statement.options(joinedload(LedgerEntry.project)).order_by(LedgerEntry.id.desc())).all()


def sum_by_project(session: Session, wanted: Any) -> dict[int, int]:
    """Return what the live contracts come to after their changes, by project; ``wanted`` is on Contract's columns."""
    live = (wanted, Contract.withdrawn_at.is_(None))
    signed = select(Contract.project_id, func.sum(Contract.amount_fen)).where(*live).group_by(Contract.project_id)
    found = {number: int(fen) for number, fen in session.execute(signed)}
    changed = select(Contract.project_id, func.sum(ContractChange.amount_fen)).group_by(Contract.project_id)
    changed = changed.join(ContractChange, ContractChange.contract_id == Contract.id).where(*live)
    for number, fen in session.execute(changed):
        found[number] += int(fen)
    return found
