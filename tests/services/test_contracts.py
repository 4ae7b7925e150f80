"""Contracts: the amount is a sum, never below what was paid; the retention is a share of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from portfolio.domain.drafts import ChangeDraft, ContractDraft, LedgerDraft
from portfolio.domain.errors import ConfirmationNeededError, DuplicateError, RuleError, StaleError
from portfolio.domain.terms import EstimateKind, MoneyState, Source
from portfolio.services import contracts, ledger
from portfolio.store.models import Contract, Project
from portfolio.store.queries import contracts as queries
from portfolio.store.queries import estimates
from portfolio.store.queries.projects import ProjectFilter
from tests.builders import SHAPINGBA, WANZHOU, make_contract, make_entry, make_estimate, make_project

WAN = 1_000_000


def change(session: Session, contract: Contract, wan: int, **values: object) -> None:
    usual = {"amount_fen": wan * WAN, "reason": "设计变更", "changed_on": dt.date(2025, 3, 1)}
    contracts.change_amount(session, contract, ChangeDraft(**(usual | values)))  # type: ignore[arg-type]


def pay(session: Session, project: Project, contract: Contract, wan: int) -> None:
    make_entry(session, project, wan=wan)
    draft = LedgerDraft(source=Source.DISTRICT_BUDGET, state=MoneyState.PAID, year=2025, amount_fen=wan * WAN)
    ledger.add_entry(session, project, draft, contract=contract)


def test_the_amount_after_changes_is_a_sum(session: Session) -> None:
    project = make_project(session)
    contract = make_contract(session, project, wan=100)
    change(session, contract, 20)
    change(session, contract, -5)
    pay(session, project, contract, 40)

    standing = queries.stand(session, contract)
    assert (standing.amount_fen, standing.paid_fen, standing.left_fen) == (115 * WAN, 40 * WAN, 75 * WAN)
    assert [one.amount_fen for one in queries.list_changes(session, contract)] == [20 * WAN, -5 * WAN]


def test_a_change_below_what_was_paid_is_refused(session: Session) -> None:
    project = make_project(session)
    contract = make_contract(session, project, wan=100)
    pay(session, project, contract, 40)
    with pytest.raises(RuleError, match="少于已支付的 40 万元"):
        change(session, contract, -61)
    change(session, contract, -60)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"amount_fen": 0}, "不能为 0"),
        ({"amount_fen": -100 * WAN}, "不大于 0"),
        ({"reason": ""}, "变更原因"),
        ({"changed_on": dt.date(2025, 1, 9)}, "签订日期 2025-01-10 与今天之间"),
        ({"changed_on": dt.date(2099, 1, 1)}, "与今天之间"),
    ],
)
def test_a_change_that_cannot_be_is_refused(session: Session, values: dict[str, object], sentence: str) -> None:
    contract = make_contract(session, make_project(session), wan=100)
    with pytest.raises(RuleError, match=sentence):
        change(session, contract, 1, **values)


@pytest.mark.parametrize(
    ("values", "fen"),
    [
        ({}, None),
        ({"retention_fen": 7}, 7),
        ({"retention_percent": Decimal(3)}, 3 * WAN),
        ({"retention_percent": Decimal("3.33"), "amount_fen": 50}, 2),
    ],
)
def test_the_retention_is_an_amount_or_a_percentage_rounded_half_up_to_the_fen(
    session: Session, values: dict[str, object], fen: int | None
) -> None:
    contract = make_contract(session, make_project(session), wan=100, **values)
    assert queries.stand(session, contract).retention_fen == fen


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"amount_fen": 0}, "大于 0"),
        ({"signed_on": dt.date(2099, 1, 1)}, "晚于今天"),
        ({"retention_percent": Decimal(3), "retention_fen": 5}, "只填一项"),
        ({"retention_fen": 101 * WAN}, "多于合同金额"),
        ({"retention_due_on": dt.date(2025, 1, 1)}, "早于签订日期"),
        ({"retention_released_on": dt.date(2099, 1, 1)}, "退还日期"),
    ],
)
def test_a_contract_that_cannot_be_is_refused(session: Session, values: dict[str, object], sentence: str) -> None:
    with pytest.raises(RuleError, match=sentence):
        make_contract(session, make_project(session), wan=100, **values)


def test_a_number_stands_once_in_a_project_until_it_is_void(session: Session) -> None:
    project = make_project(session)
    first = make_contract(session, project, number="A1")
    with pytest.raises(DuplicateError, match="A1"):
        make_contract(session, project, number="A1")
    make_contract(session, make_project(session), number="A1")
    contracts.withdraw_contract(session, first, "重签")
    make_contract(session, project, number="A1")
    assert len(queries.list_contracts_of(session, project)) == 1
    assert len(queries.list_contracts_of(session, project, with_void=True)) == 2


def test_a_contract_that_was_paid_under_is_not_declared_void(session: Session) -> None:
    project = make_project(session)
    contract = make_contract(session, project, wan=100)
    pay(session, project, contract, 10)
    with pytest.raises(RuleError, match="已支付 10 万元，请先冲销支付再作废"):
        contracts.withdraw_contract(session, contract, "重签")


def test_an_edit_keeps_the_amount_as_signed_and_refuses_a_stale_save(session: Session) -> None:
    contract = make_contract(session, make_project(session), wan=100)
    draft = ContractDraft(number="B2", name="监理", party="监理公司", amount_fen=1, signed_on=dt.date(2025, 2, 1))
    version = contract.version
    contracts.update_contract(session, contract, draft, version=version)

    assert (contract.number, contract.party, contract.amount_fen) == ("B2", "监理公司", 100 * WAN)
    with pytest.raises(StaleError):
        contracts.update_contract(session, contract, draft, version=version)


def test_a_contract_in_a_wrong_unit_is_asked_about(session: Session) -> None:
    project = make_project(session, total_investment_fen=WAN)
    with pytest.raises(ConfirmationNeededError, match="单位是否应为万元"):
        make_contract(session, project, wan=1001)


def test_the_third_estimate_is_the_sum_of_live_contracts_until_one_is_entered(session: Session) -> None:
    project = make_project(session)
    first = make_contract(session, project, wan=100)
    change(session, first, 10)
    void = make_contract(session, project, wan=900)
    contracts.withdraw_contract(session, void, "重签")
    make_contract(session, project, wan=50)

    chain = estimates.chain(session, project)
    assert (chain.contract_fen, chain.contract_is_sum) == (160 * WAN, True)
    assert [row.contract_fen for row in estimates.list_chains(session, ProjectFilter())] == [160 * WAN]

    make_estimate(session, project, EstimateKind.CONTRACT, wan=155)
    chain = estimates.chain(session, project)
    assert (chain.contract_fen, chain.contract_is_sum) == (155 * WAN, False)


def test_the_list_of_contracts_follows_the_filter(session: Session) -> None:
    mine, other = make_project(session), make_project(session, district=SHAPINGBA)
    ours, theirs = make_contract(session, mine), make_contract(session, other)

    def found(**chosen: str) -> list[str]:
        return [one.contract.number for one in queries.list_contracts(session, ProjectFilter(**chosen))]  # type: ignore[arg-type]

    assert found() == [ours.number, theirs.number]
    assert found(district=WANZHOU) == [ours.number]
