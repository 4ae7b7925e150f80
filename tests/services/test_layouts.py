"""Layouts keep every version; which project lies in which zone follows each change in the same transaction."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.drafts import PlaceDraft
from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.layouts import NOWHERE, OUTSIDE, LayoutDraft, LayoutKind, TownMeasure, ZoneDraft
from portfolio.domain.terms import Accuracy
from portfolio.reports.towns import Town, classify, read_towns, read_towns_at_points
from portfolio.reports.zones import sum_zones, total_zones
from portfolio.services import layouts as service
from portfolio.services import projects as project_service
from portfolio.services.membership import first_wrong_share
from portfolio.services.sample import add_samples, remove_samples
from portfolio.store.history import AppendOnlyError
from portfolio.store.models import Layout, Project, ZoneShare
from portfolio.store.queries import layouts
from portfolio.store.queries.districts import get_district, list_places
from portfolio.store.queries.projects import ProjectFilter, count_projects
from tests.builders import SHAPINGBA, WANZHOU, belt_draft, make_entry, make_layout, make_project, site

BELTS, LINES3 = LayoutKind.BELTS, LayoutKind.LINES3
EAST = ("east", 106.46, 1000)
WEST = ("west", 106.40, 1000)
IN_EAST, IN_WEST, BETWEEN = site(106.46, 29.55), site(106.40, 29.55), site(106.43, 29.55)


def shares(session: Session, project: Project, layout: Layout) -> dict[str, int]:
    statement = select(ZoneShare).where(ZoneShare.project_id == project.id, ZoneShare.layout_id == layout.id)
    return {one.zone_key: one.share_ppm for one in session.scalars(statement) if one.share_ppm}


def square(west: float, south: float, east: float, north: float) -> str:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return str({"type": "Polygon", "coordinates": [ring]}).replace("'", '"')


def lines3(*zones: tuple[str, str], **values: object) -> LayoutDraft:
    made = [ZoneDraft(key=key, name=f"{key}线", short=key, colour="#1C7C94", shape=shape) for key, shape in zones]
    usual = {"kind": LINES3, "name": "三线", "valid_from": dt.date(2022, 1, 1), "zones": tuple(made)}
    return LayoutDraft(**(usual | values))  # type: ignore[arg-type]


# --- versions -------------------------------------------------------------------------------------------------------


def test_the_shipped_layout_is_in_force_from_the_first_day_of_the_plan(session: Session) -> None:
    first = layouts.find_layout_in_force(session, SHAPINGBA, BELTS, dt.date(2021, 1, 1))

    assert first is not None
    assert [zone.key for zone in first.zones] == ["loop", "jialing", "kexue", "gele"]
    assert layouts.find_layout_in_force(session, SHAPINGBA, BELTS, dt.date(2020, 12, 31)) is None


def test_the_newest_version_that_is_valid_on_a_day_is_in_force_on_it(session: Session) -> None:
    make_layout(session, belt_draft(EAST, valid_from=dt.date(2024, 1, 1)))
    make_layout(session, belt_draft(EAST, valid_from=dt.date(2023, 1, 1)))
    make_layout(session, belt_draft(EAST, valid_from=dt.date(2024, 1, 1)))
    days = {dt.date(2022, 12, 31): 1, dt.date(2023, 12, 31): 3, dt.date(2024, 1, 1): 4}

    found = {day: layouts.find_layout_in_force(session, SHAPINGBA, BELTS, day) for day in days}

    assert {day: one.number for day, one in found.items() if one} == days


def test_a_version_once_entered_cannot_be_changed(session: Session) -> None:
    layout = make_layout(session, belt_draft(EAST))
    layout.zones[0].width_m = 5
    with pytest.raises(AppendOnlyError):
        session.flush()


def test_two_people_cannot_enter_the_same_next_version(session: Session) -> None:
    district = get_district(session, SHAPINGBA)
    service.add_layout(session, district, belt_draft(EAST), outline=None, after=1)

    with pytest.raises(StaleError, match="第 2 版"):
        service.add_layout(session, district, belt_draft(WEST), outline=None, after=1)


@pytest.mark.parametrize(
    ("draft", "field", "words"),
    [
        (belt_draft(("east", 106.46, 0)), "zones-0-width_m", "1 至 20,000 米"),
        (belt_draft(("east", 106.46, -5)), "zones-0-width_m", "1 至 20,000 米"),
        (belt_draft(("east", 106.46, 20_001)), "zones-0-width_m", "1 至 20,000 米"),
        (belt_draft(EAST, ("east", 106.40, 10)), "zones-0-name", "重名"),
        (belt_draft(EAST, valid_from=dt.date(1999, 1, 1)), "valid_from", "2000-01-01"),
        (belt_draft(), None, "1 至 200 个分区"),
        (belt_draft(EAST, ("inner", 106.46, 500)), "zones-1-line", "完全盖住"),
        (belt_draft(("outside", 106.46, 500)), "zones-0-name", "编号"),
        (
            lines3(("a", square(106.4, 29.5, 106.5, 29.6)), ("b", square(106.49, 29.5, 106.6, 29.6))),
            "zones-1-shape",
            "重叠",
        ),
    ],
)
def test_a_wrong_zone_is_refused_beside_its_answer_and_nothing_is_kept(
    session: Session, draft: LayoutDraft, field: str | None, words: str
) -> None:
    with pytest.raises(RuleError, match=words) as caught:
        make_layout(session, draft)

    assert caught.value.field == field
    assert layouts.count_layouts(session, get_district(session, SHAPINGBA), draft.kind) == (draft.kind is BELTS)


# --- membership -----------------------------------------------------------------------------------------------------


def test_a_new_project_is_in_its_belt_and_a_move_takes_it_into_another(session: Session) -> None:
    layout = make_layout(session, belt_draft(EAST, WEST))
    project = make_project(session, district=SHAPINGBA, place=IN_EAST)
    before = shares(session, project, layout)
    project_service.place_project(session, project, IN_WEST, version=project.version)

    assert before == {"east": 1_000_000}
    assert shares(session, project, layout) == {"west": 1_000_000}


def test_restoring_an_earlier_version_of_a_project_restores_its_belt(session: Session) -> None:
    layout = make_layout(session, belt_draft(EAST, WEST))
    project = make_project(session, district=SHAPINGBA, place=IN_EAST)
    project_service.place_project(session, project, IN_WEST, version=1)
    project_service.restore_version(session, project, 1, version=2)

    assert shares(session, project, layout) == {"east": 1_000_000}


def test_outside_every_belt_is_a_membership_and_no_place_is_none(session: Session) -> None:
    layout = make_layout(session, belt_draft(EAST, WEST))

    assert shares(session, make_project(session, district=SHAPINGBA, place=BETWEEN), layout) == {OUTSIDE: 1_000_000}
    assert shares(session, make_project(session, district=SHAPINGBA), layout) == {}
    vague = PlaceDraft(accuracy=Accuracy.DISTRICT)
    assert shares(session, make_project(session, district=SHAPINGBA, place=vague), layout) == {}


def test_a_site_across_a_boundary_is_split_by_area_and_the_parts_make_one(session: Session) -> None:
    layout = make_layout(
        session, lines3(("a", square(106.40, 29.5, 106.45, 29.6)), ("b", square(106.45, 29.5, 106.5, 29.6)))
    )
    place = dataclasses.replace(site(106.449, 29.55), outline=square(106.4475, 29.55, 106.4575, 29.551))
    project = make_project(session, district=SHAPINGBA, place=place)

    found = shares(session, project, layout)

    assert sum(found.values()) == 1_000_000
    assert found["a"] == pytest.approx(250_000, abs=100)
    assert found["b"] == pytest.approx(750_000, abs=100)


def test_a_new_version_counts_every_project_anew_and_keeps_the_old_answer(session: Session) -> None:
    first = make_layout(session, belt_draft(EAST))
    project = make_project(session, district=SHAPINGBA, place=IN_WEST)
    second = make_layout(session, belt_draft(EAST, WEST, valid_from=dt.date(2023, 1, 1)))

    assert shares(session, project, first) == {OUTSIDE: 1_000_000}
    assert shares(session, project, second) == {"west": 1_000_000}
    wanted = ProjectFilter(belt="west", district=SHAPINGBA)
    assert count_projects(session, wanted) == 1
    assert count_projects(session, dataclasses.replace(wanted, today=dt.date(2022, 6, 1))) == 0


def test_what_is_stored_is_what_the_places_say_after_everything(session: Session) -> None:
    make_layout(session, belt_draft(EAST, WEST))
    add_samples(session, 60)
    project = make_project(session, district=SHAPINGBA, place=IN_EAST)
    service.choose_zone(session, project, BELTS, "west", reason="学区在西带")
    project_service.place_project(session, project, BETWEEN, version=1)
    assert first_wrong_share(session) is None

    session.execute(update(ZoneShare).where(ZoneShare.project_id == project.id).values(share_ppm=7))
    assert project.code in (first_wrong_share(session) or "")


def test_removing_samples_removes_their_shares_and_choices(session: Session) -> None:
    add_samples(session, 20)
    sample = session.scalars(select(Project).where(Project.is_sample, Project.code.startswith(SHAPINGBA))).first()
    assert sample is not None
    service.choose_zone(session, sample, BELTS, "loop", reason="试")
    remove_samples(session)

    assert first_wrong_share(session) is None
    assert session.scalars(select(ZoneShare).where(ZoneShare.project_id >= 10**9)).all() == []


# --- a zone chosen by hand ------------------------------------------------------------------------------------------


def test_a_chosen_zone_counts_instead_of_the_computed_one_which_stays_beside_it(session: Session) -> None:
    layout = make_layout(session, belt_draft(EAST, WEST))
    project = make_project(session, district=SHAPINGBA, place=IN_EAST)
    choice = service.choose_zone(session, project, BELTS, "west", reason="学区在西带")
    rows = {
        one.zone_key: (one.share_ppm, one.computed_ppm)
        for one in layouts.list_shares(session, project)
        if one.layout_id == layout.id
    }

    assert rows == {"east": (0, 1_000_000), "west": (1_000_000, 0)}
    assert count_projects(session, ProjectFilter(belt="east")) == 0

    service.drop_choice(session, choice)
    assert shares(session, project, layout) == {"east": 1_000_000}


def test_a_chosen_zone_that_a_version_does_not_have_does_not_count_there(session: Session) -> None:
    make_layout(session, belt_draft(EAST, WEST))
    project = make_project(session, district=SHAPINGBA, place=IN_EAST)
    service.choose_zone(session, project, BELTS, "west", reason="学区在西带")
    later = make_layout(session, belt_draft(EAST, valid_from=dt.date(2023, 1, 1)))

    assert shares(session, project, later) == {"east": 1_000_000}


def test_a_project_without_a_place_can_be_put_into_a_zone(session: Session) -> None:
    project = make_project(session, district=SHAPINGBA)
    service.choose_zone(session, project, BELTS, "kexue", reason="规划写明在科学城")

    assert count_projects(session, ProjectFilter(belt="kexue", code=project.code)) == 1


@pytest.mark.parametrize(
    ("key", "reason", "field"), [("none", "试", "zone"), ("north", "试", "zone"), ("loop", "", "reason")]
)
def test_a_choice_needs_a_zone_that_exists_and_a_reason(session: Session, key: str, reason: str, field: str) -> None:
    project = make_project(session, district=SHAPINGBA)
    with pytest.raises(RuleError) as caught:
        service.choose_zone(session, project, BELTS, key, reason=reason)
    assert caught.value.field == field


# --- the table ------------------------------------------------------------------------------------------------------


def test_the_rows_of_the_table_add_up_to_the_fen_whatever_is_split(session: Session) -> None:
    layout = make_layout(
        session, lines3(("a", square(106.40, 29.5, 106.45, 29.6)), ("b", square(106.45, 29.5, 106.455, 29.6)))
    )
    for number in range(5):
        edge = 106.4475 + number / 10_000
        place = dataclasses.replace(site(edge, 29.55), outline=square(edge, 29.55, edge + 0.01, 29.551))
        money = {"total_investment_fen": 100_000_001 + number, "floor_area_m2": Decimal("1234.57"), "seats": 1001}
        project = make_project(session, district=SHAPINGBA, place=place, **money)
        make_entry(session, project, wan=Decimal("33.333333"))
    make_project(session, district=SHAPINGBA, place=IN_EAST)
    rows = sum_zones(session, ProjectFilter(), layout)
    total = total_zones(rows)

    assert total.projects == count_projects(session, ProjectFilter(district=SHAPINGBA))
    assert total.investment_fen == 5 * 100_000_001 + 10
    assert total.received_fen == 5 * 33_333_333
    assert (total.floor_area_m2, total.seats) == (Decimal("6172.85"), 5005)
    assert {row.key: row.split for row in rows if row.split} == {"a": 5, "b": 5, OUTSIDE: 5}
    assert all(sum(row.phases.values()) == row.count for row in rows)


def test_the_table_and_the_filter_count_the_same_projects(session: Session) -> None:
    add_samples(session, 120)
    layout = layouts.find_layout_in_force(session, SHAPINGBA, BELTS, today())
    assert layout is not None
    for row in sum_zones(session, ProjectFilter(), layout):
        wanted = ProjectFilter(district=SHAPINGBA, belt=row.key)
        assert row.projects == count_projects(session, wanted), row.key
    assert {row.key for row in sum_zones(session, ProjectFilter(), layout)} >= {OUTSIDE, NOWHERE}


# --- towns ------------------------------------------------------------------------------------------------------------


def test_without_outlines_a_town_counts_what_stands_at_its_point(session: Session) -> None:
    places = [one for one in list_places(session, get_district(session, WANZHOU)) if "-town-" in one.key]
    towns = {one.name: one.figures for one in read_towns_at_points(session, ProjectFilter(district=WANZHOU), places)}

    assert len(towns) == 52
    assert sum(int(figures[TownMeasure.COUNT] or 0) for figures in towns.values()) == 13
    assert towns["恒合土家族乡"] == {TownMeasure.COUNT: 1, TownMeasure.SEATS: None, TownMeasure.MONEY: None}


def test_with_outlines_a_town_counts_what_lies_in_it_whatever_its_accuracy(session: Session) -> None:
    halves = lines3(("a", square(106.25, 29.4, 106.43, 29.8)), ("b", square(106.43, 29.4, 106.55, 29.8)))
    layout = make_layout(session, dataclasses.replace(halves, kind=LayoutKind.TOWNS))
    make_project(session, district=SHAPINGBA, place=IN_EAST, seats=900)

    towns = read_towns(session, ProjectFilter(), layout)

    assert [one.figures[TownMeasure.COUNT] for one in towns] == [2, 1]
    assert [one.figures[TownMeasure.SEATS] for one in towns] == [None, 900]


def test_classes_hold_every_town_once_and_say_their_bounds() -> None:
    figures = [None, 0, 1, 1, 2, 3, 5, 8, 13, 21]
    towns = [Town(str(number), "", {TownMeasure.COUNT: figure}) for number, figure in enumerate(figures)]
    classes = classify(towns, TownMeasure.COUNT)

    assert classes.bounds == [(1, 1), (2, 2), (3, 5), (8, 8), (13, 21)]
    assert [*classes.counts, classes.empty] == [2, 1, 2, 1, 2, 2]
    assert [classes.class_of(one) for one in figures] == [0, 0, 1, 1, 2, 3, 3, 4, 5, 5]
