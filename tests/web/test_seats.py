"""The page of seats: every figure opens the projects it counts, downloads hold the same tables, junk is refused."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from portfolio.domain.drafts import PlaceDraft
from portfolio.domain.milestones import MilestoneDraft
from portfolio.domain.roles import Role
from portfolio.domain.terms import Accuracy, Level, Stage
from portfolio.services import milestones
from portfolio.store.queries.districts import find_place
from tests.builders import SHAPINGBA, WANZHOU, client_of, make_project, write
from tests.web.pages import download, listed_codes, tables

JIUCHI = "wz-town-500101029"


@pytest.fixture
def opened(app: Flask) -> Flask:
    """Application with four schools that open: two in a town of Wanzhou, one in none, one in Shapingba."""
    with write(app) as session:
        place = find_place(session, JIUCHI)
        assert place is not None
        at_town = PlaceDraft(lon=place.lon, lat=place.lat, accuracy=Accuracy.TOWN)
        for seats, day, values in (
            (900, dt.date(2026, 8, 20), {"place": at_town}),
            (450, dt.date(2027, 6, 20), {"place": at_town, "level": Level.JUNIOR}),
            (300, dt.date(2027, 1, 1), {}),
            (40, dt.date(2026, 8, 1), {"district": SHAPINGBA}),
        ):
            project = make_project(session, seats=seats, **values)
            draft = MilestoneDraft(stage=Stage.IN_USE, planned_on=day)
            milestones.save_milestones(session, project, [draft], seen="")
        session.commit()
    return app


def links_of(page: str) -> list[tuple[str, str, str]]:
    """Return label, address and text of each figure that opens something."""
    found = re.findall(r'<td data-label="([^"]+)" class="num"><a href="([^"]+)">([^<]+)</a>', page)
    return [(label, unescape(href), text) for label, href, text in found]


@pytest.mark.parametrize("query", ["", "?district=500101", f"?town={JIUCHI}", "?level=primary"])
def test_every_figure_opens_the_projects_whose_seats_it_is(opened: Flask, client: FlaskClient, query: str) -> None:
    links = links_of(client.get(f"/seats{query}").text)
    for label, href, text in links:
        page = client.get(href + "&columns=seats").text
        if "项目" in label:
            assert str(len(listed_codes(page))) == text or int(text) > 50, href
        else:
            assert tables(page)[0][-1][-1] == text, href
    print(f"n = {len(links)} figures opened")
    assert len(links) > 10


def test_towns_stand_in_rows_terms_in_columns_and_the_unknown_town_is_counted(
    opened: Flask, client: FlaskClient
) -> None:
    table = tables(client.get("/seats?district=500101").text)[2]
    assert table[0][:5] == ["镇街", "区县", "2026", "2027", "合计"]
    rows = {row[0]: row for row in table[1:]}
    assert rows["九池街道"] == ["九池街道", "万州区", "900", "450", "1,350", "900", "900", "1,350", "0"]
    assert rows["镇街不明"][2:8] == ["0", "300", "300", "0", "0", "0"]
    assert rows["合计"][2:8] == ["900", "750", "1,650", "900", "900", "1,350"]


def test_a_planner_sees_the_towns_of_the_own_district_alone(opened: Flask) -> None:
    page = client_of(opened, Role.PLANNER, SHAPINGBA).get("/seats").text
    assert "九池街道" not in page
    assert tables(page)[0][1][:3] == ["2026", "40", "40"]
    assert "九池街道" in client_of(opened, Role.PLANNER, WANZHOU).get("/seats").text


def test_the_downloads_hold_the_tables_of_the_page(opened: Flask, client: FlaskClient) -> None:
    shown = tables(client.get("/seats?district=500101").text)
    book = load_workbook(io.BytesIO(download(client, "/downloads/seats.xlsx?district=500101")))
    assert book.sheetnames == ["各学期学位（个）", "各学段学位（个）", "各镇街学位（个）"]
    for sheet, table in zip(book.worksheets, shown, strict=True):
        row = next(
            row for row in sheet.iter_rows(values_only=True) if row[0] == table[1][0] or str(row[0]) == table[1][0]
        )
        assert [f"{value:,}" if isinstance(value, int) else value for value in row[1:]] == table[1][1:]
    text = download(client, "/downloads/seats.csv?district=500101").decode("utf-8-sig")
    rows = {row["镇街"]: row for row in csv.DictReader(io.StringIO(text))}
    assert (rows["九池街道"]["2026"], rows["九池街道"]["再推迟 3 个月少"]) == ("900", "1350")
    by_term = download(client, "/downloads/seats.csv?by=term").decode("utf-8-sig")
    assert by_term.splitlines()[0].startswith("秋季学期,")


@pytest.mark.parametrize(
    "query",
    [
        "term=1",
        "term=0000",
        "term=abc",
        "term=２０２６",
        "planned_term=known",
        "slip=4",
        "slip=0",
        "slip=-1",
        "term=99999",
    ],
)
def test_a_term_or_slip_that_is_none_is_refused(client: FlaskClient, query: str) -> None:
    for path in ("/projects", "/seats", "/money"):
        assert client.get(f"{path}?{query}").status_code == 422, (path, query)


def test_a_filter_by_term_stands_in_the_address_and_as_a_chip(opened: Flask, client: FlaskClient) -> None:
    page = client.get(f"/projects?term=2026&slip=1&town={JIUCHI}").text
    chips = re.findall(r'<li class="chip"><span>([^<]+)</span>', page)
    assert chips == ["所在镇街：九池街道", "秋季学期：2026", "赶不上原定学期：再推迟 1 个月"]
    assert len(listed_codes(page)) == 1
    assert client.get("/downloads/seats.csv?by=planet").status_code == 422
