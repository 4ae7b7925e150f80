"""The funding overview: every cell opens the entries that add up to it, and every way of adding agrees."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portfolio.domain.terms import MoneyState, Source
from portfolio.reports.funding import project_table, read_funding
from portfolio.services import ledger
from portfolio.store.models import LedgerEntry
from portfolio.store.queries.entries import EntryFilter, sum_entries
from portfolio.store.queries.projects import ProjectFilter
from tests.builders import SHAPINGBA, WANZHOU, make_entry, make_plan, make_project, write
from tests.web.pages import download, tables

ALL = ProjectFilter()


@pytest.fixture
def funded(app: Flask) -> Flask:
    """Application with three projects, three sources, three years and three states of money."""
    with write(app) as session:
        states = (MoneyState.APPROPRIATED, MoneyState.RECEIVED, MoneyState.PAID)
        for number, source in enumerate((Source.CITY_GRANT, Source.LOAN, Source.SPECIAL_BOND), 1):
            project = make_project(session, district=SHAPINGBA if number == 3 else WANZHOU)
            for year in (2023, 2024, 2025)[: number + 1]:
                for step, state in enumerate(states):
                    make_entry(
                        session, project, wan=number * 100 + year - 2000 - step, source=source, year=year, state=state
                    )
        session.commit()
    return app


def linked_cells(page: str) -> list[tuple[str, str]]:
    """Return address and figure of every cell, bar and headline that leads to entries."""
    found = re.findall(r'<a href="(/money/entries\?[^"]+)">([^<]+)</a>', page)
    return [(unescape(href), figure) for href, figure in found if figure[0].isdigit()]


@pytest.mark.parametrize("query", ["", f"?district={SHAPINGBA}", "?state=paid"])
def test_every_figure_opens_entries_that_add_up_to_it(funded: Flask, client: FlaskClient, query: str) -> None:
    cells = linked_cells(client.get("/money" + query).text)
    for href, figure in cells:
        opened = tables(client.get(href).text)[0]
        assert opened[-1][7] == figure, href
    print(f"n = {len(cells)} figures opened")
    assert len(cells) >= 15


def test_bars_lead_to_the_entries_of_their_year_and_source(funded: Flask, client: FlaskClient) -> None:
    page = client.get("/money?state=received").text.split('<div class="charts">')[1]
    bars = re.findall(r'<li>\s*<a href="([^"]+)">.*?chart-value[^>]*>([^<]+)<', page, flags=re.S)
    assert len(bars) == 6
    for href, value in bars:
        assert tables(client.get(unescape(href)).text)[0][-1][7] == value


def test_chart_titles_say_the_finding(funded: Flask, client: FlaskClient) -> None:
    captions = re.findall(r"<figcaption>([^<]+)<", client.get("/money?state=received").text)
    assert captions == ["到位 1,883.00 万元，2024 年最多，占 35.5%", "到位最多的来源是专项债券，占 51.5%"]


def test_a_state_that_is_none_is_refused(client: FlaskClient) -> None:
    assert client.get("/money?state=lost").status_code == 422


steps = st.lists(
    st.tuples(
        st.sampled_from(["enter", "enter", "reverse"]),
        st.integers(0, 2),
        st.sampled_from([Source.LOAN, Source.CITY_GRANT, Source.OTHER]),
        st.sampled_from([MoneyState.RECEIVED, MoneyState.WORK_DONE]),
        st.integers(2023, 2026),
        st.integers(1, 10**12),
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=25)
@given(steps)
def test_by_source_by_year_by_project_and_headline_are_the_same_sum(session: Session, given_steps: list) -> None:  # type: ignore[type-arg]
    savepoint = session.begin_nested()
    projects = [make_project(session, district=adcode) for adcode in (WANZHOU, WANZHOU, SHAPINGBA)]
    standing: list[LedgerEntry] = []
    for verb, number, source, state, year, fen in given_steps:
        if verb == "enter":
            standing.append(make_entry(session, projects[number], wan=fen, source=source, state=state, year=year))
        elif standing:
            ledger.reverse_entry(session, standing.pop(fen % len(standing)), "测试")
    funding, by_project = read_funding(session, ALL), project_table(session, ALL)
    for state, total in funding.totals.items():
        matrix, column = funding.matrix(state), 3 + list(MoneyState).index(state)
        listed = sum(fen for _project, fen in sum_entries(session, EntryFilter(state=state), LedgerEntry.project_id))
        assert total == sum(matrix.by_source.values()) == sum(matrix.by_year.values()) == matrix.total_fen == listed
        assert total == sum(row[column] or 0 for row in by_project.rows) == (by_project.totals or ())[column]
        assert [row[-1] for row in matrix.table.rows] == list(matrix.by_source.values())
    savepoint.rollback()


def test_the_curve_and_the_list_for_the_statistics_office_have_pages_and_files(
    funded: Flask, client: FlaskClient
) -> None:
    with write(funded) as session:
        project = make_project(session, total_investment_fen=6_000_000_00)
        make_plan(session, project, wan=50, quarter=1, document_on=dt.date(2025, 1, 5))
        make_entry(session, project, wan=20, state=MoneyState.WORK_DONE, document_on=dt.date(2025, 5, 1))
        session.commit()
    page = client.get("/money/cashflow?as_of=2025-06-30").text
    assert "累计完成 20.00 万元" in page
    assert page.count("<polyline") >= 4
    moments = {
        quarter: (unescape(url), re.findall(r"<b>([\d.,]+)</b>", readings))
        for url, quarter, readings in re.findall(
            r'<a href="([^"]+)"><span class="chart-reading[^>]*><strong>([^<]+)</strong>(.*?)</a>', page, flags=re.S
        )
    }
    assert moments["2025年第1季度"][1][:2] == ["50.00", "50.00"]
    assert "20.00" in moments["2025年第2季度"][1]
    assert "as_of=2025-06-30" in moments["2025年第2季度"][0]
    assert all(client.get(url).status_code == 200 for url, _readings in moments.values())
    assert project.code in client.get("/money/readiness").text
    for name in ("cashflow", "readiness"):
        assert download(client, f"/downloads/{name}.csv").decode("utf-8-sig").splitlines()
        assert download(client, f"/downloads/{name}.xlsx").startswith(b"PK")


def test_without_figures_the_curve_says_what_to_do(client: FlaskClient) -> None:
    assert "还没有可画的数字" in client.get("/money/cashflow").text
    assert "没有应入库的项目" in client.get("/money/readiness?q=nothing").text
