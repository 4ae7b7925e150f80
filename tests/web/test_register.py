"""The register: search, filters, order, pages, totals, columns, and downloads of the same view."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.domain.quantities import format_money, format_number
from portfolio.domain.terms import Accuracy, MoneyState
from portfolio.reports.register import COLUMNS
from portfolio.reports.tables import Kind
from portfolio.store.models import District, LedgerEntry, Project
from portfolio.store.queries.register import TERMS
from tests.conftest import ADMIN_PASSWORD
from tests.web.pages import download, listed_codes, sign_in, tables

FILTERS = {
    "district=500101": 42,
    "district=500106": 13,
    "level=primary": 19,
    "nature=relocation": 6,
    "basis=intention": 4,
    "status=suspended": 0,
    "stage=unknown": 17,
    "lead_unit=%E5%8C%BA%E6%95%99%E5%A7%94": 18,
    "located=no&district=500101": 24,
    "located=yes&district=500101": 18,
}


def codes(client: FlaskClient, query: str) -> list[str]:
    """Return the codes of every page of a view, in order."""
    found: list[str] = []
    for page in itertools.count(1):
        text = client.get(f"/projects?{query}&page={page}").text
        found += listed_codes(text)
        if 'rel="next"' not in text:
            return found
    raise AssertionError


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("芳小", ["500101-0008"]),
        ("万中附属小学(暂定名)", ["500101-0010"]),
        ("万中附属小学（暂定名）", ["500101-0010"]),
        ("５００１０１－００１０", ["500101-0010"]),
        ("500106-0005", ["500106-0005"]),
        ("小学 综合楼 百安", ["500101-0012"]),
        ("万中附小", ["500101-0010"]),
        ("没有这所学校", []),
        ("%", []),
        ("_", []),
    ],
)
def test_every_word_is_found_anywhere_in_name_code_remark_and_other_names(
    reader: FlaskClient, words: str, found: list[str]
) -> None:
    page = reader.get("/projects", query_string={"q": words}).text

    assert listed_codes(page) == found


def test_each_named_project_of_the_plan_is_found_by_its_name(reader: FlaskClient, shared: Session) -> None:
    projects = shared.scalars(select(Project).where(Project.code.startswith("500101"))).all()
    pages = {one.code: reader.get("/projects", query_string={"q": one.full_name}).text for one in projects}

    assert len(pages) == 42
    assert [code for code, page in pages.items() if code not in listed_codes(page)] == []


@pytest.mark.parametrize(("query", "count"), FILTERS.items())
def test_a_filter_shows_and_counts_exactly_its_projects(reader: FlaskClient, query: str, count: int) -> None:
    assert len(codes(reader, query)) == count
    assert f"{count} 个项目 · 截至" in reader.get(f"/projects?{query}").text


@pytest.mark.parametrize("name", ["level", "nature", "stage", "status", "light", "basis", "phase"])
def test_the_values_of_a_list_share_out_all_projects(reader: FlaskClient, shared: Session, name: str) -> None:
    page = reader.get("/projects").text
    select_box = re.search(rf'<select[^>]* name="{name}".*?</select>', page, re.DOTALL)
    values = re.findall(r'value="(\w+)"', select_box.group()) if select_box else ["planned", "under_way", "delivered"]
    found = [code for value in values for code in codes(reader, f"{name}={value}")]
    unstaged = shared.scalar(select(func.count()).where(Project.stage.is_(None))) if name == "phase" else 0

    assert len(found) == len(set(found)) == 55 - (unstaged or 0)


def _sorted_values(session: Session, key: str, ordered: Iterable[str]) -> list[Any]:
    """Return what a column holds for each code, as the value that the column is in order of."""
    by_code = {one.code: one for one in session.scalars(select(Project))}
    return [getattr(by_code[code], key) for code in ordered]


def _rank(key: str, value: Any) -> Any:
    return list(TERMS[key]).index(value) if key in TERMS else value


NOT_OF_A_PROJECT = ("district", "programme", "light", "received_fen", "paid_fen", "opening_year")


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("key", [key for key in COLUMNS if key not in NOT_OF_A_PROJECT])
def test_every_column_sorts_both_ways_with_unknown_last(
    reader: FlaskClient, shared: Session, key: str, sign: str
) -> None:
    values = _sorted_values(shared, key, codes(reader, f"sort={sign}{key}"))
    known = [_rank(key, value) for value in values if value is not None]

    assert len(values) == 55
    assert values[len(known) :] == [None] * (55 - len(known))
    assert known == sorted(known, reverse=bool(sign))


@pytest.mark.parametrize(("sign", "first"), [("", "500101-0001"), ("-", "500106-0013")])
@pytest.mark.parametrize("state", [MoneyState.RECEIVED, MoneyState.PAID])
def test_money_sorts_by_its_sum_with_unknown_last(
    reader: FlaskClient, shared: Session, state: MoneyState, sign: str, first: str
) -> None:
    found = codes(reader, f"sort={sign}{state.value}_fen")
    funded = set(shared.scalars(select(Project.code).join(LedgerEntry, LedgerEntry.project_id == Project.id)))

    assert found[0] == first
    assert set(found[: len(funded)]) == funded


def test_lights_sort_from_good_to_unknown(reader: FlaskClient) -> None:
    table = tables(reader.get("/projects?sort=light").text)[0]
    place = table[0].index("红黄绿灯↑")
    lights = [row[place].split()[-1] for row in table[1:-1]]

    assert lights == sorted(lights, key=["正常", "预警", "滞后", "无数据"].index)


def test_fifty_stand_on_a_page_and_the_rest_on_the_next(reader: FlaskClient) -> None:
    pages = [listed_codes(reader.get(f"/projects?page={page}").text) for page in (1, 2, 3)]

    assert [len(page) for page in pages[:2]] == [50, 5]
    assert set(pages[0]).isdisjoint(pages[1])
    assert "没有符合条件的项目" in reader.get("/projects?page=3").text


@pytest.mark.parametrize("query", ["", "district=500106", "level=primary&nature=new", "located=yes", "q=小学"])
def test_totals_are_the_sums_of_the_filter_in_the_database(reader: FlaskClient, shared: Session, query: str) -> None:
    page = reader.get(f"/projects?{query}&columns=floor_area_m2,seats,total_investment_fen,received_fen").text
    chosen = Project.code.in_(codes(reader, query))
    area, seats, fen = shared.execute(
        select(func.sum(Project.floor_area_m2), func.sum(Project.seats), func.sum(Project.total_investment_fen)).where(
            chosen
        )
    ).one()
    received = shared.scalar(
        select(func.sum(LedgerEntry.amount_fen))
        .join(Project, Project.id == LedgerEntry.project_id)
        .where(chosen, LedgerEntry.state == MoneyState.RECEIVED)
    )

    money = [format_money(None if value is None else int(value)) for value in (fen, received)]
    assert tables(page)[0][-1] == ["合计", "", format_number(area), format_number(seats), *money]


def test_totals_of_a_part_say_of_how_many(reader: FlaskClient) -> None:
    assert "学位 37 / 55" in reader.get("/projects").text


def test_the_columns_chosen_are_shown_beside_code_and_name(reader: FlaskClient) -> None:
    page = reader.get("/projects?columns=owner&columns=seats").text

    assert tables(page)[0][0] == ["项目名称", "编码↑", "学位", "建设单位"]


def test_the_whole_view_lives_in_the_address(shared_app: Flask, reader: FlaskClient) -> None:
    query = "q=%E5%B0%8F%E5%AD%A6&district=500101&columns=seats&sort=-seats"
    page = reader.get(f"/projects?{query}").text

    assert f'/downloads/register.xlsx?{query.replace("&", "&amp;")}"' in page
    assert 'aria-sort="descending"' in page
    assert page.count('class="chip"') == 2
    another = shared_app.test_client()
    sign_in(another, "admin", ADMIN_PASSWORD)
    assert tables(page) == tables(another.get(f"/projects?{query}").text)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("level=king", "没有“king”这一项，可选：学前教育"),
        ("district=999999", "没有代码为“999999”的区县"),
        ("sort=wealth", "不能按“wealth”排序"),
        ("page=0", "page 应为 1 至"),
        ("page=１", "page 应为 1 至"),
        ("columns=wealth", "没有“wealth”这一列"),
        ("located=maybe", "只能是 yes 或 no"),
        (f"q={'x' * 201}", "搜索词最多 200 个字符"),
    ],
)
def test_an_answer_outside_the_list_is_refused_in_a_sentence(reader: FlaskClient, query: str, sentence: str) -> None:
    response = reader.get(f"/projects?{query}")

    assert response.status_code == 422
    assert sentence in response.text


VIEWS = [
    "",
    "district=500101&sort=-floor_area_m2",
    "q=小学&sort=name&columns=level,nature,stage,status,light,basis,accuracy,seats,paid_fen,lead_unit,start_year",
    "stage=unknown&columns=remark,district,total_investment_fen,completion_year",
]


def _page_value(text: str, kind: Kind) -> str:
    """Return a cell of the page as the files write it: no dash, no separators, no mark before a light."""
    if text == "—":
        return ""
    return text.replace(",", "") if kind.is_number else text.removeprefix("● ").removeprefix("○ ").lstrip("■▲ ")


def _page_rows(client: FlaskClient, query: str) -> list[list[str]]:
    kinds = {column.heading: column.kind for column in COLUMNS.values()}
    found: list[list[str]] = []
    for page in (1, 2):
        table = tables(client.get(f"/projects?{query}&page={page}").text)
        headings = [heading.rstrip("↑↓") for heading in table[0][0]] if table else []
        body = table[0][1:-1] if table else []
        found += [[_page_value(text, kinds[name]) for name, text in zip(headings, row, strict=True)] for row in body]
    return found


def _same(written: Any, shown: str) -> bool:
    if isinstance(written, int | float):
        return abs(Decimal(str(written)) - Decimal(shown)) < Decimal("0.005")
    return ("" if written in (None, "—") else str(written)) == shown


@pytest.mark.parametrize("query", VIEWS)
def test_the_workbook_of_a_view_holds_what_the_page_shows(reader: FlaskClient, query: str) -> None:
    shown = _page_rows(reader, query)
    content = download(reader, f"/downloads/register.xlsx?{query}")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    by_openpyxl = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5, max_row=4 + len(shown))]
    by_calamine = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[4:]

    for read in (by_openpyxl, by_calamine):
        pairs = [pair for a, b in zip(read, shown, strict=False) for pair in zip(a, b, strict=True)]
        assert [pair for pair in pairs if not _same(*pair)] == []
    assert sheet.cell(5 + len(shown), 1).value == "合计"


@pytest.mark.parametrize("query", VIEWS)
def test_the_csv_of_a_view_holds_what_the_page_shows(reader: FlaskClient, query: str) -> None:
    text = download(reader, f"/downloads/register.csv?{query}").decode("utf-8-sig")
    kinds = {column.heading: column.kind for column in COLUMNS.values()}
    heading, *rows = list(csv.reader(io.StringIO(text, newline="")))
    shown = _page_rows(reader, query)

    assert len(rows) == len(shown)
    for row, page_row in zip(rows, shown, strict=True):
        for name, written, seen in zip(heading, row, page_row, strict=True):
            value = Decimal(written) if kinds[name].is_number and written else written
            assert value == (Decimal(seen) if kinds[name].is_number and seen else seen), (row[0], name)


def test_places_are_counted_once_on_one_side(shared: Session) -> None:
    located = shared.scalar(select(func.count()).where(Project.lon.is_not(None)))
    loose = shared.scalars(select(Project.accuracy).where(Project.lon.is_(None))).all()

    assert located is not None
    assert located + len(loose) == 55
    assert not any(Accuracy(one).is_located for one in loose)
    assert shared.scalar(select(func.count(District.id))) == 2
