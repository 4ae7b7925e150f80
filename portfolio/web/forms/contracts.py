"""Forms of contracts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField
from wtforms.fields import SelectChoice

from portfolio.domain.drafts import ChangeDraft, ContractDraft
from portfolio.domain.quantities import MoneyUnit, fen_to
from portfolio.store.models import Contract
from portfolio.web.attachments import ACCEPTED
from portfolio.web.forms.confirmation import ConfirmedForm
from portfolio.web.forms.fields import MoneyField, QuantityField, TermField, TextLineField, required
from portfolio.web.forms.money import DayField

MORE, LESS = "more", "less"


class ContractForm(ConfirmedForm):
    """Register a contract, or edit everything of it but its amount."""

    version = HiddenField()
    number = TextLineField(_l("合同编号"), [required(_l("请填写合同编号"))], max_length=80)
    name = TextLineField(_l("合同名称"), [required(_l("请填写合同名称"))], description=_l("如：施工总承包合同"))
    party = TextLineField(_l("签约单位"), [required(_l("请填写签约单位"))], max_length=120)
    signed_on = DayField(_l("签订日期"), [required(_l("请填写签订日期"))])
    amount = MoneyField(_l("合同金额"), [required(_l("请填写合同金额"))])
    unit = TermField(_l("金额单位"), MoneyUnit, default=MoneyUnit.WAN)
    retention_percent = QuantityField(_l("质保金比例（%）"), description=_l("比例或金额只填一项"))
    retention = MoneyField(_l("质保金金额"), unit_field="retention_unit")
    retention_unit = TermField(_l("质保金单位"), MoneyUnit, default=MoneyUnit.WAN)
    retention_due_on = DayField(_l("质保金到期日"))
    retention_released_on = DayField(_l("质保金退还日期"))
    file = FileField(
        _l("附件"), description=_l("PDF、图片或 Office 文件，不超过 20 MB"), render_kw={"accept": ACCEPTED}
    )
    note = TextLineField(_l("说明"))

    @property
    def version_number(self) -> int:
        """Return the version; a mangled one is no version that exists."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def draft(self, file_id: int | None) -> ContractDraft:
        """Return the validated answers as a frozen draft."""
        return ContractDraft(
            number=self.number.text or "",
            name=self.name.text or "",
            party=self.party.text or "",
            amount_fen=self.amount.fen or 0,
            signed_on=self.signed_on.day or dt.date.max,
            retention_percent=self.retention_percent.quantity,
            retention_fen=self.retention.fen,
            retention_due_on=self.retention_due_on.day,
            retention_released_on=self.retention_released_on.day,
            file_id=file_id,
            note=self.note.text,
        )


def stored_contract(contract: Contract) -> dict[str, Any]:
    """Return a contract's values as the form shows them, amounts in 万元."""
    answers: dict[str, Any] = {name: getattr(contract, name) for name in ("number", "name", "party", "note")}
    for name in ("signed_on", "retention_due_on", "retention_released_on"):
        day = getattr(contract, name)
        answers[name] = day.isoformat() if day else None
    answers["amount"] = _plain(fen_to(contract.amount_fen, MoneyUnit.WAN))
    kept = contract.retention_fen
    answers["retention"] = _plain(None if kept is None else fen_to(kept, MoneyUnit.WAN))
    answers["retention_percent"] = _plain(contract.retention_percent)
    return answers | {"version": str(contract.version)}


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


class ChangeForm(FlaskForm):  # type: ignore[misc]
    """Change what a contract comes to."""

    direction = SelectField(_l("增加或减少"), invalid_choice_message=_l("请从列表中选择一项"))
    amount = MoneyField(_l("变更金额"), [required(_l("请填写变更金额"))])
    unit = TermField(_l("金额单位"), MoneyUnit, default=MoneyUnit.WAN)
    changed_on = DayField(_l("变更日期"), [required(_l("请填写变更日期"))])
    document_no = TextLineField(_l("变更文号"), max_length=80)
    reason = TextLineField(_l("变更原因"), [required(_l("请写明变更原因"))])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.direction.choices = [SelectChoice(MORE, _l("增加")), SelectChoice(LESS, _l("减少"))]

    def draft(self) -> ChangeDraft:
        """Return the validated answers as a frozen draft."""
        sign = -1 if self.direction.data == LESS else 1
        return ChangeDraft(
            amount_fen=sign * (self.amount.fen or 0),
            reason=self.reason.text or "",
            changed_on=self.changed_on.day or dt.date.max,
            document_no=self.document_no.text,
        )
