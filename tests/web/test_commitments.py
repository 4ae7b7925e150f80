"""Commitments: which projects count, for how much, in which phase."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from portfolio.store.models import CommitmentLink, Indicator
from tests.builders import read
from tests.web.pages import change, submit, tables, wrong_fields

SCHOOLS = "500106-c06"  # 新建、改扩建中小学校 41 所
MUSEUM, NANYU, INTERNATIONAL = "500106-0002", "500106-0005", "500106-0003"


def link(client: FlaskClient, project: str, key: str = SCHOOLS, **answers: str) -> TestResponse:
    """Count a project toward a commitment through the page."""
    return change(client, f"/commitments/{key}", ask="project", project=project, **answers)


def links(app: Flask, key: str = SCHOOLS) -> list[str]:
    """Return the codes of the projects that count."""
    with read(app) as session:
        found = session.scalars(select(CommitmentLink))
        return sorted(one.project.code for one in found if one.commitment.key == key)


def counted(client: FlaskClient, key: str = SCHOOLS) -> tuple[str, ...]:
    """Return what a commitment's page says is delivered, under way and planned."""
    page = client.get(f"/commitments/{key}").text
    return tuple(re.findall(r'class="bar-word bar-word--(?:delivered|under-way|planned)">\S+ (\S+)</span>', page))


def fact(client: FlaskClient, name: str, key: str = SCHOOLS) -> str:
    """Return one fact of a commitment's page."""
    found = re.search(f"<dt>{name}</dt><dd>([^<]*)", client.get(f"/commitments/{key}").text)
    return found.group(1).strip() if found else ""


def test_every_commitment_of_both_plans_is_listed_with_its_target_and_place(reader: FlaskClient) -> None:
    rows = tables(reader.get("/commitments").text)[0][1:]
    schools = next(row for row in rows if row[0].startswith("新建、改扩建中小学校"))

    assert len(rows) == 46 + 37
    assert schools[1] == "41 所"
    assert "正文三（二）第5项" in schools[5]
    assert len(tables(reader.get("/commitments?district=500106").text)[0][1:]) == 37


def test_a_project_is_linked_once(app: Flask, client: FlaskClient) -> None:
    before = links(app)
    response = link(client, INTERNATIONAL, quantity="2", basis="区政府会议纪要")

    assert response.location == f"/commitments/{SCHOOLS}"
    assert links(app) == sorted([*before, INTERNATIONAL])
    again = link(client, INTERNATIONAL)
    assert again.status_code == 422
    assert "不能重复计算" in wrong_fields(again.text)["project"]


def test_a_project_is_unlinked_and_only_once(app: Flask, client: FlaskClient) -> None:
    path = f"/commitments/{SCHOOLS}/projects/{NANYU}/unlink"

    assert submit(client, f"/commitments/{SCHOOLS}", to=path).status_code == 302
    assert NANYU not in links(app)
    assert submit(client, f"/commitments/{SCHOOLS}", to=path).status_code == 422


@pytest.mark.parametrize(
    ("project", "field", "sentence"),
    [
        ("500101-0008", "project", "不在沙坪坝区"),
        (MUSEUM, "project", "不在这项任务的口径内"),
        ("500106-9999", "project", "没有编码为 500106-9999 的项目"),
        ("", "project", "请填写项目编码"),
        ("x\x00", "project", "控制字符"),
    ],
)
def test_what_may_not_count_is_refused_beside_the_field(
    app: Flask, client: FlaskClient, project: str, field: str, sentence: str
) -> None:
    before = links(app)
    response = link(client, project)

    assert response.status_code == 422
    assert sentence in wrong_fields(response.text)[field]
    assert links(app) == before


@pytest.mark.parametrize("quantity", ["0", "-1", "1e9", "１", "NaN"])
def test_a_quantity_is_a_plain_number_above_zero(app: Flask, client: FlaskClient, quantity: str) -> None:
    response = link(client, INTERNATIONAL, quantity=quantity)

    assert response.status_code == 422
    assert wrong_fields(response.text)["quantity"]
    assert INTERNATIONAL not in links(app)


def test_linked_projects_are_counted_by_the_phase_they_have_reached(client: FlaskClient) -> None:
    assert counted(client) == ("2", "0", "0")
    assert fact(client, "阶段未报") == "7"
    for stage, wanted in (("design", ("2", "0", "1")), ("structure", ("2", "1", "0")), ("in_use", ("3", "0", "0"))):
        change(client, f"/projects/{NANYU}", ask="stage", stage=stage)
        assert counted(client) == wanted
    assert fact(client, "阶段未报") == "6"
    assert fact(client, "已承诺、未立项") == "32"


def test_a_stated_quantity_counts_instead_of_the_projects_own(client: FlaskClient) -> None:
    link(client, INTERNATIONAL, quantity="3")

    assert fact(client, "阶段未报") == "10"


@pytest.mark.parametrize("status", ["cancelled", "merged"])
def test_cancelled_and_merged_projects_do_not_count(client: FlaskClient, status: str) -> None:
    change(client, f"/projects/{NANYU}", ask="status", status=status, reason="不再建设")

    assert fact(client, "阶段未报") == "6"
    change(client, f"/projects/{NANYU}", ask="status", status="active", reason="恢复建设")
    assert fact(client, "阶段未报") == "7"


def test_suspended_projects_still_count(client: FlaskClient) -> None:
    change(client, f"/projects/{NANYU}", ask="status", status="suspended", reason="等待资金")

    assert fact(client, "阶段未报") == "7"


def test_projects_that_no_plan_names_are_listed_apart(reader: FlaskClient) -> None:
    rows = tables(reader.get("/commitments?district=500106").text)[1][1:]

    assert [row[0] for row in rows] == [f"500106-{number:04d}" for number in range(5, 14)]


def test_every_indicator_is_listed_with_baseline_and_target(reader: FlaskClient, shared_app: Flask) -> None:
    found = tables(reader.get("/commitments/indicators").text)
    with read(shared_app) as session:
        count = session.scalar(select(func.count(Indicator.id)))

    assert sorted(len(table) - 1 for table in found) == [17, 18]
    assert count == 35


def test_a_commitment_that_does_not_exist_is_404(reader: FlaskClient) -> None:
    assert reader.get("/commitments/500106-c99").status_code == 404
