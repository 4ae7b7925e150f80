"""The project page, and registering, editing and moving projects through their life."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portfolio.domain.roles import Role
from portfolio.domain.terms import Nature, Stage, Status
from portfolio.store.models import Fact, Project, Revision
from portfolio.store.queries.projects import get_project
from tests.builders import SHAPINGBA, WANZHOU, client_of, read, sizes
from tests.web.pages import change, form_with, wrong_fields

QIFANG = "500101-0008"
NEW_SCHOOL = {"name": "新城小学", "district": WANZHOU, "nature": "new", "level": "primary", "basis": "outside"}


def add(client: FlaskClient, **answers: str) -> TestResponse:
    """Register a project through the page."""
    return change(client, "/projects/new", ask="nature", **(NEW_SCHOOL | answers))


def edit(client: FlaskClient, code: str, **answers: str) -> TestResponse:
    """Change a project through the page."""
    return change(client, f"/projects/{code}/edit", ask="nature", **answers)


def place(client: FlaskClient, code: str, **answers: str) -> TestResponse:
    """Place a project through the page."""
    return change(client, f"/projects/{code}/place", ask="coordinates", **answers)


def stored(app: Flask, code: str) -> Project:
    with read(app) as session:
        return get_project(session, code)


def history(app: Flask, code: str) -> list[Revision]:
    with read(app) as session:
        project = get_project(session, code)
        statement = select(Revision).where(Revision.record_type == "project", Revision.record_id == project.id)
        return list(session.scalars(statement.order_by(Revision.id)))


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_of_a_named_project_cites_its_place_in_the_plan(reader: FlaskClient) -> None:
    page = reader.get(f"/projects/{QIFANG}").text

    assert "专栏2第2项" in page
    assert "拟新建其芳小学(含6个幼儿班)" in page


def test_the_stepper_is_filled_up_to_the_stage_and_says_it_in_words(app: Flask, client: FlaskClient) -> None:
    for stage, reached in (("", 0), ("reserve", 1), ("structure", 8), ("final_account", 13)):
        change(client, f"/projects/{QIFANG}", ask="stage", stage=stage)
        stepper = client.get(f"/projects/{QIFANG}").text.split('class="stepper')[1].split("</span>\n</span>")[0]
        assert stepper.count("<i") == 13
        assert stepper.count('class="reached') == reached
        assert (Stage(stage).label if stage else "阶段未知") in stepper


def test_sources_that_disagree_are_all_shown_and_counted(app: Flask, reader: FlaskClient) -> None:
    with read(app) as session:
        facts = session.scalars(select(Fact).where(Fact.project_id.is_not(None))).all()
    values: dict[tuple[int | None, str], set[tuple[str, str | None]]] = {}
    for fact in facts:
        if fact.field.value != "other":
            values.setdefault((fact.project_id, fact.field.value), set()).add((fact.value, fact.unit))
    disputed = {key: found for key, found in values.items() if len(found) > 1}
    codes = {fact.project_id: fact.project_id for fact in facts}

    assert disputed
    with read(app) as session:
        for (project_id, _), found in disputed.items():
            assert project_id in codes
            page = reader.get(f"/projects/{session.get_one(Project, project_id).code}").text
            assert f"来源不一 {len(found)}" in page
            assert all(value in page for value, _ in found)


def test_unknown_values_are_a_dash_and_never_zero(client: FlaskClient) -> None:
    page = client.get(f"/projects/{QIFANG}").text

    assert "<dt>总投资</dt><dd>—" in page
    assert "<dt>建筑面积</dt><dd>—" in page


def test_a_project_that_does_not_exist_is_404_and_says_where_to_look(reader: FlaskClient) -> None:
    response = reader.get("/projects/500101-9999")

    assert response.status_code == 404
    assert "到项目库按名称查找" in response.text


# --- registering and editing ------------------------------------------------------------------------------------------


def test_a_registered_project_gets_the_next_code_and_every_answer(app: Flask, client: FlaskClient) -> None:
    answers = {
        "remark": "暂定名",
        "stage": "design",
        "delivery_mode": "agent",
        "national_code": "2411-340104-04-01-881552",
        "site_area_m2": "20,000.5",
        "floor_area_m2": "12000",
        "classes": "36",
        "seats": "1620",
        "total_investment": "1.2",
        "total_investment_unit": "yi",
        "start_year": "2024",
        "completion_year": "2026",
        "owner": "区教委",
        "lead_unit": "区住建委",
    }
    response = add(client, **answers)

    assert response.location == "/projects/500101-0043"
    project = stored(app, "500101-0043")
    assert (project.full_name, project.nature, project.stage) == ("新城小学（暂定名）", Nature.NEW, Stage.DESIGN)
    assert (project.site_area_m2, project.total_investment_fen) == (Decimal("20000.50"), 120_000_000_00)
    assert (project.classes, project.seats, project.owner) == (36, 1620, "区教委")
    assert "500101-0043" in client.get("/projects?q=新城小学(暂定名)").text


def test_saving_unchanged_answers_changes_nothing(app: Flask, client: FlaskClient) -> None:
    add(client, floor_area_m2="12000.5", total_investment="500.25")
    place(client, "500101-0043", coordinates="108.4, 30.8", accuracy="site")
    before = json.loads(history(app, "500101-0043")[-1].state)

    edit(client, "500101-0043")

    assert json.loads(history(app, "500101-0043")[-1].state) | {"version": 2} == before


def test_an_edit_raises_the_version_and_tells_who_what_and_why(app: Flask, client: FlaskClient) -> None:
    edit(client, QIFANG, floor_area_m2="12000", reason="按初设批复")
    page = client.get(f"/projects/{QIFANG}").text.split('id="history"')[1]

    assert stored(app, QIFANG).version == 2
    assert "第 2 版" in page
    assert "admin · 按初设批复" in page
    assert "建筑面积（㎡）：<del>—</del> → <ins>12,000</ins>" in page


TOO_LONG = "长" * 10_000
BAD = [
    *[(field, bad) for field in ("floor_area_m2", "total_investment") for bad in ("1e9999", "NaN", "１２３", "-5")],
    *[(field, bad) for field in ("seats", "classes") for bad in ("1e9999", "１２３", "-5", "1.5", "3000000000")],
    ("start_year", "１２３４"),
    ("completion_year", "1999"),
    ("name", TOO_LONG),
    ("name", ""),
    ("name", "　 "),
    ("name", "a\x07b"),
    ("name", "\u202e学小"),
    ("owner", "a\x00b"),
    ("district", "999999"),
    ("district", ""),
    ("district", "5\x00"),
    ("nature", "king"),
    ("level", "小学\x00"),
]
ADDED_TOO = [("stage", "no"), ("plan_key", "500199-2021"), ("total_investment_unit", "吨")]


@pytest.mark.parametrize(("field", "bad"), BAD + ADDED_TOO, ids=lambda value: repr(value[:12]))
def test_a_bad_answer_gets_a_chinese_sentence_beside_its_field_and_nothing_is_saved(
    app: Flask, client: FlaskClient, field: str, bad: str
) -> None:
    before = sizes(app)
    answers = [lambda: add(client, **{field: bad})]
    if (field, bad) in BAD:
        answers.append(lambda: edit(client, QIFANG, **{field: bad}))

    for answer in answers:
        response = answer()
        sentence = wrong_fields(response.text).get(field, "")
        assert response.status_code == 422
        assert re.search(r"[\u4e00-\u9fff]{3}", sentence), wrong_fields(response.text)
        assert f'href="#{field}"' in response.text
    assert sizes(app) == before


@pytest.mark.parametrize(
    ("answers", "field", "sentence"),
    [
        ({"name": "其芳小学", "remark": "含6个幼儿班"}, "name", "已有同名项目 500101-0008"),
        ({"start_year": "2025", "completion_year": "2024"}, "completion_year", "早于开工年份"),
        ({"basis": "named", "section": "专栏2"}, "plan_key", "须选择本区县的规划"),
        ({"basis": "named", "plan_key": "500101-2021"}, "section", "所在章节或专栏"),
        ({"basis": "named", "plan_key": "500106-2021", "section": "专栏2"}, "plan_key", "本区县的规划"),
    ],
)
def test_answers_that_do_not_fit_each_other_are_refused_beside_the_field(
    app: Flask, client: FlaskClient, answers: dict[str, str], field: str, sentence: str
) -> None:
    before = sizes(app)
    response = add(client, **answers)

    assert response.status_code == 422
    assert sentence in wrong_fields(response.text)[field]
    assert sizes(app) == before


def test_what_was_typed_stays_in_the_form(client: FlaskClient) -> None:
    form = form_with(add(client, seats="１２３", owner="区教委").text, "nature")

    assert (form.answers["seats"], form.answers["owner"]) == ("１２３", "区教委")


def test_a_project_stays_in_its_district(app: Flask, client: FlaskClient) -> None:
    response = edit(client, QIFANG, district=SHAPINGBA)

    assert response.status_code == 422
    assert "不能改到其他区县" in wrong_fields(response.text)["district"]


def test_seats_that_do_not_fit_the_classes_are_warned_about_and_saved(client: FlaskClient) -> None:
    page = client.get(add(client, classes="36", seats="9000").location or "").text

    assert "36 班按标准约 1,620 个学位" in page


# --- two people at once -----------------------------------------------------------------------------------------------


@pytest.fixture
def stale(app: Flask, client: FlaskClient) -> dict[str, str]:
    """Answers of a form that was opened before somebody else saved 12,000 square metres."""
    answers = form_with(client.get(f"/projects/{QIFANG}/edit").text, "nature").answers
    other = client_of(app, Role.PLANNER)
    edit(other, QIFANG, floor_area_m2="12000")
    return answers | {"floor_area_m2": "15000"}


def test_a_stale_save_is_409_with_both_versions_and_saves_nothing(
    app: Flask, client: FlaskClient, stale: dict[str, str]
) -> None:
    before = sizes(app)
    response = client.post(f"/projects/{QIFANG}/edit", data=stale)

    assert response.status_code == 409
    assert "12,000" in response.text
    assert "15,000" in response.text
    assert "您的修改尚未保存" in response.text
    assert sizes(app) == before
    assert stored(app, QIFANG).floor_area_m2 == 12_000


def test_the_stale_page_sent_again_saves(app: Flask, client: FlaskClient, stale: dict[str, str]) -> None:
    page = client.post(f"/projects/{QIFANG}/edit", data=stale).text
    form = form_with(page, "nature")

    response = client.post(form.action, data=form.answers)

    assert response.location == f"/projects/{QIFANG}"
    assert stored(app, QIFANG).floor_area_m2 == 15_000
    assert stored(app, QIFANG).version == 3


@pytest.mark.parametrize("version", ["", "0", "-1", "9" * 30, "１", "x"])
def test_a_mangled_version_counts_as_stale(app: Flask, client: FlaskClient, version: str) -> None:
    before = sizes(app)

    assert edit(client, QIFANG, version=version, seats="900").status_code == 409
    assert sizes(app) == before


@pytest.mark.parametrize(("ask", "answers"), [("stage", {"stage": "design"}), ("status", {"status": "suspended"})])
def test_a_stale_stage_or_status_is_409_and_saves_nothing(
    app: Flask, client: FlaskClient, stale: dict[str, str], ask: str, answers: dict[str, str]
) -> None:
    before = sizes(app)
    response = change(client, f"/projects/{QIFANG}", ask=ask, version="1", reason="现场核实", **answers)

    assert response.status_code == 409
    assert "您的修改尚未保存" in response.text
    assert sizes(app) == before


# --- stage and status -------------------------------------------------------------------------------------------------


def test_a_reported_stage_stands_in_page_list_and_history(app: Flask, client: FlaskClient) -> None:
    response = change(client, f"/projects/{QIFANG}", ask="stage", stage="structure", reason="施工单位周报")

    assert response.location == f"/projects/{QIFANG}"
    assert QIFANG in client.get("/projects?stage=structure").text
    assert "阶段：<del>—</del> → <ins>主体</ins>" in client.get(f"/projects/{QIFANG}").text
    assert history(app, QIFANG)[-1].reason == "施工单位周报"


def test_a_project_is_suspended_cancelled_and_restored_with_a_reason_and_keeps_its_stage(
    app: Flask, client: FlaskClient
) -> None:
    change(client, f"/projects/{QIFANG}", ask="stage", stage="tender")
    moves = ["suspended", "cancelled", "active"]
    for status in moves:
        response = change(client, f"/projects/{QIFANG}", ask="status", status=status, reason="区政府专题会议")
        project = stored(app, QIFANG)
        assert response.status_code == 302
        assert (project.status, project.stage) == (Status(status), Stage.TENDER)
    assert [json.loads(one.state)["status"] for one in history(app, QIFANG)[-3:]] == [
        "suspended",
        "cancelled",
        "active",
    ]


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"status": "suspended", "reason": ""}, "请写明原因"),
        ({"status": "active", "reason": "照旧"}, "目前就是“推进”状态"),
        ({"status": "king", "reason": "照旧"}, "请从列表中选择一项"),
    ],
)
def test_a_status_that_makes_no_sense_is_refused(
    app: Flask, client: FlaskClient, answers: dict[str, str], sentence: str
) -> None:
    before = sizes(app)
    response = change(client, f"/projects/{QIFANG}", ask="status", **answers)

    assert response.status_code == 422
    assert sentence in response.text
    assert sizes(app) == before


def test_the_stage_of_a_cancelled_project_stays_until_it_is_restored(app: Flask, client: FlaskClient) -> None:
    change(client, f"/projects/{QIFANG}", ask="status", status="cancelled", reason="不再建设")
    before = sizes(app)
    response = change(client, f"/projects/{QIFANG}", ask="stage", stage="design")

    assert response.status_code == 422
    assert "请先恢复推进" in response.text
    assert sizes(app) == before


def test_no_code_is_given_twice(app: Flask, client: FlaskClient) -> None:
    add(client)
    change(client, "/projects/500101-0043", ask="status", status="cancelled", reason="登记有误")

    assert add(client, name="另一所小学").location == "/projects/500101-0044"
