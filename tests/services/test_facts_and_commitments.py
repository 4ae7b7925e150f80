"""Facts fill empty fields only when accepted; projects count toward commitments by what is known of them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.domain.errors import DuplicateError, RuleError
from portfolio.domain.terms import FactField, Level, Nature, Stage, Status
from portfolio.reports.commitments import Progress, list_progress, progress_of
from portfolio.services import commitments, facts
from portfolio.store.models import Fact, Project
from portfolio.store.queries.commitments import get_commitment, list_links
from portfolio.store.queries.projects import get_project
from tests.builders import SHAPINGBA, make_project

SCHOOLS, FLOOR_AREA, PRIMARY_CLASSES = "500106-c06", "500106-c08", "500106-c10"


def fact_about(session: Session, name: str, field: FactField) -> Fact:
    statement = select(Fact).join(Project).where(Project.name == name, Fact.field == field)
    return session.scalars(statement.order_by(Fact.id)).first() or pytest.fail("no such fact")


def progress(session: Session, key: str) -> Progress:
    commitment = get_commitment(session, key)
    return progress_of(commitment, list_links(session, commitment))


def test_accepting_a_fact_fills_the_empty_field_and_records_who(session: Session) -> None:
    fact = fact_about(session, "树人崇文小学", FactField.FLOOR_AREA)
    assert facts.accept_fact(session, fact).floor_area_m2 == Decimal(30000)
    assert (fact.accepted_by, fact.accepted_at is not None) == ("tester", True)


def test_a_field_that_has_a_value_is_not_overwritten_by_a_fact(session: Session) -> None:
    fact = fact_about(session, "树人崇文小学", FactField.FLOOR_AREA)
    facts.accept_fact(session, fact)
    with pytest.raises(RuleError, match="已有值"):
        facts.accept_fact(session, fact)


def test_money_facts_in_wan_become_fen(session: Session) -> None:
    fact = fact_about(session, "物流城南渝中学", FactField.TOTAL_INVESTMENT)
    assert facts.accept_fact(session, fact).total_investment_fen == 50_000 * 1_000_000


@pytest.mark.parametrize("field", [FactField.ADDRESS, FactField.OTHER])
def test_facts_without_a_field_of_ours_are_for_reference(session: Session, field: FactField) -> None:
    statement = select(Fact).where(Fact.field == field, Fact.project_id.is_not(None))
    fact = session.scalars(statement.order_by(Fact.id)).first()
    assert fact is not None
    with pytest.raises(RuleError, match="只作参考"):
        facts.accept_fact(session, fact)


def test_projects_count_by_the_phase_they_have_reached(session: Session) -> None:
    found = progress(session, SCHOOLS)
    assert (found.linked, found.delivered, found.under_way, found.planned, found.unstaged) == (9, 2, 0, 0, 7)
    assert found.missing == 41 - 9
    get_project(session, "500106-0005").stage = Stage.DESIGN
    get_project(session, "500106-0006").stage = Stage.STRUCTURE
    found = progress(session, SCHOOLS)
    assert (found.delivered, found.under_way, found.planned, found.unstaged) == (2, 1, 1, 5)


def test_a_cancelled_project_no_longer_counts(session: Session) -> None:
    get_project(session, "500106-0012").status = Status.CANCELLED
    found = progress(session, SCHOOLS)
    assert (found.linked, found.delivered) == (8, 1)


def test_a_project_without_the_figure_counts_nothing_and_is_said_to(session: Session) -> None:
    assert (progress(session, FLOOR_AREA).counted, progress(session, FLOOR_AREA).unmeasured) == (0, 4)
    facts.accept_fact(session, fact_about(session, "树人崇文小学", FactField.FLOOR_AREA))
    facts.accept_fact(session, fact_about(session, "树人崇文小学", FactField.CLASSES))
    assert (progress(session, FLOOR_AREA).unstaged, progress(session, FLOOR_AREA).unmeasured) == (Decimal(3), 3)
    assert progress(session, PRIMARY_CLASSES).unstaged == 48


def test_a_stated_quantity_goes_before_the_projects_own_figure(session: Session) -> None:
    commitment = get_commitment(session, PRIMARY_CLASSES)
    project = make_project(session, district=SHAPINGBA, classes=24, stage=Stage.IN_USE)
    commitments.link_project(session, commitment, project, quantity=Decimal(6), basis="新增6班")
    assert progress(session, PRIMARY_CLASSES).delivered == 6


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "不在沙坪坝区"),
        ({"district": SHAPINGBA, "level": Level.PRESCHOOL}, "学段"),
        ({"district": SHAPINGBA, "nature": Nature.RELOCATION}, "建设性质"),
    ],
)
def test_only_projects_within_the_commitments_terms_may_count(
    session: Session, values: dict[str, object], words: str
) -> None:
    with pytest.raises(RuleError, match=words):
        commitments.link_project(
            session, get_commitment(session, SCHOOLS), make_project(session, **values), quantity=None, basis=None
        )


def test_a_project_counts_once(session: Session) -> None:
    commitment, project = get_commitment(session, SCHOOLS), get_project(session, "500106-0005")
    with pytest.raises(DuplicateError):
        commitments.link_project(session, commitment, project, quantity=None, basis=None)
    commitments.unlink_project(session, commitment, project)
    assert progress(session, SCHOOLS).linked == 8
    with pytest.raises(RuleError, match="没有计入"):
        commitments.unlink_project(session, commitment, project)


def test_targets_are_written_as_the_plan_writes_them(session: Session) -> None:
    targets = {one.commitment.key: one.target for one in list_progress(session)}
    assert targets["500101-c13"] == "约 50 所"
    assert targets["500101-c03"] == "2 个以上"
    assert targets["500101-c30"] == "2–3 个"
    assert targets["500106-c08"] == "100.3 万平方米"
    assert targets["500101-c20"] == "未列数量"
