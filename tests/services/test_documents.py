"""A document never gives more than it holds, a split is entered whole or not at all, a reversal frees its share."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portfolio.domain.drafts import LedgerDraft
from portfolio.domain.errors import ConfirmationNeededError, DuplicateError, RuleError
from portfolio.domain.terms import MoneyState, Source
from portfolio.services import documents, ledger
from portfolio.services.documents import Share
from portfolio.store.engine import open_session
from portfolio.store.models import FundingDocument
from portfolio.store.queries import documents as queries
from portfolio.store.queries import ledger as ledger_queries
from portfolio.store.queries.documents import DocumentFilter
from portfolio.store.queries.projects import get_project
from tests.builders import SHAPINGBA, WANZHOU, make_contract, make_document, make_entry, make_project, split

WAN = 1_000_000


def test_a_split_enters_one_amount_in_each_project_with_number_and_date_of_the_document(session: Session) -> None:
    first, second = make_project(session), make_project(session)
    document = make_document(session, wan=100)
    entries = split(session, document, (first, 60), (second, 30))

    assert [(one.project_id, one.amount_fen, one.document_id) for one in entries] == [
        (first.id, 60 * WAN, document.id),
        (second.id, 30 * WAN, document.id),
    ]
    assert {(one.source, one.state, one.year) for one in entries} == {(Source.CITY_GRANT, MoneyState.RECEIVED, 2025)}
    assert {(one.document_no, one.document_on) for one in entries} == {(document.number, document.issued_on)}
    standing = queries.stand(session, document)
    assert (standing.allocated_fen, standing.left_fen, standing.projects) == (90 * WAN, 10 * WAN, 2)


@pytest.mark.parametrize(
    ("given", "total", "sentence"),
    [
        ([60, 30], 100, "合计 90 万元，比本次分配总额少 10 万元"),
        ([60, 41], 100, "合计 101 万元，比本次分配总额多 1 万元"),
        ([60, 41], 101, "还可分配 100 万元，本次分配超出 1 万元"),
        ([60, 0], 60, "必须大于 0"),
        ([], 0, "至少填写一个项目"),
    ],
)
def test_a_split_that_does_not_add_up_enters_nothing_and_names_the_difference(
    session: Session, given: list[int], total: int, sentence: str
) -> None:
    document = make_document(session, wan=100)
    shares = [Share(make_project(session), wan * WAN) for wan in given]
    with pytest.raises(RuleError, match=sentence):
        documents.split_document(session, document, shares, total_fen=total * WAN)
    assert queries.stand(session, document).allocated_fen == 0


def test_a_difference_is_named_to_the_fen(session: Session) -> None:
    document, project = make_document(session, wan=100), make_project(session)
    with pytest.raises(RuleError, match=r"多 0\.000001 万元"):
        documents.split_document(session, document, [Share(project, 50 * WAN + 1)], total_fen=50 * WAN)


def test_a_project_twice_or_in_another_district_is_refused(session: Session) -> None:
    document, project = make_document(session), make_project(session)
    with pytest.raises(RuleError, match="出现了两次"):
        split(session, document, (project, 10), (project, 20))
    with pytest.raises(RuleError, match="不在万州区"):
        split(session, document, (make_project(session, district=SHAPINGBA), 10))


def test_a_reversed_share_is_free_again(session: Session) -> None:
    document, project = make_document(session, wan=100), make_project(session)
    entry = split(session, document, (project, 100))[0]
    with pytest.raises(RuleError, match="还可分配 0 万元"):
        split(session, document, (project, 1))
    reversal = ledger.reverse_entry(session, entry, "分错项目")

    assert reversal.document_id == document.id
    assert queries.stand(session, document).left_fen == 100 * WAN
    assert queries.stand(session, document).projects == 0
    split(session, document, (make_project(session), 100))


def test_a_document_is_declared_void_only_when_nothing_it_gave_still_stands(session: Session) -> None:
    document, project = make_document(session), make_project(session)
    entry = split(session, document, (project, 10))[0]
    with pytest.raises(RuleError, match=f"还有 1 笔分配未冲销（第 {entry.id} 号）"):
        documents.withdraw_document(session, document, "重复登记")
    ledger.reverse_entry(session, entry, "作废文件")
    with pytest.raises(RuleError, match="作废原因"):
        documents.withdraw_document(session, document, "")
    documents.withdraw_document(session, document, "重复登记")

    assert queries.stand(session, document).left_fen == 0
    with pytest.raises(RuleError, match="已作废，不能再分配"):
        split(session, document, (project, 1))
    with pytest.raises(RuleError, match="已经作废"):
        documents.withdraw_document(session, document, "再来")


def test_the_same_document_is_registered_once_until_it_is_void(session: Session) -> None:
    first = make_document(session, number="渝财建〔2025〕1号")
    with pytest.raises(DuplicateError, match=f"第 {first.id} 号"):
        make_document(session, number="渝财建〔2025〕1号")
    make_document(session, number="渝财建〔2025〕1号", source=Source.CITY_SPECIAL)
    make_document(session, number="渝财建〔2025〕1号", district=SHAPINGBA)
    documents.withdraw_document(session, first, "金额有误")
    make_document(session, number="渝财建〔2025〕1号")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"amount_fen": 0}, "大于 0"),
        ({"amount_fen": -1}, "大于 0"),
        ({"issued_on": dt.date(2099, 1, 1), "year": 2100}, "晚于今天"),
        ({"year": 2024}, "早于文件日期"),
        ({"state": MoneyState.PAID}, "支付和完成投资在项目页登记"),
        ({"state": MoneyState.WORK_DONE}, "支付和完成投资在项目页登记"),
        ({"district": "999999"}, "没有这个区县"),
    ],
)
def test_a_document_that_cannot_be_is_refused(session: Session, values: dict[str, object], sentence: str) -> None:
    with pytest.raises(RuleError, match=sentence):
        make_document(session, **values)


def test_a_share_in_a_wrong_unit_is_entered_only_when_that_question_is_confirmed(session: Session) -> None:
    document, project = make_document(session, wan=5000), make_project(session, total_investment_fen=WAN)
    shares = [Share(project, 5000 * WAN)]
    with pytest.raises(ConfirmationNeededError, match="单位是否应为万元") as asked:
        documents.split_document(session, document, shares, total_fen=5000 * WAN)
    entries = documents.split_document(session, document, shares, total_fen=5000 * WAN, confirmed=str(asked.value))
    assert entries[0].warning == str(asked.value)


def test_the_list_of_documents_says_what_each_gave_and_what_is_left_within_the_filter(session: Session) -> None:
    project = make_project(session)
    mine = make_document(session, wan=100, number="甲1号", issuer="市财政局")
    other = make_document(session, wan=50, number="乙2号", district=SHAPINGBA, source=Source.LOAN, year=2026)
    split(session, mine, (project, 40))

    def found(**chosen: object) -> list[tuple[str, int]]:
        standings = queries.list_documents(session, DocumentFilter(**chosen))  # type: ignore[arg-type]
        return [(one.document.number, one.left_fen) for one in standings]

    everything = [(other.number, 50 * WAN), (mine.number, 60 * WAN)]
    assert found() == everything
    assert found(district=WANZHOU) == found(q="财政") == found(year=2025) == everything[1:]
    assert found(source=Source.LOAN) == found(q="乙2") == everything[:1]
    assert found(q="%") == found(state=MoneyState.APPLIED) == []
    totals = queries.total_documents(session, DocumentFilter())
    assert (totals.count, totals.given_fen, totals.left_fen, totals.projects) == (2, 150 * WAN, 110 * WAN, 1)


def test_two_people_at_once_never_give_more_than_a_document_holds(engine: Engine) -> None:
    with open_session(engine, write=True, actor="tester") as session:
        number = make_document(session, wan=100).id
        session.commit()
    refused: list[str] = []
    threads = [threading.Thread(target=give_sixty, args=(engine, number, code, refused)) for code in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with open_session(engine, write=False) as session:
        standing = queries.stand(session, session.get_one(FundingDocument, number))
        assert standing.allocated_fen == 60 * WAN
        assert ledger_queries.sum_states(session, ledger_queries.ProjectFilter()) == {MoneyState.RECEIVED: 60 * WAN}
    assert len(refused) == 3
    assert all("超出 20 万元" in sentence for sentence in refused)


def give_sixty(engine: Engine, number: int, code: int, refused: list[str]) -> None:
    """Give 60 of 100 万元 to one project in a session of its own."""
    with open_session(engine, write=True, actor=f"person {code}") as session:
        document = session.get_one(FundingDocument, number)
        project = get_project(session, f"{WANZHOU}-000{code}")
        try:
            split(session, document, (project, 60))
        except RuleError as error:
            refused.append(str(error))
        else:
            session.commit()


# --- one amount under a document --------------------------------------------------------------------------------------


def one_amount(wan: int, **values: Any) -> LedgerDraft:
    """Return ``wan`` 万元 as the documents of these tests give them, changed by ``values``."""
    usual = {"source": Source.CITY_GRANT, "state": MoneyState.RECEIVED, "year": 2025, "amount_fen": wan * WAN}
    return LedgerDraft(**(usual | values))


def test_a_single_entry_under_a_document_counts_among_what_it_gave_until_it_is_reversed(session: Session) -> None:
    document, project = make_document(session, wan=100), make_project(session)
    entry = documents.give_to_one(session, document, project, one_amount(60, month=4, note="首批"))

    assert (entry.document_id, entry.document_no, entry.document_on) == (
        document.id,
        document.number,
        document.issued_on,
    )
    assert (entry.month, entry.note) == (4, "首批")
    assert queries.list_allocations(session, document) == [entry]
    assert queries.stand(session, document).left_fen == 40 * WAN
    ledger.reverse_entry(session, entry, "分错")
    assert queries.stand(session, document).left_fen == 100 * WAN


@pytest.mark.parametrize(
    ("values", "sentence", "field"),
    [
        ({"amount_fen": 101 * WAN}, "还可分配 100 万元，本次分配超出 1 万元", "total"),
        ({"amount_fen": 0}, "金额必须大于 0", "amount"),
        ({"source": Source.CITY_SPECIAL}, "是市级补助、到位、2025 年的", "document"),
        ({"state": MoneyState.PAID}, "是市级补助、到位、2025 年的", "document"),
        ({"year": 2026}, "是市级补助、到位、2025 年的", "document"),
        ({"month": 2}, "登记的月份早于文件日期 2025-03-01", "month"),
        ({"document_no": "另一号"}, "文号和日期以文件为准", "document_no"),
        ({"document_on": dt.date(2025, 3, 2)}, "文号和日期以文件为准", "document_no"),
    ],
)
def test_a_single_entry_that_does_not_fit_its_document_is_refused_beside_what_is_off(
    session: Session, values: dict[str, Any], sentence: str, field: str
) -> None:
    document, project = make_document(session, wan=100), make_project(session)
    with pytest.raises(RuleError, match=sentence) as refused:
        documents.give_to_one(session, document, project, one_amount(10, **values))
    assert refused.value.field == field
    assert queries.stand(session, document).allocated_fen == 0


def test_a_single_entry_is_refused_by_a_void_document_in_another_district_and_under_a_contract(
    session: Session,
) -> None:
    document, project = make_document(session, wan=100), make_project(session)
    with pytest.raises(RuleError, match="不在万州区"):
        documents.give_to_one(session, document, make_project(session, district=SHAPINGBA), one_amount(10))
    with pytest.raises(RuleError, match="只有支付才对应合同"):
        contract = make_contract(session, project)
        documents.give_to_one(session, document, project, one_amount(10), contract=contract)
    documents.withdraw_document(session, document, "重复登记")
    with pytest.raises(RuleError, match="已作废，不能再分配"):
        documents.give_to_one(session, document, project, one_amount(10))


def test_a_document_is_offered_while_it_is_live_and_has_something_left(session: Session) -> None:
    project = make_project(session)
    given, void, part, fresh = (make_document(session, wan=100) for _number in range(4))
    make_document(session, district=SHAPINGBA)
    documents.give_to_one(session, given, project, one_amount(100))
    documents.give_to_one(session, part, project, one_amount(30))
    documents.withdraw_document(session, void, "重复登记")

    offered = queries.list_open_documents(session, project, limit=9)
    assert [(one.document, one.left_fen) for one in offered] == [(fresh, 100 * WAN), (part, 70 * WAN)]
    assert len(queries.list_open_documents(session, project, limit=1)) == 1


def test_an_entry_of_old_keeps_its_typed_number_and_date(session: Session) -> None:
    entry = make_entry(session, make_project(session), document_no="旧文1号", document_on=dt.date(2025, 1, 1))
    assert (entry.document, entry.document_no, entry.document_on) == (None, "旧文1号", dt.date(2025, 1, 1))


def test_the_typed_number_of_a_registered_document_is_refused_so_that_no_money_passes_it_by(session: Session) -> None:
    document, project = make_document(session), make_project(session)

    with pytest.raises(RuleError, match="请在“资金文件”里选它") as refused:
        ledger.add_entry(session, project, one_amount(1, document_no=document.number))
    assert refused.value.field == "document_no"
    ledger.add_entry(session, project, one_amount(1, document_no=document.number, year=2026))
    documents.withdraw_document(session, document, "试")
    ledger.add_entry(session, project, one_amount(1, document_no=document.number))
