"""Forms of the ledger."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from portfolio.domain.drafts import LedgerDraft
from portfolio.domain.quantities import MoneyUnit
from portfolio.domain.terms import MoneyState, Source
from portfolio.web.forms.fields import MoneyField, TermField, TextLineField, YearField, required


class DayField(TextLineField):
    """A day written as 2025-09-01; ``day`` is None when empty."""

    day: dt.date | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the day."""
        super().pre_validate(form)
        if self.text:
            try:
                self.day = dt.date.fromisoformat(self.text)
            except ValueError as error:
                raise ValidationError(gettext("请按 2025-09-01 的格式填写日期")) from error


class EntryForm(FlaskForm):  # type: ignore[misc]
    """Enter one amount of one source."""

    source = TermField(_l("资金来源"), Source)
    state = TermField(
        _l("资金状态"), MoneyState, description=_l("申请 → 计划 → 下达 → 到位 → 支付；完成投资是工作量，不是付款")
    )
    year = YearField(_l("年度"), [required(_l("请填写年度"))])
    month = SelectField(_l("月份"), invalid_choice_message=_l("请从列表中选择月份"))
    amount = MoneyField(_l("金额"), [required(_l("请填写金额"))])
    unit = TermField(_l("金额单位"), MoneyUnit, default=MoneyUnit.WAN)
    document_no = TextLineField(_l("文号"), max_length=80)
    document_on = DayField(_l("文件日期"), max_length=10, description=_l("如 2025-09-01"), render_kw={"type": "date"})
    note = TextLineField(_l("说明"))

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.month.choices = [SelectChoice("", _l("未知")), *(SelectChoice(str(n), str(n)) for n in range(1, 13))]

    def draft(self) -> LedgerDraft:
        """Return the validated answers as a frozen draft."""
        return LedgerDraft(
            source=self.source.data,
            state=self.state.data,
            year=self.year.year or 0,
            month=int(self.month.data) if self.month.data else None,
            amount_fen=self.amount.fen or 0,
            document_no=self.document_no.text,
            document_on=self.document_on.day,
            note=self.note.text,
        )


class ReversalForm(FlaskForm):  # type: ignore[misc]
    """Take an entry back."""

    reason = TextLineField(_l("冲销原因"), [required(_l("请写明冲销原因"))])
