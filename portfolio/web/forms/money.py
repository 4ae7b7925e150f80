"""Forms of the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from portfolio.domain.drafts import LedgerDraft
from portfolio.domain.quantities import MoneyUnit, format_exact
from portfolio.domain.terms import MoneyState, Overdraw, Source
from portfolio.store.models import FundingDocument
from portfolio.store.queries.contracts import ContractStanding
from portfolio.store.queries.documents import DocumentStanding
from portfolio.web.forms.confirmation import ConfirmedForm
from portfolio.web.forms.fields import MoneyField, TermField, TextLineField, YearField, required
from portfolio.web.forms.settings import SettingForm


class DayField(TextLineField):
    """A day written as 2025-09-01; ``day`` is None when empty."""

    day: dt.date | None = None

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        usual = {"max_length": 10, "description": _l("如 2025-09-01"), "render_kw": {"type": "date"}}
        super().__init__(label, validators, **(usual | options))

    def pre_validate(self, form: Any) -> None:
        """Read the day."""
        super().pre_validate(form)
        if self.text:
            try:
                self.day = dt.date.fromisoformat(self.text)
            except ValueError as error:
                raise ValidationError(gettext("请按 2025-09-01 的格式填写日期")) from error


class EntryForm(ConfirmedForm):
    """Enter one amount of one source."""

    document = SelectField(
        _l("资金文件"),
        default="",
        invalid_choice_message=_l("这份文件不在列表中，或已没有可分配的余额，请重新选择"),
        description=_l("本区县还有余额的文件；选定后，来源、状态和年度须与文件一致"),
    )
    source = TermField(_l("资金来源"), Source)
    state = TermField(
        _l("资金状态"), MoneyState, description=_l("申请 → 计划 → 下达 → 到位 → 支付；完成投资是工作量，不是付款")
    )
    year = YearField(_l("年度"), [required(_l("请填写年度"))])
    month = SelectField(_l("月份"), invalid_choice_message=_l("请从列表中选择月份"))
    amount = MoneyField(_l("金额"), [required(_l("请填写金额"))])
    unit = TermField(_l("金额单位"), MoneyUnit, default=MoneyUnit.WAN)
    contract = SelectField(
        _l("合同"), default="", invalid_choice_message=_l("请从列表中选择合同"), description=_l("只有支付才对应合同")
    )
    document_no = TextLineField(_l("文号"), max_length=80)
    document_on = DayField(_l("文件日期"))
    note = TextLineField(_l("说明"))

    def __init__(
        self, contracts: Iterable[ContractStanding], documents: Iterable[DocumentStanding], **options: Any
    ) -> None:
        super().__init__(**options)
        self.document.choices = [SelectChoice("", _l("无")), *_document_choices(documents)]
        self.month.choices = [SelectChoice("", _l("未知")), *(SelectChoice(str(n), str(n)) for n in range(1, 13))]
        offered = [SelectChoice(str(one.contract.id), _contract_label(one)) for one in contracts]
        self.contract.choices = [SelectChoice("", _l("无")), *offered]

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

    @property
    def contract_number(self) -> int | None:
        """Return the number of the chosen contract, or None."""
        return int(self.contract.data) if self.contract.data else None

    @property
    def document_record(self) -> int | None:
        """Return the number of the chosen document's record, or None."""
        return int(self.document.data) if self.document.data else None


def _document_choices(documents: Iterable[DocumentStanding]) -> list[SelectChoice]:
    """Return a choice for each document, those of one source, state and year together; a script reads what they are."""
    return [_document_choice(one) for one in sorted(documents, key=lambda one: _kind(one.document))]


def _kind(document: FundingDocument) -> tuple[int, int, int]:
    """Return the place of a document's source, state and year in a list: newest year first."""
    return list(Source).index(document.source), list(MoneyState).index(document.state), -document.year


def _document_choice(standing: DocumentStanding) -> SelectChoice:
    document = standing.document
    kind = {"source": document.source.value, "state": document.state.value, "year": str(document.year)}
    left = gettext("可分配 %(left)s 万元", left=format_exact(standing.left_fen))
    return SelectChoice(
        str(document.id),
        f"{document.number}（{left}）",
        render_kw={f"data-{name}": value for name, value in kind.items()},
        optgroup=f"{gettext(document.source.label)} · {gettext(document.state.label)} · {document.year}",
    )


def _contract_label(standing: ContractStanding) -> str:
    left = gettext("未付 %(left)s 万元", left=format_exact(standing.left_fen))
    return f"{standing.contract.number} {standing.contract.name[:20]}（{left}）"


class ReversalForm(FlaskForm):  # type: ignore[misc]
    """Take an entry back."""

    reason = TextLineField(_l("冲销原因"), [required(_l("请写明冲销原因"))])


class VoidForm(FlaskForm):  # type: ignore[misc]
    """Declare a document, a contract or an estimate void."""

    reason = TextLineField(_l("原因"), [required(_l("请写明原因"))])


class OverdrawForm(SettingForm):
    """What happens to payments beyond what they may."""

    overdraw = TermField(_l("超额支付"), Overdraw)


class CarryForm(FlaskForm):  # type: ignore[misc]
    """Carry unspent money of one source and year into the next year."""

    origin = SelectField(_l("来源与年度"), invalid_choice_message=_l("请从列表中选择来源与年度"))
    amount = MoneyField(_l("金额"), [required(_l("请填写金额"))])
    unit = TermField(_l("金额单位"), MoneyUnit, default=MoneyUnit.WAN)
    note = TextLineField(_l("说明"))

    def __init__(self, unspent: Iterable[tuple[Source, int, int]], **options: Any) -> None:
        super().__init__(**options)
        self.origin.choices = [
            SelectChoice(f"{source.value}-{year}", _unspent_label(source, year, fen)) for source, year, fen in unspent
        ]

    def chosen(self) -> tuple[Source, int]:
        """Return the source and the year that money is carried out of."""
        code, year = self.origin.data.rsplit("-", 1)
        return Source.from_label(code), int(year)


def _unspent_label(source: Source, year: int, fen: int) -> str:
    return str(
        gettext(
            "%(source)s %(year)s 年，未支付 %(left)s 万元",
            source=gettext(source.label),
            year=year,
            left=format_exact(fen),
        )
    )
