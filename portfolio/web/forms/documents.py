"""Forms of funding documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import FieldList, Form, FormField, SelectField, SelectMultipleField
from wtforms.fields import SelectChoice

from portfolio.domain.drafts import DocumentDraft
from portfolio.domain.errors import RuleError
from portfolio.domain.quantities import MoneyUnit, parse_money_fen
from portfolio.domain.terms import MoneyState, Source
from portfolio.services.documents import GIVING
from portfolio.store.models import District
from portfolio.web.attachments import ACCEPTED
from portfolio.web.forms.confirmation import ConfirmedForm
from portfolio.web.forms.fields import MoneyField, TermField, TextLineField, YearField, required
from portfolio.web.forms.money import DayField
from portfolio.web.language import tell

FEWEST_ROWS, MOST_ROWS = 8, 200


class DocumentForm(ConfirmedForm):
    """Register a document that gives money."""

    district = SelectField(_l("区县"), invalid_choice_message=_l("没有这个区县，请从列表中选择"))
    number = TextLineField(_l("文号"), [required(_l("请填写文号"))], max_length=80)
    issued_on = DayField(_l("文件日期"), [required(_l("请填写文件日期"))])
    issuer = TextLineField(_l("发文机关"), max_length=80)
    source = TermField(_l("资金来源"), Source)
    state = TermField(_l("资金状态"), MoneyState, among=GIVING, description=_l("这份文件把钱带到哪一步"))
    year = YearField(_l("年度"), [required(_l("请填写年度"))])
    amount = MoneyField(_l("文件金额"), [required(_l("请填写文件金额"))])
    unit = TermField(_l("金额单位"), MoneyUnit, default=MoneyUnit.WAN)
    file = FileField(
        _l("附件"), description=_l("PDF、图片或 Office 文件，不超过 20 MB"), render_kw={"accept": ACCEPTED}
    )
    note = TextLineField(_l("说明"))

    def __init__(self, districts: Iterable[District], **options: Any) -> None:
        super().__init__(**options)
        self.district.choices = [SelectChoice(one.adcode, one.name) for one in districts]

    def draft(self, file_id: int | None) -> DocumentDraft:
        """Return the validated answers as a frozen draft."""
        return DocumentDraft(
            district=self.district.data,
            number=self.number.text or "",
            issued_on=self.issued_on.day or dt.date.max,
            issuer=self.issuer.text,
            source=self.source.data,
            state=self.state.data,
            year=self.year.year or 0,
            amount_fen=self.amount.fen or 0,
            file_id=file_id,
            note=self.note.text,
        )


class ClaimForm(ConfirmedForm):
    """Bring entries that name a document under it: those that are ticked."""

    entries = SelectMultipleField(_l("要认领的记录"), choices=[], validate_choice=False)

    @property
    def numbers(self) -> list[int]:
        """Return the numbers that were ticked; a mangled one is none that exists."""
        return [int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0 for text in self.entries.data]


class ShareRow(Form):  # type: ignore[misc]
    """One project and what it gets."""

    project = TextLineField(_l("项目编码"), max_length=80)
    amount = TextLineField(_l("金额"), max_length=40, render_kw={"inputmode": "decimal", "autocomplete": "off"})


class SplitForm(ConfirmedForm):
    """Split a document over projects: as many rows as there are projects, empty ones are passed over."""

    unit = TermField(_l("金额单位"), MoneyUnit, default=MoneyUnit.WAN)
    total = MoneyField(_l("本次分配总额"), [required(_l("请填写本次分配总额"))])
    rows = FieldList(FormField(ShareRow), min_entries=FEWEST_ROWS, max_entries=MOST_ROWS)

    def filled_rows(self) -> list[tuple[Any, str, int]]:
        """Return each row that says something: the row, the project's code, the amount in fen.

        Rows that are half filled in, or whose amount is none, get their sentence; nothing is returned then.
        """
        found = [(row.form, *read) for row in self.rows if (read := self._read(row.form)) is not None]
        return [] if self.has_wrong_rows else found

    def _read(self, row: Any) -> tuple[str, int] | None:
        code, amount = (row.project.text or "").split(" ")[0], row.amount.text
        if not code and not amount:
            return None
        if not code:
            row.project.errors = [gettext("请填写项目编码，或从列表中选择")]
            return None
        try:
            return code, parse_money_fen(amount or "", self.unit.data)
        except RuleError as error:
            row.amount.errors = [tell(error.sentence) if amount else gettext("请填写金额")]
            return None

    @property
    def has_wrong_rows(self) -> bool:
        """Return whether any row has a sentence beside it."""
        return any(row.form.project.errors or row.form.amount.errors for row in self.rows)
