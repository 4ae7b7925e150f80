"""Asking for a pack: which projects, as of which day, which files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField
from wtforms.fields import SelectChoice

from portfolio.domain.packs import PackKind
from portfolio.domain.terms import Basis, Level, Nature, Phase, Status
from portfolio.store.models import District
from portfolio.web.forms.fields import TermField, TextLineField, required
from portfolio.web.forms.money import DayField

_ALL = _l("全部")


class PackForm(FlaskForm):  # type: ignore[misc]
    """Ask for a pack. The scope's fields have the names of the register's filter."""

    district = SelectField(_l("区县"), invalid_choice_message=_l("请从列表中选择一个区县"))
    level = TermField(_l("学段"), Level, empty=_ALL)
    nature = TermField(_l("建设性质"), Nature, empty=_ALL)
    phase = TermField(_l("进度"), Phase, empty=_ALL)
    status = TermField(_l("状态"), Status, empty=_ALL)
    basis = TermField(_l("规划依据"), Basis, empty=_ALL)
    as_of = DayField(
        _l("截至日期"),
        [required(_l("请填写截至日期"))],
        max_length=10,
        render_kw={"type": "date"},
    )
    issuer = TextLineField(
        _l("红头机关名称"), max_length=30, description=_l("填写后，Word 和 PDF 专报套红头；不填则不套")
    )
    xlsx = BooleanField(_l("Excel 数据表"), description=_l("封面、摘要、来源与年度、逐项目、四算、例外、口径"))
    docx = BooleanField(_l("Word 专报"), description=_l("两页，每句话注明所依据的记录"))
    pptx = BooleanField(_l("汇报幻灯片"), description=_l("8 至 12 页，图表和表格可以编辑"))
    pdf = BooleanField(_l("PDF 专报"), description=_l("同一专报加附表，字体已嵌入"))
    csv = BooleanField(_l("CSV 数据"), description=_l("全部表格，金额精确到分"))

    def __init__(self, districts: Iterable[District], *, may_see_all: bool, **options: Any) -> None:
        super().__init__(**options)
        named = [SelectChoice(one.adcode, one.name) for one in districts]
        self.district.choices = [SelectChoice("", _l("全部区县")), *named] if may_see_all else named

    @property
    def files(self) -> list[BooleanField]:
        """Return the boxes of the files, in the order in which they are made."""
        return [self[kind.value] for kind in PackKind if kind.value in self]

    @property
    def kinds(self) -> list[PackKind]:
        """Return the files that are wanted."""
        return [kind for kind in PackKind if kind.value in self and self[kind.value].data]
