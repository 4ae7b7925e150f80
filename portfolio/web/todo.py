"""What waits for the signed-in person, by what the person may do: each with its count and the page that does it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext

from portfolio.domain.clock import today
from portfolio.domain.reporting import ReportState
from portfolio.domain.roles import Permission
from portfolio.store.queries.projects import ProjectFilter, count_projects
from portfolio.store.queries.reports import count_overdue
from portfolio.store.queries.rounds import count_open_reports
from portfolio.web.database import get_session
from portfolio.web.signin import can, scope_adcode


@dataclass(frozen=True)
class Todo:
    """One kind of thing that waits."""

    label: str
    count: int
    url: str


def todos() -> list[Todo]:
    """Return what waits for the signed-in person; nothing that is done."""
    return [one for one in _all() if one.count]


def _all() -> Iterator[Todo]:
    session, adcode = get_session(), scope_adcode()

    def reports(*states: ReportState) -> int:
        return count_open_reports(session, adcode, today(), states)

    if can(Permission.EDIT_PROJECTS):
        yield Todo(gettext("待报月报"), reports(ReportState.PENDING, ReportState.DRAFT), url_for("reports.index"))
        yield Todo(gettext("退回待改"), reports(ReportState.RETURNED), url_for("reports.index"))
        unlocated = count_projects(session, ProjectFilter(located=False).within(adcode))
        yield Todo(gettext("待定位"), unlocated, url_for("places.queue"))
    if can(Permission.REVIEW_REPORTS):
        yield Todo(gettext("待核定月报"), reports(ReportState.SUBMITTED), url_for("reports.index"))
    overdue = count_overdue(session, ProjectFilter().within(adcode), today())
    yield Todo(gettext("问题逾期"), overdue, url_for("reports.list_problems", show="open"))
