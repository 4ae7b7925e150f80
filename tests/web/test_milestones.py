"""Pages of milestones: days beside their stages, faults beside their days, pictures that hold no markup of anybody."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portfolio.domain.roles import Role
from portfolio.domain.terms import Stage
from portfolio.store.queries.milestones import list_milestones
from portfolio.store.queries.projects import get_project
from tests.builders import client_of, fingerprint, make_project, read, write
from tests.web.pages import change, form_with

HOSTILE = "<script>alert(1)</script>{{7*191}}"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def code(app: Flask) -> str:
    """Code of a project under construction with a name that means harm."""
    with write(app) as session:
        made = make_project(session, name=HOSTILE, stage=Stage.TENDER).code
        session.commit()
    return made


def save(client: FlaskClient, code: str, **days: str) -> int:
    answers = {name.replace("__", "-"): value for name, value in days.items()}
    return change(client, f"/projects/{code}/milestones", ask="seen", **answers).status_code


def test_days_are_saved_and_shown_and_move_the_stage(app: Flask, client: FlaskClient, code: str) -> None:
    assert save(client, code, started__planned_on="2025-03-01", started__actual_on="2025-03-05") == 302
    page = client.get(f"/projects/{code}/milestones").text
    assert "2025-03-05" in page
    with read(app) as session:
        project = get_project(session, code)
        assert project.stage is Stage.STARTED
        assert [row.stage for row in list_milestones(session, project)] == [Stage.STARTED]


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ({"started__actual_on": "2025-06-01", "accepted__actual_on": "2025-01-01"}, "早于“施工许可·开工”"),
        ({"started__actual_on": "2999-01-01"}, "晚于今天"),
        ({"started__planned_on": "三月"}, "2025-09-01"),
        ({"started__planned_on": "2025-01-01", "started__actual_on": "2025-06-01"}, "请选择滞后原因"),
        ({"started__delay_reason": "aliens"}, "请从列表中选择"),
    ],
)
def test_days_that_make_no_sense_are_refused_and_nothing_is_saved(
    app: Flask, client: FlaskClient, code: str, days: dict[str, str], sentence: str
) -> None:
    engine = app.extensions["portfolio_engine"]
    before = fingerprint(engine)
    answers = {name.replace("__", "-"): value for name, value in days.items()}
    response = change(client, f"/projects/{code}/milestones", ask="seen", **answers)
    assert response.status_code == 422
    assert sentence in response.text
    assert fingerprint(engine) == before


def test_two_planners_on_the_same_milestones_see_each_other(client: FlaskClient, code: str) -> None:
    stale = form_with(client.get(f"/projects/{code}/milestones").text, "seen")
    save(client, code, started__planned_on="2025-03-01")
    response = client.post(f"/projects/{code}/milestones", data=stale.answers | {"started-planned_on": "2026-03-01"})
    assert response.status_code == 409
    assert "尚未保存" in response.text
    assert 'value="2026-03-01"' in response.text


def test_a_baseline_and_an_approval_are_entered_and_an_approval_taken_out(client: FlaskClient, code: str) -> None:
    path = f"/projects/{code}/milestones"
    assert change(client, path, ask="baseline-reason", **{"baseline-reason": "首次"}).status_code == 422
    save(client, code, started__planned_on="2025-03-01")
    assert change(client, path, ask="baseline-reason", **{"baseline-reason": "首次"}).status_code == 302
    answers = {
        "approval-kind": "feasibility",
        "approval-number": "沙发改〔2025〕1号",
        "approval-approved_on": "2025-01-01",
    }
    assert change(client, path, ask="approval-number", **answers).status_code == 302
    page = client.get(path).text
    assert "2026-12-31" in page
    assert change(client, path, ask="approval-number", **answers).status_code == 422
    token = form_with(page, "csrf_token").answers["csrf_token"]
    assert client.post(f"/projects/{code}/approvals/1/remove", data={"csrf_token": token}).status_code == 302
    assert "沙发改〔2025〕1号" not in client.get(path).text.split("<main")[1].split("approval-kind")[0]


@pytest.mark.parametrize("narrow", ["", "?narrow=1"])
def test_a_picture_holds_typed_text_as_text_only(client: FlaskClient, code: str, narrow: str) -> None:
    save(client, code, started__planned_on="2025-03-01", accepted__planned_on="2026-03-01")
    for path in (f"/projects/{code}/timeline.svg", "/timeline.svg"):
        response = client.get(path + narrow)
        assert response.content_type.startswith("image/svg+xml")
        root = ET.fromstring(response.data)
        assert root.tag == f"{SVG}svg"
        assert not list(root.iter(f"{SVG}script"))
        assert "1337" not in response.text


def test_the_timeline_lists_what_the_picture_shows(client: FlaskClient, code: str) -> None:
    save(client, code, started__planned_on="2025-03-01", accepted__planned_on="2026-03-01")
    page = client.get("/timeline").text
    assert f"/projects/{code}/milestones" in page
    assert "2026-03-01" in page


def test_templates_and_validity_are_set_by_administrators(app: Flask, client: FlaskClient) -> None:
    path = "/milestones/template?nature=equipment"
    response = change(client, path, ask="stages-nature", **{"stages-stages": "started"})
    assert response.status_code == 422
    assert "竣工验收" in response.text
    token = form_with(client.get(path).text, "stages-nature").answers["stages-csrf_token"]
    assert client.post("/milestones/template/stages", data={"stages-csrf_token": token}).status_code == 422
    assert change(client, path, ask="validity-site", **{"validity-site": "99"}).status_code == 422
    assert change(client, path, ask="validity-site", **{"validity-site": "4"}).status_code == 302
    assert client_of(app, Role.PLANNER).get(path).status_code == 403
