"""Forms of a person's own account."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField
from wtforms.validators import ValidationError

from portfolio.services.users import MIN_PASSWORD_LENGTH
from portfolio.web.forms.fields import TextLineField, required


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Sign in; ``next`` is the page that was asked for."""

    name = TextLineField(
        _l("用户名"),
        [required(_l("请填写用户名"))],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(_l("密码"), [required(_l("请填写密码"))], render_kw={"autocomplete": "current-password"})
    next = HiddenField()


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """Change one's own password."""

    current = PasswordField(
        _l("当前密码"), [required(_l("请填写当前密码"))], render_kw={"autocomplete": "current-password"}
    )
    new = PasswordField(
        _l("新密码"),
        [required(_l("请填写新密码"))],
        description=_l("至少 %(count)s 个字符，可以是一句容易记住的话", count=MIN_PASSWORD_LENGTH),
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("再输一次新密码"), [required(_l("请再输一次新密码"))], render_kw={"autocomplete": "new-password"}
    )

    def validate_again(self, field: Any) -> None:
        """Refuse two different answers."""
        if field.data != self.new.data:
            raise ValidationError(str(_l("两次输入的新密码不一致，请重新输入")))
