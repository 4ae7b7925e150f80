"""Forms of what a person keeps at hand."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField

from portfolio.web.forms.fields import TextLineField, required


class ViewForm(FlaskForm):  # type: ignore[misc]
    """Keep the page that is shown under a name."""

    name = TextLineField(_l("视图名称"), [required(_l("请给视图起个名称"))], max_length=40)
    address = HiddenField()
