"""Small builders of records, with values that make no difference to the test left out."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.drafts import LedgerDraft, PlaceDraft, ProjectDraft
from portfolio.domain.terms import Accuracy, Level, MoneyState, Nature, Source
from portfolio.services import ledger, projects
from portfolio.store.models import LedgerEntry, Project

WANZHOU, SHAPINGBA = "500101", "500106"
_numbers = itertools.count(1)


def project_draft(**values: Any) -> ProjectDraft:
    """Return a draft of a new primary school in Wanzhou, outside the plan, changed by ``values``."""
    usual: dict[str, Any] = {
        "name": f"测试小学{next(_numbers)}",
        "district": WANZHOU,
        "nature": Nature.NEW,
        "level": Level.PRIMARY,
    }
    return ProjectDraft(**(usual | values))


def make_project(session: Session, **values: Any) -> Project:
    """Register such a project."""
    return projects.add_project(session, project_draft(**values))


def site(lon: float, lat: float) -> PlaceDraft:
    """Return a surveyed place."""
    return PlaceDraft(lon=lon, lat=lat, accuracy=Accuracy.SITE)


def make_entry(session: Session, project: Project, *, wan: int | Decimal = 100, **values: Any) -> LedgerEntry:
    """Enter ``wan`` 万元 of the district's budget as received in 2025, changed by ``values``."""
    usual: dict[str, Any] = {"source": Source.DISTRICT_BUDGET, "state": MoneyState.RECEIVED, "year": 2025}
    return ledger.add_entry(session, project, LedgerDraft(amount_fen=int(wan * 1_000_000), **(usual | values)))
