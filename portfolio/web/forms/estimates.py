"""Forms of the four estimates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField

from portfolio.domain.drafts import EstimateDraft
from portfolio.domain.quantities import MoneyUnit
from portfolio.domain.terms import EstimateKind
from portfolio.web.attachments import ACCEPTED
from portfolio.web.forms.confirmation import ConfirmedForm
from portfolio.web.forms.fields import MoneyField, TermField, TextLineField, required
from portfolio.web.forms.money import DayField


class EstimateForm(ConfirmedForm):
    """Enter what one of the four estimates comes to."""

    ordinal = HiddenField()
    amount = MoneyField(_l("金额"), [required(_l("请填写金额"))])
    unit = TermField(_l("金额单位"), MoneyUnit, default=MoneyUnit.WAN)
    approval_no = TextLineField(_l("批复文号"), max_length=80)
    issuer = TextLineField(_l("批复机关"), max_length=80)
    approved_on = DayField(_l("批复日期"))
    file = FileField(
        _l("附件"), description=_l("PDF、图片或 Office 文件，不超过 20 MB"), render_kw={"accept": ACCEPTED}
    )
    reason = TextLineField(_l("更正原因"), description=_l("原数保留在更正记录中"))

    @property
    def replacing(self) -> int:
        """Return the ordinal last seen; a mangled one is none that exists."""
        text = self.ordinal.data or "0"
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1

    def draft(self, kind: EstimateKind, file_id: int | None) -> EstimateDraft:
        """Return the validated answers as a frozen draft."""
        return EstimateDraft(
            kind=kind,
            amount_fen=self.amount.fen or 0,
            approval_no=self.approval_no.text,
            issuer=self.issuer.text,
            approved_on=self.approved_on.day,
            file_id=file_id,
            reason=self.reason.text,
        )
