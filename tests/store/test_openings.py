"""The year in which a project opens: milestones' days before the register, actual before expected before planned."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from portfolio.domain.milestones import DelayReason, MilestoneDraft
from portfolio.domain.terms import Opening, Stage
from portfolio.services import milestones, projects
from portfolio.store.engine import open_session
from portfolio.store.models import Project
from portfolio.store.openings import first_wrong_opening, renew_openings
from portfolio.store.queries.maps import count_years
from portfolio.store.queries.projects import ProjectFilter, count_projects
from portfolio.store.schema import downgrade, migrate
from tests.builders import make_project, site

IN_USE, ACCEPTED = Stage.IN_USE, Stage.ACCEPTED


def day(year: int) -> dt.date:
    return dt.date(year, 6, 30)


def opening(session: Session, *days: tuple[Stage, dict[str, dt.date]], **values: Any) -> Project:
    """Register a project with milestones; its stage stays what ``values`` say."""
    project = make_project(session, **values)
    drafts = [MilestoneDraft(stage=stage, delay_reason=DelayReason.LAND, **given) for stage, given in days]  # type: ignore[arg-type]
    milestones.save_milestones(session, project, drafts, seen="")
    project.stage = values.get("stage")
    session.flush()
    return project


CASES: list[tuple[list[tuple[Stage, dict[str, dt.date]]], dict[str, Any], int | None, bool]] = [
    ([], {}, None, False),
    ([], {"completion_year": 2024}, 2024, False),
    ([], {"completion_year": 2024, "stage": IN_USE}, 2024, True),
    ([], {"stage": ACCEPTED}, None, True),
    ([(IN_USE, {"planned_on": day(2026)})], {"completion_year": 2024}, 2026, False),
    ([(IN_USE, {"planned_on": day(2026), "forecast_on": day(2027)})], {}, 2027, False),
    ([(IN_USE, {"planned_on": day(2022), "forecast_on": day(2023), "actual_on": day(2024)})], {}, 2024, True),
    ([(IN_USE, {"forecast_on": day(2027)})], {"completion_year": 2024, "stage": ACCEPTED}, 2027, False),
    ([(ACCEPTED, {"actual_on": day(2025)})], {"completion_year": 2024}, 2025, True),
    ([(ACCEPTED, {"planned_on": day(2025)})], {"stage": Stage.STRUCTURE}, 2025, False),
    ([(ACCEPTED, {"actual_on": day(2024)}), (IN_USE, {"planned_on": day(2026)})], {}, 2026, False),
    ([(Stage.STARTED, {"actual_on": day(2023)})], {"completion_year": 2025}, 2025, False),
]


@pytest.mark.parametrize(("days", "values", "year", "is_actual"), CASES)
def test_the_milestones_days_tell_the_year_and_whether_it_has_come(
    session: Session, days: list[Any], values: dict[str, Any], year: int | None, is_actual: bool
) -> None:
    project = opening(session, *days, **values)
    found = session.execute(select(Project.opening_year, Project.has_opened).where(Project.id == project.id)).one()
    assert tuple(found) == (project.opening_year, project.has_opened) == (year, is_actual)


def test_the_filter_by_year_the_years_of_the_map_and_the_two_kinds_agree(session: Session) -> None:
    before = {row[0]: row[1] for row in count_years(session, ProjectFilter(located=True))}
    for days, values, _, _ in CASES:
        opening(session, *days, **values, place=site(108.4, 30.8))
    after = {row[0]: row[1] for row in count_years(session, ProjectFilter(located=True))}
    known = sorted(year for year in after if year is not None)
    for year in known:
        wanted = sum(after[one] for one in known if one <= year)
        chosen = ProjectFilter(located=True, year=year)
        assert count_projects(session, chosen) == wanted, year
        kinds = [count_projects(session, ProjectFilter(located=True, year=year, opening=one)) for one in Opening]
        assert sum(kinds) == wanted
    added = {year: after[year] - before.get(year, 0) for year in after}
    expected = [case[2] for case in CASES]
    assert added == {year: expected.count(year) for year in after}


def test_a_year_counts_its_last_day_and_not_the_day_after(session: Session) -> None:
    project = opening(session, (IN_USE, {"planned_on": dt.date(2030, 12, 31)}))
    chosen = ProjectFilter(code=project.code, year=2030)
    assert count_projects(session, chosen) == 1
    (row,) = milestones.queries.list_milestones(session, project)
    later = MilestoneDraft(stage=IN_USE, planned_on=dt.date(2031, 1, 1))
    milestones.save_milestones(session, project, [later], seen=milestones.stamp([row]))
    assert count_projects(session, chosen) == 0


def stored(session: Session, project: Project) -> tuple[int | None, bool]:
    """Return what the columns hold, which the record in hand must know too."""
    row = session.execute(select(Project.opening_year, Project.has_opened).where(Project.id == project.id)).one()
    assert tuple(row) == (project.opening_year, project.has_opened)
    return project.opening_year, project.has_opened


def test_the_stored_year_follows_every_save_and_no_save_of_it_stands_in_the_history(session: Session) -> None:
    project = make_project(session, completion_year=2024)
    assert stored(session, project) == (2024, False)
    milestones.save_milestones(session, project, [MilestoneDraft(stage=IN_USE, planned_on=day(2027))], seen="")
    assert stored(session, project) == (2027, False)
    (row,) = milestones.queries.list_milestones(session, project)
    session.delete(row)
    session.flush()
    assert stored(session, project) == (2024, False)
    projects.set_stage(session, project, IN_USE, version=project.version)
    assert stored(session, project) == (2024, True)
    assert project.version == 2  # registered, and its stage set


def test_a_year_changed_behind_the_applications_back_is_found_and_mended(session: Session) -> None:
    project = make_project(session, completion_year=2024)
    assert first_wrong_opening(session) is None
    session.execute(text("UPDATE project SET opening_year = 1999 WHERE id = :id"), {"id": project.id})
    assert project.code in str(first_wrong_opening(session))
    assert renew_openings(session) == 1
    assert first_wrong_opening(session) is None
    assert stored(session, project) == (2024, False)


def test_the_step_that_brings_the_years_fills_them_from_what_is_there(engine: Engine) -> None:
    with open_session(engine, write=True) as session:
        for days, values, _, _ in CASES:
            opening(session, *days, **values)
        session.commit()
        before = years(session)
    downgrade(engine, "0016")
    migrate(engine)
    with open_session(engine, write=False) as session:
        assert years(session) == before
        assert first_wrong_opening(session) is None
    assert {year for _, year, _ in before} >= {case[2] for case in CASES}


def years(session: Session) -> list[tuple[int, int | None, bool]]:
    """Return what is stored of every project."""
    columns = (Project.id, Project.opening_year, Project.has_opened)
    return [tuple(row) for row in session.execute(select(*columns).order_by(Project.id))]
