"""Forms of the project pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField
from wtforms.fields import SelectChoice

from portfolio.domain.drafts import ProjectDraft
from portfolio.domain.quantities import MoneyUnit, fen_to
from portfolio.domain.terms import Basis, DeliveryMode, Level, Nature, Stage, Status
from portfolio.store.models import District, Plan, Project
from portfolio.web.forms.fields import (
    MoneyField,
    QuantityField,
    TermField,
    TextBlockField,
    TextLineField,
    YearField,
    required,
)


class VersionedForm(FlaskForm):  # type: ignore[misc]
    """A form that knows which version of the record it was filled in against."""

    version = HiddenField()

    @property
    def version_number(self) -> int:
        """Return the version; a mangled one is no version that exists."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class ProjectForm(VersionedForm):
    """Add or edit one project."""

    name = TextLineField(_l("项目名称"), [required(_l("请填写项目名称"))], description=_l("按规划或批复文件的写法"))
    remark = TextLineField(_l("备注"), max_length=60, description=_l("写在名称后的括号里，如：暂定名、二期"))
    district = SelectField(_l("区县"), invalid_choice_message=_l("没有这个区县，请从列表中选择"))
    nature = TermField(_l("建设性质"), Nature)
    level = TermField(_l("学段"), Level)
    stage = TermField(_l("阶段"), Stage, empty=_l("未知"))
    delivery_mode = TermField(_l("建设模式"), DeliveryMode, empty=_l("未知"))
    basis = TermField(_l("规划依据"), Basis)
    plan_key = SelectField(_l("规划"), invalid_choice_message=_l("请从列表中选择规划"))
    section = TextLineField(_l("章节或专栏"), max_length=60, description=_l("规划内项目必填，如：专栏2"))
    item = TextLineField(_l("项号"), max_length=20)
    quote = TextBlockField(_l("规划原文"), max_length=1000)
    national_code = TextLineField(
        _l("全国投资项目代码"), max_length=40, description=_l("形如 2411-340104-04-01-881552；未赋码时留空")
    )
    site_area_m2 = QuantityField(_l("占地面积（㎡）"), description=_l("1 亩 = 666.67 ㎡"))
    floor_area_m2 = QuantityField(_l("建筑面积（㎡）"))
    classes = QuantityField(_l("班数"), places=0)
    seats = QuantityField(_l("学位（个）"), places=0)
    total_investment = MoneyField(_l("总投资"), unit_field="total_investment_unit")
    total_investment_unit = TermField(_l("金额单位"), MoneyUnit, default=MoneyUnit.WAN)
    start_year = YearField(_l("开工年份"))
    completion_year = YearField(_l("建成年份"))
    owner = TextLineField(_l("建设单位"))
    user = TextLineField(_l("使用单位"))
    lead_unit = TextLineField(_l("牵头单位"))
    responsible_unit = TextLineField(_l("责任单位"))
    responsible_person = TextLineField(_l("责任人"), max_length=50)
    note = TextBlockField(_l("登记说明"), max_length=1000, description=_l("怎样理解规划或来源的写法"))
    reason = TextLineField(_l("修改原因"), description=_l("记入沿革；可不填"))

    def set_choices(self, districts: list[District], plans: list[Plan]) -> None:
        """Offer the districts and plans there are."""
        self.district.choices = [SelectChoice(one.adcode, one.name) for one in districts]
        self.plan_key.choices = [SelectChoice("", _l("无"))]
        self.plan_key.choices += [SelectChoice(plan.key, plan.short) for plan in plans]

    def draft(self, *, stage: Stage | None) -> ProjectDraft:
        """Return the validated answers as a frozen draft; a project is placed on a page of its own."""
        texts = "remark section item quote national_code owner user lead_unit responsible_unit responsible_person note"
        return ProjectDraft(
            name=self.name.text or "",
            district=self.district.data,
            nature=self.nature.data,
            level=self.level.data,
            stage=stage,
            basis=self.basis.data,
            plan_key=self.plan_key.data or None,
            delivery_mode=self.delivery_mode.data,
            site_area_m2=self.site_area_m2.quantity,
            floor_area_m2=self.floor_area_m2.quantity,
            classes=self.classes.whole,
            seats=self.seats.whole,
            total_investment_fen=self.total_investment.fen,
            start_year=self.start_year.year,
            completion_year=self.completion_year.year,
            **{name: self[name].text for name in texts.split()},
        )


_NUMBERS = ("site_area_m2", "floor_area_m2", "classes", "seats", "start_year", "completion_year")


def stored_answers(project: Project) -> dict[str, Any]:
    """Return a project's values as the form shows them."""
    plain = (
        "name remark nature level stage delivery_mode basis section item quote national_code "
        "owner user lead_unit responsible_unit responsible_person note"
    )
    answers: dict[str, Any] = {name: getattr(project, name) for name in plain.split()}
    answers |= {name: _text(getattr(project, name)) for name in _NUMBERS}
    fen = project.total_investment_fen
    return answers | {
        "district": project.district.adcode,
        "plan_key": project.plan.key if project.plan else "",
        "total_investment": None if fen is None else f"{fen_to(fen, MoneyUnit.WAN).normalize():f}",
        "version": str(project.version),
    }


def _text(value: Decimal | int | None) -> str | None:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return None if value is None else str(value)


class StageForm(VersionedForm):
    """Report the stage a project has reached."""

    stage = TermField(_l("阶段"), Stage, empty=_l("未知"))
    reason = TextLineField(_l("依据或说明"), id="stage-reason", description=_l("如：批复文号、现场情况；记入沿革"))

    @property
    def answer(self) -> Stage | None:
        """Return the stage, None for unknown."""
        stage: Stage | None = self.stage.data
        return stage


class ProgrammeForm(VersionedForm):
    """Say of which project this one is a phase; an empty answer means of none."""

    programme = TextLineField(_l("总项目编码"), max_length=40, description=_l("如 500101-0001；留空即不再是分期"))
    reason = TextLineField(_l("说明"), id="programme-reason", description=_l("记入沿革"))

    @property
    def answer(self) -> str | None:
        """Return the programme's code, None for none."""
        code: str | None = self.programme.text
        return code


class StatusForm(VersionedForm):
    """Suspend, cancel, merge or restore a project."""

    status = TermField(_l("状态"), Status)
    reason = TextLineField(_l("原因"), [required(_l("请写明原因，将记入沿革"))], id="status-reason")

    @property
    def answer(self) -> Status:
        """Return the status."""
        status: Status = self.status.data
        return status
