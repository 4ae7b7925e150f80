"""Reads of budget rules and figures."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from portfolio.domain.budget import BudgetMeasure
from portfolio.domain.errors import NotFoundError
from portfolio.domain.sentences import say
from portfolio.store.models import BudgetFigure, BudgetRule, District, Plan


def list_budget_rules(session: Session, district: District) -> Sequence[BudgetRule]:
    """List what the plans of a district say, by plan and measure, the plans loaded."""
    statement = select(BudgetRule).join(BudgetRule.plan).options(contains_eager(BudgetRule.plan))
    return session.scalars(statement.where(Plan.district_id == district.id).order_by(Plan.key, BudgetRule.id)).all()


def find_budget_rule(session: Session, plan: Plan, measure: BudgetMeasure) -> BudgetRule | None:
    """Return what a plan says of a measure, or None."""
    return session.scalar(select(BudgetRule).where(BudgetRule.plan_id == plan.id, BudgetRule.measure == measure))


def list_budget_figures(session: Session, district: District) -> Sequence[BudgetFigure]:
    """List a district's figures by measure and year."""
    statement = select(BudgetFigure).where(BudgetFigure.district_id == district.id)
    return session.scalars(statement.order_by(BudgetFigure.measure, BudgetFigure.year)).all()


def find_budget_figure(session: Session, district: District, measure: BudgetMeasure, year: int) -> BudgetFigure | None:
    """Return the figure of one measure and year, or None."""
    statement = select(BudgetFigure).where(BudgetFigure.district_id == district.id)
    return session.scalar(statement.where(BudgetFigure.measure == measure, BudgetFigure.year == year))


def get_budget_figure(session: Session, district: District, number: int) -> BudgetFigure:
    """Return one figure of a district by its number."""
    found = session.get(BudgetFigure, number)
    if found is None or found.district_id != district.id:
        raise NotFoundError(say("{district}没有第 {number} 号预算数据", district=district.name, number=number))
    return found
