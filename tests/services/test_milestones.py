"""Milestones are saved as a whole, move the stage forward only, and are held against baselines that never change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.lights import Light
from portfolio.domain.milestones import ApprovalDraft, ApprovalKind, DelayReason, MilestoneDraft
from portfolio.domain.terms import Level, Nature, Stage, Status
from portfolio.reports.timeline import BarKind, milestone_page, portfolio_timeline
from portfolio.services import milestones as service
from portfolio.store.history import AppendOnlyError, first_broken_revision
from portfolio.store.models import Project
from portfolio.store.queries import lights
from portfolio.store.queries import milestones as queries
from portfolio.store.queries.projects import ProjectFilter
from tests.builders import make_project

APRIL, MAY, JUNE = dt.date(2025, 4, 1), dt.date(2025, 5, 1), dt.date(2025, 6, 1)


def save(session: Session, project: Project, *drafts: MilestoneDraft) -> None:
    seen = service.stamp(queries.list_milestones(session, project))
    service.save_milestones(session, project, drafts, seen=seen)


def planned(stage: Stage, day: dt.date) -> MilestoneDraft:
    return MilestoneDraft(stage=stage, planned_on=day)


def actual(stage: Stage, day: dt.date) -> MilestoneDraft:
    return MilestoneDraft(stage=stage, actual_on=day)


def stages(session: Session, project: Project) -> Sequence[Stage]:
    return [row.stage for row in queries.list_milestones(session, project)]


def test_milestones_are_listed_in_the_order_of_the_stages(session: Session) -> None:
    project = make_project(session)
    save(session, project, planned(Stage.ACCEPTED, JUNE), planned(Stage.STARTED, APRIL), planned(Stage.STRUCTURE, MAY))
    assert stages(session, project) == [Stage.STARTED, Stage.STRUCTURE, Stage.ACCEPTED]


def test_an_actual_day_moves_the_stage_forward_and_never_back(session: Session) -> None:
    project = make_project(session, stage=Stage.TENDER)
    save(session, project, actual(Stage.FOUNDATION, MAY), actual(Stage.STARTED, APRIL))
    assert project.stage is Stage.FOUNDATION
    save(session, project, actual(Stage.STARTED, APRIL), MilestoneDraft(stage=Stage.FOUNDATION))
    assert project.stage is Stage.FOUNDATION
    assert stages(session, project) == [Stage.STARTED]


def test_a_halted_project_reaches_no_new_stage(session: Session) -> None:
    project = make_project(session, stage=Stage.TENDER)
    project.status = Status.SUSPENDED
    session.flush()
    with pytest.raises(RuleError, match="停缓建"):
        save(session, project, actual(Stage.STARTED, APRIL))


def test_a_stale_save_is_refused_and_changes_nothing(session: Session) -> None:
    project = make_project(session)
    seen = service.stamp(queries.list_milestones(session, project))
    save(session, project, planned(Stage.STARTED, APRIL))
    with pytest.raises(StaleError):
        service.save_milestones(session, project, [planned(Stage.STARTED, JUNE)], seen=seen)
    (row,) = queries.list_milestones(session, project)
    assert row.planned_on == APRIL


def test_a_late_milestone_turns_the_light_by_its_own_rule(session: Session) -> None:
    project = make_project(session, stage=Stage.STARTED)
    save(session, project, planned(Stage.STRUCTURE, today() - dt.timedelta(days=40)))
    light, sentence = lights.read_shown(session, [project.id], today())[project.id]
    assert light is Light.AMBER
    assert "“主体”" in sentence
    done = MilestoneDraft(
        stage=Stage.STRUCTURE,
        planned_on=today() - dt.timedelta(days=40),
        actual_on=today(),
        delay_reason=DelayReason.WEATHER,
    )
    save(session, project, done)
    assert lights.read_shown(session, [project.id], today())[project.id][0] is Light.NONE


def test_a_baseline_keeps_the_plan_of_its_day(session: Session) -> None:
    project = make_project(session)
    save(session, project, planned(Stage.STARTED, APRIL))
    first = service.fix_baseline(session, project, "首次排定")
    late = MilestoneDraft(stage=Stage.STARTED, planned_on=JUNE)
    save(session, project, late)
    assert service.fix_baseline(session, project, "调整后").number == 2
    page = milestone_page(session, project)
    assert page.baseline_days == {Stage.STARTED: JUNE}
    first.days = "{}"
    with pytest.raises(AppendOnlyError):
        session.flush()


def test_a_baseline_needs_a_plan_a_reason_and_a_change(session: Session) -> None:
    project = make_project(session)
    with pytest.raises(RuleError, match="还没有计划日期"):
        service.fix_baseline(session, project, "首次")
    save(session, project, planned(Stage.STARTED, APRIL))
    with pytest.raises(RuleError, match="请写明"):
        service.fix_baseline(session, project, " ")
    service.fix_baseline(session, project, "首次")
    with pytest.raises(RuleError, match="相同"):
        service.fix_baseline(session, project, "再次")


def test_an_approval_runs_out_by_its_kind(session: Session) -> None:
    project = make_project(session)
    feasibility = ApprovalDraft(kind=ApprovalKind.FEASIBILITY, number="1号", issuer=None, approved_on=APRIL)
    assert service.add_approval(session, project, feasibility).valid_until == dt.date(2027, 3, 31)
    permit = ApprovalDraft(kind=ApprovalKind.PERMIT, number="2号", issuer=None, approved_on=APRIL)
    assert service.add_approval(session, project, permit).valid_until is None
    assert [one.number for one in queries.list_running_out(session, ProjectFilter(), dt.date(2027, 6, 1))] == ["1号"]
    with pytest.raises(RuleError, match="已经登记过"):
        service.add_approval(session, project, permit)


def test_the_office_changes_validity_and_templates(session: Session) -> None:
    service.change_validity(session, {ApprovalKind.FEASIBILITY: 3})
    assert queries.valid_years(session) == {ApprovalKind.FEASIBILITY: 3}
    with pytest.raises(RuleError, match="1 至 20"):
        service.change_validity(session, {ApprovalKind.FEASIBILITY: 0})
    service.change_stages(session, Nature.NEW, Level.PRESCHOOL, [Stage.ACCEPTED, Stage.STARTED])
    assert queries.stages_of(session, Nature.NEW, Level.PRESCHOOL) == (Stage.STARTED, Stage.ACCEPTED)
    assert queries.stages_of(session, Nature.NEW, Level.PRIMARY) == tuple(Stage)
    with pytest.raises(RuleError, match="竣工验收"):
        service.change_stages(session, Nature.NEW, None, [Stage.STARTED])
    service.change_stages(session, Nature.NEW, Level.PRESCHOOL, [])
    assert queries.stages_of(session, Nature.NEW, Level.PRESCHOOL) == tuple(Stage)


def test_completion_is_foretold_from_eight_projects_of_the_kind_on(session: Session) -> None:
    for number in range(8):
        done = make_project(session)
        save(session, done, actual(Stage.STARTED, APRIL), actual(Stage.ACCEPTED, APRIL + dt.timedelta(300 + number)))
        running = make_project(session)
        save(session, running, actual(Stage.STARTED, MAY))
        told = milestone_page(session, running).foretold
        assert (told is not None) == (number == 7)
    assert told is not None
    assert told.n == 8
    assert told.half_on == MAY + dt.timedelta(304)


def test_a_timeline_shows_the_projects_of_the_filter_and_counts_the_others(session: Session) -> None:
    project = make_project(session, level=Level.SPECIAL)
    make_project(session, level=Level.SPECIAL)
    save(session, project, planned(Stage.STARTED, APRIL), planned(Stage.ACCEPTED, JUNE))
    timeline = portfolio_timeline(session, ProjectFilter(level=Level.SPECIAL), limit=10, offset=0)
    (row,) = timeline.rows
    assert (timeline.count, row.code) == (1, project.code)
    everything = portfolio_timeline(session, ProjectFilter(), limit=10, offset=0)
    assert (everything.count, everything.without) == (1, 56)
    assert [(bar.kind, bar.start, bar.end) for bar in row.bars] == [(BarKind.PLANNED, APRIL, JUNE)]
    assert [gate.label for gate in row.gates] == ["施工许可·开工", "竣工验收"]
    assert first_broken_revision(session) is None
