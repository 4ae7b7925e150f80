"""Forms of milestones, baselines and approvals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, FormField, HiddenField, SelectMultipleField
from wtforms.fields import SelectChoice

from portfolio.domain.milestones import ApprovalDraft, ApprovalKind, DelayReason, MilestoneDraft
from portfolio.domain.terms import Level, Nature, Stage
from portfolio.store.models import Milestone
from portfolio.web.forms.fields import TermField, TextLineField, WholeNumberField, required
from portfolio.web.forms.money import DayField

_DAY: dict[str, Any] = {"max_length": 10, "render_kw": {"type": "date"}}


class StageRow(Form):  # type: ignore[misc]
    """The days of one stage."""

    planned_on = DayField(_l("计划"), **_DAY)
    forecast_on = DayField(_l("预计"), **_DAY)
    actual_on = DayField(_l("实际"), **_DAY)
    is_confirmed = BooleanField(_l("已核实"))
    delay_reason = TermField(_l("滞后原因"), DelayReason, empty=_l("无"))


class StageField(FormField):  # type: ignore[misc]
    """The row of one stage; its errors are sentences."""

    @property
    def errors(self) -> list[str]:
        """Return one sentence for each answer that is wrong."""
        colon = gettext("：")
        return [f"{field.label.text}{colon}{field.errors[0]}" for field in self.form if field.errors]


class MilestonesForm(FlaskForm):  # type: ignore[misc]
    """The days of every stage of a project; a row for each stage, named by its code."""

    seen = HiddenField()

    def rows(self) -> list[tuple[Stage, Any]]:
        """Return the stages with their rows, in order."""
        return [(stage, self[stage.value].form) for stage in Stage if stage.value in self]

    def drafts(self) -> list[MilestoneDraft]:
        """Return the validated answers as frozen drafts."""
        return [
            MilestoneDraft(
                stage=stage,
                planned_on=row.planned_on.day,
                forecast_on=row.forecast_on.day,
                actual_on=row.actual_on.day,
                is_confirmed=row.is_confirmed.data,
                delay_reason=row.delay_reason.data,
            )
            for stage, row in self.rows()
        ]


def milestones_form(stages: Sequence[Stage], rows: Sequence[Milestone] = (), **options: Any) -> MilestonesForm:
    """Return the form with a row for each stage, filled in with milestones."""
    fields = {stage.value: StageField(StageRow, _l(stage.label)) for stage in stages}
    stored = {row.stage.value: _stored(row) for row in rows}
    form: MilestonesForm = type("StagesForm", (MilestonesForm,), fields)(data=stored, **options)
    return form


def _stored(row: Milestone) -> dict[str, Any]:
    days = {name: getattr(row, name) for name in ("planned_on", "forecast_on", "actual_on")}
    written = {name: day.isoformat() if day else "" for name, day in days.items()}
    return {**written, "is_confirmed": row.is_confirmed, "delay_reason": row.delay_reason}


class BaselineForm(FlaskForm):  # type: ignore[misc]
    """Fix the planned days."""

    reason = TextLineField(_l("设定原因"), [required(_l("请写明为什么设定基线"))])


class ApprovalForm(FlaskForm):  # type: ignore[misc]
    """Enter one approval."""

    kind = TermField(_l("批复事项"), ApprovalKind)
    number = TextLineField(_l("批复文号"), [required(_l("请填写批复文号"))], max_length=80)
    issuer = TextLineField(_l("批复单位"), max_length=80)
    approved_on = DayField(_l("批复日期"), [required(_l("请填写批复日期"))], **_DAY)
    valid_until = DayField(_l("有效期至"), description=_l("不填则按批复事项的年数推算"), **_DAY)

    def draft(self) -> ApprovalDraft | None:
        """Return the validated answers as a frozen draft."""
        if self.approved_on.day is None or self.number.text is None:
            return None
        return ApprovalDraft(
            kind=self.kind.data,
            number=self.number.text,
            issuer=self.issuer.text,
            approved_on=self.approved_on.day,
            valid_until=self.valid_until.day,
        )


class StagesForm(FlaskForm):  # type: ignore[misc]
    """Say which stages projects of a nature, or of a nature and level, pass through."""

    nature = TermField(_l("建设性质"), Nature)
    level = TermField(_l("学段"), Level, empty=_l("所有学段"))
    stages = SelectMultipleField(
        _l("阶段"),
        choices=[SelectChoice(stage.value, _l(stage.label)) for stage in Stage],
        description=_l("全不选即恢复随软件提供的模板"),
    )

    def chosen(self) -> list[Stage]:
        """Return the stages chosen."""
        return [Stage.from_label(code) for code in self.stages.data]


class ValidityForm(FlaskForm):  # type: ignore[misc]
    """Say for how many years each kind of approval holds."""

    def years(self) -> dict[ApprovalKind, int]:
        """Return the years of the kinds that run out."""
        return {kind: self[kind.value].number for kind in ApprovalKind if self[kind.value].number is not None}


def validity_form(**options: Any) -> ValidityForm:
    """Return the form with a number of years for each kind of approval."""
    fields = {kind.value: WholeNumberField(_l(kind.label)) for kind in ApprovalKind}
    form: ValidityForm = type("YearsForm", (ValidityForm,), fields)(**options)
    return form
