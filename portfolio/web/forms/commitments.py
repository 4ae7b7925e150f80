"""Forms of the commitments pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from portfolio.web.forms.fields import QuantityField, TextLineField, required


class LinkForm(FlaskForm):  # type: ignore[misc]
    """Count a project toward a commitment."""

    project = TextLineField(
        _l("项目编码"),
        [required(_l("请填写项目编码，或从列表中选择"))],
        max_length=40,
        description=_l("如 500106-0005"),
    )
    quantity = QuantityField(_l("计入数量"), description=_l("按任务的单位填写；留空则按项目自身的班数或面积计算"))
    basis = TextLineField(_l("依据"), description=_l("为什么计入这项任务"))
