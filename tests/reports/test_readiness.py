"""Which projects the statistics office counts, on which form, and what each still lacks."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from portfolio.domain.readiness import StatisticsForm, form_of
from portfolio.domain.terms import EstimateKind, Stage, Status
from portfolio.reports.readiness import NEEDED, read_readiness
from portfolio.store.queries.projects import ProjectFilter
from tests.builders import SHAPINGBA, make_estimate, make_project

YUAN = 100


@pytest.mark.parametrize(
    ("yuan", "form"),
    [
        (None, None),
        (4_999_999, None),
        (5_000_000, StatisticsForm.SMALL),
        (49_999_999, StatisticsForm.SMALL),
        (50_000_000, StatisticsForm.LARGE),
    ],
)
def test_the_total_investment_decides_on_the_form(yuan: int | None, form: StatisticsForm | None) -> None:
    assert form_of(None if yuan is None else yuan * YUAN) is form


def test_the_list_names_what_each_project_lacks(session: Session) -> None:
    ready = make_project(
        session,
        total_investment_fen=60_000_000 * YUAN,
        national_code="2411-340104-04-01-881552",
        owner="区教育基建中心",
        start_year=2025,
        completion_year=2027,
        floor_area_m2=Decimal(9000),
        stage=Stage.DESIGN,
    )
    make_estimate(session, ready, EstimateKind.DESIGN, wan=6000, approval_no="万发改〔2025〕1号")
    bare = make_project(session, total_investment_fen=5_000_000 * YUAN, start_year=2025)
    make_project(session, total_investment_fen=4_999_999 * YUAN)
    make_project(session, total_investment_fen=90_000_000 * YUAN).status = Status.CANCELLED
    found = read_readiness(session, ProjectFilter(district="500101", codes=(ready.code, bare.code)))

    assert [(row[1], row[4], row[6]) for row in found.table.rows] == [
        (ready.code, StatisticsForm.LARGE, None),
        (bare.code, StatisticsForm.SMALL, "、".join(label for key, label in NEEDED.items() if key != "start_year")),
    ]
    assert found.ready == {StatisticsForm.LARGE: 1, StatisticsForm.SMALL: 0}


def test_only_reportable_projects_of_the_scope_are_listed_and_the_unsized_are_counted(session: Session) -> None:
    before = read_readiness(session, ProjectFilter(district=SHAPINGBA))
    for yuan in (5_000_000, 4_999_999, None):
        make_project(session, district=SHAPINGBA, total_investment_fen=yuan and yuan * YUAN)
    make_project(session, total_investment_fen=5_000_000 * YUAN)
    found = read_readiness(session, ProjectFilter(district=SHAPINGBA))
    assert len(found.table.rows) == len(before.table.rows) + 1
    assert found.unsized == before.unsized + 1
