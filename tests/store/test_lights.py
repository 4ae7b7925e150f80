"""Lists read the light that the rules give; what a person said goes before it for a time; changes are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.errors import RuleError
from portfolio.domain.lights import DEFAULT_RULES, Condition, Light, LightRule
from portfolio.domain.terms import MoneyState, Stage, Status
from portfolio.reports.lights import light_page, preview_rules
from portfolio.services import lights, projects
from portfolio.store.history import first_broken_revision
from portfolio.store.lights import renew_lights
from portfolio.store.models import Project
from portfolio.store.queries.lights import list_changes, read_rules, read_shown
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.register import Window, list_register
from tests.builders import make_entry, make_plan, make_project

WAN = 1_000_000
STRICT = [LightRule("建成滞后", Condition.COMPLETION_LATE, 0, Light.RED)]


def light_of(session: Session, project: Project, day: dt.date | None = None) -> Light:
    """Return the light as lists read it."""
    (row,) = list_register(session, ProjectFilter(code=project.code, today=day), ["light"], Window())
    light: Light = row.light
    return light


def late_project(session: Session) -> Project:
    return make_project(session, stage=Stage.STRUCTURE, completion_year=today().year - 2)


def test_the_light_of_a_list_is_that_of_the_rules_on_every_day_of_a_year(session: Session) -> None:
    made = [
        make_project(session, stage=Stage.STRUCTURE, completion_year=year, total_investment_fen=100 * WAN)
        for year in (2024, 2025, 2026)
    ]
    make_plan(session, made[2], wan=100, year=today().year)
    make_entry(session, made[2], state=MoneyState.WORK_DONE, year=today().year, wan=10)
    for days in range(0, 400, 9):
        day = dt.date(2025, 12, 1) + dt.timedelta(days=days)
        shown = read_shown(session, [project.id for project in made], day)
        assert [light_of(session, one, day) for one in made] == [shown[one.id][0] for one in made]


def test_a_light_follows_its_records_in_the_same_transaction(session: Session) -> None:
    project = late_project(session)
    assert light_of(session, project) is Light.RED
    projects.set_stage(session, project, Stage.IN_USE, version=project.version)
    assert light_of(session, project) is Light.GREEN
    session.info["reason"] = "资金未落实"
    projects.set_status(session, project, Status.SUSPENDED, version=project.version)
    assert light_of(session, project) is Light.NONE


def test_every_light_that_a_project_had_is_kept(session: Session) -> None:
    project = late_project(session)
    projects.set_stage(session, project, Stage.IN_USE, version=project.version)
    newest, before = list_changes(session, project)
    assert (newest.light, before.light) == (Light.GREEN, Light.RED)
    assert "年底前建成" in before.sentence


def test_a_light_that_turned_by_the_passing_of_days_is_written_down_once(session: Session) -> None:
    with time_machine.travel(dt.datetime(2025, 6, 1, 4, tzinfo=dt.UTC)):
        project = make_project(session, stage=Stage.STRUCTURE, completion_year=2025)
        assert light_of(session, project) is Light.GREEN
    with time_machine.travel(dt.datetime(2026, 2, 10, 4, tzinfo=dt.UTC)):
        assert light_of(session, project) is Light.AMBER
        assert renew_lights(session) >= 1
        assert renew_lights(session) == 0
        assert [one.light for one in list_changes(session, project)] == [Light.AMBER, Light.GREEN]


def test_a_persons_light_holds_until_its_last_day_and_the_computed_one_is_kept(session: Session) -> None:
    with time_machine.travel(dt.datetime(2026, 6, 1, 4, tzinfo=dt.UTC)):
        project = late_project(session)
        expires = dt.date(2026, 6, 30)
        lights.override_light(session, project, Light.GREEN, reason="已批准延期", expires_on=expires)
        page = light_page(session, project)
        assert (page.light, page.computed.light) == (Light.GREEN, Light.RED)
        assert "已批准延期" in page.sentence
        assert "2026-06-30" in page.sentence
    with time_machine.travel(dt.datetime(2026, 6, 30, 15, 59, tzinfo=dt.UTC)):
        assert light_of(session, project) is light_page(session, project).light is Light.GREEN
    with time_machine.travel(dt.datetime(2026, 6, 30, 16, 1, tzinfo=dt.UTC)):  # 1 July in China
        assert light_of(session, project) is light_page(session, project).light is Light.RED
        assert light_page(session, project).override is None


def test_a_persons_light_can_be_taken_back_and_set_anew(session: Session) -> None:
    project = late_project(session)
    for light in (Light.GREEN, Light.AMBER):
        lights.override_light(session, project, light, reason="核定", expires_on=today())
        assert light_of(session, project) is light
    lights.end_override(session, project)
    assert light_of(session, project) is Light.RED
    assert lights.end_override(session, project) is None
    assert first_broken_revision(session) is None


@pytest.mark.parametrize(
    ("reason", "days", "field"), [("  ", 5, "reason"), ("核定", -1, "expires_on"), ("核定", 400, "expires_on")]
)
def test_a_persons_light_needs_a_reason_and_a_day_within_the_year(
    session: Session, reason: str, days: int, field: str
) -> None:
    project = late_project(session)
    with pytest.raises(RuleError) as caught:
        lights.override_light(
            session, project, Light.GREEN, reason=reason, expires_on=today() + dt.timedelta(days=days)
        )
    assert caught.value.field == field
    assert light_of(session, project) is Light.RED


def test_other_rules_are_previewed_without_a_change_and_then_hold_for_every_project(session: Session) -> None:
    session.info["reason"] = "按区政府要求从严"
    project = make_project(session, stage=Stage.STRUCTURE, completion_year=today().year - 1)
    before = light_of(session, project)
    strict = _expected(session, STRICT)
    preview = preview_rules(session, STRICT)
    assert light_of(session, project) is before
    assert {one.code for one in preview.turned} == strict
    lights.change_rules(session, STRICT)
    assert list(read_rules(session)) == STRICT
    assert light_of(session, project) is Light.RED
    lights.change_rules(session, DEFAULT_RULES)
    assert light_of(session, project) is before


def _expected(session: Session, rules: Sequence[LightRule]) -> set[str]:
    """Return the codes of the projects whose light differs before and after, by changing the rules and back."""
    keys = ["code", "light"]
    before = {row.code: row.light for row in list_register(session, ProjectFilter(), keys, Window())}
    lights.change_rules(session, rules)
    after = {row.code: row.light for row in list_register(session, ProjectFilter(), keys, Window())}
    lights.change_rules(session, DEFAULT_RULES)
    return {code for code in before if before[code] is not after[code]}


def test_rules_are_not_changed_without_a_reason(session: Session) -> None:
    with pytest.raises(RuleError) as caught:
        lights.change_rules(session, STRICT)
    assert caught.value.field == "reason"
    assert list(read_rules(session)) == list(DEFAULT_RULES)


def test_removing_a_project_leaves_no_light_behind(session: Session) -> None:
    project = make_project(session, stage=Stage.STRUCTURE, completion_year=2024)
    session.delete(project)
    session.flush()
    assert session.scalar(text(f"SELECT COUNT(*) FROM project_light WHERE project_id = {project.id}")) == 0
