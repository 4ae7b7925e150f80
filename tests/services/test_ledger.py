"""The ledger is only added to, and every fen adds up after every step."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portfolio.domain.drafts import LedgerDraft
from portfolio.domain.errors import RuleError
from portfolio.domain.terms import MoneyState, Source
from portfolio.reports import funding
from portfolio.services import ledger
from portfolio.store.history import AppendOnlyError
from portfolio.store.models import LedgerEntry
from portfolio.store.queries import ledger as queries
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.register import total_register
from tests.builders import SHAPINGBA, WANZHOU, make_entry, make_project

ALL = ProjectFilter()


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


steps = st.lists(
    st.tuples(
        st.sampled_from(["enter", "reverse"]),
        st.integers(0, 3),
        st.sampled_from([Source.DISTRICT_BUDGET, Source.SPECIAL_BOND]),
        st.sampled_from([MoneyState.RECEIVED, MoneyState.PAID]),
        st.integers(2024, 2026),
        st.integers(1, 10**13),
    ),
    max_size=25,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_every_fen_adds_up_whatever_is_entered_and_reversed(
    session: Session, given_steps: list[tuple[str, int, Source, MoneyState, int, int]]
) -> None:
    savepoint = session.begin_nested()
    projects = [make_project(session, district=adcode) for adcode in (WANZHOU, WANZHOU, SHAPINGBA, SHAPINGBA)]
    expected: dict[MoneyState, int] = defaultdict(int)
    standing: list[LedgerEntry] = []
    for verb, number, source, state, year, fen in given_steps:
        if verb == "enter":
            wan = Decimal(fen) / 1_000_000
            standing.append(make_entry(session, projects[number], wan=wan, source=source, state=state, year=year))
            expected[state] += fen
        elif standing:
            entry = standing.pop(fen % len(standing))
            ledger.reverse_entry(session, entry, "测试")
            expected[entry.state] -= entry.amount_fen
        assert_agreement(session, expected)
    savepoint.rollback()


def assert_agreement(session: Session, expected: dict[MoneyState, int]) -> None:
    """Entries, projects, districts, both summaries and the register's totals give the same sums."""
    for state, sums in (
        ("summary", funding.summary_table(session, ALL)),
        ("by project", funding.project_table(session, ALL)),
    ):
        totals = dict(zip((column.key for column in sums.columns), sums.totals or (), strict=True))
        assert {one: totals[one.value] or 0 for one in expected} == dict(expected), state
    register = total_register(session, ALL)
    by_district = [total_register(session, ProjectFilter(district=adcode)) for adcode in (WANZHOU, SHAPINGBA)]
    for one, key in ((MoneyState.RECEIVED, "received_fen"), (MoneyState.PAID, "paid_fen")):
        if one in expected:
            assert (register[key] or 0) == expected[one] == sum(part[key] or 0 for part in by_district)
