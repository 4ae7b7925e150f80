"""Builders of reporting rounds, and reports handed in."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.periods import Period
from portfolio.domain.reporting import ReportDraft, RoundDraft
from portfolio.services import reporting, rounds
from portfolio.store.models import ProgressReport, ReportingRound
from portfolio.store.queries import reports
from portfolio.store.queries.projects import get_project
from tests.builders import WANZHOU


def make_round(
    session: Session, period: str = "2026-10", *, district: str = WANZHOU, **days: dt.date
) -> ReportingRound:
    """Open a reporting round that takes reports now: from its first day, due far ahead, changed by ``days``."""
    span = Period.parse(period)
    usual = {"opens_on": span.first_day, "due_on": dt.date(2099, 12, 31)}
    return rounds.open_round(session, RoundDraft(district=district, period=span, **(usual | days)))


def report_of(session: Session, code: str, period: str = "2026-10") -> ProgressReport:
    """Return a project's report of a period."""
    return reports.get_report(session, get_project(session, code), period)


def hand_in(session: Session, report: ProgressReport, *, percent: str = "30", **values: Any) -> ProgressReport:
    """Hand a report in, with the words and the percentage that every report needs, changed by ``values``."""
    draft = ReportDraft(**({"progress": "主体施工", "physical_percent": Decimal(percent)} | values))
    reporting.submit_report(session, report, draft, version=report.version, before=None)
    return report
