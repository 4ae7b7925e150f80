"""Forms of the reminders."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import ValidationError

from portfolio.domain.reporting import WebhookKind
from portfolio.services.settings import Secret
from portfolio.web.forms.fields import SecretField, TermField, TextLineField
from portfolio.web.forms.settings import SettingForm


class WebhookForm(SettingForm):
    """Where reminders are sent to; without an address nowhere."""

    kind = TermField(_l("提醒方式"), WebhookKind)
    url = TextLineField(
        _l("地址"),
        max_length=500,
        description=_l("整条复制群机器人给出的地址；留空则不发送"),
        render_kw={"inputmode": "url"},
    )
    secret = SecretField(
        _l("加签密钥"), description=_l("钉钉、飞书机器人安全设置选了“加签”的才填；保存后不再显示，留空则沿用已存的")
    )
    unsign = BooleanField(_l("清除已存的密钥，不再加签"))

    def validate_secret(self, field: SecretField) -> None:
        """Refuse a secret where nothing is signed with it."""
        if field.text and not self.kind.data.signs:
            kind = gettext(self.kind.data.label)
            raise ValidationError(gettext("%(kind)s不用加签，请把加签密钥留空", kind=kind))

    def new_secret(self, before: WebhookKind | None) -> Secret | None:
        """Return what the secret becomes; None leaves it. That of another kind of robot is not carried over."""
        kind, typed = self.kind.data, self.secret.text
        if typed and kind.signs and self.url.text:
            return Secret(typed)
        keeps = kind.signs and kind is before and self.url.text and not self.unsign.data
        return None if keeps else Secret(None)
