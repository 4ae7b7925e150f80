"""Forms of reporting rounds and reports."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from portfolio.domain.periods import Period
from portfolio.domain.quantities import MoneyUnit, fen_to
from portfolio.domain.reporting import (
    ProblemDraft,
    ProblemLevel,
    ReportDraft,
    RoundDraft,
    parse_percent,
    parse_work_done_fen,
)
from portfolio.domain.terms import Source
from portfolio.store.models import District, ProgressReport
from portfolio.store.queries.reports import LastReport
from portfolio.web.forms.fields import TermField, TextBlockField, TextLineField, read_answer, required, strip
from portfolio.web.forms.money import DayField
from portfolio.web.forms.projects import VersionedForm


class ParsedField(StringField):  # type: ignore[misc]
    """Text that one of the domain's parsers reads; ``value`` is None when it is empty."""

    value: Any = None

    def __init__(self, label: Any, parse: Any, **options: Any) -> None:
        render = {"autocomplete": "off", **(options.pop("render_kw", None) or {})}
        super().__init__(label, filters=[strip], render_kw=render, **options)
        self.parse = parse

    def pre_validate(self, _form: object) -> None:
        """Read the answer; the parser's sentence goes beside the field."""
        if self.data:
            self.value = read_answer(lambda: self.parse(str(self.data)))


class RoundForm(FlaskForm):  # type: ignore[misc]
    """Open a reporting round."""

    district = SelectField(_l("区县"), invalid_choice_message=_l("没有这个区县，请从列表中选择"))
    period = ParsedField(_l("报告期"), Period.parse, description=_l("月报写 2026-11，季报写 2026-Q4"))
    opens_on = DayField(_l("开始填报"), [required(_l("请填写开始填报日期"))], max_length=10, render_kw={"type": "date"})
    due_on = DayField(
        _l("截止日期"),
        [required(_l("请填写截止日期"))],
        max_length=10,
        description=_l("过了这一天仍可补报，记为迟报，直到这一期关闭"),
        render_kw={"type": "date"},
    )

    def __init__(self, districts: list[District], **options: Any) -> None:
        super().__init__(**options)
        self.district.choices = [SelectChoice(one.adcode, one.name) for one in districts]

    def validate_period(self, field: ParsedField) -> None:
        """Ask for the period."""
        if field.value is None:
            raise ValidationError(_l("请填写报告期"))

    def draft(self) -> RoundDraft:
        """Return the validated answers as a frozen draft."""
        assert self.opens_on.day is not None  # noqa: S101 (required above)
        assert self.due_on.day is not None  # noqa: S101
        return RoundDraft(
            district=self.district.data,
            period=self.period.value,
            opens_on=self.opens_on.day,
            due_on=self.due_on.day,
        )


class ReportForm(VersionedForm):
    """What one report states: a row of the grid (with the project's code as prefix), or a page of its own."""

    progress = TextBlockField(_l("形象进度"), max_length=500, description=_l("如：主体施工至四层"))
    physical_percent = ParsedField(
        _l("形象进度（%）"), parse_percent, description=_l("0 至 100"), render_kw={"inputmode": "decimal"}
    )
    fall_reason = TextBlockField(_l("回落原因"), max_length=200, description=_l("百分比比上期低时必填"))
    work_done = ParsedField(
        _l("本期完成投资（万元）"),
        parse_work_done_fen,
        description=_l("只填本期发生数，不清楚时留空"),
        render_kw={"inputmode": "decimal"},
    )
    problems = TextBlockField(_l("存在问题"), max_length=1000)
    next_steps = TextBlockField(_l("下一步"), max_length=1000)
    touched = HiddenField()

    def draft(self) -> ReportDraft:
        """Return the validated answers as a frozen draft."""
        texts = {name: _lines(self[name].text) for name in ("progress", "fall_reason", "problems", "next_steps")}
        return ReportDraft(physical_percent=self.physical_percent.value, work_done_fen=self.work_done.value, **texts)


def _lines(text: str | None) -> str | None:
    """Return a text with the line breaks of one kind; browsers send two characters for each."""
    return None if text is None else text.replace("\r\n", "\n")


CARRIED = ("progress", "physical_percent")
FIELDS = ("progress", "physical_percent", "fall_reason", "work_done", "problems", "next_steps")


def stored_draft(report: ProgressReport, last: LastReport | None) -> ReportDraft:
    """Return what a report states; one that nobody began shows what the last one said of the progress."""
    if not report.is_untouched or last is None:
        return report.draft
    return ReportDraft(progress=last.progress, physical_percent=last.physical_percent)


def stated_answers(draft: ReportDraft) -> dict[str, str]:
    """Return a draft as the form shows it."""
    fen, percent = draft.work_done_fen, draft.physical_percent
    return {
        "progress": draft.progress or "",
        "physical_percent": "" if percent is None else f"{percent.normalize():f}",
        "fall_reason": draft.fall_reason or "",
        "work_done": "" if fen is None else f"{fen_to(fen, MoneyUnit.WAN).normalize():f}",
        "problems": draft.problems or "",
        "next_steps": draft.next_steps or "",
    }


class ReviewForm(VersionedForm):
    """Accept a report, its work value under a source, or return it with a note."""

    source = TermField(
        _l("完成投资记入"),
        Source,
        default=Source.OTHER,
        description=_l("计划和下达资金只有一个来源的，已为您选好；分不清的记入“其他”，表示未分来源"),
    )
    note = TextLineField(_l("意见"), max_length=300, description=_l("退回时必填；核定时可不填"))


class PhotoForm(FlaskForm):  # type: ignore[misc]
    """Add a photo to a report."""

    photo = FileField(
        _l("照片"),
        description=_l("JPEG、PNG 或 WebP，20 MB 以内；存入前去掉照片自带的信息，拍摄时间和位置会先问您"),
        render_kw={"accept": "image/jpeg,image/png,image/webp"},
    )
    caption = TextLineField(_l("照片说明"), max_length=100)


class ProblemForm(VersionedForm):
    """State a problem."""

    what = TextBlockField(_l("问题"), [required(_l("请写明问题"))], max_length=500)
    level = TermField(_l("程度"), ProblemLevel, description=_l("较大和重大的列入督办清单"))
    owner = TextLineField(_l("责任人或单位"), [required(_l("请写明谁来解决"))], max_length=100)
    opened_on = DayField(_l("发现日期"), [required(_l("请填写发现日期"))], max_length=10, render_kw={"type": "date"})
    due_on = DayField(_l("解决期限"), [required(_l("请填写解决期限"))], max_length=10, render_kw={"type": "date"})

    def draft(self) -> ProblemDraft:
        """Return the validated answers as a frozen draft."""
        assert self.opened_on.day is not None  # noqa: S101 (required above)
        assert self.due_on.day is not None  # noqa: S101
        return ProblemDraft(
            what=self.what.text or "",
            level=self.level.data,
            owner=self.owner.text or "",
            opened_on=self.opened_on.day,
            due_on=self.due_on.day,
        )


class CloseForm(VersionedForm):
    """Close a problem with evidence."""

    evidence = TextBlockField(_l("销号依据"), max_length=500, description=_l("怎样解决的，有什么为证"))
    file = FileField(_l("依据文件"), description=_l("PDF、图片、Word 或 Excel，20 MB 以内"))
