"""Public facts: shown with their sources, taken into an empty field once."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portfolio.store.models import Fact
from portfolio.store.queries.projects import get_project
from tests.builders import read, sizes
from tests.web.pages import csrf_token, submit, tables

NANYU = "500106-0005"


def accepting(client: FlaskClient, code: str) -> list[str]:
    """Return where the page of a project lets facts be taken over."""
    return re.findall(r'action="(/projects/[^"]+/facts/\d+/accept)"', client.get(f"/projects/{code}").text)


def test_every_fact_is_listed_with_its_source(reader: FlaskClient, shared_app: Flask) -> None:
    rows = [row for table in tables(reader.get("/facts").text) for row in table[1:]]
    with read(shared_app) as session:
        count = session.scalar(select(func.count(Fact.id)))

    assert len(rows) == count == 103
    assert all(row[4] and row[5] in ("官方", "媒体", "论坛") for row in rows)


def test_facts_that_speak_of_no_project_can_be_seen_alone(reader: FlaskClient, shared_app: Flask) -> None:
    rows = tables(reader.get("/facts?unmatched=yes").text)[0][1:]
    with read(shared_app) as session:
        count = session.scalar(select(func.count(Fact.id)).where(Fact.project_id.is_(None)))

    assert len(rows) == count
    assert {row[6] for row in rows} == {"未对应"}


@pytest.mark.parametrize("adcode", ["500101", "500106"])
def test_facts_of_one_district_link_to_its_projects_only(reader: FlaskClient, adcode: str) -> None:
    codes = re.findall(r'href="/projects/(\d{6})-\d{4}#facts"', reader.get(f"/facts?district={adcode}").text)

    assert set(codes) == {adcode}


def test_a_fact_fills_the_empty_field_once(app: Flask, client: FlaskClient) -> None:
    before = accepting(client, NANYU)
    response = submit(client, f"/projects/{NANYU}", to=before[0])
    page = client.get(f"/projects/{NANYU}").text

    assert response.location == f"/projects/{NANYU}#facts"
    assert before[0] not in accepting(client, NANYU)
    assert "已采用" in page
    assert "采用公开资料：" in page.split('id="history"')[1]


def test_accepting_twice_is_refused_and_changes_nothing(app: Flask, client: FlaskClient) -> None:
    path = accepting(client, NANYU)[0]
    submit(client, f"/projects/{NANYU}", to=path)
    before = sizes(app)
    response = submit(client, f"/projects/{NANYU}", to=path)

    assert response.status_code == 422
    assert "已有值" in response.text
    assert sizes(app) == before


def test_the_value_taken_over_is_the_value_stated(app: Flask, client: FlaskClient) -> None:
    for path in accepting(client, NANYU):
        client.post(path, data={"csrf_token": csrf_token(client, f"/projects/{NANYU}")})
    with read(app) as session:
        project = get_project(session, NANYU)

    assert (project.classes, project.floor_area_m2) == (60, 80_000)
    assert project.total_investment_fen == 50_000 * 1_000_000


@pytest.mark.parametrize("number", ["0", "999999", "9" * 25])
def test_a_fact_that_does_not_exist_is_404(app: Flask, client: FlaskClient, number: str) -> None:
    before = sizes(app)
    response = submit(client, f"/projects/{NANYU}", to=f"/projects/{NANYU}/facts/{number}/accept")

    assert response.status_code == 404
    assert sizes(app) == before


def test_a_fact_of_another_project_is_404(app: Flask, client: FlaskClient) -> None:
    other = accepting(client, NANYU)[0].replace(NANYU, "500106-0006")

    assert submit(client, f"/projects/{NANYU}", to=other).status_code == 404
