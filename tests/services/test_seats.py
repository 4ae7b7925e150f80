"""Seats come with the first September after the opening; a slip past it loses them; the unknown is apart."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.domain.drafts import PlaceDraft
from portfolio.domain.layouts import NOWHERE, LayoutKind, NoTown
from portfolio.domain.milestones import DelayReason, MilestoneDraft
from portfolio.domain.openings import SLIPS, term_days, term_of
from portfolio.domain.terms import Accuracy, Level, Stage
from portfolio.reports.seats import SeatsTable, seats_at_risk
from portfolio.services import milestones
from portfolio.store.models import Project
from portfolio.store.queries.districts import find_place, get_district, list_places
from portfolio.store.queries.projects import ProjectFilter, conditions
from tests.builders import SHAPINGBA, WANZHOU, make_layout, make_project, site
from tests.services.test_layouts import lines3, square

JIUCHI = "wz-town-500101029"
SPECIAL = ProjectFilter(level=Level.SPECIAL)


def months_later(day: dt.date, months: int) -> dt.date:
    """Return the day some months later; the last of the month where that has fewer days."""
    index = day.year * 12 + day.month - 1 + months
    first = dt.date(index // 12, index % 12 + 1, 1)
    last = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    return min(first + dt.timedelta(days=day.day - 1), last)


def opening(session: Session, seats: int | None, values: Mapping[str, Any] | None = None, **days: str) -> Project:
    """Register a project with seats and the days of its opening."""
    project = make_project(session, **({"level": Level.SPECIAL, "seats": seats} | dict(values or {})))
    given = {name: dt.date.fromisoformat(day) for name, day in days.items()}
    if given:
        draft = MilestoneDraft(stage=Stage.IN_USE, delay_reason=DelayReason.FUNDS, **given)  # type: ignore[arg-type]
        milestones.save_milestones(session, project, [draft], seen="")
    return project


def rows_of(shown: SeatsTable) -> dict[Any, dict[str, Any]]:
    """Return a table's rows by their first cell, each by its column."""
    keys = [column.key for column in shown.table.columns]
    return {row[0]: dict(zip(keys, row, strict=True)) for row in shown.table.rows}


@pytest.mark.parametrize("year", [2024, 2026])
def test_the_days_of_a_term_are_those_that_come_to_it(year: int) -> None:
    first, last = term_days(year)
    assert (term_of(first - dt.timedelta(days=1)), term_of(first)) == (year - 1, year)
    assert (term_of(last), term_of(last + dt.timedelta(days=1))) == (year, year + 1)


def test_seats_stand_in_the_term_they_are_planned_and_in_the_one_they_are_expected_for(session: Session) -> None:
    before = seats_at_risk(session, SPECIAL).whole
    opening(session, 100, planned_on="2026-06-30")
    opening(session, 50, planned_on="2026-08-20", forecast_on="2027-01-10")
    opening(session, 30)
    opening(session, None, planned_on="2026-08-20")
    found = seats_at_risk(session, SPECIAL)
    terms = rows_of(found.terms)
    assert [terms[2026][name] for name in ("planned", "expected", "gap", "projects")] == [150, 100, -50, 1]
    assert [terms[2027][name] for name in ("planned", "expected", "gap", "projects")] == [0, 50, 50, 1]
    assert found.whole.without_day - before.without_day == 1
    assert found.whole.without_seats - before.without_seats == 1


def test_a_slip_loses_the_seats_that_pass_the_first_of_september_and_no_others(session: Session) -> None:
    opening(session, 100, planned_on="2026-06-15")  # three months on: 15 September
    opening(session, 20, planned_on="2026-08-15")
    opening(session, 7, planned_on="2025-08-15", actual_on="2025-08-20")
    terms = rows_of(seats_at_risk(session, SPECIAL).terms)
    assert [terms[2026][f"slip_{months}"] for months in SLIPS] == [20, 20, 120]
    assert [terms[2025][f"slip_{months}"] for months in SLIPS] == [0, 0, 0]


def test_every_day_of_two_years_comes_to_its_term_and_is_lost_by_the_right_slips(session: Session) -> None:
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=number) for number in range(730)]
    edges = [dt.date(2026, month, day) for month in (6, 7, 8, 9) for day in (1, 2)]
    chosen = [*random.Random(7).sample(days, 60), *edges]
    expected: dict[int, list[int]] = {}
    for number, day in enumerate(chosen, 1):
        opening(session, number, planned_on=day.isoformat())
        row = expected.setdefault(term_of(day), [0] * 4)
        row[0] += number
        for months in SLIPS:
            row[months] += number if term_of(months_later(day, months)) > term_of(day) else 0
    terms = rows_of(seats_at_risk(session, SPECIAL).terms)
    names = ("expected", *(f"slip_{months}" for months in SLIPS))
    assert {year: [terms[year][name] for name in names] for year in terms} == expected


def test_levels_and_towns_add_up_to_the_terms(session: Session) -> None:
    opening(session, 100, planned_on="2026-06-15")
    opening(session, 40, {"level": Level.JUNIOR, "place": at_town(session, JIUCHI)}, planned_on="2027-07-01")
    opening(session, 9, {"district": SHAPINGBA}, planned_on="2026-08-01")
    found = seats_at_risk(session, ProjectFilter())
    terms = rows_of(found.terms)
    for shown in (found.levels, found.towns):
        totals = dict(zip([column.key for column in shown.table.columns], shown.table.totals or (), strict=True))
        assert [totals["term_2026"], totals["term_2027"]] == [terms[2026]["expected"], terms[2027]["expected"]]
        for name in ("term_2026", "term_2027", "all", "slip_1", "slip_2", "slip_3", "uncounted"):
            assert sum(shown.value(row, name) for row in shown.table.rows) == totals[name], name
    assert terms[2026]["expected"] == 109


def at_town(session: Session, key: str) -> PlaceDraft:
    """Return the place of a project that is known to a town, at the town's point."""
    place = find_place(session, key)
    assert place is not None
    return PlaceDraft(lon=place.lon, lat=place.lat, accuracy=Accuracy.TOWN)


def test_without_outlines_a_town_has_the_seats_at_its_point_and_the_rest_is_one_counted_row(session: Session) -> None:
    town = find_place(session, JIUCHI)
    assert town is not None
    opening(session, 40, {"place": at_town(session, town.key)}, planned_on="2026-07-01")
    opening(session, 60, {"place": site(town.lon, town.lat)}, planned_on="2026-07-01")  # there, but known by itself
    opening(session, 5, planned_on="2026-07-01")
    rows = rows_of(seats_at_risk(session, dataclasses.replace(SPECIAL, district=WANZHOU)).towns)
    assert rows["九池街道"]["term_2026"] == 40
    assert rows[NoTown.NOWHERE]["term_2026"] == 65


def test_with_outlines_seats_go_where_the_place_lies_and_a_site_across_them_is_split(session: Session) -> None:
    halves = lines3(("a", square(106.25, 29.4, 106.43, 29.8)), ("b", square(106.43, 29.4, 106.55, 29.8)))
    make_layout(session, dataclasses.replace(halves, kind=LayoutKind.TOWNS))
    across = PlaceDraft(lon=106.43, lat=29.55, accuracy=Accuracy.SITE, outline=square(106.429, 29.55, 106.431, 29.551))
    opening(session, 101, {"district": SHAPINGBA, "place": across}, planned_on="2026-07-01")
    opening(session, 10, {"district": SHAPINGBA, "place": site(106.3, 29.5)}, planned_on="2026-07-01")
    found = seats_at_risk(session, dataclasses.replace(SPECIAL, district=SHAPINGBA)).towns
    seats = {side["town"]: found.value(row, "term_2026") for row, side in found.sides.items()}
    assert sorted((seats["a"], seats["b"])) in ([50, 61], [51, 60])
    assert seats["a"] + seats["b"] == 111


def test_every_figure_is_the_seats_of_the_projects_that_its_filter_means(session: Session) -> None:
    generator = random.Random(3)
    towns = [one.key for one in list_places(session, get_district(session, WANZHOU)) if "-town-" in one.key][:4]
    for number in range(60):
        day = dt.date(2025, 1, 1) + dt.timedelta(days=generator.randrange(900))
        days = {"planned_on": day.isoformat()}
        if number % 3 == 0:
            days["forecast_on"] = (day + dt.timedelta(days=200)).isoformat()
        if number % 4 == 0 and day < dt.date(2026, 9, 1):
            days["actual_on"] = (day + dt.timedelta(days=5)).isoformat()
        values = {"level": generator.choice(list(Level)), "place": at_town(session, generator.choice(towns))}
        opening(session, number * 10 or None, values if number % 5 else {}, **(days if number % 7 else {}))
    found, count = seats_at_risk(session, ProjectFilter()), 0
    for shown in (found.terms, found.levels, found.towns):
        for row, sides in shown.sides.items():
            for column in shown.table.columns:
                wanted = chosen_by(sides, column.key)
                if wanted is not None:
                    shows = shown.value(row, column.key) or 0
                    assert asked(session, wanted, column.key) == shows, (sides, column.key)
                    count += 1
    print(f"n = {count} figures")
    assert count > 150


def chosen_by(sides: Mapping[str, Any], key: str) -> ProjectFilter | None:
    """Return the projects that a figure counts, as the page's links say it."""
    name, _, value = key.partition("_")
    level = Level(sides["level"]) if "level" in sides else None  # type: ignore[call-arg]
    chosen = ProjectFilter(level=level, **{side: sides[side] for side in ("district", "town", "term") if side in sides})
    narrowed: dict[str, dict[str, Any]] = {
        "planned": {"planned_term": sides.get("term"), "term": None},
        "expected": {},
        "projects": {},
        "slip": {"slip": int(value)} if name == "slip" else {},
        "term": {"term": int(value)} if name == "term" and value else {},
        "all": {"term_known": True},
        "uncounted": {"term_known": False},
    }
    return dataclasses.replace(chosen, **narrowed[name]) if name in narrowed and key != "term" else None


def asked(session: Session, chosen: ProjectFilter, key: str) -> int:
    """Return seats or number of the projects that a filter means."""
    figure = func.count() if key in ("projects", "uncounted") else func.sum(Project.seats)
    return int(session.scalar(select(figure).select_from(Project).where(*conditions(chosen))) or 0)


def test_a_filter_by_town_and_its_opposite_mean_every_project_once(session: Session) -> None:
    opening(session, 40, {"place": at_town(session, JIUCHI)})
    count = select(func.count()).select_from(Project)
    places = list_places(session, get_district(session, WANZHOU))
    keys = [one.key for one in places if "-town-" in one.key] + [NOWHERE]
    found = [session.scalar(count.where(*conditions(ProjectFilter(district=WANZHOU, town=key)))) for key in keys]
    assert sum(one or 0 for one in found) == session.scalar(count.where(*conditions(ProjectFilter(district=WANZHOU))))
    assert found[-1]
