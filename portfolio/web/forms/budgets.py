"""The form of one figure of the education budget."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portfolio.domain.budget import BudgetMeasure
from portfolio.domain.drafts import BudgetDraft
from portfolio.domain.quantities import MoneyUnit, fen_to
from portfolio.store.models import BudgetFigure
from portfolio.web.forms.fields import MoneyField, TermField, TextLineField, YearField, required
from portfolio.web.forms.projects import VersionedForm


class BudgetForm(VersionedForm):
    """One measure of one year."""

    measure = TermField(_l("指标"), BudgetMeasure)
    year = YearField(_l("年度"), [required(_l("请填写年度"))])
    amount = MoneyField(_l("金额"), [required(_l("请填写金额"))])
    unit = TermField(_l("金额单位"), MoneyUnit, default=MoneyUnit.WAN)
    basis = TextLineField(
        _l("数据来源"), [required(_l("请写明数据来源"))], description=_l("如：2024 年区级财政决算公开第 12 页")
    )

    def draft(self) -> BudgetDraft:
        """Return the validated answers as a frozen draft."""
        return BudgetDraft(
            measure=self.measure.data,
            year=self.year.year or 0,
            amount_fen=self.amount.fen or 0,
            basis=self.basis.text or "",
        )


def stored_figure(figure: BudgetFigure) -> dict[str, object]:
    """Return a figure as the answers of the form."""
    unit = figure.measure.unit
    return {
        "measure": figure.measure,
        "year": str(figure.year),
        "amount": f"{fen_to(figure.amount_fen, unit).normalize():f}",
        "unit": unit,
        "basis": figure.basis,
        "version": str(figure.version),
    }
