"""Reminders: what is due, a calendar that reads it, and a message to a chat group."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from portfolio import settings
from portfolio.domain.clock import today
from portfolio.domain.errors import RuleError
from portfolio.domain.reporting import WebhookKind
from portfolio.domain.roles import Permission
from portfolio.exchange import webhook
from portfolio.exchange.calendar import write_calendar
from portfolio.exchange.webhook import KEY
from portfolio.reports.reminders import digest, list_due
from portfolio.services import feeds as service
from portfolio.store.base import utc_now
from portfolio.store.queries.feeds import find_feed_of
from portfolio.store.queries.settings import find_secret, find_setting
from portfolio.web.database import get_session
from portfolio.web.forms.reminders import WebhookForm
from portfolio.web.language import tell
from portfolio.web.permissions import public, requires
from portfolio.web.settings_page import Group, reject, save_setting, setting_version, settings_page
from portfolio.web.signin import scope_adcode, signed_in_user
from portfolio.web.views.reports import blueprint


@blueprint.get("/reports/reminders")
@requires(Permission.VIEW)
def reminders() -> ResponseReturnValue:
    """Show what is due, and how a calendar reads it."""
    return _page(None)


def _page(token: str | None) -> str:
    return render_template(
        "reports/reminders.html",
        items=list_due(get_session(), scope_adcode()),
        feed=find_feed_of(get_session(), signed_in_user()),
        address=url_for(".calendar", token=token, _external=True) if token else None,
        target=find_setting(get_session(), KEY),
    )


@blueprint.post("/reports/feed")
@requires(Permission.VIEW)
def make_feed() -> ResponseReturnValue:
    """Make one's calendar address anew and show it once."""
    token = service.make_feed(get_session(), signed_in_user())
    get_session().commit()
    return _page(token), {"Cache-Control": "no-store"}


@blueprint.post("/reports/feed/revoke")
@requires(Permission.VIEW)
def revoke_feed() -> ResponseReturnValue:
    """Refuse one's calendar address from now on."""
    service.revoke_feed(get_session(), signed_in_user())
    get_session().commit()
    flash(gettext("日历地址已停用，订阅它的日历不再更新"), "success")
    return redirect(url_for(".reminders"))


@blueprint.get("/calendar/<token>.ics")
@public
def calendar(token: str) -> ResponseReturnValue:
    """Send the due dates of the person whose address this is."""
    user = service.resolve_feed(get_session(), token)
    if user is None:
        abort(404)
    items = list_due(get_session(), user.district_adcode)
    answer = make_response(write_calendar(gettext("教育基建月报与问题"), items, utc_now()))
    answer.headers.update({"Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "private, no-store"})
    return answer


@blueprint.post("/reports/reminders/send")
@requires(Permission.ADMINISTER)
def send_reminders() -> ResponseReturnValue:
    """Send what is due soon to the chat group now."""
    text = digest(get_session(), None, today())
    try:
        target = webhook.stored_target(get_session(), settings.webhook_hosts())
        get_session().rollback()  # nobody waits for the database while we wait for the network
        if text:
            webhook.send_message(target, text)
    except RuleError as error:
        flash(tell(error.sentence), "error")
    else:
        flash(gettext("提醒已发出") if text else gettext("七天内没有到期的事项，没有发送"), "success")
    return redirect(url_for(".reminders"))


def _stored_webhook() -> WebhookForm:
    stored = find_setting(get_session(), KEY) or {"kind": WebhookKind.WECOM.value, "url": ""}
    version = str(setting_version(KEY))
    return WebhookForm(
        formdata=None,
        prefix="webhook-",
        kind=WebhookKind.from_label(stored["kind"]),
        url=stored["url"],
        version=version,
    )


def _webhook_parts() -> dict[str, Any]:
    return {"form": _stored_webhook(), "is_signed": find_secret(get_session(), KEY) is not None}


WEBHOOK = Group("webhook", lazy_gettext("月报提醒"), "settings/_webhook.html", _webhook_parts)


@blueprint.post("/settings/webhook")
@requires(Permission.ADMINISTER)
def set_webhook() -> ResponseReturnValue:
    """Set where reminders are sent to."""
    form = WebhookForm(prefix="webhook-")
    if not form.validate():
        return settings_page(WEBHOOK, status=422, form=form)
    kind, url = form.kind.data, form.url.text
    try:
        if url:
            webhook.read_target(kind, url, settings.webhook_hosts())
    except RuleError as error:
        return reject(WEBHOOK, form, error)
    value = {"kind": kind.value, "url": url} if url else None
    return save_setting(WEBHOOK, form, KEY, value, secret=form.new_secret(_stored_kind()))


def _stored_kind() -> WebhookKind | None:
    stored = find_setting(get_session(), KEY)
    return WebhookKind.from_label(stored["kind"]) if stored else None
