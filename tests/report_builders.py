"""Builders of reporting rounds, and reports handed in."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

from PIL import Image
from sqlalchemy.orm import Session

from portfolio.domain.periods import Period
from portfolio.domain.reporting import ProblemDraft, ProblemLevel, ReportDraft, RoundDraft
from portfolio.services import problems, reporting, rounds
from portfolio.store.models import Problem, ProgressReport, Project, ReportingRound
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


def make_problem(session: Session, project: Project, **values: Any) -> Problem:
    """Enter a grave problem of October 2026 that is overdue by now, changed by ``values``."""
    usual: dict[str, Any] = {"what": "征地受阻", "level": ProblemLevel.MAJOR, "owner": "区教委"}
    days = {"opened_on": dt.date(2026, 10, 1), "due_on": dt.date(2026, 10, 20)}
    return problems.open_problem(session, project, ProblemDraft(**(usual | days | values)))


def a_picture(kind: str = "JPEG", *, size: tuple[int, int] = (40, 30), exif: Image.Exif | None = None) -> bytes:
    """Return a small picture, with EXIF where it is given."""
    target = io.BytesIO()
    Image.new("RGB", size, "#9a6417").save(target, kind, **({"exif": exif} if exif is not None else {}))
    return target.getvalue()
