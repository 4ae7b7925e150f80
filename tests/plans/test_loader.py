"""Any district can start with its own files; a faulty file is named with its line, and nothing of it is kept."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.errors import DataFileError
from portfolio.domain.layouts import LayoutKind
from portfolio.domain.terms import Accuracy, Basis
from portfolio.plans.loader import SHIPPED, load_plan
from portfolio.store.queries.districts import get_district
from portfolio.store.queries.layouts import count_layouts, find_layout_in_force
from portfolio.store.queries.projects import get_project

PLAN = """adcode = "510107"
district = "武侯区"
short = "武侯区教育规划"
title = "武侯区教育规划全文"
start_year = 2021
end_year = 2025

[seat]
lon = 104.0434
lat = 30.6418
"""
PROJECT_HEADER = (
    "code,name,remark,note,nature,level,basis,section,item,quote,place_key,delivery_mode,lead_unit,search_also\n"
)
GAZETTEER = (
    "key,name_zh,district,lon_wgs84,lat_wgs84,accuracy,basis,note\nwh-1,浆洗街街道,武侯区,104.05,30.64,town,实测,\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "510107"
    folder.mkdir()
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    (folder / "gazetteer.csv").write_text(GAZETTEER, encoding="utf-8")
    return folder


def write_project(folder: Path, row: str) -> None:
    (folder / "projects.csv").write_text(PROJECT_HEADER + row + "\n", encoding="utf-8")


def test_another_district_loads_its_own_files(empty_session: Session, folder: Path) -> None:
    write_project(folder, "510107-0001,磨子桥小学,,,改扩建,小学,规划具名项目,专栏1,2,原文,wh-1,,,")
    added = load_plan(empty_session, folder)
    assert (added["projects"], added["gazetteer"], added["districts"]) == (1, 1, 1)
    project = get_project(empty_session, "510107-0001")
    assert (project.accuracy, project.basis, project.lon) == (Accuracy.TOWN, Basis.NAMED, 104.05)
    assert project.citation == "《武侯区教育规划》专栏1第2项"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("510107-0001,磨子桥小学,,,翻新,小学,规划外,,,,,,,", "翻新"),
        ("510106-0001,磨子桥小学,,,新建,小学,规划外,,,,,,,", "510107-0001"),
        ("510107-0001,磨子桥小学,,,新建,小学,规划外,,,,wh-9,,,", "wh-9"),
        ("510107-0001,磨子桥小学,,,新建,小学,规划外,,,,,,,,,", "列数多于表头"),
        ("510107-0001,磨子桥小学,,,新建,小学,规划具名项目,,,,,,,", "专栏"),
    ],
)
def test_a_faulty_row_is_named_by_file_and_line(empty_session: Session, folder: Path, row: str, words: str) -> None:
    write_project(folder, row)
    with pytest.raises(DataFileError, match=words) as caught:
        load_plan(empty_session, folder)
    assert "projects.csv 第 2 行" in str(caught.value)


def test_a_missing_column_is_named(empty_session: Session, folder: Path) -> None:
    (folder / "projects.csv").write_text("code,name\n510107-0001,磨子桥小学\n", encoding="utf-8")
    with pytest.raises(DataFileError, match="缺少“"):
        load_plan(empty_session, folder)


def test_a_file_in_another_encoding_is_refused(empty_session: Session, folder: Path) -> None:
    (folder / "projects.csv").write_bytes((PROJECT_HEADER + "510107-0001,磨子桥小学\n").encode("gb18030"))
    with pytest.raises(DataFileError, match="UTF-8"):
        load_plan(empty_session, folder)


@pytest.mark.parametrize(("text", "words"), [("adcode = ", "无法读取"), ('adcode = "1"', "缺少")])
def test_a_faulty_plan_file_says_what_is_wrong(empty_session: Session, folder: Path, text: str, words: str) -> None:
    (folder / "plan.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataFileError, match=words):
        load_plan(empty_session, folder)


def test_a_folder_without_a_plan_file_says_which(empty_session: Session, tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"没有 plan\.toml"):
        load_plan(empty_session, tmp_path)


def test_the_layout_has_four_belts_of_configured_width(session: Session) -> None:
    layout = find_layout_in_force(session, "500106", LayoutKind.BELTS, today())
    assert layout is not None
    assert (layout.name, layout.number) == ("一圈三带", 1)
    assert {zone.short: zone.width_m for zone in layout.zones} == {
        "环线": 1000,
        "嘉陵江": 1200,
        "科学大道": 2000,
        "歌乐-中梁": 1800,
    }
    assert find_layout_in_force(session, "500101", LayoutKind.BELTS, today()) is None


def test_loading_again_adds_no_second_version_of_the_layout(session: Session) -> None:
    assert load_plan(session, SHIPPED / "500106")["layouts"] == 0
    assert count_layouts(session, get_district(session, "500106"), LayoutKind.BELTS) == 1


LAYOUT = """
[layout]
name = "两带"
[[layout.belts]]
id = "east"
name = "东带"
short = "东"
width_m = 800
colour = "#7D5A9B"
"""


def test_a_districts_own_layout_is_loaded_without_a_day_it_is_valid_from_the_plans_first(
    empty_session: Session, folder: Path
) -> None:
    _add_layout(folder, [[104.06, 30.63], [104.08, 30.65]])

    assert load_plan(empty_session, folder)["layouts"] == 1
    layout = find_layout_in_force(empty_session, "510107", LayoutKind.BELTS, dt.date(2021, 1, 1))
    assert layout is not None
    assert [zone.key for zone in layout.zones] == ["east"]


@pytest.mark.parametrize(
    ("line", "words"),
    [([[30.63, 104.06], [30.65, 104.08]], "经纬度填反"), ([[104.06, 30.63], [104.06, 30.63]], "重合")],
)
def test_a_wrong_centre_line_is_named_by_its_file(
    empty_session: Session, folder: Path, line: list[list[float]], words: str
) -> None:
    _add_layout(folder, line)
    with pytest.raises(DataFileError, match=rf"layout\.geojson.*{words}"):
        load_plan(empty_session, folder)


def _add_layout(folder: Path, line: list[list[float]]) -> None:
    plan = folder / "plan.toml"
    plan.write_text(plan.read_text(encoding="utf-8") + LAYOUT, encoding="utf-8")
    geometry = {"type": "LineString", "coordinates": line}
    feature = {"type": "Feature", "properties": {"id": "east"}, "geometry": geometry}
    content = json.dumps({"type": "FeatureCollection", "features": [feature]})
    (folder / "layout.geojson").write_text(content, encoding="utf-8")
