"""Forms of the users pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields import SelectChoice

from portfolio.domain.roles import Role
from portfolio.services.users import UserDraft
from portfolio.store.models import District
from portfolio.web.forms.fields import TermField, TextLineField, required


class UserForm(FlaskForm):  # type: ignore[misc]
    """Change what a user may do."""

    full_name = TextLineField(_l("姓名"), max_length=50, description=_l("显示在页面上，可不填"))
    role = TermField(_l("角色"), Role)
    district_adcode = SelectField(
        _l("区县"),
        description=_l("只能查看和登记这个区县；市级人员选“全部区县”"),
        invalid_choice_message=_l("请从列表中选择一个区县"),
    )

    def __init__(self, districts: Iterable[District], **options: Any) -> None:
        super().__init__(**options)
        named = [SelectChoice(one.adcode, one.name) for one in districts]
        self.district_adcode.choices = [SelectChoice("", _l("全部区县")), *named]

    def draft(self, name: str) -> UserDraft:
        """Return the validated answers for the user called ``name``."""
        return UserDraft(
            name=name,
            full_name=self.full_name.text,
            role=self.role.data,
            district_adcode=self.district_adcode.data or None,
        )


class NewUserForm(UserForm):
    """Add a user."""

    name = TextLineField(
        _l("用户名"),
        [required(_l("请填写用户名"))],
        max_length=32,
        description=_l("登录时使用：2 至 32 个字母、数字或 _ . -，以后不能更改"),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )


class TokenForm(FlaskForm):  # type: ignore[misc]
    """Make an API token."""

    label = TextLineField(_l("用途"), [required(_l("请填写用途，以后才知道这个令牌能不能撤销"))], max_length=100)
