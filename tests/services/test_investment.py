"""The annual plan is the sum of its decisions, and no decision takes it where a plan cannot be."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portfolio.domain.drafts import PlanDraft
from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.terms import PlanMove, Source
from portfolio.services import investment
from portfolio.store.history import AppendOnlyError
from portfolio.store.models import PlanChange, PlanLine, Project
from portfolio.store.queries.investment import list_plan_changes, plan_cells
from tests.builders import make_plan, make_project

CITY, BOND = Source.CITY_GRANT, Source.SPECIAL_BOND
WAN = 1_000_000


def plan(
    session: Session, project: Project, cells: dict[tuple[Source, int | None], int], **values: object
) -> PlanChange:
    """Decide on the plan of 2025 in 万元, having seen every decision so far."""
    amounts = {cell: wan * WAN for cell, wan in cells.items()}
    seen = len(list_plan_changes(session, project, 2025))
    return investment.set_plan(session, project, PlanDraft(year=2025, cells=amounts, **values), seen=seen)  # type: ignore[arg-type]


def test_the_plan_in_force_is_the_sum_of_all_decisions(session: Session) -> None:
    project = make_project(session)
    first = plan(session, project, {(CITY, 1): 100, (CITY, 2): 200, (BOND, None): 500})
    second = plan(session, project, {(CITY, 1): 100, (CITY, 2): 150, (BOND, 4): 500}, reason="债券推迟")

    assert plan_cells(session, project, 2025) == {(CITY, 1): 100 * WAN, (CITY, 2): 150 * WAN, (BOND, 4): 500 * WAN}
    assert (first.move, second.move) == (PlanMove.SET, PlanMove.ADJUST)
    assert [(line.source, line.quarter, line.amount_fen // WAN) for line in second.lines] == [
        (CITY, 2, -50),
        (BOND, None, -500),
        (BOND, 4, 500),
    ]


def test_plans_of_other_years_and_projects_stay_as_they_are(session: Session) -> None:
    project, other = make_project(session), make_project(session)
    make_plan(session, project, wan=10, year=2024)
    make_plan(session, project, wan=20, year=2025)
    make_plan(session, other, wan=40, year=2025)
    assert plan_cells(session, project, 2024) == {(Source.DISTRICT_BUDGET, None): 10 * WAN}
    assert plan_cells(session, project, 2025) == {(Source.DISTRICT_BUDGET, None): 20 * WAN}


def test_an_adjustment_needs_a_reason_and_keeps_document_and_person(session: Session) -> None:
    project = make_project(session)
    plan(session, project, {(CITY, 1): 100})
    with pytest.raises(RuleError, match="写明调整原因"):
        plan(session, project, {(CITY, 1): 90})
    change = plan(
        session,
        project,
        {(CITY, 1): 90},
        reason="压减",
        document_no="万发改〔2025〕9号",
        document_on=dt.date(2025, 6, 1),
    )
    assert (change.document_no, str(change.document_on), change.entered_by) == (
        "万发改〔2025〕9号",
        "2025-06-01",
        "tester",
    )


def test_a_plan_below_zero_is_refused(session: Session) -> None:
    project = make_project(session)
    plan(session, project, {(CITY, 1): 100})
    with pytest.raises(RuleError, match="不能小于 0"):
        plan(session, project, {(CITY, 1): -1}, reason="调减")
    assert plan_cells(session, project, 2025) == {(CITY, 1): 100 * WAN}


def test_a_plan_can_be_taken_back_to_nothing(session: Session) -> None:
    project = make_project(session)
    plan(session, project, {(CITY, 1): 100})
    plan(session, project, {}, reason="项目暂缓")
    assert plan_cells(session, project, 2025) == {}


def test_saving_the_same_plan_again_is_refused(session: Session) -> None:
    project = make_project(session)
    plan(session, project, {(CITY, 1): 100, (BOND, 2): 0})
    with pytest.raises(RuleError, match="与现行计划相同"):
        plan(session, project, {(CITY, 1): 100}, reason="再次保存")


def test_a_plan_beyond_the_total_investment_is_refused_with_both_figures(session: Session) -> None:
    project = make_project(session, total_investment_fen=500 * WAN)
    with pytest.raises(RuleError, match=r"600\.00 万元，超过项目总投资 500\.00 万元"):
        plan(session, project, {(CITY, 1): 300, (BOND, 2): 300})
    plan(session, project, {(CITY, 1): 300, (BOND, 2): 200})


def test_a_document_dated_in_the_future_is_refused(session: Session) -> None:
    with pytest.raises(RuleError, match="晚于今天"):
        plan(session, make_project(session), {(CITY, 1): 1}, document_on=dt.date(2099, 1, 1))


def test_who_has_not_seen_the_last_decision_overwrites_nothing(session: Session) -> None:
    project = make_project(session)
    plan(session, project, {(CITY, 1): 100})
    with pytest.raises(StaleError, match="tester"):
        investment.set_plan(session, project, PlanDraft(year=2025, cells={(CITY, 1): 1}, reason="调减"), seen=0)
    assert plan_cells(session, project, 2025) == {(CITY, 1): 100 * WAN}


def test_decisions_and_lines_can_be_neither_changed_nor_deleted(session: Session) -> None:
    change = make_plan(session, make_project(session), wan=5)
    for record, name, value in ((change, "year", 2026), (change.lines[0], "amount_fen", 1)):
        with session.no_autoflush:
            setattr(record, name, value)
        with pytest.raises(AppendOnlyError):
            session.flush()
        session.expire(record)
        session.delete(record)
        with pytest.raises(AppendOnlyError):
            session.flush()
        session.expunge(record)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE plan_change SET year = 1999",
        "UPDATE plan_line SET quarter = 5",
        "UPDATE plan_line SET amount_fen = 0",
        "UPDATE plan_change SET move = 'adjust', reason = NULL",
    ],
)
def test_the_database_itself_refuses_what_no_plan_can_be(session: Session, statement: str) -> None:
    make_plan(session, make_project(session), wan=5, reason=None)
    with pytest.raises(IntegrityError):
        session.execute(text(statement))


def test_every_decision_is_in_the_history(session: Session) -> None:
    change = make_plan(session, make_project(session), wan=5)
    found = session.execute(text("SELECT record_type, record_id FROM revision ORDER BY id DESC LIMIT 2")).all()
    assert set(found) == {("plan_change", change.id), ("plan_line", change.lines[0].id)}
    assert isinstance(change.lines[0], PlanLine)
