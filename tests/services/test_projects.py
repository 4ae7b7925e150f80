"""Registering projects and moving them through their life."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from portfolio.domain.drafts import PlaceDraft
from portfolio.domain.errors import DuplicateError, NotFoundError, RuleError, StaleError
from portfolio.domain.terms import Accuracy, Basis, Level, Stage, Status
from portfolio.services import projects
from portfolio.store.engine import open_session
from portfolio.store.models import Project, Revision
from portfolio.store.queries.projects import get_project
from portfolio.store.queries.revisions import list_revisions
from tests.builders import SHAPINGBA, WANZHOU, make_project, project_draft, site


def test_codes_go_on_after_the_districts_highest(session: Session) -> None:
    assert [make_project(session).code for _ in range(2)] == ["500101-0043", "500101-0044"]
    assert make_project(session, district=SHAPINGBA).code == "500106-0014"


def test_a_namesake_in_the_district_is_refused_unless_the_remark_tells_them_apart(session: Session) -> None:
    make_project(session, name="百安小学")
    with pytest.raises(DuplicateError, match="500101-0043"):
        make_project(session, name="百安 小学")
    assert make_project(session, name="百安小学", remark="二期").full_name == "百安小学（二期）"
    assert make_project(session, name="百安小学", district=SHAPINGBA).code.startswith(SHAPINGBA)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"district": "999999"}, "district"),
        ({"start_year": 2025, "completion_year": 2024}, "completion_year"),
        ({"basis": Basis.NAMED, "section": "专栏2"}, "plan_key"),
        ({"basis": Basis.NAMED, "section": "专栏2", "plan_key": "500106-2021"}, "plan_key"),
        ({"basis": Basis.NAMED, "plan_key": "500101-2021"}, "section"),
        ({"place": PlaceDraft(accuracy=Accuracy.SITE)}, "accuracy"),
        ({"place": PlaceDraft(lon=108.4, accuracy=Accuracy.SITE)}, "lat"),
        ({"place": site(30.8, 108.4)}, "lon"),
    ],
)
def test_answers_that_contradict_each_other_are_refused_beside_their_field(
    session: Session, values: dict[str, object], field: str
) -> None:
    with pytest.raises(RuleError) as caught:
        make_project(session, **values)
    assert caught.value.field == field


def test_a_place_known_no_better_than_the_district_keeps_no_point(session: Session) -> None:
    vague = PlaceDraft(lon=108.4, lat=30.8, accuracy=Accuracy.DISTRICT)
    assert make_project(session, place=vague).lon is None
    assert make_project(session, place=site(108.4, 30.8)).is_located


def test_a_save_against_an_older_version_is_refused_and_changes_nothing(session: Session) -> None:
    project = make_project(session, name="甲小学")
    draft = project_draft(name="乙小学")
    projects.update_project(session, project, draft, version=1)
    with pytest.raises(StaleError, match="tester"):
        projects.update_project(session, project, dataclasses.replace(draft, name="丙小学"), version=1)
    assert (project.name, project.version) == ("乙小学", 2)


def test_two_people_saving_at_once_cannot_both_win(engine: Engine) -> None:
    with open_session(engine, write=True, actor="甲") as first:
        project = get_project(first, "500101-0001")
        projects.set_stage(first, project, Stage.DESIGN, version=project.version)
        first.commit()
    with open_session(engine, write=True, actor="乙") as second, pytest.raises(StaleError, match="甲"):
        projects.set_stage(second, get_project(second, "500101-0001"), Stage.TENDER, version=1)


def test_a_project_cannot_move_to_another_district_under_its_code(session: Session) -> None:
    project = make_project(session)
    with pytest.raises(RuleError, match="编码"):
        projects.update_project(session, project, project_draft(district=SHAPINGBA), version=1)


def test_suspending_keeps_the_stage_and_asks_for_a_reason(session: Session) -> None:
    project = make_project(session, stage=Stage.STARTED)
    with pytest.raises(RuleError, match="原因"):
        projects.set_status(session, project, Status.SUSPENDED, version=1)
    session.info["reason"] = "征地未完成"
    projects.set_status(session, project, Status.SUSPENDED, version=1)
    assert (project.status, project.stage) == (Status.SUSPENDED, Stage.STARTED)
    with pytest.raises(RuleError, match="先恢复"):
        projects.set_stage(session, project, Stage.STRUCTURE, version=2)
    with pytest.raises(RuleError, match="目前就是"):
        projects.set_status(session, project, Status.SUSPENDED, version=2)
    projects.set_status(session, project, Status.ACTIVE, version=2)
    assert list_revisions(session, project)[0].reason == "征地未完成"


def test_every_save_writes_one_revision_with_who_and_why(session: Session) -> None:
    before = session.scalar(select(func.count()).select_from(Revision)) or 0
    session.info["reason"] = "按批复登记"
    project = make_project(session)
    projects.set_stage(session, project, Stage.PROPOSAL, version=1)
    found = list_revisions(session, project)
    assert [(one.operation, one.record_version, one.actor, one.reason) for one in found] == [
        ("update", 2, "tester", "按批复登记"),
        ("insert", 1, "tester", "按批复登记"),
    ]
    assert session.scalar(select(func.count()).select_from(Revision)) == before + 2


def test_an_unknown_code_says_where_to_look(session: Session) -> None:
    with pytest.raises(NotFoundError, match="项目库"):
        get_project(session, f"{WANZHOU}-9999")


def test_a_session_opened_for_reading_cannot_write(engine: Engine) -> None:
    with open_session(engine, write=False) as session:
        project = session.scalars(select(Project)).first()
        assert project is not None
        project.name = "改不动"
        with pytest.raises(Exception, match=r"readonly|read-only"):
            session.flush()


def test_restoring_a_version_brings_every_field_back_as_a_new_version(session: Session) -> None:
    project = make_project(session, name="甲小学", place=site(108.4, 30.8), floor_area_m2=Decimal("12.5"))
    changed = project_draft(name="乙小学", level=Level.JUNIOR, stage=None)
    projects.update_project(session, project, changed, version=1)
    projects.set_stage(session, project, Stage.STARTED, version=2)
    projects.restore_version(session, project, 1, version=3)
    assert (project.name, project.level, project.stage, project.version) == ("甲小学", Level.PRIMARY, None, 4)
    assert (project.lon, project.accuracy, project.floor_area_m2) == (108.4, Accuracy.SITE, Decimal("12.5"))
    assert [one.record_version for one in list_revisions(session, project)] == [4, 3, 2, 1]
    with pytest.raises(StaleError):
        projects.restore_version(session, project, 2, version=3)
    with pytest.raises(NotFoundError):
        projects.restore_version(session, project, 9, version=4)
