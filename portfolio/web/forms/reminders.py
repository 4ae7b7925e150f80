"""Forms of the reminders."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portfolio.domain.reporting import WebhookKind
from portfolio.web.forms.fields import TermField, TextLineField
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
