"""Tables of places: headings found, cells read as typed, limits before any parser, and one sentence for each fault."""

from __future__ import annotations

import contextlib
import io
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.domain.errors import RuleError
from portfolio.exchange.placetable import PlaceRow, read_place_table

CSV = "项目编码,经度,纬度\n500106-0008,106.4529,29.5437\n"


def xlsx(*rows: list[Any]) -> bytes:
    book, target = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(target)
    return target.getvalue()


def refused(data: bytes, name: str = "places.csv") -> str:
    with pytest.raises(RuleError) as caught:
        read_place_table(data, name)
    assert caught.value.field == "table"
    return str(caught.value)


WANTED = [PlaceRow(2, "500106-0008", "", "经度 106.4529 纬度 29.5437")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_the_encodings_offices_write(encoding: str) -> None:
    assert read_place_table(CSV.encode(encoding), "places.csv") == WANTED


def test_numbers_of_a_workbook_are_read_as_typed() -> None:
    assert read_place_table(xlsx(["项目编码", "经度", "纬度"], ["500106-0008", 106.4529, 29.5437]), "a.xlsx") == WANTED


def test_the_heading_may_stand_below_a_title_and_be_written_in_other_ways() -> None:
    table = xlsx(
        ["学校坐标表"], [], ["序 号", "学校名称（全称）", "经纬度(WGS84)"], [1, "青木关小学", "106.3,29.7"], [None] * 3
    )
    assert read_place_table(table, "a.xlsx") == [PlaceRow(4, "", "青木关小学", "106.3,29.7")]


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "a.csv", "文件是空的"),
        (bytes(20 * 1024**2 + 1), "a.csv", "超过 20 MB"),
        (CSV.encode(), "a.txt", "只能读取 CSV 和 XLSX"),
        ("甲,乙\n1,2\n".encode(), "a.csv", "找不到表头"),
        ("项目编码,经度\n1,2\n".encode(), "a.csv", "找不到表头"),
        ("项目编码,坐标\n".encode(), "a.csv", "没有数据行"),
        (("项目编码,坐标\n" + "1,2\n" * 2001).encode(), "a.csv", "一次最多 2,000 行"),
        (("项目编码,坐标\n" + "1,2\n" * 50001).encode(), "a.csv", "超过 50,000 行"),
        (b"\xff\xfe\xff", "a.csv", "文字编码认不出来"),
        (b"PK\x03\x04junk", "a.xlsx", "不是能读取的 XLSX"),
    ],
)
def test_what_is_no_table_of_places_is_refused_with_what_to_do(data: bytes, name: str, sentence: str) -> None:
    assert sentence in refused(data, name)


def test_a_far_away_cell_is_refused_before_it_costs_memory() -> None:
    book, target = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"] = "项目编码"
    book.active["XFD1048576"] = 1
    book.save(target)
    assert "超过 50,000 行或 200 列" in refused(target.getvalue(), "a.xlsx")


def test_an_archive_that_unpacks_to_far_more_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(64 * 1024**2))
    assert "解开后太大" in refused(target.getvalue(), "a.xlsx")


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx"]), st.sampled_from([b"", b"PK\x03\x04"]))
def test_junk_meets_a_rule_and_nothing_else(junk: bytes, name: str, magic: bytes) -> None:
    with contextlib.suppress(RuleError):
        read_place_table(magic + junk, name)
