"""One's own tokens: made once, shown once, revoked alone, never anybody else's."""

from __future__ import annotations

import base64
import re

from flask import Flask
from flask.testing import FlaskClient

from portfolio.domain.roles import Role
from tests.builders import SHAPINGBA, WANZHOU, client_of, make_project, site, write
from tests.web.pages import csrf_token, submit

PAGE = "/account/tokens"
ITEMS = "/ogc/collections/projects/items"


def make(client: FlaskClient, label: str = "QGIS") -> str:
    """Make a token and return what the page shows once."""
    response = submit(client, PAGE, label=label)
    found = re.search(r'class="secret">([^<]+)<', response.text)
    assert found, response.text
    assert response.headers["Cache-Control"] == "no-store"
    return found[1]


def name_of(client: FlaskClient) -> str:
    found = re.search(r"<code>(person\.\d+)</code>", client.get("/maps/feed").text)
    assert found
    return found[1]


def read(app: Flask, name: str, token: str) -> int:
    given = base64.b64encode(f"{name}:{token}".encode()).decode()
    return app.test_client().get(ITEMS, headers={"Authorization": f"Basic {given}"}).status_code


def test_a_viewer_makes_a_token_with_which_qgis_reads_and_revokes_it(app: Flask) -> None:
    viewer = client_of(app, Role.VIEWER, SHAPINGBA)
    token, name = make(viewer), name_of(viewer)

    assert read(app, name, token) == 200
    page = viewer.get(PAGE).text
    assert token not in page
    assert "QGIS" in page
    revoke = re.search(rf'action="({PAGE}/\d+/revoke)"', page)
    assert revoke
    submit(viewer, PAGE, to=revoke[1])
    assert read(app, name, token) == 401
    assert "撤销时间" in viewer.get(PAGE).text


def test_the_feed_shows_the_districts_of_the_tokens_owner_only(app: Flask) -> None:
    with write(app) as session:
        make_project(session, name="金丝雀小学", district=WANZHOU, place=site(108.4, 30.8))
        session.commit()
    planner = client_of(app, Role.PLANNER, SHAPINGBA)
    given = base64.b64encode(f"{name_of(planner)}:{make(planner)}".encode()).decode()
    answer = app.test_client().get(f"{ITEMS}?limit=1000", headers={"Authorization": f"Basic {given}"})

    assert {one["properties"]["district"] for one in answer.json["features"]} == {SHAPINGBA}
    assert "金丝雀" not in answer.text


def test_a_token_of_somebody_else_can_not_be_revoked(app: Flask) -> None:
    owner, other = client_of(app, Role.VIEWER), client_of(app, Role.ADMINISTRATOR)
    token, name = make(owner), name_of(owner)
    revoke = re.search(rf"{PAGE}/(\d+)/revoke", owner.get(PAGE).text)
    assert revoke

    response = other.post(revoke[0], data={"csrf_token": csrf_token(other, PAGE)})
    assert response.status_code == 404
    assert read(app, name, token) == 200


def test_a_token_needs_a_purpose(app: Flask) -> None:
    client = client_of(app, Role.VIEWER)
    response = submit(client, PAGE, label=" ")

    assert response.status_code == 422
    assert "请填写用途" in response.text
    assert "还没有令牌" in client.get(PAGE).text


def test_the_map_leads_to_the_feed_which_says_address_and_user(app: Flask) -> None:
    viewer = client_of(app, Role.VIEWER, SHAPINGBA)

    assert 'href="/maps/feed"' in viewer.get("/maps/500106").text
    page = viewer.get("/maps/feed").text
    assert '<code class="address">http://localhost/ogc</code>' in page
    assert f'href="{PAGE}"' in page
