"""Synthetic projects: the same from the same seed, marked, and gone without a trace in any figure."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Enum, func, inspect, select, text
from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.drafts import LedgerDraft, ProjectDraft
from portfolio.domain.errors import RuleError
from portfolio.domain.lights import Light
from portfolio.domain.milestones import ApprovalDraft, ApprovalKind, MilestoneDraft, check_milestones
from portfolio.domain.reporting import ProblemDraft, ProblemLevel
from portfolio.domain.samples import MARK
from portfolio.domain.terms import EstimateKind, Level, MoneyState, Nature, Source, Stage, Status
from portfolio.reports.estimates import estimates_table
from portfolio.services import (
    commitments,
    desk,
    ledger,
    lights,
    milestones,
    problems,
    projects,
    reporting,
    rounds,
    sample,
)
from portfolio.services.attachments import attach_files
from portfolio.services.documents import GIVING, Share, split_document
from portfolio.services.files import keep_file
from portfolio.store.backup import ControlTotals, control_totals, ledger_totals_of_history
from portfolio.store.history import first_broken_revision
from portfolio.store.models import (
    Contract,
    ContractChange,
    District,
    Estimate,
    Fact,
    FundingDocument,
    LedgerEntry,
    Milestone,
    Project,
)
from portfolio.store.queries import contracts as contracts_read
from portfolio.store.queries import documents as documents_read
from portfolio.store.queries import estimates as estimates_read
from portfolio.store.queries.commitments import list_commitments
from portfolio.store.queries.ledger import sum_by_state
from portfolio.store.queries.milestones import list_milestones
from portfolio.store.queries.projects import ProjectFilter, has_samples
from portfolio.store.queries.reports import list_reports
from portfolio.store.queries.revisions import list_revisions
from portfolio.store.queries.users import get_user
from tests.builders import make_document, make_plan
from tests.report_builders import hand_in, make_round

COUNT = 240
TODAY = dt.date(2026, 11, 1)
MOMENTS = frozenset({"entered_at", "updated_at"})


def totals_of(session: Session) -> tuple[dict[str, int], dict[str, int]]:
    """Everything but the history, which only grows."""
    found: ControlTotals = control_totals(session.connection())
    return {name: count for name, count in found.rows.items() if name != "revision"}, found.ledger_fen


def samples(session: Session) -> list[Project]:
    return list(session.scalars(select(Project).where(Project.is_sample).order_by(Project.id)))


def entries(session: Session) -> list[LedgerEntry]:
    statement = select(LedgerEntry).join(Project).where(Project.is_sample).order_by(LedgerEntry.id)
    return list(session.scalars(statement))


def content(records: list[Any]) -> list[dict[str, Any]]:
    return [
        {
            one.key: getattr(record, one.key)
            for one in inspect(record).mapper.column_attrs
            if one.key not in MOMENTS and (one.key != "id" or isinstance(record, NUMBERED))
        }
        for record in records
    ]


MADE = (Project, LedgerEntry, FundingDocument, Contract, ContractChange, Estimate)
NUMBERED = (Project, LedgerEntry, FundingDocument, Contract)


def of_samples(session: Session, model: Any) -> list[Any]:
    """List what was made of one kind."""
    mine = Project.is_sample if model is Project else model.entered_by == MARK
    return list(session.scalars(select(model).where(mine).order_by(model.id)))


def enter(session: Session, project: Project) -> LedgerEntry:
    draft = LedgerDraft(source=Source.LOAN, state=MoneyState.RECEIVED, year=2025, amount_fen=500)
    return ledger.add_entry(session, project, draft)


def register(session: Session) -> Project:
    draft = ProjectDraft(name="真实小学", district="500101", nature=Nature.NEW, level=Level.PRIMARY)
    return projects.add_project(session, draft)


def test_samples_are_marked_spread_over_the_districts_and_mostly_placed(session: Session) -> None:
    reported: list[int] = []
    written = sample.add_samples(session, COUNT, progress=reported.append)
    made = samples(session)
    assert len(made) == COUNT == sum(reported) == sample.count_samples(session)
    assert all(one.name.startswith("演示") and one.code == f"{one.district.adcode}-S{one.code[-5:]}" for one in made)
    per_district = [sum(one.district_id == home.id for one in made) for home in session.scalars(select(District))]
    assert max(per_district) - min(per_district) <= 1
    assert sum(not one.is_located for one in made) == COUNT // 5
    assert all(abs(one.lon - one.district.seat_lon) < 0.04 for one in made if one.lon is not None)
    assert 2.5 * COUNT < written.entries < 3.5 * COUNT
    assert written.entries == len(entries(session))


def test_every_term_occurs(session: Session) -> None:
    sample.add_samples(session, COUNT)
    checked = 0
    for records in (samples(session), entries(session)):
        for column in inspect(records[0]).mapper.columns:
            if isinstance(column.type, Enum):
                found = {getattr(record, column.key) for record in records} - {None}
                assert found == set(column.type.enum_class or ()), column.key
                checked += 1
    print(f"n = {checked} columns with terms")
    assert any(one.stage is None for one in samples(session))


def test_money_never_grows_on_its_way_and_what_is_paid_for_is_built(session: Session) -> None:
    sample.add_samples(session, COUNT)
    by_project: dict[int, list[LedgerEntry]] = {}
    for entry in entries(session):
        by_project.setdefault(entry.project_id, []).append(entry)
    for way in by_project.values():
        assert [entry.state for entry in way] == list(MoneyState)[: len(way)]
        far = [entry.amount_fen for entry in way if entry.state is not MoneyState.WORK_DONE]
        assert far == sorted(far, reverse=True)
        assert all(entry.amount_fen >= far[-1] for entry in way if entry.state is MoneyState.WORK_DONE)
        assert way[-1].state is not MoneyState.PAID
        assert all((entry.document_no or "").startswith("演示") for entry in way)


def test_the_same_seed_gives_the_same_samples_and_another_seed_others(session: Session) -> None:
    made = []
    for seed in (7, 7, 8):
        sample.add_samples(session, 50, seed=seed)
        made.append([one for model in MADE for one in content(of_samples(session, model))])
        session.rollback()
    assert made[0] == made[1] != made[2]


def test_documents_of_samples_are_split_within_their_amount_and_not_before_their_day(session: Session) -> None:
    written = sample.add_samples(session, COUNT)
    found = of_samples(session, FundingDocument)
    assert len(found) == written.documents > COUNT / 4
    assert all(one.number.startswith("演示") and one.state in GIVING for one in found)
    shares = []
    for document in found:
        standing = documents_read.stand(session, document)
        allocations = documents_read.list_allocations(session, document)
        shares.append(len(allocations))
        assert 0 <= standing.left_fen <= standing.allocated_fen / 4
        for entry in allocations:
            kind = (entry.source, entry.state, entry.year)
            assert kind == (document.source, document.state, document.year)
            assert entry.project.district_id == document.district_id
            assert (entry.year, entry.month) >= (document.issued_on.year, document.issued_on.month)
            assert (entry.document_no, entry.document_on) == (document.number, document.issued_on)
    print(f"n = {len(found)} documents, {sum(shares)} shares, at most {max(shares)} of one")
    assert max(shares) > 1
    assert any(documents_read.stand(session, one).left_fen for one in found)


def test_contracts_of_samples_are_paid_within_their_amount_and_received_money(session: Session) -> None:
    written = sample.add_samples(session, COUNT)
    found = of_samples(session, Contract)
    assert len(found) == written.contracts > COUNT / 5
    for contract in found:
        standing = contracts_read.stand(session, contract)
        assert 0 < standing.paid_fen <= standing.amount_fen
        sums = sum_by_state(session, contract.project)
        assert sums[MoneyState.PAID] <= sums[MoneyState.RECEIVED]
    assert all(one.contract.signed_on <= one.changed_on for one in of_samples(session, ContractChange))


def test_estimates_of_samples_come_in_their_order_and_some_overrun(session: Session) -> None:
    written = sample.add_samples(session, COUNT)
    found = of_samples(session, Estimate)
    assert len(found) == written.estimates > COUNT / 3
    assert {one.kind for one in found} == set(EstimateKind)
    chains = [estimates_read.chain(session, project) for project in samples(session)]
    assert any(chain.must_report for chain in chains)
    assert len({one.project.district_id for one in found}) == 2
    assert estimates_table(session, ProjectFilter(is_sample=True), over=True).count > 0


def test_milestones_of_samples_keep_the_rules_and_fit_the_stage(session: Session) -> None:
    sample.add_samples(session, 120)
    listed: dict[Project, list[Milestone]] = {}
    for one in session.scalars(select(Milestone)):
        listed.setdefault(one.project, []).append(one)
    order = list(Stage)
    assert len(listed) > 30
    for project, rows in listed.items():
        names = ("stage", "planned_on", "forecast_on", "actual_on", "is_confirmed", "delay_reason")
        check_milestones([MilestoneDraft(**{name: getattr(row, name) for name in names}) for row in rows], today())
        for row in rows:
            is_passed = order.index(row.stage) <= order.index(project.stage or Stage.RESERVE)
            assert (row.actual_on is not None, row.forecast_on is None) == (is_passed, is_passed)
    assert first_broken_revision(session) is None


def test_a_document_of_samples_gives_to_samples_alone(session: Session) -> None:
    real = register(session)
    sample.add_samples(session, 40)
    document = next(
        one
        for one in of_samples(session, FundingDocument)
        if one.district_id == real.district_id and documents_read.stand(session, one).left_fen
    )
    with pytest.raises(RuleError, match="只能分配给演示项目"):
        split_document(session, document, [Share(real, 1)], total_fen=1)
    assert documents_read.list_open_documents(session, real, limit=9) == []
    receiver = next(one for one in samples(session) if one.district_id == document.district_id)
    assert document in [one.document for one in documents_read.list_open_documents(session, receiver, limit=99)]
    split_document(session, document, [Share(receiver, 1)], total_fen=1)


def test_removal_takes_documents_with_the_files_that_people_attached_and_frees_real_ones(session: Session) -> None:
    theirs = make_document(session, wan=100)
    before = totals_of(session)
    sample.add_samples(session, 40)
    receiver = next(one for one in samples(session) if one.district_id == theirs.district_id)
    split_document(session, theirs, [Share(receiver, 10**8)], total_fen=10**8, confirmed=None)
    made = of_samples(session, FundingDocument)[0]
    for holder in (made, of_samples(session, Contract)[0], of_samples(session, Estimate)[0]):
        attach_files(session, holder, [keep_file(session, "a.pdf", "application/pdf", b"%PDF-")])
    session.commit()
    sample.remove_samples(session)
    session.commit()

    rows, fen = totals_of(session)
    assert (rows | {"stored_file": before[0]["stored_file"]}, fen) == before
    assert documents_read.stand(session, theirs).left_fen == 10**8
    assert first_broken_revision(session) is None


def test_samples_come_in_once_and_need_a_district(session: Session, empty_session: Session) -> None:
    sample.add_samples(session, 5)
    with pytest.raises(RuleError, match="已有演示项目"):
        sample.add_samples(session, 5)
    with pytest.raises(RuleError, match="没有区县"):
        sample.add_samples(empty_session, 5)


def test_removal_takes_everything_that_hangs_on_samples_and_leaves_every_figure_as_it_was(session: Session) -> None:
    real = register(session)
    enter(session, real)
    before = totals_of(session)
    sample.add_samples(session, COUNT)
    tie_to_everything(session, samples(session)[0], real)
    session.commit()
    session.expunge_all()

    assert sample.remove_samples(session) == COUNT
    session.commit()

    assert totals_of(session) == before
    assert not has_samples(session)
    assert ledger_totals_of_history(session.connection()) == before[1]
    assert first_broken_revision(session) is None


def test_removal_takes_what_samples_reported_with_the_money_that_came_of_it(session: Session) -> None:
    opened = make_round(session)
    before = totals_of(session)
    sample.add_samples(session, 20)
    assert rounds.add_missing_projects(session, opened) > 0
    mine = next(one for one in list_reports(session, opened) if one.project.is_sample)
    hand_in(session, mine, work_done_fen=500)
    reporting.accept_report(session, mine, version=mine.version)
    draft = ProblemDraft(what="征地", level=ProblemLevel.MAJOR, owner="演示", opened_on=TODAY, due_on=TODAY)
    problems.open_problem(session, mine.project, draft)
    session.commit()
    sample.remove_samples(session)
    session.commit()

    assert totals_of(session) == before
    assert first_broken_revision(session) is None


def tie_to_everything(session: Session, project: Project, real: Project) -> None:
    """Let money that was reversed, a link, a fact and a real phase refer to a synthetic project."""
    ledger.reverse_entry(session, enter(session, project), "试冲销")
    commitment = next(one for one in list_commitments(session) if one.plan.district_id == project.district_id)
    commitment.levels = commitment.natures = None
    commitments.link_project(session, commitment, project, quantity=Decimal(1), basis=None)
    make_plan(session, project, wan=5)
    day = dt.date(2025, 1, 1)
    seen = milestones.stamp(list_milestones(session, project))
    milestones.save_milestones(session, project, [MilestoneDraft(stage=Stage.STARTED, planned_on=day)], seen=seen)
    milestones.fix_baseline(session, project, "试")
    approval = ApprovalDraft(kind=ApprovalKind.DESIGN, number="1", issuer=None, approved_on=day)
    milestones.add_approval(session, project, approval)
    lights.override_light(session, project, Light.GREEN, reason="试", expires_on=today())
    desk.follow(session, get_user(session, "admin"), project)
    session.scalars(select(Fact).limit(1)).one().project = project
    real.parent_id = project.id
    session.flush()


def test_removal_never_takes_a_real_project_even_one_that_is_marked_by_mistake(session: Session) -> None:
    real = register(session)
    enter(session, real)
    session.execute(text("UPDATE project SET is_sample = true WHERE code = :code"), {"code": real.code})
    before = totals_of(session)
    assert sample.remove_samples(session) == 0
    assert totals_of(session) == before


def test_removal_is_over_when_it_is_over(session: Session) -> None:
    sample.add_samples(session, 5)
    sample.remove_samples(session)
    assert "removing_samples" not in session.info
    assert sample.remove_samples(session) == 0


def test_a_project_registered_after_a_removal_has_a_history_of_its_own(session: Session) -> None:
    sample.add_samples(session, 5)
    session.commit()
    sample.remove_samples(session)
    session.commit()
    sample.add_samples(session, 5)
    again = samples(session)[0]
    assert [one.operation for one in list_revisions(session, again)] == ["insert"]
    sample.remove_samples(session)
    assert [one.operation for one in list_revisions(session, register(session))] == ["insert"]


def test_samples_do_not_disturb_the_numbering_of_real_projects(session: Session) -> None:
    first = register(session).code
    session.rollback()
    sample.add_samples(session, 5)
    assert register(session).code == first


def test_statuses_are_mostly_active(session: Session) -> None:
    sample.add_samples(session, COUNT)
    active = session.scalar(select(func.count()).where(Project.is_sample, Project.status == Status.ACTIVE))
    assert active == COUNT * 9 // 10
