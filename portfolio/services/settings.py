"""Setting what differs from office to office."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.errors import StaleError
from portfolio.store.models import Setting
from portfolio.store.queries.revisions import last_actor
from portfolio.store.queries.settings import find_setting_record

_KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+", re.ASCII)


@dataclass(frozen=True)
class Secret:
    """What the secret of a setting becomes; None clears it."""

    text: str | None = field(repr=False)


def change_setting(
    session: Session, key: str, value: Any, *, version: int | None = None, secret: Secret | None = None
) -> Setting:
    """Set ``key`` (group and name, such as ``map.review_number``) to a value of plain JSON types; None clears it.

    ``version`` is the one the value was read at, 0 where nothing was set; without it nobody is asked. Without
    ``secret`` the one that is kept stays.

    Raises
    ------
    ValueError
        If the key is none; keys come from the code, never from a form.
    StaleError
        If somebody saved the setting since it was read at ``version``.
    """
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no key of a setting")
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    setting = find_setting_record(session, key)
    if version is not None and version != (setting.version if setting else 0):
        raise StaleError(setting.version if setting else 0, last_actor(session, "setting", setting) if setting else "")
    if setting is None:
        setting = Setting(key=key, value=text)
        session.add(setting)
    elif setting.value != text:
        setting.value = text
    if secret is not None and setting.secret != secret.text:
        setting.secret = secret.text
    session.flush()
    return setting
