"""The education budget of each district against the rule of its plan."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.budget import Verdict
from portfolio.domain.clock import today
from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.quantities import fen_to, format_number
from portfolio.domain.roles import Permission
from portfolio.reports.budget import MeasureYears, read_budget
from portfolio.services import budgets as service
from portfolio.store.models import District
from portfolio.store.queries import budgets
from portfolio.web import filters
from portfolio.web.charts import Bar, bars
from portfolio.web.database import get_session
from portfolio.web.formatters import format_label
from portfolio.web.forms.budgets import BudgetForm, stored_figure
from portfolio.web.forms.projects import VersionedForm
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.scope import get_district_in_scope, visible_districts

blueprint = Blueprint("budgets", __name__, url_prefix="/money/budget")


@blueprint.get("")
@requires(Permission.VIEW)
def index() -> ResponseReturnValue:
    """Show both measures of each district, year by year."""
    chosen = filters.read_filter(request.args)
    shown = [one for one in visible_districts() if chosen.district in (None, one.adcode)]
    return render_template(
        "budgets/index.html",
        budgets=[(district, [_part(one) for one in read_budget(get_session(), district)]) for district in shown],
        scope=filters.scope_title(chosen),
        chips=filters.chips(),
        districts=visible_districts(),
    )


def _part(years: MeasureYears) -> dict[str, Any]:
    return {"years": years, "bars": _bars(years), "finding": _finding(years)}


def _bars(years: MeasureYears) -> list[Bar]:
    unit = years.measure.unit
    fell = set(years.of(Verdict.FELL))
    drawn = bars(
        {one.year: one.amount_fen for one in years.years}, str, lambda fen: format_number(fen_to(int(fen), unit))
    )
    return [Bar(bar.label, bar.value, bar.length, None, "fell" if int(bar.label) in fell else "") for bar in drawn]


def _finding(years: MeasureYears) -> str:
    """Return in a sentence whether the measure fell, and what is missing to say so."""
    label, fell, missing = format_label(years.measure), years.of(Verdict.FELL), years.of(Verdict.MISSING)
    words = {"measure": label, "years": "、".join(map(str, fell or missing))}
    if not years.figures:
        return str(gettext("%(measure)s：还没有数据", measure=label))
    if fell:
        return str(gettext("%(measure)s：%(years)s 年比上年下降，不符合“只增不减”", **words))
    if missing:
        return str(gettext("%(measure)s：已有数据的年度没有下降，缺 %(years)s 年", **words))
    return str(gettext("%(measure)s：各年都没有下降", measure=label))


@blueprint.route("/<adcode>/new", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def add(adcode: str) -> ResponseReturnValue:
    """Enter one measure of one year."""
    district = get_district_in_scope(adcode)
    form = BudgetForm(data={"year": request.args.get("budget_year") or str(today().year - 1)})
    if form.validate_on_submit():
        try:
            figure = service.add_figure(get_session(), district, form.draft())
        except RuleError as error:
            return _refused(form, error, district)
        get_session().commit()
        flash(gettext("已登记 %(year)s 年%(measure)s", **_words(figure.year, figure.measure)), "success")
        return _back(adcode)
    return _page(form, district)


@blueprint.route("/<adcode>/<int(max=2147483647):number>", methods=["GET", "POST"])
@requires(Permission.EDIT_MONEY)
def edit(adcode: str, number: int) -> ResponseReturnValue:
    """Correct a figure."""
    district = get_district_in_scope(adcode)
    figure = budgets.get_budget_figure(get_session(), district, number)
    form = BudgetForm(data=stored_figure(figure))
    if not form.validate_on_submit():
        return _page(form, district, number)
    try:
        service.update_figure(get_session(), figure, form.draft(), version=form.version_number)
    except RuleError as error:
        return _refused(form, error, district, number)
    except StaleError as error:
        form.version.data = str(error.version)
        put_beside(form, error)
        return _page(form, district, number, status=409)
    get_session().commit()
    flash(gettext("已修改 %(year)s 年%(measure)s，原数据在沿革中", **_words(figure.year, figure.measure)), "success")
    return _back(adcode)


@blueprint.post("/<adcode>/<int(max=2147483647):number>/remove")
@requires(Permission.EDIT_MONEY)
def remove(adcode: str, number: int) -> ResponseReturnValue:
    """Take a figure out."""
    figure = budgets.get_budget_figure(get_session(), get_district_in_scope(adcode), number)
    words = _words(figure.year, figure.measure)
    service.remove_figure(get_session(), figure, version=VersionedForm().version_number)
    get_session().commit()
    flash(gettext("已删除 %(year)s 年%(measure)s", **words), "success")
    return _back(adcode)


def _words(year: int, measure: Any) -> dict[str, Any]:
    return {"year": year, "measure": format_label(measure)}


def _back(adcode: str) -> ResponseReturnValue:
    return redirect(url_for(".index", district=adcode))


def _refused(form: BudgetForm, error: RuleError, district: District, number: int | None = None) -> ResponseReturnValue:
    get_session().rollback()
    put_beside(form, error, "amount")
    return _page(form, get_district_in_scope(district.adcode), number)


def _page(form: BudgetForm, district: District, number: int | None = None, *, status: int = 422) -> ResponseReturnValue:
    page = render_template("budgets/edit.html", form=form, district=district, number=number)
    return page, status if form.errors else 200
