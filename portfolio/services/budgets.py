"""Entering what the education budget was."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portfolio.domain.budget import BudgetMeasure
from portfolio.domain.clock import today
from portfolio.domain.drafts import BudgetDraft
from portfolio.domain.errors import DuplicateError, RuleError, StaleError
from portfolio.domain.sentences import say
from portfolio.store.models import BudgetFigure, BudgetRule, District, Plan
from portfolio.store.queries import budgets
from portfolio.store.queries.revisions import last_actor

MILLION_YUAN_FEN = 1_000_000_00


def add_figure(session: Session, district: District, draft: BudgetDraft) -> BudgetFigure:
    """Enter one measure of one year.

    Raises
    ------
    RuleError
        If the year has not come, or the amount cannot be in that unit.
    DuplicateError
        If the measure of that year is there already.
    """
    _check(session, district, draft, None)
    figure = BudgetFigure(
        district=district, measure=draft.measure, year=draft.year, amount_fen=draft.amount_fen, basis=draft.basis
    )
    session.add(figure)
    session.flush()
    return figure


def update_figure(session: Session, figure: BudgetFigure, draft: BudgetDraft, *, version: int) -> BudgetFigure:
    """Correct a figure; what it was stays in the history.

    Raises
    ------
    StaleError
        If somebody saved it since it was read.
    RuleError
        As in ``add_figure``.
    """
    _check_version(session, figure, version)
    _check(session, figure.district, draft, figure)
    figure.measure, figure.year = draft.measure, draft.year
    figure.amount_fen, figure.basis = draft.amount_fen, draft.basis
    session.flush()
    return figure


def remove_figure(session: Session, figure: BudgetFigure, *, version: int) -> None:
    """Take a figure out; it stays in the history.

    Raises
    ------
    StaleError
        If somebody saved it since it was read.
    """
    _check_version(session, figure, version)
    session.delete(figure)
    session.flush()


def ensure_rule(session: Session, plan: Plan, measure: BudgetMeasure, *, section: str, quote: str) -> bool:
    """Add what a plan says of a measure unless it is there; return whether it was added."""
    if budgets.find_budget_rule(session, plan, measure) is not None:
        return False
    session.add(BudgetRule(plan=plan, measure=measure, section=section, quote=quote))
    session.flush()
    return True


def _check_version(session: Session, figure: BudgetFigure, version: int) -> None:
    if figure.version != version:
        raise StaleError(figure.version, last_actor(session, BudgetFigure.__tablename__, figure))


def _check(session: Session, district: District, draft: BudgetDraft, itself: BudgetFigure | None) -> None:
    if draft.year > today().year:
        raise RuleError(say("{year} 年还没有到，请填写已执行的年度", year=draft.year), "year")
    if draft.measure is BudgetMeasure.PER_STUDENT and draft.amount_fen > MILLION_YUAN_FEN:
        raise RuleError(say("生均支出超过 100 万元，请检查金额单位是否选错"), "amount")
    if draft.measure is BudgetMeasure.SPENDING and draft.amount_fen < MILLION_YUAN_FEN:
        raise RuleError(say("全区教育支出不足 100 万元，请检查金额单位是否选错"), "amount")
    found = budgets.find_budget_figure(session, district, draft.measure, draft.year)
    if found is not None and found is not itself:
        raise DuplicateError(
            say(
                "{district} {year} 年的{measure}已登记，请修改原数据",
                district=district.name,
                year=draft.year,
                measure=draft.measure,
            ),
            "year",
        )
