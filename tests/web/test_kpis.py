"""Ratios and the list of entries: each figure opens the records it counts, on any day and in any scope."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from portfolio.domain.clock import today
from portfolio.domain.terms import MoneyState, Source, Stage
from portfolio.store.queries.projects import get_project
from tests.builders import SHAPINGBA, make_entry, make_plan, make_project, write
from tests.web.pages import download, tables

QIFANG = "500101-0008"
DAY = "?as_of=2025-09-30"


@pytest.fixture
def funded(app: Flask) -> Flask:
    """Application with money of 2025: in Wanzhou 60 of 100 done, 80 of 200 received, 20 of 80 paid."""
    with write(app) as session:
        ours = get_project(session, QIFANG)
        make_plan(session, ours, wan=100, document_on=dt.date(2025, 1, 10))
        amounts = {MoneyState.WORK_DONE: 60, MoneyState.APPROPRIATED: 200, MoneyState.RECEIVED: 80, MoneyState.PAID: 20}
        for state, wan in amounts.items():
            make_entry(
                session, ours, wan=wan, state=state, document_on=dt.date(2025, 6, 1), document_no="甲〔2025〕1号"
            )
        make_entry(session, ours, wan=7, document_on=dt.date(2025, 12, 1), document_no="乙〔2025〕2号")
        other = make_project(session, district=SHAPINGBA)
        make_entry(session, other, wan=500, source=Source.LOAN, document_on=dt.date(2025, 6, 1))
        session.commit()
    return app


def parts_of(page: str) -> list[tuple[str, str]]:
    """Return address and figure of each part and whole on the page of ratios."""
    return [(unescape(href), figure) for href, figure in re.findall(r'<dd><a href="([^"]+)">([^<]+)</a>', page)]


def total_of(page: str) -> str:
    """Return what the page that a figure opens adds up to: entries, the plan, or a count of projects."""
    table = tables(page)[-1]
    heading = table[0]
    for name in ("年度计划投资（万元）", "金额（万元）"):
        if name in heading:
            return table[-1][heading.index(name)]
    return str(len(table) - 1)


def test_every_part_and_whole_opens_records_that_add_up_to_it(funded: Flask, client: FlaskClient) -> None:
    with write(funded) as session:
        make_project(session, stage=Stage.STARTED, start_year=today().year)
        session.commit()
    count = 0
    for query in (DAY, DAY + "&district=500101", DAY + "&source=district_budget", "?district=500101"):
        for href, figure in parts_of(client.get("/money/kpis" + query).text):
            page = client.get(href).text
            if figure not in ("—", "0"):
                assert total_of(page) == figure, (query, href)
                count += 1
    print(f"n = {count} figures opened")
    assert count >= 20


def test_the_page_shows_the_shares_of_the_day(funded: Flask, client: FlaskClient) -> None:
    page = client.get(f"/money/kpis{DAY}&district=500101").text
    assert re.findall(r'kpi-share">([^<]+)<', page) == ["60.0%", "—", "40.0%", "25.0%"]
    assert "2025 年度，截至 2025-09-30 · 同比为 2024-09-30" in page
    page = client.get("/money/kpis?as_of=2025-12-31&district=500101").text
    assert re.findall(r'kpi-share">([^<]+)<', page)[2] == "43.5%"


def test_a_source_narrows_every_ratio(funded: Flask, client: FlaskClient) -> None:
    page = client.get(f"/money/kpis{DAY}&source=loan").text
    assert re.findall(r'kpi-share">([^<]+)<', page) == ["—", "—", "—", "—"]
    assert client.get("/money/kpis?source=moon").status_code == 422


def test_a_row_of_a_breakdown_narrows_the_page_to_its_scope(funded: Flask, client: FlaskClient) -> None:
    page = client.get(f"/money/kpis{DAY}").text
    for name, query in (
        ("万州区", "district=500101"),
        ("区级财政", "source=district_budget"),
        ("小学", "level=primary"),
    ):
        href = re.search(rf'<a href="([^"]+)">{name}</a>', page)
        assert href
        assert query in href[1]
        row = next(row for table in tables(page) for row in table if row[0] == name)
        assert re.findall(r'kpi-share">([^<]+)<', client.get(unescape(href[1])).text)[2] == row[-2]


def test_entries_are_filtered_by_each_side_and_totalled_by_state(funded: Flask, client: FlaskClient) -> None:
    def amounts(query: str) -> list[str]:
        found = tables(client.get(f"/money/entries?{query}").text)
        return [row[7] for row in found[0][1:]] if found else []

    assert amounts("state=received&budget_year=2025") == ["500.00", "7.00", "80.00", "587.00"]
    assert amounts("state=received&until=2025-09-30&district=500101") == ["80.00", "80.00"]
    assert amounts("document=乙") == ["7.00"]
    assert amounts("document=%25") == []
    assert amounts("source=loan") == ["500.00"]
    assert amounts("budget_year=2024") == []
    assert len(amounts(f"codes={QIFANG}")) == 5


def test_a_state_links_to_its_own_entries(funded: Flask, client: FlaskClient) -> None:
    page = client.get("/money/entries?district=500101").text
    assert '<a href="/money/entries?district=500101&amp;state=paid">20.00</a>' in page
    assert tables(client.get("/money/entries?district=500101&state=paid").text)[0][-1][7] == "20.00"


@pytest.mark.parametrize("query", ["state=lost", "source=moon", "document=" + "长" * 81, "page=0", "until=never"])
def test_a_wrong_filter_is_refused_in_words(client: FlaskClient, query: str) -> None:
    assert client.get(f"/money/entries?{query}").status_code == 422


def test_files_hold_what_the_pages_show(funded: Flask, client: FlaskClient, tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "entries.xlsx"
    file.write_bytes(download(client, "/downloads/entries.xlsx?state=received&budget_year=2025"))
    rows = list(load_workbook(file).active.iter_rows(min_row=5, values_only=True))
    assert [row[7] for row in rows[:4]] == [500, 7, 80, 587]
    text = download(client, f"/downloads/kpis.csv{DAY}&district=500101").decode("utf-8-sig")
    assert "投资进度,完成投资,年度计划投资,60,100,,,60.0%,," in text.replace(".00", "")
    for name in ("investment", "rolling"):
        assert download(client, f"/downloads/{name}.csv?budget_year=2025").decode("utf-8-sig").splitlines()
        assert download(client, f"/downloads/{name}.xlsx?budget_year=2025").startswith(b"PK")
