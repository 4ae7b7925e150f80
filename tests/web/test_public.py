"""What everybody may see without signing in: only districts switched on, only what is fit for the public."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portfolio.domain.drafts import PlaceDraft
from portfolio.domain.roles import Role
from portfolio.domain.terms import Accuracy, Confidence, FactField, Stage
from portfolio.services.facts import FactDraft, add_fact
from portfolio.services.settings import change_setting
from portfolio.store.models import Project
from portfolio.store.queries.districts import get_district
from portfolio.store.queries.map_settings import PUBLIC, REVIEW_NUMBER, public_adcodes
from tests.builders import SHAPINGBA, WANZHOU, client_of, fingerprint, make_entry, make_project, read, site, write
from tests.web.pages import change

CANARY = "金丝雀"
SECRET_FIELDS = (
    *("remark", "note", "also_called", "quote", "national_code", "owner", "user", "lead_unit"),
    *("responsible_unit", "responsible_person"),
)
SHOWN = ("code", "name", "lon", "lat", "accuracy", "level", "stage", "status")
PATHS = ("", "/shell.js", "/data.json", "/points.json", "/heat.json", "/facets.json", "/search.json")


def open_map(app: Flask, *adcodes: str, number: str | None = None) -> None:
    with write(app) as session:
        change_setting(session, PUBLIC, list(adcodes))
        change_setting(session, REVIEW_NUMBER, {SHAPINGBA: number} if number else None)
        session.commit()


def fact(value: str, unit: str, **values: Any) -> FactDraft:
    usual: dict[str, Any] = {
        "subject": "公开小学",
        "field": FactField.TOTAL_INVESTMENT,
        "as_of": "2024-05",
        "source_title": "重点项目清单",
        "publisher": "区发展改革委",
        "address": None,
        "confidence": Confidence.OFFICIAL,
        "note": None,
        "is_whole": True,
        "stage": None,
    }
    return FactDraft(value=value, unit=unit, **(usual | values))


@pytest.fixture
def code(app: Flask) -> str:
    """Code of a Shapingba project with a canary in every field that is not public, and money on record."""
    with write(app) as session:
        place = PlaceDraft(lon=106.4, lat=29.6, accuracy=Accuracy.SITE, given=CANARY, basis=CANARY, confirmed_by=CANARY)
        project = make_project(session, name="公开小学", district=SHAPINGBA, place=place, stage=Stage.STRUCTURE)
        for name in SECRET_FIELDS:
            setattr(project, name, CANARY)
        project.seats, project.floor_area_m2 = 1080, Decimal(12000)
        ring = [[106.4, 29.6], [106.41, 29.6], [106.41, 29.61], [106.4, 29.6]]
        project.site_outline = json.dumps({"type": "Polygon", "coordinates": [ring]})
        project.total_investment_fen = 7_777_700_000_00
        make_entry(session, project, wan=77777, document_no=CANARY, note=CANARY)
        session.commit()
        return project.code


@pytest.fixture
def public_app(app: Flask, code: str) -> Flask:
    """Application whose Shapingba map is open to everybody, without a review number."""
    open_map(app, SHAPINGBA)
    return app


@pytest.fixture
def visitor(public_app: Flask) -> FlaskClient:
    """Somebody who is not signed in."""
    return public_app.test_client()


def everything(client: FlaskClient, code: str) -> Iterator[tuple[str, str]]:
    """Yield every public address of Shapingba with its answer as text."""
    of_the_district = [f"/public/{SHAPINGBA}{path}" for path in (*PATHS, "/search.json?q=公开")]
    for path in (*of_the_district, f"/public/projects/{code}", f"/public/projects/{code}/card.json"):
        response = client.get(path)
        assert response.status_code == 200, path
        yield path, json.dumps(response.json, ensure_ascii=False) if response.is_json else response.text


# --- off by default, one district at a time ---------------------------------------------------------------------------


def test_nothing_is_public_until_an_administrator_says_so(app: Flask, anonymous: FlaskClient, code: str) -> None:
    for path in ("/public", *(f"/public/{SHAPINGBA}{path}" for path in PATHS), f"/public/projects/{code}"):
        assert anonymous.get(path).status_code == 404, path
    assert anonymous.get(f"/public/projects/{code}/card.json").status_code == 404
    assert "公开地图" not in anonymous.get("/sign-in").text


def test_the_switch_opens_one_district_and_closes_it_again(app: Flask, client: FlaskClient) -> None:
    change(client, "/settings", ask="public-version", **{"public-of_500106": "y"})
    visitor = app.test_client()
    with read(app) as session:
        assert public_adcodes(session) == [SHAPINGBA]
    assert visitor.get("/public").location == f"/public/{SHAPINGBA}"
    assert '<a href="/public">' in visitor.get("/sign-in").text
    assert visitor.get(f"/public/{WANZHOU}").status_code == 404
    client.post("/settings/map/public", data={"csrf_token": _token(client), "public-version": "1"})
    assert visitor.get("/public").status_code == 404


def _token(client: FlaskClient) -> str:
    return client.get("/settings").text.split('csrf_token" type="hidden" value="')[1].split('"')[0]


@pytest.mark.parametrize("path", PATHS)
def test_a_district_that_is_not_public_does_not_exist(visitor: FlaskClient, path: str) -> None:
    assert visitor.get(f"/public/{WANZHOU}{path}").status_code == 404
    assert visitor.get(f"/public/all{path}").status_code == 404


def test_a_project_of_another_district_and_none_look_the_same(visitor: FlaskClient) -> None:
    for tail in ("", "/card.json"):
        missing = visitor.get(f"/public/projects/500101-9999{tail}")
        other = visitor.get(f"/public/projects/500101-0001{tail}")
        assert (missing.status_code, other.status_code) == (404, 404)
        strip = re.compile(r'value="[^"]*"')
        assert strip.sub("", missing.text.replace("9999", "0001")) == strip.sub("", other.text)


def test_no_other_district_is_named_anywhere(visitor: FlaskClient, code: str) -> None:
    for path, text in everything(visitor, code):
        assert "万州" not in text.split("<footer")[0], path
        assert WANZHOU not in text, path


# --- only what is public ----------------------------------------------------------------------------------------------


def test_no_person_note_or_ledger_shows_anywhere(visitor: FlaskClient, code: str) -> None:
    seen = dict(everything(visitor, code))
    for path, text in seen.items():
        assert CANARY not in text, path
        assert not re.search("77,?777", text), path
        assert "到位" not in text, path
    assert sum("公开小学" in text for text in seen.values()) >= 5
    print(f"n = {len(seen)} addresses, {len(SECRET_FIELDS) + 5} canaries")


def test_the_signed_in_do_see_the_canary_so_that_the_search_proves_something(public_app: Flask, code: str) -> None:
    client = client_of(public_app, Role.ADMINISTRATOR)
    page, card = client.get(f"/projects/{code}").text, client.get(f"/maps/projects/{code}/card.json").json

    assert page.count(CANARY) > len(SECRET_FIELDS)
    assert "77,777" in page
    assert CANARY in json.dumps(card, ensure_ascii=False)


def test_pins_carry_the_public_fields_alone(visitor: FlaskClient) -> None:
    pins = visitor.get(f"/public/{SHAPINGBA}/points.json").json["pins"]

    assert {tuple(pin) for pin in (sorted(pin) for pin in pins)} == {tuple(sorted(SHOWN))}


@pytest.mark.parametrize("colour", ["light", "money"])
def test_lights_and_money_colour_nothing_in_public(visitor: FlaskClient, colour: str) -> None:
    assert visitor.get(f"/public/{SHAPINGBA}/points.json?colour={colour}").status_code == 422
    assert f'value="{colour}"' not in visitor.get(f"/public/{SHAPINGBA}").text
    assert colour not in visitor.get(f"/public/{SHAPINGBA}/facets.json").json["legend"]


@pytest.mark.parametrize(
    "query",
    [
        f"lead_unit={CANARY}",
        "light=red",
        "basis=outside",
        "year=2020",
        "codes=500106-0001",
        "phase=planned",
        "district=500101",
        "belt=none",
    ],
)
def test_a_filter_on_what_is_not_public_tells_nothing(visitor: FlaskClient, query: str) -> None:
    for path in ("points.json", "facets.json"):
        plain, asked = (visitor.get(f"/public/{SHAPINGBA}/{path}?{one}").json for one in ("", query))
        assert asked == plain


@pytest.mark.parametrize("words", [CANARY, "500106", f"公开 {CANARY}"])
def test_a_search_looks_at_names_alone(visitor: FlaskClient, words: str) -> None:
    assert visitor.get(f"/public/{SHAPINGBA}/search.json", query_string={"q": words}).json == {"results": []}
    assert visitor.get(f"/public/{SHAPINGBA}/points.json", query_string={"q": words}).json["count"] == 0


def test_level_nature_stage_and_name_narrow_the_public_map(visitor: FlaskClient, code: str) -> None:
    for query in ("q=公开", "stage=structure", "level=primary&stage=structure&nature=new"):
        pins = visitor.get(f"/public/{SHAPINGBA}/points.json?{query}").json["pins"]
        assert [pin["code"] for pin in pins] == [code], query


def test_made_up_projects_are_not_shown_to_the_public(public_app: Flask, code: str) -> None:
    with write(public_app) as session:
        make_project(session, name="演示小学", district=SHAPINGBA, place=site(106.41, 29.61))
        for project in session.query(Project).filter(Project.name == "演示小学"):
            project.is_sample = True
            sample = project.code
        session.commit()
    visitor = public_app.test_client()

    for path, text in everything(visitor, code):
        assert "演示小学" not in text, path
    assert visitor.get(f"/public/projects/{sample}").status_code == 404
    assert visitor.get(f"/public/projects/{sample}/card.json").status_code == 404
    assert visitor.get(f"/public/{SHAPINGBA}/search.json?q=演示").json == {"results": []}


def test_the_coverage_counts_without_money(visitor: FlaskClient) -> None:
    data = visitor.get(f"/public/{SHAPINGBA}/data.json").json

    assert data["coverage"] == "已标注 3 / 14 个项目"
    assert data["years"] is None
    assert data["coverage"] in visitor.get(f"/public/{SHAPINGBA}").text


# --- total investment only with its source ----------------------------------------------------------------------------


def shown_investment(app: Flask, code: str, draft: FactDraft | None) -> tuple[str, str]:
    with write(app) as session:
        if draft is not None:
            project = session.query(Project).filter(Project.code == code).one()
            add_fact(session, get_district(session, SHAPINGBA), draft, project)
        session.commit()
    visitor = app.test_client()
    card = visitor.get(f"/public/projects/{code}/card.json").json
    return visitor.get(f"/public/projects/{code}").text, json.dumps(card["facts"], ensure_ascii=False)


def test_an_investment_that_a_source_states_is_shown_with_it(public_app: Flask, code: str) -> None:
    page, card = shown_investment(public_app, code, fact("77.777", "亿元"))

    assert "777,770.00" in page
    assert "总投资来源：重点项目清单，区发展改革委（2024-05）" in page
    assert "777,770.00" in card


@pytest.mark.parametrize(
    "draft",
    [
        None,
        fact("77.778", "亿元"),
        fact("77.777", "亿元", is_whole=False),
        fact("77.777", "亿元", confidence=Confidence.FORUM),
        fact("约 78", "亿元"),
        fact("77.777", "亿元", field=FactField.OTHER),
    ],
    ids=["no source", "another amount", "a part", "a forum", "no number", "another field"],
)
def test_an_investment_that_no_source_states_is_not_shown(
    public_app: Flask, code: str, draft: FactDraft | None
) -> None:
    page, card = shown_investment(public_app, code, draft)

    assert "777,7" not in page + card
    assert "总投资来源" not in page


# --- boundary and review number ---------------------------------------------------------------------------------------


def test_without_a_review_number_no_boundary_leaves_the_server_and_the_page_says_why(visitor: FlaskClient) -> None:
    data = visitor.get(f"/public/{SHAPINGBA}/data.json").json

    assert [area["outline"] for area in data["areas"]] == [None]
    assert data["layers"] == []
    assert not re.search("Polygon", json.dumps(data))
    assert "没有审图号，依规定不公开区界" in visitor.get(f"/public/{SHAPINGBA}").text


def test_with_a_review_number_the_boundary_is_drawn_and_the_number_printed(public_app: Flask) -> None:
    open_map(public_app, SHAPINGBA, number="渝S(2026)001号")
    visitor = public_app.test_client()
    data = visitor.get(f"/public/{SHAPINGBA}/data.json").json

    assert data["areas"][0]["outline"]["type"] in ("Polygon", "MultiPolygon")
    assert [layer["kind"] for layer in data["layers"]] == ["belts"]
    assert "审图号：渝S(2026)001号" in visitor.get(f"/public/{SHAPINGBA}").text
    assert "依规定不公开区界" not in visitor.get(f"/public/{SHAPINGBA}").text


def test_the_number_of_one_district_opens_no_boundary_of_another(public_app: Flask) -> None:
    open_map(public_app, SHAPINGBA, WANZHOU, number="渝S(2026)001号")
    data = public_app.test_client().get(f"/public/{WANZHOU}/data.json").json

    assert data["areas"][0]["outline"] is None


# --- answers ----------------------------------------------------------------------------------------------------------


def test_data_may_be_kept_for_a_minute_and_pages_not_at_all(visitor: FlaskClient, code: str) -> None:
    for path in ("data.json", "points.json", "heat.json", "facets.json", "search.json", "shell.js"):
        response = visitor.get(f"/public/{SHAPINGBA}/{path}")
        assert response.headers["Cache-Control"] == "public, max-age=60", path
        assert "Cookie" in response.headers["Vary"], path
    assert visitor.get(f"/public/{SHAPINGBA}").headers["Cache-Control"] == "private, no-cache"


def test_no_base_map_is_offered_or_allowed_in_public(public_app: Flask) -> None:
    with write(public_app) as session:
        change_setting(session, "map.services", ["osm"])
        change_setting(session, "map.tianditu", {"key": "0123456789abcdef0123456789abcdef", "layers": ["vec"]})
        session.commit()
    visitor = public_app.test_client()
    page = visitor.get(f"/public/{SHAPINGBA}")

    assert "openstreetmap" not in page.headers["Content-Security-Policy"]
    assert "bases" not in visitor.get(f"/public/{SHAPINGBA}/data.json").json
    assert "0123456789abcdef" not in page.text


def test_a_planner_of_another_district_sees_what_everybody_sees(public_app: Flask, visitor: FlaskClient) -> None:
    planner = client_of(public_app, Role.PLANNER, WANZHOU)

    assert planner.get(f"/public/{SHAPINGBA}").status_code == 200
    for path in ("data.json", "points.json", "facets.json"):
        assert planner.get(f"/public/{SHAPINGBA}/{path}").json == visitor.get(f"/public/{SHAPINGBA}/{path}").json
    assert "逐个标注位置" not in planner.get(f"/public/{SHAPINGBA}").text


def test_looking_writes_nothing(public_app: Flask, visitor: FlaskClient, code: str) -> None:
    before = fingerprint(public_app.extensions["portfolio_engine"])
    list(everything(visitor, code))

    assert fingerprint(public_app.extensions["portfolio_engine"]) == before
