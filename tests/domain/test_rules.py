"""The field's own rules: codes, sizing, terms, searching."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.domain.codes import check_digit, national_code_warning
from portfolio.domain.errors import RuleError
from portfolio.domain.roles import Permission, Role
from portfolio.domain.scale import sizing_warning
from portfolio.domain.search import search_key
from portfolio.domain.terms import Level, Nature, Phase, Source, Stage


@pytest.mark.parametrize("code", ["2411-340104-04-01-881552", "2104-611102-04-01-969011", "2403-450881-04-01-839101"])
def test_real_national_codes_pass(code: str) -> None:
    assert national_code_warning(code) is None


@given(st.integers(0, 10**5 - 1), st.integers(0, 9))
def test_exactly_one_last_digit_of_ten_passes(serial: int, digit: int) -> None:
    digits = f"2411500101040{1}{serial:05d}"
    passes = check_digit(digits) == str(digit)
    code = f"2411-500101-04-01-{serial:05d}{digit}"
    assert (national_code_warning(code) is None) == passes


def test_a_wrong_check_digit_names_the_group_it_stands_in() -> None:
    assert "881553" in (national_code_warning("2411-340104-04-01-881553") or "")


def test_the_old_form_of_the_code_is_accepted() -> None:
    assert national_code_warning("2019-500101-82-01-123456") is None


def test_other_forms_are_told_how_a_code_looks() -> None:
    assert "2411-340104-04-01-881552" in (national_code_warning("24113401040401881552") or "")
    assert "9913" in (national_code_warning("9913-340104-04-01-881552") or "")


@pytest.mark.parametrize(
    ("level", "classes", "seats", "warned"),
    [
        (Level.PRIMARY, 24, 1080, False),
        (Level.PRIMARY, 24, 1188, False),
        (Level.PRIMARY, 24, 1189, True),
        (Level.JUNIOR, 36, 1800, False),
        (Level.JUNIOR, 36, 1600, True),
        (Level.PRESCHOOL, 12, 360, False),
        (Level.HIGHER, 10, 1, False),
        (Level.PRIMARY, None, 100, False),
    ],
)
def test_seats_are_held_against_classes_within_ten_per_cent(
    level: Level, classes: int | None, seats: int, warned: bool
) -> None:
    assert (sizing_warning(level, classes, seats) is not None) == warned


def test_stages_run_from_planned_over_under_way_to_delivered() -> None:
    phases = [stage.phase for stage in Stage]
    assert phases == sorted(phases, key=list(Phase).index)
    assert (Stage.TENDER.phase, Stage.STARTED.phase, Stage.ACCEPTED.phase) == tuple(Phase)


def test_terms_are_found_by_label_and_by_code_and_refused_with_the_choices() -> None:
    assert Nature.from_label("改扩建") is Nature.from_label("renovation_expansion") is Nature.RENOVATION_EXPANSION
    with pytest.raises(RuleError, match="新建、扩建"):
        Nature.from_label("翻新")


def test_every_source_hangs_on_a_branch() -> None:
    assert Source.SPECIAL_BOND.group == "债券"
    assert all(source.group for source in Source)


def test_only_planners_and_administrators_may_change_records() -> None:
    changing = {Permission.EDIT_PROJECTS, Permission.EDIT_MONEY, Permission.EDIT_COMMITMENTS}
    assert {role for role in Role if role.permissions & changing} == {Role.PLANNER, Role.ADMINISTRATOR}
    assert {role for role in Role if Permission.ADMINISTER in role.permissions} == {Role.ADMINISTRATOR}


def test_searching_ignores_width_case_and_spaces() -> None:
    assert search_key("万中附属小学（暂定名）", "R1 组团") == search_key("万中附属小学(暂定名)", "ｒ1组团")
