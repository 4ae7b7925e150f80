"""The overview: each figure is what its page lists; what waits goes by role; views and follows are one's own."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portfolio.domain.roles import Role
from portfolio.domain.terms import Stage
from tests.builders import SHAPINGBA, WANZHOU, client_of, make_project, write
from tests.web.pages import csrf_token, form_with

COUNTED = re.compile(
    r'<li><a href="(/projects\?[^"]+)"><span>.*?</span><span class="count-bar">.*?<b>([\d,]+)</b>', re.S
)


def listed(client: FlaskClient, address: str) -> int:
    """Return how many projects the register says it lists."""
    found = re.search(r"([\d,]+) 个项目 · 截至", client.get(address).text)
    assert found, address
    return int(found.group(1).replace(",", ""))


@pytest.mark.parametrize("scope", ["/", f"/?district={SHAPINGBA}", "/?level=primary"])
def test_every_count_is_what_its_page_lists_and_each_record_is_one_click_further(
    reader: FlaskClient, scope: str
) -> None:
    counts = COUNTED.findall(reader.get(scope).text)
    assert len(counts) >= 4
    for address, count in counts:
        page = unescape(address)
        assert listed(reader, page) == int(count.replace(",", "")), page
        assert count == "0" or re.search(r'<th scope="row">.*?<a href="/projects/\d', reader.get(page).text, re.S)


def test_stages_and_lights_each_add_up_to_all_projects(reader: FlaskClient) -> None:
    counts = COUNTED.findall(reader.get("/").text)
    everything = listed(reader, "/projects")
    for side in ("light=", "stage="):
        assert sum(int(count) for address, count in counts if side in address) == everything


def test_every_link_of_the_overview_leads_somewhere(reader: FlaskClient) -> None:
    page = reader.get("/").text.split("<main")[1]
    links = {unescape(one) for one in re.findall(r'<a [^>]*href="(/[^"#]*)', page)}
    assert len(links) > 30
    assert [one for one in sorted(links) if reader.get(one).status_code not in (200, 302)] == []


def test_the_worst_are_named_with_reason_and_owner(app: Flask, client: FlaskClient) -> None:
    with write(app) as session:
        make_project(session, name="滞后小学", stage=Stage.STRUCTURE, completion_year=2020, responsible_unit="区教委")
        session.commit()
    page = client.get("/").text
    worst = page[page.index("最需关注的项目") :]
    assert "滞后小学" in worst
    assert "应于 2020 年底前建成" in worst
    assert "区教委" in worst


@pytest.mark.parametrize("address", ["/?as_of=yesterday", "/?district=999999", "/?light=blue"])
def test_a_scope_that_is_none_is_refused_in_words(reader: FlaskClient, address: str) -> None:
    assert reader.get(address).status_code == 422


def test_a_wall_display_refreshes_itself_and_leaves_out_what_is_ones_own(reader: FlaskClient) -> None:
    page = reader.get("/?wall=1").text
    assert 'data-reload-every="300"' in page
    assert "我的视图" not in page


def test_what_waits_depends_on_what_the_person_may_do(app: Flask) -> None:
    assert "待定位" in client_of(app, Role.PLANNER, WANZHOU).get("/").text
    assert "待定位" not in client_of(app, Role.VIEWER, WANZHOU).get("/").text


def keep(client: FlaskClient, name: str, address: str) -> int:
    answers = {"csrf_token": csrf_token(client, "/projects"), "name": name, "address": address}
    return client.post("/desk/views", data=answers).status_code


def test_a_view_is_kept_opened_and_forgotten_by_its_owner_alone(app: Flask, client: FlaskClient) -> None:
    address = "/projects?district=500101&light=red&sort=-seats"
    form = form_with(client.get(address).text, "address")
    assert form.answers["address"] == address
    assert client.post(form.action, data=form.answers | {"name": "<b>红灯</b>"}).location == address
    page = client.get("/").text
    assert f'<a href="{address.replace("&", "&amp;")}">&lt;b&gt;红灯&lt;/b&gt;</a>' in page
    assert "红灯" not in client_of(app, Role.PLANNER).get("/").text.split("我的视图")[1]
    client.post("/desk/views/remove", data={"csrf_token": csrf_token(client, "/"), "name": "<b>红灯</b>"})
    assert "红灯" not in client.get("/").text.split("我的视图")[1]


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/projects",
        "/\\evil.example",
        "javascript:alert(1)",
        "/users/",
        "/nowhere",
        "",
    ],
)
def test_a_view_leads_to_lists_of_this_software_only(client: FlaskClient, address: str) -> None:
    assert keep(client, "坏", address) == 422
    assert "坏" not in client.get("/").text.split("我的视图")[1]


def test_a_followed_project_stands_on_the_first_page_until_it_is_not(client: FlaskClient) -> None:
    path = "/projects/500101-0008"
    for verb, stands in (("follow", True), ("follow", True), ("unfollow", False)):
        client.post(f"/desk{path}/{verb}", data={"csrf_token": csrf_token(client, path)})
        mine = client.get("/").text.split("我的关注")[1].split("我的视图")[0]
        assert (f'href="{path}"' in mine) == stands
