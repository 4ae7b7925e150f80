"""Programmes and their phases: one level deep, one district, the same history as everything else."""

from __future__ import annotations

import itertools
import threading
import time

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.terms import MoneyState
from portfolio.reports.phases import read_programme
from portfolio.reports.projects import project_page
from portfolio.reports.register import register_table
from portfolio.services import projects
from portfolio.store.engine import open_session
from portfolio.store.models import Project
from portfolio.store.queries.projects import ProjectFilter, get_project
from portfolio.store.queries.register import Window
from tests.builders import SHAPINGBA, make_entry, make_project


@pytest.fixture
def school(session: Session) -> tuple[Project, Project, Project]:
    """Return a programme and two phases of it."""
    whole = make_project(session, name="百安中学")
    phases = [make_project(session, name="百安中学", remark=remark) for remark in ("一期", "二期")]
    for phase in phases:
        join(session, phase, whole)
    return whole, phases[0], phases[1]


def join(session: Session, project: Project, programme: Project | None) -> None:
    projects.set_programme(session, project, programme.code if programme else None, version=project.version)


def test_a_project_that_stands_alone_has_no_programme(session: Session) -> None:
    assert read_programme(session, make_project(session)) is None


def test_programme_and_phases_are_the_same_seen_from_each_of_them(
    session: Session, school: tuple[Project, Project, Project]
) -> None:
    seen = [read_programme(session, one) for one in school]

    assert [found and found.own.project for found in seen] == [school[0]] * 3
    assert [found and [line.project for line in found.phases] for found in seen] == [list(school[1:])] * 3
    assert seen[0] and seen[0].codes == ",".join(one.code for one in school)

    meant = ProjectFilter(codes=tuple(one.code for one in school))
    table = register_table(session, meant, ["code", "programme"], Window(sort="programme"))
    assert [tuple(row) for row in table.rows] == [
        *((one.code, "百安中学") for one in school[1:]),
        (school[0].code, None),
    ]


def test_sums_are_of_the_phases_and_say_of_how_many(session: Session, school: tuple[Project, Project, Project]) -> None:
    whole, first, second = school
    whole.seats, first.seats, second.total_investment_fen = 9_999, 900, 5_000_000
    make_entry(session, first, wan=3, state=MoneyState.RECEIVED)
    make_entry(session, second, wan=4, state=MoneyState.RECEIVED)
    make_entry(session, second, wan=8, state=MoneyState.PLANNED)
    session.flush()
    found = read_programme(session, first)

    assert found
    assert found.seats == (900, 1)
    assert found.total_investment_fen == (5_000_000, 1)
    assert found.received_fen == (70_000_00, 2)
    assert not found.is_counted_twice
    whole.total_investment_fen = 5_000_000
    assert found.is_counted_twice


def test_phases_are_one_level_deep(session: Session, school: tuple[Project, Project, Project]) -> None:
    whole, first, second = school
    other = make_project(session)
    for phase, programme in ((whole, whole), (second, first), (whole, other), (first, first)):
        with pytest.raises(RuleError) as refused:
            join(session, phase, programme)
        assert refused.value.field == "programme"


def test_two_people_at_once_never_make_phases_two_deep(engine: Engine) -> None:
    with open_session(engine, write=True, actor="tester") as session:
        codes = [make_project(session, name=f"第{number}中学").code for number in range(3)]
        session.commit()
    refused: list[str] = []
    start = threading.Barrier(2)
    threads = [
        threading.Thread(target=join_at_once, args=(engine, start, *pair, refused))
        for pair in itertools.pairwise(codes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    with open_session(engine, write=False) as session:
        parents = [get_project(session, code).parent_id for code in codes]
        assert sum(parent is not None for parent in parents) == 1


def join_at_once(engine: Engine, start: threading.Barrier, code: str, programme: str, refused: list[str]) -> None:
    """Make one project a phase of another in a session of its own, beside somebody who does the like."""
    start.wait()
    with open_session(engine, write=True, actor=code) as session:
        try:
            projects.set_programme(session, get_project(session, code), programme, version=1)
        except RuleError as error:
            refused.append(str(error))
        else:
            time.sleep(0.2)  # the other comes while this one has not finished
            session.commit()


def test_a_phase_belongs_to_a_project_of_its_district(session: Session) -> None:
    phase, far = make_project(session), make_project(session, district=SHAPINGBA)
    with pytest.raises(RuleError, match="本区县没有编码为 500106-0014 的项目"):
        join(session, phase, far)
    with pytest.raises(RuleError, match="500101-9999"):
        projects.set_programme(session, phase, "500101-9999", version=phase.version)


def test_a_phase_leaves_its_programme_and_the_history_names_it(
    session: Session, school: tuple[Project, Project, Project]
) -> None:
    whole, first, _ = school
    with pytest.raises(StaleError):
        projects.set_programme(session, first, None, version=first.version - 1)
    join(session, first, None)
    changes = [
        (one.label, one.before, one.after) for entry in project_page(session, first).history for one in entry.changes
    ]

    assert changes == [
        ("总项目", f"{whole.code} 百安中学", "—"),
        ("总项目", "—", f"{whole.code} 百安中学"),
    ]
    projects.restore_version(session, first, 2, version=3)
    assert first.parent_id == whole.id


def test_a_version_as_a_phase_does_not_come_back_where_phases_would_be_two_deep(
    session: Session, school: tuple[Project, Project, Project]
) -> None:
    whole, first, second = school
    for phase in (first, second):
        join(session, phase, None)
    join(session, whole, second)
    with pytest.raises(RuleError, match="本身是分期"):
        projects.restore_version(session, first, 2, version=3)
