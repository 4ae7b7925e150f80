"""Contracts as a table: one row per contract."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.sentences import say
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.queries import contracts
from portfolio.store.queries.contracts import ContractStanding
from portfolio.store.queries.projects import ProjectFilter

_COLUMNS = (
    Column("number", "合同编号", Kind.TEXT, 18),
    Column("contract_name", "合同名称", Kind.TEXT, 26),
    Column("name", "项目名称", Kind.TEXT, 30),
    Column("party", "签约单位", Kind.TEXT, 26),
    Column("amount", "变更后金额", Kind.MONEY, 15),
    Column("paid", "已支付", Kind.MONEY, 15),
    Column("left", "未支付", Kind.MONEY, 15),
    Column("signed", "签约金额", Kind.MONEY, 15),
    Column("changes", "变更", Kind.MONEY, 13),
    Column("retention", "质保金", Kind.MONEY, 13),
    Column("due_on", "质保金到期", Kind.CODE, 12),
    Column("signed_on", "签订日期", Kind.CODE, 12),
    Column("code", "项目编码", Kind.CODE, 14),
)
_SUMS = range(4, 9)


def contracts_table(session: Session, chosen: ProjectFilter, *, limit: int | None = None, offset: int = 0) -> Table:
    """Return one row per live contract of the projects meant, by project and signing; totals are of all of them."""
    every = contracts.list_contracts(session, chosen)
    rows = [_row(one) for one in every]
    totals = ("合计", None, None, None, *(sum(row[place] for row in rows) for place in _SUMS), *[None] * 4)
    window = rows[offset:] if limit is None else rows[offset : offset + limit]
    notes = [say("变更后金额 = 签约金额 + 历次变更；已支付是引用该合同的支付记录之和，冲销已扣除；作废合同不列入。")]
    return Table("合同台账", _COLUMNS, window, totals, notes, len(every))


def contract_numbers(session: Session, chosen: ProjectFilter) -> dict[tuple[str, str], int]:
    """Return the number of each live contract's record, by project code and contract number."""
    every = contracts.list_contracts(session, chosen)
    return {(one.contract.project.code, one.contract.number): one.contract.id for one in every}


def _row(one: ContractStanding) -> tuple[Any, ...]:
    contract, due = one.contract, one.contract.retention_due_on
    return (
        contract.number,
        contract.name,
        contract.project.name,
        contract.party,
        one.amount_fen,
        one.paid_fen,
        one.left_fen,
        contract.amount_fen,
        one.changes_fen,
        one.retention_fen,
        due.isoformat() if due else None,
        contract.signed_on.isoformat(),
        contract.project.code,
    )
