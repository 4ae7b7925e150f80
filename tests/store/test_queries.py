"""Reads answer what the rules of the domain say, the same on both engines."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from portfolio.domain.errors import RuleError
from portfolio.domain.lights import DEFAULT_RULES, Evidence, Light, judge
from portfolio.domain.terms import Accuracy, Level, Nature, Phase, Stage, Status
from portfolio.reports import maps as map_report
from portfolio.reports.register import COLUMNS, register_table
from portfolio.store.engine import open_session
from portfolio.store.models import Project
from portfolio.store.queries.maps import list_places, measure_coverage
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.register import Window, list_register, total_register
from tests.builders import SHAPINGBA, WANZHOU, make_project, site

ALL = ProjectFilter()


def codes(session: Session, chosen: ProjectFilter = ALL, **window: object) -> list[str]:
    return [row.code for row in list_register(session, chosen, ["code"], Window(**window))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "today", [dt.date(2025, 12, 31), dt.date(2026, 1, 31), dt.date(2026, 3, 1), dt.date(2026, 4, 1)]
)
def test_the_light_that_sql_computes_is_the_light_of_the_rule(session: Session, today: dt.date) -> None:
    cases = itertools.product(
        (None, Stage.DESIGN, Stage.STRUCTURE, Stage.IN_USE), (Status.ACTIVE, Status.SUSPENDED), (None, 2024, 2025, 2026)
    )
    for stage, status, year in cases:
        make_project(session, stage=stage, completion_year=year).status = status
    session.flush()
    chosen = ProjectFilter(today=today)
    rows = list_register(session, chosen, ["stage", "status", "completion_year", "light"], Window())
    assert len(rows) == 55 + 32
    for row in rows:
        known = Evidence(stage=row.stage, status=row.status, completion_year=row.completion_year)
        assert row.light is judge(known, DEFAULT_RULES, today).light
    for light in Light:
        found = total_register(session, ProjectFilter(today=today, light=light))["count"]
        assert found == sum(row.light is light for row in rows)


@pytest.mark.parametrize("key", sorted(COLUMNS))
def test_every_column_sorts_both_ways_with_unknown_last_and_loses_nothing(session: Session, key: str) -> None:
    make_project(
        session, stage=Stage.DESIGN, floor_area_m2=Decimal("1.5"), seats=9, start_year=2024, lead_unit="区教委"
    )
    up = list_register(session, ALL, [key, "code"], Window(sort=key))
    down = list_register(session, ALL, [key, "code"], Window(sort=key, descending=True))
    assert {row.code for row in up} == {row.code for row in down}
    assert len(up) == 56
    for rows in (up, down):
        known = [row[0] is not None for row in rows]
        assert known == sorted(known, reverse=True)


def test_stages_sort_by_their_order_in_life_not_by_their_name(session: Session) -> None:
    for stage in (Stage.IN_USE, Stage.RESERVE, Stage.STARTED):
        make_project(session, stage=stage)
    rows = [row.stage for row in list_register(session, ALL, ["stage"], Window(sort="stage")) if row.stage]
    assert rows == sorted(rows, key=list(Stage).index)


def test_totals_are_those_of_the_filter_and_say_how_many_have_a_value(session: Session) -> None:
    make_project(session, floor_area_m2=Decimal("1000.25"), level=Level.SPECIAL)
    make_project(session, floor_area_m2=Decimal("0.75"), level=Level.SPECIAL)
    table = register_table(session, ProjectFilter(level=Level.SPECIAL), ["name", "floor_area_m2"])
    assert list(table.totals or ()) == [None, Decimal(1001)]
    assert table.count == len(table.rows) == 4
    assert "建筑面积 2 / 4" in table.notes[1]


def test_a_total_of_nothing_known_is_unknown_not_zero(session: Session) -> None:
    assert total_register(session, ALL)["seats"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("其芳", ["500101-0008"]),
        ("万中附属小学(暂定名)", ["500101-0010"]),
        ("万中附小", ["500101-0010"]),
        ("500106-0011", ["500106-0011"]),
        ("r1组团", ["500101-0002"]),
        ("三峡 宿舍", ["500101-0032"]),
        ("%", []),
        ("_", []),
        ("'; DROP TABLE project", []),
    ],
)
def test_searching_finds_substrings_of_name_code_remark_and_other_names(
    session: Session, query: str, found: list[str]
) -> None:
    assert codes(session, ProjectFilter(q=query)) == found


def test_filters_narrow_each_other(session: Session) -> None:
    chosen = ProjectFilter(district=WANZHOU, level=Level.PRIMARY, nature=Nature.NEW)
    assert codes(session, chosen) == ["500101-0008", "500101-0009", "500101-0010", "500101-0011"]
    located = [codes(session, ProjectFilter(district=WANZHOU, located=flag)) for flag in (True, False)]
    assert [len(part) for part in located] == [18, 24]
    assert codes(session, ProjectFilter(phase=Phase.DELIVERED)) == ["500106-0012", "500106-0013"]
    assert len(codes(session, ProjectFilter(stage_unknown=True))) == 52


def test_a_person_of_one_district_cannot_widen_the_filter(session: Session) -> None:
    assert ProjectFilter(district=WANZHOU).within(SHAPINGBA).district == SHAPINGBA
    assert len(codes(session, ALL.within(SHAPINGBA))) == 13


def test_pages_of_a_list_join_to_the_whole(session: Session) -> None:
    parts = [codes(session, limit=20, offset=start) for start in (0, 20, 40)]
    assert [*itertools.chain(*parts)] == codes(session)


def test_unknown_columns_are_refused(session: Session) -> None:
    for keys, window in ((["password"], Window()), (["code"], Window(sort="password"))):
        with pytest.raises(RuleError, match="password"):
            register_table(session, ALL, keys, window)


def test_coverage_counts_projects_and_money_on_the_map(session: Session) -> None:
    make_project(session, district=SHAPINGBA, place=site(106.45, 29.55), total_investment_fen=3_000_000)
    make_project(session, district=SHAPINGBA, total_investment_fen=1_000_000)
    coverage = measure_coverage(session, ProjectFilter(district=SHAPINGBA))
    assert (coverage.located, coverage.count, coverage.located_fen, coverage.total_fen) == (3, 15, 3_000_000, 4_000_000)
    facets = map_report.read_facets(session, ProjectFilter(district=SHAPINGBA))
    assert facets.coverage == "已标注 3 / 15 个项目，总投资 3.00 / 4.00 万元"
    assert (facets.located, facets.unlocated) == (3, 12)


def test_every_project_is_either_a_pin_or_in_the_stack(session: Session) -> None:
    for adcode in (WANZHOU, SHAPINGBA):
        chosen = ProjectFilter(district=adcode)
        pins, rest = (list_places(session, chosen, located=located) for located in (True, False))
        assert sorted(row.code for row in (*pins, *rest)) == codes(session, chosen)
        assert all(row.accuracy in (Accuracy.DISTRICT, Accuracy.UNKNOWN) for row in rest)


def test_a_register_page_asks_the_database_a_fixed_number_of_questions(engine: Engine) -> None:
    counted: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: counted.append(args[2]))
    with open_session(engine, write=False) as session:
        register_table(session, ALL, ["name", "code", "received_fen"], Window(limit=50))
    statements = [one for one in counted if one.startswith("SELECT")]
    assert len(statements) == 3, statements


def test_derived_search_text_follows_the_name(session: Session) -> None:
    project = session.scalars(select(Project).where(Project.code == "500101-0008")).one()
    project.name = "改名小学"
    session.flush()
    assert codes(session, ProjectFilter(q="改名小学")) == ["500101-0008"]
    assert codes(session, ProjectFilter(q="其芳")) == []
