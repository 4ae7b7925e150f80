"""The four estimates are only added to; the last figure of a step is in force."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from portfolio.domain.drafts import EstimateDraft
from portfolio.domain.errors import ConfirmationNeededError, RuleError, StaleError
from portfolio.domain.terms import EstimateKind
from portfolio.services import estimates
from portfolio.store.history import AppendOnlyError
from portfolio.store.queries import estimates as queries
from portfolio.store.queries.projects import ProjectFilter
from tests.builders import SHAPINGBA, WANZHOU, make_estimate, make_project

FEASIBILITY, DESIGN, CONTRACT, FINAL = EstimateKind
WAN = 1_000_000


def draft(**values: object) -> EstimateDraft:
    return EstimateDraft(**({"kind": DESIGN, "amount_fen": 100 * WAN} | values))  # type: ignore[arg-type]


def test_the_last_figure_of_a_step_is_in_force_and_the_earlier_ones_stay(session: Session) -> None:
    project = make_project(session)
    make_estimate(session, project, FEASIBILITY, wan=100)
    make_estimate(session, project, DESIGN, wan=120)
    make_estimate(session, project, DESIGN, wan=105)

    assert queries.chain(session, project).amounts == {
        FEASIBILITY: 100 * WAN, DESIGN: 105 * WAN, CONTRACT: None, FINAL: None
    }  # fmt: skip
    kept = [(one.kind, one.ordinal, one.amount_fen) for one in queries.list_estimates(session, project)]
    assert kept == [(FEASIBILITY, 1, 100 * WAN), (DESIGN, 2, 105 * WAN), (DESIGN, 1, 120 * WAN)]


def test_a_withdrawn_figure_leaves_its_step_unknown_until_another_is_entered(session: Session) -> None:
    project = make_project(session)
    first = make_estimate(session, project, DESIGN, wan=120)
    estimates.withdraw_estimate(session, first, "录错项目")
    assert queries.chain(session, project).design_fen is None
    with pytest.raises(RuleError, match="已不在执行"):
        estimates.withdraw_estimate(session, first, "再来")

    make_estimate(session, project, DESIGN, wan=90)
    assert queries.chain(session, project).design_fen == 90 * WAN
    assert len(queries.list_estimates(session, project)) == 3


def test_replacing_and_withdrawing_need_a_reason(session: Session) -> None:
    project = make_project(session)
    first = make_estimate(session, project, DESIGN, wan=120)
    with pytest.raises(RuleError, match="更正原因"):
        estimates.enter_estimate(session, project, draft(), replacing=1)
    with pytest.raises(RuleError, match="撤销原因"):
        estimates.withdraw_estimate(session, first, "")


def test_a_figure_that_somebody_entered_meanwhile_is_not_replaced_unseen(session: Session) -> None:
    project = make_project(session)
    make_estimate(session, project, DESIGN, wan=120)
    with pytest.raises(StaleError):
        estimates.enter_estimate(session, project, draft(reason="重算"), replacing=0)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [({"amount_fen": 0}, "大于 0"), ({"amount_fen": -5}, "大于 0"), ({"approved_on": dt.date(2099, 1, 1)}, "晚于今天")],
)
def test_a_figure_that_cannot_be_is_refused(session: Session, values: dict[str, object], sentence: str) -> None:
    with pytest.raises(RuleError, match=sentence):
        estimates.enter_estimate(session, make_project(session), draft(**values), replacing=0)


def test_an_amount_in_a_wrong_unit_is_kept_only_when_that_very_question_is_confirmed(session: Session) -> None:
    project = make_project(session, total_investment_fen=10 * WAN)
    slip = draft(amount_fen=100_000 * WAN)
    with pytest.raises(ConfirmationNeededError, match="单位是否应为万元") as asked:
        estimates.enter_estimate(session, project, slip, replacing=0)
    with pytest.raises(ConfirmationNeededError):
        estimates.enter_estimate(session, project, slip, replacing=0, confirmed="是")
    assert queries.list_estimates(session, project) == []

    kept = estimates.enter_estimate(session, project, slip, replacing=0, confirmed=str(asked.value))
    assert kept.warning == str(asked.value)


def test_a_figure_can_be_neither_changed_nor_deleted(session: Session) -> None:
    estimate = make_estimate(session, make_project(session), DESIGN, wan=120)
    estimate.amount_fen = 1
    with pytest.raises(AppendOnlyError):
        session.flush()


def test_the_list_of_overruns_names_project_step_and_share_within_the_filter(session: Session) -> None:
    over, within, other = make_project(session), make_project(session), make_project(session, district=SHAPINGBA)
    for project, design in ((over, 125), (within, 100), (other, 110)):
        make_estimate(session, project, FEASIBILITY, wan=100)
        make_estimate(session, project, DESIGN, wan=design)

    rows = queries.list_overruns(session, ProjectFilter(district=WANZHOU))
    assert [(row.code, row.name, row.first_overrun, str(row.ratio)) for row in rows] == [
        (over.code, over.name, DESIGN, "0.25")
    ]
    assert [row.code for row in queries.list_overruns(session, ProjectFilter())] == [over.code, other.code]
    assert len(queries.list_chains(session, ProjectFilter())) == 3
