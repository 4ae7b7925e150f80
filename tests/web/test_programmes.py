"""Programmes and phases on the project page."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portfolio.domain.roles import Role
from portfolio.store.queries.projects import get_project
from tests.builders import WANZHOU, client_of, make_project, read, sizes, write
from tests.web.pages import change, listed_codes, wrong_fields

WHOLE, FIRST, SECOND = "500101-0043", "500101-0044", "500101-0045"


@pytest.fixture
def school(app: Flask) -> Flask:
    """Application with a school and two projects that may become its phases."""
    with write(app) as session:
        for remark in (None, "一期", "二期"):
            make_project(session, name="百安中学", remark=remark)
        session.commit()
    return app


def join(client: FlaskClient, code: str, programme: str) -> int:
    return change(client, f"/projects/{code}", ask="programme", programme=programme).status_code


def test_phases_and_programme_lead_to_each_other_and_to_register_map_and_money(
    school: Flask, client: FlaskClient
) -> None:
    assert "总项目与分期" not in client.get(f"/projects/{WHOLE}").text
    assert [join(client, code, WHOLE) for code in (FIRST, SECOND)] == [302, 302]

    for code, others in ((WHOLE, (FIRST, SECOND)), (FIRST, (WHOLE, SECOND))):
        section = client.get(f"/projects/{code}").text.split('id="phases"')[1].split("</section>")[0]
        assert all(f'href="/projects/{other}"' in section for other in others)
        assert f'href="/projects/{code}"' not in section
        register, atlas, money = (path for path in re.findall('href="([^"]+)"', section) if "codes=" in path)
        assert listed_codes(client.get(register).text) == [WHOLE, FIRST, SECOND]
        assert client.get(atlas, follow_redirects=True).status_code == 200
        assert client.get(money).status_code == 200


@pytest.mark.parametrize(
    ("programme", "sentence"),
    [
        ("500101-9999", "本区县没有编码为 500101-9999 的项目"),
        ("500106-0001", "本区县没有编码为 500106-0001 的项目"),
        (FIRST, "不能是自己的分期"),
        ("<script>", "本区县没有编码为 &lt;script&gt; 的项目"),
        ("一" * 200, "最多"),
    ],
)
def test_a_programme_that_makes_no_sense_is_refused_beside_the_answer_and_nothing_is_saved(
    school: Flask, client: FlaskClient, programme: str, sentence: str
) -> None:
    before = sizes(school)
    page = change(client, f"/projects/{FIRST}", ask="programme", programme=programme)

    assert page.status_code == 422
    assert sentence in page.text
    assert list(wrong_fields(page.text)) == ["programme"]
    assert sizes(school) == before


def test_a_programme_saved_against_an_older_version_is_refused(school: Flask, client: FlaskClient) -> None:
    page = client.get(f"/projects/{FIRST}").text
    assert page.count('name="programme"') == 1
    assert join(client, FIRST, WHOLE) == 302
    old = change(client, f"/projects/{FIRST}", ask="programme", programme="", version="1")

    assert old.status_code == 409
    assert f'value="{WHOLE}"' in client.get(f"/projects/{FIRST}").text
    with read(school) as session:
        assert get_project(session, FIRST).parent_id is not None


def test_who_may_not_edit_sees_the_phases_and_no_form(school: Flask, client: FlaskClient) -> None:
    join(client, FIRST, WHOLE)
    page = client_of(school, Role.VIEWER, WANZHOU).get(f"/projects/{WHOLE}").text

    assert 'id="phases"' in page
    assert 'name="programme"' not in page
