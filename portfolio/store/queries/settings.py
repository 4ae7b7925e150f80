"""Reads of what an office set for itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.store.models import Revision, Setting


def find_setting(session: Session, key: str, default: Any = None) -> Any:
    """Return the value set under ``key`` as plain JSON values, or ``default`` where nothing is set."""
    setting = find_setting_record(session, key)
    return default if setting is None else json.loads(setting.value)


def find_secret(session: Session, key: str) -> str | None:
    """Return the secret that is kept with a setting, or None; for those who send it on its way alone."""
    setting = find_setting_record(session, key)
    return None if setting is None else setting.secret


def find_setting_record(session: Session, key: str) -> Setting | None:
    """Return the record of a setting, or None where nothing was ever set."""
    return session.scalar(select(Setting).where(Setting.key == key))


def list_settings(session: Session, group: str) -> dict[str, Any]:
    """Return everything set in a group, such as ``map``, by its name there; what was cleared again is left out."""
    rows = session.scalars(select(Setting).where(Setting.key.startswith(f"{group}.")).order_by(Setting.key))
    found = {setting.key.removeprefix(f"{group}."): json.loads(setting.value) for setting in rows}
    return {name: value for name, value in found.items() if value is not None}


def list_setting_revisions(session: Session, key: str) -> Sequence[Revision]:
    """List every version of a setting, newest first."""
    setting = find_setting_record(session, key)
    if setting is None:
        return []
    statement = select(Revision).where(Revision.record_type == Setting.__tablename__, Revision.record_id == setting.id)
    return session.scalars(statement.order_by(Revision.id.desc())).all()
