"""Many places by one table: checked line by line, the wrong datum flagged, saved as a whole or not at all."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from geo.crs import distance_m, from_wgs84
from portfolio.domain.drafts import PlaceDraft
from portfolio.domain.roles import Role
from portfolio.domain.terms import Accuracy, Datum
from portfolio.services import projects as service
from portfolio.store.models import GazetteerPlace, Project
from portfolio.store.queries.placing import list_meant
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.revisions import last_revision_id
from tests.builders import client_of, make_project, read, site, write
from tests.web.pages import change, form_with, forms, tables, wrong_fields

PATH = "/places/import"
Control = tuple[str, float, float]


@pytest.fixture
def control(app: Flask) -> list[Control]:
    """Thirty projects of Wanzhou that stand on thirty points of the gazetteer, their places sure."""
    with write(app) as session:
        places = session.scalars(
            select(GazetteerPlace)
            .where(GazetteerPlace.key.startswith("wz-town-"))
            .order_by(GazetteerPlace.key)
            .limit(30)
        ).all()
        made = [make_project(session, place=site(one.lon, one.lat)) for one in places]
        found = [(one.code, one.lon or 0.0, one.lat or 0.0) for one in made]
        session.commit()
    assert len(found) == 30
    return found


def csv_of(rows: Sequence[Control], datum: str = "wgs84") -> bytes:
    lines = [f"{code},{','.join(f'{axis:.7f}' for axis in from_wgs84(lon, lat, datum))}" for code, lon, lat in rows]
    return "\n".join(["项目编码,经度,纬度", *lines]).encode()


def upload(client: FlaskClient, data: bytes, name: str = "places.csv", **answers: Any) -> TestResponse:
    """Send a table to be looked at."""
    usual = {"place_basis": "踏勘坐标表", "accuracy": "site", "datum": "wgs84", "act": "check"}
    return change(client, PATH, ask="place_basis", **(usual | answers | {"table": (io.BytesIO(data), name)}))


def save(client: FlaskClient, page: TestResponse, **answers: Any) -> TestResponse:
    """Save the table that a page shows."""
    return client.post(PATH, data=form_with(page.text, "place_basis").answers | {"act": "save"} | answers)


def verdicts(page: TestResponse) -> list[str]:
    return [row[-1] for row in tables(page.text)[0][1:]]


def newest(app: Flask) -> int:
    with read(app) as session:
        return last_revision_id(session)


def stored(app: Flask, rows: Sequence[Control]) -> list[Project]:
    with read(app) as session:
        return list(list_meant(session, ProjectFilter(), codes=[one[0] for one in rows], names=[]))


@pytest.mark.parametrize(("datum", "label"), [("gcj02", "GCJ-02（高德、腾讯）"), ("bd09", "BD-09（百度）")])
def test_a_file_in_the_wrong_datum_is_flagged_30_of_30_and_not_saved(
    app: Flask, client: FlaskClient, control: list[Control], datum: str, label: str
) -> None:
    before = newest(app)
    page = upload(client, csv_of(control, datum), datum="wgs84")
    flagged = [one for one in verdicts(page) if one.startswith(f"像 {label}：")]

    assert (len(flagged), len(verdicts(page))) == (30, 30)
    refused = save(client, page)
    assert refused.status_code == 422
    assert "坐标系存疑" in wrong_fields(refused.text)["is_sure"]
    assert newest(app) == before


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_a_file_in_the_stated_datum_is_flagged_nowhere_and_saved_to_the_centimetre(
    app: Flask, client: FlaskClient, control: list[Control], datum: str
) -> None:
    page = upload(client, csv_of(control, datum), datum=datum, place_confirmed_by="李工")
    assert verdicts(page) == ["可以保存"] * 30
    assert save(client, page).status_code == 302

    for project, (_code, lon, lat) in zip(stored(app, control), control, strict=True):
        assert distance_m((project.lon or 0, project.lat or 0), (lon, lat)) < 0.02
        assert (project.datum, project.accuracy) == (Datum(datum), Accuracy.SITE)  # type: ignore[call-arg]
        assert (project.place_basis, project.place_confirmed_by) == ("踏勘坐标表", "李工")


def test_a_datum_that_is_doubted_is_kept_when_a_person_is_sure(
    app: Flask, client: FlaskClient, control: list[Control]
) -> None:
    page = upload(client, csv_of(control[:2], "gcj02"), datum="wgs84")
    assert save(client, page, is_sure="y").status_code == 302
    moved = distance_m((stored(app, control[:1])[0].lon or 0, stored(app, control[:1])[0].lat or 0), control[0][1:])
    assert 300 < moved < 700


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("500101-9999,108.4,30.8", "没有编码为 500101-9999 的项目"),
        ("500101-0001,30.8,108.4", "填反"),
        ("500101-0001,,30.8", "请填写两个数"),
        ("500101-0001,1e5,30.8", "科学计数法"),
        ("500101-0002,108.4,30.8", "表中有几行说的是这个项目"),
    ],
)
def test_one_bad_line_keeps_the_whole_table_from_being_saved(
    app: Flask, client: FlaskClient, line: str, verdict: str
) -> None:
    before = newest(app)
    page = upload(client, f"编码,经度,纬度\n500101-0002,108.40,30.80\n{line}\n".encode())

    assert verdict in verdicts(page)[1]
    assert "保存这 2 个位置" not in page.text
    assert save(client, page).status_code == 422
    assert newest(app) == before


def test_a_place_outside_the_district_needs_a_reason(app: Flask, client: FlaskClient) -> None:
    page = upload(client, '编码,坐标\n500101-0002,"122.5, 29.9"\n'.encode())
    assert verdicts(page)[0].startswith("区界外 1,3")
    assert "在区界以外" in wrong_fields(save(client, page).text)["outside_reason"]

    assert save(client, page, outside_reason="跨区校区").status_code == 302
    assert stored(app, [("500101-0002", 0, 0)])[0].lon == 122.5


def test_a_project_is_found_by_its_name_where_the_name_is_enough(app: Flask, client: FlaskClient) -> None:
    page = upload(client, '学校名称,坐标\n其芳小学（含6个幼儿班）,"108.40, 30.80"\n无此小学,"108.4, 30.8"\n'.encode())
    assert verdicts(page) == ["可以保存", "没有这个名称的项目，请改填项目编码"]


def test_a_project_that_somebody_saved_since_the_check_stops_the_whole_table(
    app: Flask, client: FlaskClient, control: list[Control]
) -> None:
    page = upload(client, csv_of(control))
    with write(app) as session:
        last = list_meant(session, ProjectFilter(), codes=[control[-1][0]], names=[])[0]
        service.place_project(session, last, PlaceDraft(accuracy=Accuracy.DISTRICT), version=last.version)
        session.commit()
    before = newest(app)

    assert save(client, page).status_code == 409
    assert newest(app) == before


def test_projects_of_another_district_do_not_exist_in_a_table(app: Flask) -> None:
    planner = client_of(app, Role.PLANNER, "500106")
    page = upload(planner, '编码,坐标\n500101-0008,"108.40, 30.80"\n'.encode())

    assert verdicts(page) == ["没有编码为 500101-0008 的项目"]
    assert "其芳小学" not in page.text


@pytest.mark.parametrize("rows", ["", "[]", "[[1]]", '{"a":1}', "[[1,2,3,4]]", '[["x","a","b","c"]]', "[" * 5000])
def test_junk_that_a_page_carries_is_no_table(app: Flask, client: FlaskClient, rows: str) -> None:
    before = newest(app)
    answers = forms(client.get(PATH).text)[-1].answers | {"place_basis": "表", "rows": rows, "act": "save"}
    page = client.post(PATH, data=answers)

    assert (page.status_code, "请选择要上传的坐标表" in page.text) == (422, True)
    assert newest(app) == before
