"""What was entered with a document's number before it was registered comes under it: reversed, entered anew, or not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.domain.errors import ConfirmationNeededError, DuplicateError, RuleError
from portfolio.domain.search import document_key
from portfolio.domain.terms import MoneyState, Source
from portfolio.services import claims, documents, ledger
from portfolio.store.history import first_broken_revision
from portfolio.store.models import LedgerEntry, Project
from portfolio.store.queries import documents as queries
from portfolio.store.queries.documents import Unclaimed
from portfolio.store.queries.ledger import sum_of_source
from tests.builders import SHAPINGBA, make_document, make_entry, make_project, split

WAN = 1_000_000
NUMBER = "渝财建〔2025〕9号"


def typed(session: Session, project: Project, *, wan: int, number: str = NUMBER, **values: Any) -> LedgerEntry:
    """Enter money of the kind that the documents of these tests give, with nothing but the number typed."""
    return make_entry(session, project, wan=wan, **({"source": Source.CITY_GRANT, "document_no": number} | values))


@pytest.mark.parametrize(
    "way", ["渝财建[2025]9 号", "渝财建【２０２５】９号", " 渝财建（2025）9号", "渝财建﹝2025﹞9号"]
)
def test_a_number_is_the_same_however_its_width_spaces_and_brackets_are_typed(session: Session, way: str) -> None:
    assert document_key(way) == document_key(NUMBER)
    entry = typed(session, make_project(session), wan=10, number=way)
    document = make_document(session, number=NUMBER)
    assert queries.list_unclaimed(session, document) == [entry]
    with pytest.raises(RuleError, match="已登记为资金文件"):
        typed(session, make_project(session), wan=1, number=way)
    with pytest.raises(DuplicateError, match="已登记过"):
        make_document(session, number=way)


def test_another_number_district_or_source_is_not_of_the_document_and_neither_is_what_was_reversed(
    session: Session,
) -> None:
    project = make_project(session)
    typed(session, project, wan=1, number="渝财建〔2025〕90号")
    typed(session, make_project(session, district=SHAPINGBA), wan=1)
    typed(session, project, wan=1, source=Source.LOAN)
    ledger.reverse_entry(session, typed(session, project, wan=1), "填错")
    document = make_document(session, number=NUMBER)

    assert queries.list_unclaimed(session, document) == []
    assert queries.count_unclaimed(session, [document]) == {}


def test_claimed_entries_are_reversed_and_entered_anew_under_the_document_and_the_sums_stay(session: Session) -> None:
    first, second = make_project(session), make_project(session)
    old = [typed(session, first, wan=30, month=4, note="首批"), typed(session, second, wan=20)]
    make_entry(session, first, wan=30, source=Source.CITY_GRANT, state=MoneyState.PAID)
    document = make_document(session, number=NUMBER, wan=60)
    assert queries.count_unclaimed(session, [document]) == {document.id: Unclaimed(2, 50 * WAN)}
    new = claims.claim_entries(session, document, [one.id for one in old])

    assert [(one.project_id, one.amount_fen, one.month, one.document_id, one.document_on) for one in new] == [
        (first.id, 30 * WAN, 4, document.id, document.issued_on),
        (second.id, 20 * WAN, None, document.id, document.issued_on),
    ]
    assert new[0].note == f"首批；认领自第 {old[0].id} 号记录"
    reversals = session.scalars(select(LedgerEntry).where(LedgerEntry.reverses_id.is_not(None))).all()
    assert {one.reverses_id for one in reversals} == {one.id for one in old}
    assert {(one.note, one.warning) for one in reversals} == {(f"认领到资金文件 {NUMBER}（第 {document.id} 号）", None)}
    assert queries.stand(session, document).left_fen == 10 * WAN
    assert queries.count_unclaimed(session, [document]) == {}
    assert sum_of_source(session, first, Source.CITY_GRANT)[MoneyState.RECEIVED] == 30 * WAN
    assert first_broken_revision(session) is None


def test_what_does_not_fit_is_named_by_project_and_nothing_is_moved(session: Session) -> None:
    good, early, late, planned = (make_project(session, name=f"{name}校") for name in "甲乙丙丁")
    found = [
        typed(session, good, wan=1),
        typed(session, early, wan=1, month=2),
        typed(session, late, wan=1, year=2026),
        typed(session, planned, wan=1, state=MoneyState.PLANNED),
    ]
    document = make_document(session, number=NUMBER, issued_on=dt.date(2025, 3, 1))
    assert queries.list_unclaimed(session, document) == found
    assert queries.count_unclaimed(session, [document]) == {document.id: Unclaimed(2, 2 * WAN)}
    with pytest.raises(RuleError) as refused:
        claims.claim_entries(session, document, [one.id for one in found])

    assert str(refused.value) == "；".join([
        f"乙校第 {found[1].id} 号：登记的月份早于文件日期 2025-03-01",
        f"丙校第 {found[2].id} 号：年度是 2026，文件是 2025",
        f"丁校第 {found[3].id} 号：状态是计划，文件是到位",
    ])  # fmt: skip
    assert queries.stand(session, document).allocated_fen == 0


def test_more_than_the_document_has_left_is_refused_with_the_excess(session: Session) -> None:
    project = make_project(session)
    old = [typed(session, project, wan=30), typed(session, project, wan=31)]
    document = make_document(session, number=NUMBER, wan=100)
    split(session, document, (make_project(session), 40))
    with pytest.raises(RuleError, match="还可分配 60 万元，本次分配超出 1 万元"):
        claims.claim_entries(session, document, [one.id for one in old])
    assert len(claims.claim_entries(session, document, [old[0].id])) == 1
    assert queries.list_unclaimed(session, document) == old[1:]


def test_what_is_gone_void_foreign_or_nothing_is_refused(session: Session) -> None:
    project = make_project(session, name="甲校")
    foreign = make_entry(session, make_project(session, name="乙校", district=SHAPINGBA))
    old = typed(session, project, wan=30)
    document = make_document(session, number=NUMBER)
    with pytest.raises(RuleError, match="请勾选要认领的记录"):
        claims.claim_entries(session, document, [])
    for number in (foreign.id, 999):
        with pytest.raises(RuleError, match=f"没有第 {number} 号未挂接的记录"):
            claims.claim_entries(session, document, [number])
    claims.claim_entries(session, document, [old.id])
    with pytest.raises(RuleError, match=f"甲校第 {old.id} 号记录已冲销、已挂接"):
        claims.claim_entries(session, document, [old.id])
    ledger.reverse_entry(session, queries.list_allocations(session, document)[0], "试")
    documents.withdraw_document(session, document, "试")
    with pytest.raises(RuleError, match="已作废"):
        claims.claim_entries(session, document, [old.id])


def test_an_amount_in_a_wrong_unit_is_claimed_only_when_that_question_is_confirmed(session: Session) -> None:
    project = make_project(session)
    old = typed(session, project, wan=5000)
    project.total_investment_fen = WAN
    document = make_document(session, number=NUMBER, wan=5000)
    with pytest.raises(ConfirmationNeededError, match="单位是否应为万元") as asked:
        claims.claim_entries(session, document, [old.id])
    (claimed,) = claims.claim_entries(session, document, [old.id], confirmed=str(asked.value))
    assert claimed.warning == str(asked.value)
