"""Forms of the lights: another light for a time, and the rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField

from portfolio.domain.lights import Condition, Light, LightRule, title_of
from portfolio.web.forms.fields import TermField, TextLineField, WholeNumberField, required
from portfolio.web.forms.money import DayField
from portfolio.web.forms.settings import SettingForm
from portfolio.web.language import tell

SPARE_ROWS = 2
MOST_RULES = 40


class OverrideForm(FlaskForm):  # type: ignore[misc]
    """Set another light than the computed one."""

    light = TermField(_l("改为"), Light, among=(Light.GREEN, Light.AMBER, Light.RED))
    expires_on = DayField(
        _l("有效至"),
        [required(_l("请填写有效期，到期后恢复为按规则计算"))],
        max_length=10,
        description=_l("如 2026-12-31，最长一年"),
        render_kw={"type": "date"},
    )
    reason = TextLineField(_l("理由"), [required(_l("请写明为什么改灯，将记入沿革"))])


class RuleForm(Form):  # type: ignore[misc]
    """One rule; without a name it is none."""

    name = TextLineField(_l("名称"), max_length=20)
    condition = TermField(_l("条件"), Condition)
    above = WholeNumberField(_l("大于"))
    colour = TermField(_l("亮灯"), Light, among=(Light.AMBER, Light.RED))

    @property
    def called(self) -> str | None:
        """Return what pages call a rule that we ship, where their language has another name; the answer stays ours."""
        name = self.name.text or ""
        title = str(tell(title_of(name)))
        return None if title == name else title


class RuleList(FieldList):  # type: ignore[misc]
    """The rows of rules; its errors are sentences that name the row."""

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Check every row."""
        is_valid = bool(super().validate(form, extra_validators))
        self.errors = [
            gettext(
                "第 %(number)s 条 %(label)s：%(error)s", number=number, label=field.label.text, error=field.errors[0]
            )
            for number, entry in enumerate(self, 1)
            for field in entry.form
            if field.errors
        ]
        return is_valid


class RulesForm(SettingForm):
    """All rules, a row each, with rows to add some; a row whose name is taken out is dropped."""

    rules = RuleList(FormField(RuleForm), _l("规则"), max_entries=MOST_RULES)
    reason = TextLineField(_l("调整原因"), description=_l("启用时必填，将记入沿革"))

    def rows(self) -> Sequence[LightRule]:
        """Return the rules given; a threshold left empty is 0."""
        return [
            LightRule(row.name.text, row.condition.data, row.above.number or 0, row.colour.data)
            for row in (entry.form for entry in self.rules)
            if row.name.text
        ]


def rules_form(rules: Sequence[LightRule], version: int) -> RulesForm:
    """Return the form filled in with the rules in force, and with spare rows."""
    stored: list[dict[str, Any]] = [
        {"name": rule.name, "condition": rule.condition, "above": str(rule.above), "colour": rule.colour}
        for rule in rules
    ]
    spare = [{"name": "", "condition": Condition.MILESTONE_LATE, "above": "", "colour": Light.AMBER}] * SPARE_ROWS
    return RulesForm(formdata=None, data={"rules": [*stored, *spare], "version": str(version)})
