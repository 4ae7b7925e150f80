"""The ledger is only added to, and every fen adds up after every step."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portfolio.domain.drafts import LedgerDraft
from portfolio.domain.errors import ConfirmationNeededError, RuleError
from portfolio.domain.terms import MoneyState, Overdraw, Source
from portfolio.reports import funding
from portfolio.services import contracts, ledger
from portfolio.services.payments import OVERDRAW_KEY
from portfolio.services.settings import change_setting
from portfolio.store.history import AppendOnlyError
from portfolio.store.models import LedgerEntry, Project
from portfolio.store.queries import contracts as contract_queries
from portfolio.store.queries import ledger as queries
from portfolio.store.queries.projects import ProjectFilter
from tests.builders import make_contract, make_entry, make_project

ALL = ProjectFilter()
WAN = 1_000_000


def test_a_reversal_takes_the_amount_back_and_leaves_the_entry(session: Session) -> None:
    project = make_project(session)
    entry = make_entry(session, project, wan=100)
    reversal = ledger.reverse_entry(session, entry, "文号抄错")
    assert (reversal.amount_fen, reversal.reverses_id, entry.amount_fen) == (-100_000_000, entry.id, 100_000_000)
    assert queries.sum_by_state(session, project) == {MoneyState.RECEIVED: 0}


def test_an_entry_is_reversed_once_and_a_reversal_never(session: Session) -> None:
    entry = make_entry(session, make_project(session))
    reversal = ledger.reverse_entry(session, entry, "重复登记")
    with pytest.raises(RuleError, match="已经冲销过"):
        ledger.reverse_entry(session, entry, "再来")
    with pytest.raises(RuleError, match="不能再冲销"):
        ledger.reverse_entry(session, reversal, "再来")


def test_a_reversal_needs_a_reason(session: Session) -> None:
    with pytest.raises(RuleError, match="原因"):
        ledger.reverse_entry(session, make_entry(session, make_project(session)), "")


def test_a_document_dated_in_the_future_is_refused(session: Session) -> None:
    with pytest.raises(RuleError, match="晚于今天"):
        make_entry(session, make_project(session), document_on=dt.date(2099, 1, 1))


@pytest.mark.parametrize("amount_fen", [0, -5])
def test_amounts_are_above_zero(session: Session, amount_fen: int) -> None:
    draft = LedgerDraft(source=Source.LOAN, state=MoneyState.PAID, year=2025, amount_fen=amount_fen)
    with pytest.raises(RuleError, match="大于 0"):
        ledger.add_entry(session, make_project(session), draft)


def test_an_entry_can_be_neither_changed_nor_deleted(session: Session) -> None:
    entry = make_entry(session, make_project(session))
    entry.amount_fen = 1
    with pytest.raises(AppendOnlyError):
        session.flush()
    session.expire(entry)
    session.delete(entry)
    with pytest.raises(AppendOnlyError):
        session.flush()


def test_states_are_never_merged_and_a_state_without_entries_is_unknown(session: Session) -> None:
    project = make_project(session)
    make_entry(session, project, wan=300, state=MoneyState.APPROPRIATED)
    make_entry(session, project, wan=200, state=MoneyState.RECEIVED)
    table = funding.summary_table(session, ALL)
    row = dict(zip((column.key for column in table.columns), table.rows[0], strict=True))
    assert (row["appropriated"], row["received"], row["paid"]) == (300_000_000, 200_000_000, None)


def test_the_summary_says_how_many_projects_it_does_not_speak_of(session: Session) -> None:
    make_entry(session, make_project(session))
    assert "共 56 个项目，其中 1 个登记了资金，55 个没有资金记录" in funding.summary_table(session, ALL).notes[0]


# --- payments ---------------------------------------------------------------------------------------------------------


def pay(session: Session, project: Project, wan: int, **values: Any) -> LedgerEntry:
    """Pay out of the district's budget of 2025."""
    draft = LedgerDraft(
        source=Source.DISTRICT_BUDGET, state=MoneyState.PAID, year=2025, amount_fen=wan * WAN, month=values.get("month")
    )
    return ledger.add_entry(session, project, draft, contract=values.get("contract"), confirmed=values.get("confirmed"))


def test_a_payment_beyond_received_money_of_its_source_is_refused_with_the_excess(session: Session) -> None:
    project = make_project(session)
    make_entry(session, project, wan=100)
    make_entry(session, project, wan=900, source=Source.SPECIAL_BOND)
    pay(session, project, 60)
    with pytest.raises(RuleError, match="已支付 60 万元，这笔支付将超过到位资金 1 万元"):
        pay(session, project, 41)
    pay(session, project, 40)
    assert queries.sum_by_state(session, project)[MoneyState.PAID] == 100 * WAN


def test_a_payment_beyond_its_contract_is_refused_with_the_excess(session: Session) -> None:
    project = make_project(session)
    make_entry(session, project, wan=500)
    contract = make_contract(session, project, wan=100)
    pay(session, project, 70, contract=contract)
    with pytest.raises(RuleError, match="将超过合同 1 万元"):
        pay(session, project, 31, contract=contract)
    ledger.reverse_entry(session, pay(session, project, 30, contract=contract), "退款")
    assert contract_queries.stand(session, contract).paid_fen == 70 * WAN


def test_an_office_may_let_payments_beyond_pass_when_they_are_confirmed_and_keeps_what_was_said(
    session: Session,
) -> None:
    project = make_project(session)
    change_setting(session, OVERDRAW_KEY, Overdraw.WARN.value)
    with pytest.raises(ConfirmationNeededError, match="超过到位资金 5 万元") as asked:
        pay(session, project, 5)
    assert pay(session, project, 5, confirmed=str(asked.value)).warning == str(asked.value)


def test_a_contract_of_another_project_or_a_void_one_pays_nothing(session: Session) -> None:
    project, other = make_project(session), make_project(session)
    make_entry(session, project, wan=100)
    with pytest.raises(RuleError, match="不是本项目"):
        pay(session, project, 1, contract=make_contract(session, other))
    void = make_contract(session, project)
    contracts.withdraw_contract(session, void, "重复登记")
    with pytest.raises(RuleError, match="有效合同"):
        pay(session, project, 1, contract=void)
    with pytest.raises(RuleError, match="早于合同签订日期"):
        pay(session, project, 1, contract=make_contract(session, project, signed_on=dt.date(2025, 5, 1)), month=4)


def test_only_payments_refer_to_a_contract(session: Session) -> None:
    project = make_project(session)
    draft = LedgerDraft(source=Source.LOAN, state=MoneyState.RECEIVED, year=2025, amount_fen=1)
    with pytest.raises(RuleError, match="只有支付才对应合同"):
        ledger.add_entry(session, project, draft, contract=make_contract(session, project))


def test_taking_received_money_back_says_which_payments_it_leaves_uncovered(session: Session) -> None:
    project = make_project(session)
    received = make_entry(session, project, wan=100)
    pay(session, project, 60)
    reversal = ledger.reverse_entry(session, received, "退回财政")
    assert reversal.warning == "冲销后，区级财政累计支付超过到位资金 60 万元"


# --- dates and units --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("year", "month"), [(2024, None), (2024, 12), (2025, 2)])
def test_money_before_its_document_is_refused(session: Session, year: int, month: int | None) -> None:
    with pytest.raises(RuleError, match="早于文件日期 2025-03-01"):
        make_entry(session, make_project(session), year=year, month=month, document_on=dt.date(2025, 3, 1))


@pytest.mark.parametrize(("year", "month"), [(2025, None), (2025, 3), (2026, 1)])
def test_money_in_the_month_of_its_document_or_later_is_taken(session: Session, year: int, month: int | None) -> None:
    make_entry(session, make_project(session), year=year, month=month, document_on=dt.date(2025, 3, 31))


def test_an_amount_a_thousand_times_the_project_is_asked_about_once(session: Session) -> None:
    project = make_project(session, total_investment_fen=WAN)
    make_entry(session, project, wan=1000)
    with pytest.raises(ConfirmationNeededError, match="单位是否应为万元"):
        make_entry(session, project, wan=Decimal("1000.000001"))


# --- carrying forward -------------------------------------------------------------------------------------------------


def test_unspent_money_goes_into_the_next_year_as_a_pair_that_changes_no_total(session: Session) -> None:
    project = make_project(session)
    make_entry(session, project, wan=100)
    pay(session, project, 30)
    out, brought = ledger.carry_forward(session, project, Source.DISTRICT_BUDGET, year=2025, amount_fen=70 * WAN)

    assert [(one.year, one.amount_fen, one.carried_year) for one in (out, brought)] == [
        (2025, -70 * WAN, 2026),
        (2026, 70 * WAN, 2025),
    ]
    assert brought.carried_from_id == out.id
    assert queries.sum_by_state(session, project)[MoneyState.RECEIVED] == 100 * WAN
    assert queries.list_unspent(session, project) == [(Source.DISTRICT_BUDGET, 2026, 70 * WAN)]


def test_no_more_is_carried_than_the_year_has_left_of_the_source(session: Session) -> None:
    project = make_project(session)
    make_entry(session, project, wan=100)
    make_entry(session, project, wan=50, year=2024)
    pay(session, project, 30)
    with pytest.raises(RuleError, match="到位未支付的只有 70 万元，不能结转 71 万元"):
        ledger.carry_forward(session, project, Source.DISTRICT_BUDGET, year=2025, amount_fen=71 * WAN)
    with pytest.raises(RuleError, match="只有 0 万元"):
        ledger.carry_forward(session, project, Source.LOAN, year=2025, amount_fen=1)


@pytest.mark.parametrize("side", [0, 1])
def test_both_entries_of_carried_money_are_taken_back_together(session: Session, side: int) -> None:
    project = make_project(session)
    make_entry(session, project, wan=100)
    pair = ledger.carry_forward(session, project, Source.DISTRICT_BUDGET, year=2025, amount_fen=10 * WAN)
    ledger.reverse_entry(session, pair[side], "结转有误")

    assert queries.list_unspent(session, project) == [(Source.DISTRICT_BUDGET, 2025, 100 * WAN)]
    with pytest.raises(RuleError, match="已经冲销过"):
        ledger.reverse_entry(session, pair[1 - side], "再来")


@pytest.mark.parametrize(
    "values",
    [
        {"amount_fen": -5},
        {"amount_fen": 5, "carried_year": 2026},
        {"amount_fen": -5, "carried_year": 2024},
        {"amount_fen": 0},
    ],
)
def test_the_database_itself_refuses_a_sign_without_a_cause(session: Session, values: dict[str, int]) -> None:
    draft = LedgerDraft(source=Source.LOAN, state=MoneyState.RECEIVED, year=2025, amount_fen=1)
    with pytest.raises(IntegrityError):
        ledger.write_entry(session, make_project(session), draft, **values)
