"""The settings page: a list of groups, each with forms of its own that go to addresses of their own.

A group is declared beside the views that save it and listed in ``portfolio.web.views.SETTING_GROUPS``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, gettext

from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.quantities import UNKNOWN
from portfolio.services.settings import Secret, change_setting
from portfolio.store.queries.settings import find_setting_record
from portfolio.web.database import get_session
from portfolio.web.forms.settings import SettingForm
from portfolio.web.refusals import put_beside

EXTENSION = "portfolio_setting_groups"


@dataclass(frozen=True)
class Group:
    """One group of the page: its anchor and heading, its template, and what the template shows.

    ``parts`` returns the group's forms, filled in as stored, and what else its template needs, by name.
    """

    key: str
    title: LazyString
    template: str
    parts: Callable[[], dict[str, Any]]


def settings_page(group: Group | None = None, *, status: int = 200, **rejected: Any) -> ResponseReturnValue:
    """Show every group; forms of one ``group`` that were rejected stand there as they were sent."""
    groups: tuple[Group, ...] = current_app.extensions[EXTENSION]
    shown = [(one, one.parts() | (rejected if one is group else {})) for one in groups]
    return render_template("settings/index.html", groups=shown, rejected=list(rejected.values())), status


def setting_version(key: str) -> int:
    """Return the version of a setting, 0 where nothing was ever set."""
    record = find_setting_record(get_session(), key)
    return record.version if record else 0


def save_setting(
    group: Group, form: SettingForm, key: str, value: Any, *, secret: Secret | None = None
) -> ResponseReturnValue:
    """Set ``key`` to what a valid form says and go back to its group; a stale form saves nothing."""
    try:
        change_setting(get_session(), key, value, version=form.version_number, secret=secret)
    except StaleError as error:
        get_session().rollback()
        _show_both(form, group.parts()["form"])
        put_beside(form, error)
        return settings_page(group, status=409, form=form)
    return saved(group)


def _show_both(form: SettingForm, stored: SettingForm) -> None:
    """Put what is stored now beside each answer that differs; sending the form again means to overwrite it."""
    for mine, theirs in zip(form, stored, strict=True):
        if mine.short_name not in ("version", "csrf_token", "secret") and (mine.data or None) != (theirs.data or None):
            mine.errors = [*mine.errors, gettext("库中现为“%(value)s”", value=_words(theirs.data))]
    form.version.data = stored.version.data


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return str(gettext("已勾选") if value else gettext("未勾选"))
    return str(value or UNKNOWN)


def reject(group: Group, form: SettingForm, error: RuleError, *, name: str = "form") -> ResponseReturnValue:
    """Show a form again with a rule's sentence beside its field, or above it; the session forgets half-made changes."""
    get_session().rollback()
    put_beside(form, error)
    return settings_page(group, status=422, **{name: form})


def saved(group: Group) -> ResponseReturnValue:
    """Keep the change and go back to its group."""
    get_session().commit()
    flash(gettext("已保存设置：%(title)s", title=group.title), "success")
    return redirect(url_for("settings.index", _anchor=group.key))
