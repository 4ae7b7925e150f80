"""The ledger of problems: opened with an owner and a day, pressed for when grave, closed with evidence."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portfolio.domain.reporting import ProblemLevel
from portfolio.domain.roles import Role
from portfolio.store.models import Problem
from portfolio.store.queries.projects import get_project
from tests.builders import WANZHOU, client_of, read, write
from tests.report_builders import make_problem
from tests.web.pages import change, download, form_with, submit, tables, wrong_fields

QIFANG = "500101-0008"
NEW = f"/projects/{QIFANG}/problems/new"
STATED = {
    "what": "土地未交付",
    "level": "severe",
    "owner": "区规资局",
    "opened_on": "2026-10-01",
    "due_on": "2026-10-31",
}


@pytest.fixture
def planner(app: Flask) -> FlaskClient:
    """Client of a planner in Wanzhou."""
    return client_of(app, Role.PLANNER, WANZHOU)


def stored(app: Flask) -> Problem:
    with read(app) as session:
        return session.scalars(select(Problem)).one()


def close(client: FlaskClient, number: int, **answers: Any) -> Any:
    page = f"/projects/{QIFANG}/problems/{number}"
    form = form_with(client.get(page).text, "evidence")
    return client.post(form.action, data=form.answers | answers, content_type="multipart/form-data")


def test_a_problem_is_entered_and_stands_on_the_list_leaders_press_for(app: Flask, planner: FlaskClient) -> None:
    assert change(planner, NEW, ask="what", **STATED).location == f"/projects/{QIFANG}#problems"
    assert stored(app).level is ProblemLevel.SEVERE
    with time_machine.travel("2026-11-05 12:00 +0800", tick=False):
        client = client_of(app, Role.LEADER)
        row = tables(client.get("/problems").text)[0][1]
    assert row == [
        *("土地未交付", "其芳小学（含6个幼儿班）", QIFANG, "■ 重大", "区规资局"),
        *("2026-10-01", "2026-10-31", "5", "—", "—"),
    ]


def test_the_list_has_grave_open_problems_the_graver_and_the_sooner_due_first(app: Flask, planner: FlaskClient) -> None:
    with write(app) as session:
        project = get_project(session, QIFANG)
        for what, level, day in (("甲", "major", 20), ("乙", "severe", 25), ("丙", "normal", 5), ("丁", "severe", 21)):
            make_problem(session, project, what=what, level=ProblemLevel(level), due_on=dt.date(2026, 10, day))
        session.commit()

    assert [row[0] for row in tables(planner.get("/problems").text)[0][1:]] == ["丁", "乙", "甲"]
    assert [row[0] for row in tables(planner.get("/problems?show=open").text)[0][1:]] == ["丁", "乙", "甲", "丙"]


@pytest.mark.parametrize(
    ("field", "bad", "sentence"),
    [
        ("what", "", "请写明问题"),
        ("owner", " ", "请写明谁来解决"),
        ("level", "huge", "请从列表中选择一项"),
        ("opened_on", "2099-01-01", "晚于今天"),
        ("due_on", "2026-09-30", "早于发现日期"),
        ("due_on", "下周", "2025-09-01 的格式"),
    ],
)
def test_a_bad_answer_enters_nothing(app: Flask, planner: FlaskClient, field: str, bad: str, sentence: str) -> None:
    response = change(planner, NEW, ask="what", **(STATED | {field: bad}))

    assert response.status_code == 422
    assert sentence in wrong_fields(response.text)[field]
    with read(app) as session:
        assert session.scalars(select(Problem)).all() == []


def test_a_problem_is_closed_with_evidence_and_its_file_comes_back_as_it_was(app: Flask, planner: FlaskClient) -> None:
    change(planner, NEW, ask="what", **STATED)
    number = stored(app).id
    refused = close(planner, number, evidence=" ")
    assert (refused.status_code, wrong_fields(refused.text)["evidence"]) == (422, "请写明怎样解决、有什么依据")
    wrong = close(planner, number, evidence="已交地", file=(io.BytesIO(b"x"), "run.html"))
    assert (wrong.status_code, stored(app).closed_on) == (422, None)
    close(planner, number, evidence="已交地", file=(io.BytesIO(b"%PDF-1.7"), "交地单.pdf"))

    assert stored(app).evidence == "已交地"
    assert download(planner, f"/projects/{QIFANG}/problems/{number}/evidence") == b"%PDF-1.7"
    assert "已销号" in planner.get(f"/projects/{QIFANG}").text
    assert tables(planner.get("/problems").text) == []
    submit(
        planner, f"/projects/{QIFANG}/problems/{number}", to=f"/projects/{QIFANG}/problems/{number}/reopen", version="2"
    )
    assert stored(app).closed_on is None


def test_a_stale_form_changes_nothing_and_keeps_what_was_typed(app: Flask, planner: FlaskClient) -> None:
    change(planner, NEW, ask="what", **STATED)
    page = f"/projects/{QIFANG}/problems/{stored(app).id}"
    form = form_with(planner.get(page).text, "what")
    change(client_of(app, Role.PLANNER, WANZHOU), page, ask="what", owner="别人")
    response = planner.post(form.action, data=form.answers | {"owner": "我的话"})

    assert response.status_code == 409
    assert "我的话" in response.text
    assert "已经修改了这条记录" in response.text
    assert stored(app).owner == "别人"


def test_a_viewer_reads_problems_and_enters_none(app: Flask, planner: FlaskClient) -> None:
    change(planner, NEW, ask="what", **STATED)
    viewer = client_of(app, Role.VIEWER, WANZHOU)

    assert "土地未交付" in viewer.get(f"/projects/{QIFANG}").text
    assert viewer.get(NEW).status_code == 403
