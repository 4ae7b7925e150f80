"""The form of a year's investment plan: one field for each source and quarter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import ValidationError

from portfolio.domain.drafts import PlanCell, PlanDraft
from portfolio.domain.quantities import MoneyUnit, fen_to, parse_decimal
from portfolio.domain.terms import Source
from portfolio.web.forms.fields import MoneyField, TermField, TextLineField, read_answer
from portfolio.web.forms.money import DayField

QUARTERS = (None, 1, 2, 3, 4)


class PlannedField(MoneyField):
    """An amount of a plan: empty and 0 both mean that nothing is planned."""

    def pre_validate(self, form: Any) -> None:
        """Read the amount; nothing planned is 0 fen."""
        self.fen = 0
        if self.data and self._is_nothing():
            return
        if self.data:
            self.fen = None
            super().pre_validate(form)

    def _is_nothing(self) -> bool:
        amount = read_answer(lambda: parse_decimal(str(self.data)))
        if amount < 0:
            raise ValidationError(gettext("计划金额不能小于 0；调减时直接填写调减后的金额"))
        return amount == 0


def name_of(cell: PlanCell) -> str:
    """Return the name of the field that stands for a cell."""
    source, quarter = cell
    return f"{source.value}_{quarter or 'year'}"


class PlanForm(FlaskForm):  # type: ignore[misc]
    """What a project's plan of one year is to be."""

    unit = TermField(_l("金额单位"), MoneyUnit, default=MoneyUnit.WAN)
    document_no = TextLineField(_l("文号"), max_length=80)
    document_on = DayField(_l("文件日期"), max_length=10, description=_l("如 2025-09-01"), render_kw={"type": "date"})
    reason = TextLineField(_l("调整原因"))
    seen = HiddenField()

    @property
    def seen_number(self) -> int:
        """Return how many decisions the person had seen."""
        text = self.seen.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1

    def draft(self, year: int) -> PlanDraft:
        """Return the validated answers as a frozen draft."""
        day: dt.date | None = self.document_on.day
        return PlanDraft(
            year=year,
            cells={cell: fen for cell in CELLS if (fen := self[name_of(cell)].fen)},
            document_no=self.document_no.text,
            document_on=day,
            reason=self.reason.text,
        )


CELLS: tuple[PlanCell, ...] = tuple((source, quarter) for source in Source for quarter in QUARTERS)
for _cell in CELLS:
    setattr(PlanForm, name_of(_cell), PlannedField())


def answers_of(cells: Mapping[PlanCell, int]) -> dict[str, str]:
    """Return a plan as the answers of the form, in 万元."""
    return {name_of(cell): _plain(fen_to(fen, MoneyUnit.WAN)) for cell, fen in cells.items() if fen}


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def wrong_cells(form: PlanForm) -> Iterable[tuple[PlanCell, str]]:
    """Return the cells that could not be read, each with its sentence."""
    return [(cell, form[name_of(cell)].errors[0]) for cell in CELLS if form[name_of(cell)].errors]
