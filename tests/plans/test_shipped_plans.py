"""What both plans say stands in the database, once, with its citation."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.domain.terms import Accuracy, Basis, Confidence, Level, Nature, Stage
from portfolio.plans.loader import load_shipped_plans
from portfolio.store.history import first_broken_revision
from portfolio.store.models import Commitment, Fact, Indicator, Plan, Project, Revision
from portfolio.store.queries.commitments import list_commitments, list_indicators
from portfolio.store.queries.districts import list_districts
from tests.builders import SHAPINGBA, WANZHOU

# 专栏2 item 1, 2, 4; 专栏3 item 1; 专栏4 item 1; 专栏5 item 2
WANZHOU_BY_ITEM = {
    ("专栏2", "1"): 7,
    ("专栏2", "2"): 17,
    ("专栏2", "4"): 2,
    ("专栏3", "1"): 7,
    ("专栏4", "1"): 8,
    ("专栏5", "2"): 1,
}


def wanzhou(session: Session) -> list[Project]:
    return list(session.scalars(select(Project).where(Project.basis == Basis.NAMED).order_by(Project.code)))


def test_wanzhou_names_42_constructions_each_cited_by_box_and_item(session: Session) -> None:
    found = wanzhou(session)
    assert len(found) == 42
    assert Counter((project.section, project.item) for project in found) == WANZHOU_BY_ITEM
    assert all(project.quote and project.citation for project in found)


@pytest.mark.parametrize(
    ("name", "nature", "level", "remark"),
    [
        ("其芳小学", Nature.NEW, Level.PRIMARY, "含6个幼儿班"),
        ("万中附属小学", Nature.NEW, Level.PRIMARY, "暂定名"),
        ("南京小学（二期）", Nature.RENOVATION_EXPANSION, Level.PRIMARY, "含一栋文物建筑修复"),
        ("后山中心小学康家完小", Nature.REINSTATEMENT, Level.PRIMARY, None),
        ("万州区特殊教育中心迁建工程", Nature.RELOCATION, Level.SPECIAL, None),
        ("区委党校迁建工程", Nature.RELOCATION, Level.LIFELONG, None),
        ("重庆三峡职业学院教学实习基地扩建工程", Nature.EXPANSION, Level.HIGHER, None),
        ("重庆市万州电子信息工程学校", Nature.RELOCATION, Level.VOCATIONAL, None),
    ],
)
def test_projects_carry_the_plans_own_nature_level_and_remark(
    session: Session, name: str, nature: Nature, level: Level, remark: str | None
) -> None:
    project = session.scalars(select(Project).where(Project.name == name)).one()
    assert (project.nature, project.level, project.remark) == (nature, level, remark)


def test_shapingba_has_4_named_intentions_and_9_real_projects_outside_the_plan(session: Session) -> None:
    rows = session.execute(
        select(Project.basis, func.count()).where(Project.code.like(f"{SHAPINGBA}-%")).group_by(Project.basis)
    )
    assert dict(rows.all()) == {Basis.INTENTION: 4, Basis.OUTSIDE: 9}


@pytest.mark.parametrize(
    ("adcode", "value", "unit", "what"),
    [
        (SHAPINGBA, "41", "所", "新建、改扩建中小学校"),
        (SHAPINGBA, "21", "所", "新建、改扩建幼儿园"),
        (SHAPINGBA, "100.3", "万平方米", "新增校舍面积"),
        (SHAPINGBA, "188", "班", "新增公办幼儿园班数"),
        (SHAPINGBA, "708", "班", "新增小学班数"),
        (SHAPINGBA, "405", "班", "新增初中班数"),
        (SHAPINGBA, "48", "班", "新增普通高中班数"),
        (SHAPINGBA, "15", "所", "新建公办幼儿园"),
        (SHAPINGBA, "35", "所", "标准化中小学校"),
        (SHAPINGBA, "40", "所", "未来学校"),
        (SHAPINGBA, "80", "间", "未来教室"),
        (SHAPINGBA, "17", "所", "智慧校园"),
        (WANZHOU, "3", "个", "综合型艺体场馆"),
        (WANZHOU, "90", "间", "音乐和美术教室"),
        (WANZHOU, "6", "个", "数字图书馆"),
        (WANZHOU, "15", "间", "标准化实验室"),
        (WANZHOU, "1925", "套", "班班通"),
        (WANZHOU, "60", "间", "云计算机教室"),
        (WANZHOU, "74030", "套", "升降课桌凳"),
        (WANZHOU, "1537", "套", "三个课堂"),
    ],
)
def test_every_figure_the_plans_promise_is_a_commitment(
    session: Session, adcode: str, value: str, unit: str, what: str
) -> None:
    found = [one for one in list_commitments(session, adcode) if what in one.what]
    assert [(one.value, one.unit) for one in found] == [(Decimal(value), unit)]
    assert found[0].quote
    assert found[0].citation


def test_programmes_without_names_are_commitments_without_a_figure(session: Session) -> None:
    empty = [one.what for one in list_commitments(session) if one.value is None]
    assert empty == ["小区同步开发配建幼儿园新建工程", "城市新区学校与开发同步配建项目", "新田中学体育后备人才培训基地"]


def test_17_and_18_indicators_have_baseline_and_target(session: Session) -> None:
    assert [len(list_indicators(session, adcode)) for adcode in (SHAPINGBA, WANZHOU)] == [17, 18]
    assert all(one.baseline is not None and one.target is not None for one in list_indicators(session))
    by_name = {(one.plan.district.adcode, one.name): one for one in list_indicators(session)}
    assert by_name[SHAPINGBA, "小学优质均衡综合差异系数"].target == Decimal("0.25")
    assert by_name[WANZHOU, "在园幼儿数"].baseline == Decimal("4.06")


def test_a_second_load_adds_nothing_and_leaves_no_trace(session: Session) -> None:
    before = session.scalar(select(func.count()).select_from(Revision))
    assert sum(load_shipped_plans(session).values()) == 0
    session.flush()
    assert session.scalar(select(func.count()).select_from(Revision)) == before
    assert first_broken_revision(session) is None


def test_a_second_load_leaves_what_people_changed_as_it_is(session: Session) -> None:
    project = wanzhou(session)[7]
    project.name = "其芳小学（改名）"
    session.flush()
    load_shipped_plans(session)
    assert project.name == "其芳小学（改名）"


def test_the_plans_give_no_money_area_or_date_so_only_official_facts_fill_fields(session: Session) -> None:
    accepted = session.scalars(select(Fact).where(Fact.accepted_at.is_not(None))).all()
    assert {fact.confidence for fact in accepted} == {Confidence.OFFICIAL}
    assert {fact.accepted_by for fact in accepted} == {"loader"}
    filled = {fact.project_id for fact in accepted}
    for project in session.scalars(select(Project).where(Project.id.not_in(filled))):
        values = (project.stage, project.floor_area_m2, project.total_investment_fen, project.start_year)
        assert values == (None, None, None, None), project.code


def test_a_fact_of_one_phase_never_stands_for_the_whole_project(session: Session) -> None:
    college = session.scalars(select(Project).where(Project.name == "重庆幼儿师范高等专科学校迁建工程")).one()
    facts = session.scalars(select(Fact).where(Fact.project_id == college.id)).all()
    assert any(not fact.is_whole and fact.value == "100000" for fact in facts)
    assert college.floor_area_m2 is None


def test_an_official_fact_fills_its_field_and_says_so(session: Session) -> None:
    campus = session.scalars(select(Project).where(Project.name == "重庆三峡医药高等专科学校高峰校区建设工程")).one()
    assert (campus.floor_area_m2, campus.start_year, campus.completion_year) == (Decimal(260000), 2022, 2027)
    assert campus.stage is Stage.STARTED


def test_all_103_public_facts_are_kept_with_their_source(session: Session) -> None:
    facts = session.scalars(select(Fact)).all()
    assert len(facts) == 103
    assert all(fact.source_title for fact in facts)


def test_only_places_known_better_than_the_district_have_coordinates(session: Session) -> None:
    for project in session.scalars(select(Project)):
        assert (project.lon is not None) == project.accuracy.is_located, project.code
    located = Counter(project.accuracy for project in wanzhou(session))
    assert located == {Accuracy.TOWN: 13, Accuracy.NEIGHBOURHOOD: 5, Accuracy.DISTRICT: 24}


def test_every_record_of_a_plan_belongs_to_a_district_that_is_there(session: Session) -> None:
    assert [one.adcode for one in list_districts(session)] == [WANZHOU, SHAPINGBA]
    plans = set(session.scalars(select(Plan.id)))
    for table in (Commitment, Indicator):
        assert set(session.scalars(select(table.plan_id))) == plans
