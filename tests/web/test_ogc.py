"""The layer for GIS programs: what the standard asks, who may read it, and a real client that reads it."""

from __future__ import annotations

import base64
import datetime as dt
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

import pyogrio
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from portfolio.domain.drafts import PlaceDraft
from portfolio.domain.roles import Role
from portfolio.domain.terms import Accuracy
from portfolio.services import users
from tests.builders import SHAPINGBA, WANZHOU, client_of, make_project, site, token_of, write

ITEMS = "/ogc/collections/projects/items"
CONFORMANCE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
DOCUMENTS = ("/ogc", "/ogc/", "/ogc/conformance", "/ogc/api", "/ogc/collections", "/ogc/collections/projects", ITEMS)
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[108.4, 30.8], [108.401, 30.8], [108.401, 30.801], [108.4, 30.801], [108.4, 30.8]]],
}
GRID = 60


def get(client: FlaskClient, path: str = ITEMS, **parameters: str | int) -> Any:
    response = client.get(path, query_string=parameters or None)
    assert response.status_code == 200, response.text
    return response.json


def links(content: Any) -> dict[str, str]:
    assert all(set(one) == {"rel", "type", "href"} for one in content["links"])
    return {one["rel"]: one["href"] for one in content["links"]}


def codes(content: Any) -> list[str]:
    return [one["id"] for one in content["features"]]


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"}


def has_chinese_sentence(response: TestResponse) -> bool:
    answer = response.json
    assert set(answer) == {"error"}
    return any("\u4e00" <= char <= "\u9fff" for char in answer["error"])


@pytest.fixture
def placed(app: Flask) -> Flask:
    """Application with one surveyed point, one site, one place known by its district only, and one without a place."""
    with write(app) as session:
        point = make_project(session, name="点位小学", place=site(108.5, 30.9))
        point.total_investment_fen, point.seats = 12_345_678_901_23, 1080
        outline = PlaceDraft(lon=108.4005, lat=30.8005, accuracy=Accuracy.SITE, outline=json.dumps(SQUARE))
        make_project(session, name="地块小学", place=outline)
        vague = PlaceDraft(lon=108.5, lat=30.9, accuracy=Accuracy.DISTRICT)
        make_project(session, name="区县小学", place=vague)
        make_project(session, name="无位置小学")
        session.commit()
    return app


# --- what the standard asks -------------------------------------------------------------------------------------------


def test_the_landing_page_leads_to_definition_conformance_and_data(reader: FlaskClient) -> None:
    landing = get(reader, "/ogc/")
    found = links(landing)

    assert {"self", "service-desc", "conformance", "data"} <= set(found)
    assert get(reader, "/ogc") == landing
    for address in found.values():
        assert address.startswith("http://")
        assert reader.get(address).status_code == 200


def test_core_openapi_and_geojson_are_kept_to(reader: FlaskClient) -> None:
    declared = get(reader, "/ogc/conformance")["conformsTo"]

    assert set(declared) == {CONFORMANCE + name for name in ("core", "oas30", "geojson")}


def test_the_list_of_layers_holds_the_layer_as_its_own_address_gives_it(reader: FlaskClient) -> None:
    listed, own = get(reader, "/ogc/collections"), get(reader, "/ogc/collections/projects")

    assert "self" in links(listed)
    assert listed["collections"] == [own]
    assert own["id"] == "projects"
    assert own["itemType"] == "feature"
    assert own["crs"] == [CRS84]
    assert links(own)["items"].endswith(ITEMS)
    if "extent" in own:
        west, south, east, north = own["extent"]["spatial"]["bbox"][0]
        assert 105 < west < east < 110
        assert 28 < south < north < 32


def test_the_definition_lists_every_address_and_every_parameter_that_is_taken(reader: FlaskClient, app: Flask) -> None:
    response = reader.get("/ogc/api")
    definition = response.json
    served = {rule.rule.replace("<", "{").replace(">", "}") for rule in app.url_map.iter_rules("ogc.landing")}
    served |= {
        rule.rule.replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("ogc.")
    }
    taken = {one["name"]: one for one in definition["paths"][ITEMS.removeprefix("/ogc")]["get"]["parameters"]}

    assert response.headers["Content-Type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert definition["openapi"].startswith("3.0.")
    assert {"title", "version"} <= set(definition["info"])
    assert {f"/ogc{path}" for path in definition["paths"]} == served
    assert {"limit", "offset", "bbox", "datetime", "district", "stage", "level", "q"} <= set(taken)
    assert taken["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
    assert taken["bbox"]["schema"] == {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    assert all(one["style"] == "form" and one["explode"] is False for one in taken.values())
    assert all(reader.get(ITEMS, query_string={name: "?"}).status_code in (200, 400) for name in taken)


def test_every_operation_answers_200_and_names_its_refusals(reader: FlaskClient) -> None:
    definition = get(reader, "/ogc/api")
    operations = [path["get"] for path in definition["paths"].values()]

    assert len({one["operationId"] for one in operations}) == len(operations) == 7
    for one in operations:
        assert {"200", "400", "401", "403"} <= set(one["responses"])
        assert all(answer["description"] for answer in one["responses"].values())
    assert set(definition["components"]["securitySchemes"]) == {"basic", "bearer"}


def test_a_page_has_the_shape_of_a_feature_collection(reader: FlaskClient) -> None:
    response = reader.get(ITEMS)
    page = response.json

    assert response.headers["Content-Type"] == "application/geo+json"
    assert page["type"] == "FeatureCollection"
    assert page["numberMatched"] == page["numberReturned"] == len(page["features"]) == 55
    written = dt.datetime.fromisoformat(page["timeStamp"])
    assert abs(dt.datetime.now(dt.UTC) - written) < dt.timedelta(minutes=1)
    assert set(links(page)) == {"self", "collection"}
    assert all(set(one) == {"type", "id", "geometry", "properties"} for one in page["features"])
    assert codes(page) == sorted(codes(page))


@pytest.mark.parametrize("limit", [1, 7, 54, 55, 56, 1000, 1001, 10**17])
def test_pages_are_joined_by_links_without_gap_or_repetition(reader: FlaskClient, limit: int) -> None:
    page, found, steps = get(reader, limit=limit), [], 0
    while True:
        assert page["numberMatched"] == 55
        found += codes(page)
        assert page["numberReturned"] == len(page["features"]) <= min(limit, 1000)
        if "next" not in links(page):
            break
        page, steps = get(reader, links(page)["next"]), steps + 1
    assert len(found) == len(set(found)) == 55
    back = 0
    while "prev" in links(page):
        page, back = get(reader, links(page)["prev"]), back + 1
    assert back == steps == (54 // limit)
    assert codes(page) == found[: min(limit, 55)]


def test_links_between_pages_keep_the_filter(reader: FlaskClient) -> None:
    page = get(reader, q="小学", district=SHAPINGBA, limit=2)
    following = get(reader, links(page)["next"])

    assert page["numberMatched"] == following["numberMatched"] == 5
    assert get(reader, links(following)["self"])["features"] == following["features"]
    assert not set(codes(page)) & set(codes(following))


def test_a_page_beyond_the_last_is_empty_and_leads_back_only(reader: FlaskClient) -> None:
    page = get(reader, offset=10**17)

    assert (page["numberMatched"], page["numberReturned"], page["features"]) == (55, 0, [])
    assert set(links(page)) == {"self", "prev", "collection"}


@pytest.mark.parametrize(
    "query",
    ["district=500101", "level=primary", "level=小学", "stage=unknown", "q=小学&district=500106", "nature=迁建"],
)
def test_the_registers_filter_means_the_same_here(reader: FlaskClient, query: str) -> None:
    listed = reader.get(f"/api/v1/projects?per_page=200&{query}").json

    assert codes(get(reader, f"{ITEMS}?{query}")) == [one["code"] for one in listed["items"]]


def test_a_project_is_the_same_alone_as_on_the_page(reader: FlaskClient) -> None:
    listed = get(reader)["features"][3]
    response = reader.get(f"{ITEMS}/{listed['id']}")
    alone = response.json

    assert response.headers["Content-Type"] == "application/geo+json"
    assert {"self", "collection"} == set(links(alone))
    assert {name: value for name, value in alone.items() if name != "links"} == listed


# --- places and figures -----------------------------------------------------------------------------------------------


def test_sites_are_polygons_points_are_points_and_no_place_is_null(placed: Flask, client: FlaskClient) -> None:
    found = {one["properties"]["name"]: one["geometry"] for one in get(client, q="小学", limit=1000)["features"]}

    assert found["点位小学"] == {"type": "Point", "coordinates": [108.5, 30.9]}
    assert shape(found["地块小学"]).equals(shape(SQUARE))
    assert found["区县小学"] is None
    assert found["无位置小学"] is None


@pytest.mark.parametrize(
    ("bbox", "names"),
    [
        ("108.4,30.8,108.5,30.9", {"点位小学", "地块小学"}),
        ("108.45,30.85,108.55,30.95", {"点位小学"}),
        ("108.45,30.85,-10,108.55,30.95,9000.5", {"点位小学"}),
        ("108.5,30.9,108.5,30.9", {"点位小学"}),
        ("-180,-90,180,90", {"点位小学", "地块小学"}),
        ("1.084e2,30.7,+108.45,30.85", {"地块小学"}),
        ("0,0,1,1", set()),
    ],
)
def test_a_box_finds_the_located_projects_in_it(placed: Flask, client: FlaskClient, bbox: str, names: set[str]) -> None:
    page = get(client, bbox=bbox, district=WANZHOU, level="primary")
    found = {one["properties"]["name"] for one in page["features"]}

    assert {name for name in ("点位小学", "地块小学", "区县小学", "无位置小学") if name in found} == names
    assert all(one["geometry"] for one in page["features"])
    assert page["numberMatched"] == len(page["features"])


def test_terms_are_chinese_and_money_is_exact_text_in_yuan(placed: Flask, client: FlaskClient) -> None:
    found = get(client, q="点位小学")["features"][0]["properties"]

    assert found == {
        "code": found["code"],
        "name": "点位小学",
        "remark": None,
        "district": WANZHOU,
        "district_name": "万州区",
        "level": "小学",
        "nature": "新建",
        "stage": None,
        "status": "推进",
        "accuracy": "地块",
        "seats": 1080,
        "floor_area_m2": None,
        "total_investment_yuan": "12345678901.23",
        "completion_year": None,
        "opening_year": None,
        "is_sample": False,
    }


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=x",
        "limit=-1",
        "limit=",
        "limit=1.5",
        "limit=１",
        "limit=1e2",
        "offset=-1",
        "offset=x",
        "offset=",
        f"offset={'9' * 5000}",
        "bbox=",
        "bbox=1,2,3",
        "bbox=1,2,3,4,5",
        "bbox=1,2,3,4,5,6,7",
        "bbox=NaN,30,109,31",
        "bbox=108,30,inf,31",
        "bbox=108,30,1e999,31",
        "bbox=108,30,x,31",
        "bbox=１０８,30,109,31",
        "bbox=1_08,30,109,31",
        "bbox=109,30,108,31",
        "bbox=108,31,109,30",
        "bbox=109,30,0,108,31,0",
        "bbox=108,30,109,31&located=no",
        "datetime=",
        "datetime=today",
        "datetime=..",
        "datetime=/",
        "datetime=../..",
        "datetime=2025-02-30T00:00:00Z",
        "datetime=2025-01-01T00:00:00",
        "datetime=2025-01-01T00:00:00Z/2025-01-02T00:00:00Z/..",
        "datetime=2025-01-02T00:00:00Z/2025-01-01T00:00:00Z",
        "datetime=0001-01-01T00:00:00%2B08:00/0001-01-01T00:00:00-08:00/",
        "level=king",
        "district=999999",
        "located=x",
        "year=0",
        f"q={'长' * 201}",
        "Limit=5",
        "crs=x",
        "bbox-crs=x",
        "page=2",
        "moon=%3Cscript%3E",
        "=1",
    ],
)
def test_bad_input_is_400_with_a_sentence_in_chinese(reader: FlaskClient, query: str) -> None:
    response = reader.get(f"{ITEMS}?{query}")

    assert response.status_code == 400
    assert response.mimetype == "application/json"
    assert has_chinese_sentence(response)


@pytest.mark.parametrize("path", [*DOCUMENTS, f"{ITEMS}/500106-0014"])
def test_a_parameter_that_nobody_knows_is_400_everywhere(reader: FlaskClient, path: str) -> None:
    response = reader.get(f"{path}?colour=red")

    assert response.status_code == 400
    assert "colour" in response.json["error"]


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-31T00:00:00Z",
        "2025-01-31t00:00:00.25z",
        "2025-01-31T00:00:00+08:00",
        "2025-01-31T00:00:00Z/..",
        "../2025-01-31T00:00:00Z",
        "2025-01-31T00:00:00Z/",
        "/2025-01-31T00:00:00Z",
        "2025-01-31T00:00:00Z/2025-01-31T00:00:00Z",
        "2025-01-31T07:00:00+08:00/2025-01-30T23:30:00Z",
        "0001-01-01T00:00:00+08:00/9999-12-31T23:59:59-08:00",
    ],
)
def test_projects_have_no_time_so_that_every_time_finds_them_all(reader: FlaskClient, text: str) -> None:
    assert get(reader, datetime=text)["numberMatched"] == 55


@pytest.mark.parametrize("path", [f"{ITEMS}/500101-9999", f"{ITEMS}/x%27y", "/ogc/collections/moon", "/ogc/nothing"])
def test_what_does_not_exist_is_404_as_plain_json(reader: FlaskClient, path: str) -> None:
    response = reader.get(path)

    assert response.status_code == 404
    assert response.mimetype == "application/json"
    assert has_chinese_sentence(response)


TYPED = st.text(alphabet="0123456789.,-+eE/:TZN anif_ｘ１", max_size=40) | st.text(max_size=20)


@settings(max_examples=150)
@given(name=st.sampled_from(["limit", "offset", "bbox", "datetime"]), text=TYPED)
def test_whatever_is_typed_is_answered_or_refused_in_words(reader: FlaskClient, name: str, text: str) -> None:
    response = reader.get(ITEMS, query_string={name: text.encode("utf-8", "replace")})

    assert response.status_code in (200, 400)
    if response.status_code == 400:
        assert has_chinese_sentence(response)


# --- who may read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*DOCUMENTS, f"{ITEMS}/500106-0014"])
def test_nobody_reads_without_signing_in(anonymous: FlaskClient, path: str) -> None:
    response = anonymous.get(path)

    assert response.status_code == 401
    assert [one.split()[0] for one in response.headers.getlist("WWW-Authenticate")] == ["Bearer", "Basic"]
    assert has_chinese_sentence(response)


@pytest.fixture
def keyholder(app: Flask) -> tuple[str, str, str]:
    """Name, password and API token of a person who may look at everything."""
    with write(app) as session:
        user, password = users.add_user(session, users.UserDraft(name="gis.reader", role=Role.VIEWER))
        token = users.make_token(session, user, "QGIS")
        session.commit()
    return "gis.reader", password, token


def test_a_token_opens_the_layer_as_bearer_and_as_password(
    anonymous: FlaskClient, keyholder: tuple[str, str, str]
) -> None:
    name, _, token = keyholder

    for headers in ({"Authorization": f"Bearer {token}"}, basic(name, token)):
        for path in DOCUMENTS:
            assert anonymous.get(path, headers=headers).status_code == 200


def test_basic_needs_the_tokens_own_user_and_never_takes_the_password(
    anonymous: FlaskClient, keyholder: tuple[str, str, str]
) -> None:
    name, password, token = keyholder
    refused = [
        basic("admin", token),
        basic("", token),
        basic(name.upper(), token),
        basic(name, ""),
        basic(name, password),
        basic(token, name),
        {"Authorization": "Basic"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic /w=="},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Digest {token}"},
    ]

    assert [anonymous.get(ITEMS, headers=headers).status_code for headers in refused] == [401] * len(refused)


def test_basic_opens_neither_the_api_nor_a_page(anonymous: FlaskClient, keyholder: tuple[str, str, str]) -> None:
    headers = basic(keyholder[0], keyholder[2])

    assert anonymous.get("/api/v1/projects", headers=headers).status_code == 401
    for path in ("/projects", "/ogcx", "/"):
        assert anonymous.get(path, headers=headers).status_code in (302, 404)


def test_a_revoked_token_is_no_password_any_more(
    app: Flask, anonymous: FlaskClient, keyholder: tuple[str, str, str]
) -> None:
    with write(app) as session:
        user = users.queries.get_user(session, keyholder[0])
        user.is_active = False
        session.commit()

    assert anonymous.get(ITEMS, headers=basic(keyholder[0], keyholder[2])).status_code == 401


def test_another_districts_projects_do_not_exist(app: Flask, anonymous: FlaskClient) -> None:
    headers = token_of(app, Role.VIEWER, SHAPINGBA)
    own = {one["properties"]["district"] for one in anonymous.get(ITEMS, headers=headers).json["features"]}

    assert own == {SHAPINGBA}
    for query in (f"district={WANZHOU}", "q=万州", "codes=500101-0001", "bbox=-180,-90,180,90"):
        page = anonymous.get(f"{ITEMS}?{query}", headers=headers).json
        assert not [code for code in codes(page) if not code.startswith(SHAPINGBA)]
    assert anonymous.get(f"{ITEMS}/500101-0001", headers=headers).status_code == 404


def test_a_session_reads_too_unless_its_password_has_to_be_changed(app: Flask) -> None:
    assert client_of(app, Role.LEADER).get(ITEMS).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_layer_only_reads(reader: FlaskClient, method: str) -> None:
    assert reader.open(ITEMS, method=method).status_code == 405


# --- a real client ----------------------------------------------------------------------------------------------------


@pytest.fixture
def gridded(app: Flask) -> Flask:
    """Application with sixty projects on a grid and one site, beside those of the plans."""
    with write(app) as session:
        for number in range(GRID):
            place = site(108.30 + number % 10 / 100, 30.70 + number // 10 / 100)
            make_project(session, name=f"网格小学{number:02d}", place=place)
        outline = PlaceDraft(lon=108.4005, lat=30.8005, accuracy=Accuracy.SITE, outline=json.dumps(SQUARE))
        make_project(session, name="地块小学", place=outline)
        session.commit()
    return app


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve the application; yields what GDAL opens."""
    if "OAPIF" not in pyogrio.list_drivers():
        pytest.skip("this GDAL reads no OGC API - Features")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"OAPIF:http://127.0.0.1:{server.server_port}/ogc"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def read_layer(source: str, access: dict[str, str], **options: Any) -> Any:
    """Read the layer by GDAL in a process of its own: while GDAL waits for a page, no other thread here could run."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=allow, initargs=(access,)) as process:
        return process.submit(pyogrio.read_dataframe, source, layer="projects", **options).result(60)


def allow(access: dict[str, str]) -> None:
    """Let GDAL sign in by the settings ``access``."""
    pyogrio.set_gdal_config_options(access | {"GDAL_HTTP_PROXY": "", "GDAL_HTTP_TIMEOUT": "20"})


def asked(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the pages of projects that GDAL asked the server for."""
    return [record.getMessage() for record in caplog.records if f"GET {ITEMS}?" in record.getMessage()]


def test_gdal_reads_every_project_over_several_pages(
    gridded: Flask, anonymous: FlaskClient, keyholder: tuple[str, str, str], caplog: pytest.LogCaptureFixture
) -> None:
    name, _, token = keyholder
    unlocated = anonymous.get(f"{ITEMS}?located=no", headers=basic(name, token)).json["numberMatched"]
    caplog.set_level("INFO", "werkzeug")
    with serving(gridded) as source:
        frame = read_layer(source, {"GDAL_HTTP_USERPWD": f"{name}:{token}"}, PAGE_SIZE=8)
    grid = frame[frame["name"].str.startswith("网格小学")]

    assert len(frame) == frame["code"].nunique() == 55 + GRID + 1
    assert sorted(grid["name"]) == [f"网格小学{number:02d}" for number in range(GRID)]
    assert {(round(one.x, 6), round(one.y, 6)) for one in grid.geometry} == {
        (round(108.30 + number % 10 / 100, 6), round(30.70 + number // 10 / 100, 6)) for number in range(GRID)
    }
    assert frame.set_index("name").geometry["地块小学"].equals(shape(SQUARE))
    assert frame.geometry.isna().sum() == unlocated > 0
    assert frame.crs.is_geographic
    assert len(asked(caplog)) >= (55 + GRID + 1) / 8


def test_gdal_asks_the_server_itself_for_a_box_and_for_a_term(
    gridded: Flask, keyholder: tuple[str, str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "werkzeug")
    access = {"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": keyholder[2]}
    with serving(gridded) as source:
        boxed = read_layer(source, access, bbox=(108.295, 30.695, 108.345, 30.705), PAGE_SIZE=8)
        termed = read_layer(source, access, where="level = '小学' AND district = '500101'")

    assert len(boxed) == 5
    assert set(termed["level"]) == {"小学"}
    assert set(termed["district"]) == {WANZHOU}
    assert any("bbox=108.295,30.695" in one for one in asked(caplog))
    assert any(f"district={WANZHOU}" in one and "level=" in one for one in asked(caplog))
    assert all('" 200 ' in one for one in asked(caplog))


def test_gdal_is_refused_without_a_token(app: Flask) -> None:
    with serving(app) as source, pytest.raises(pyogrio.errors.DataSourceError, match="401"):
        read_layer(source, {})
