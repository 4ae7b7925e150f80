"""Rows of the reporting grid: each is shown, checked and saved by itself, so that a faulty one hinders no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import gettext

from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.reporting import ReportState
from portfolio.services import reporting
from portfolio.store.models import ProgressReport, ReportingRound
from portfolio.store.queries import reports
from portfolio.store.queries.projects import ProjectFilter
from portfolio.store.queries.reports import LastReport
from portfolio.web.database import get_session
from portfolio.web.forms.reports import FIELDS, ReportForm, stated_answers, stored_draft
from portfolio.web.language import tell, translate
from portfolio.web.refusals import put_beside

SAVED, SUBMITTED, REFUSED, STALE = "saved", "submitted", "refused", "stale"
SAVE, SUBMIT = "save", "submit"
MOST_ROWS = 200
_VERSION = "-version"


@dataclass
class Row:
    """One project's report in the grid, and what came of sending it."""

    report: ProgressReport
    last: LastReport | None
    form: ReportForm
    outcome: str | None = None
    sentence: str | None = None
    theirs: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """Return the project's code."""
        return self.report.project.code

    @property
    def before(self) -> Decimal | None:
        """Return the physical percentage of the last report."""
        return None if self.last is None else self.last.physical_percent

    def is_changed(self) -> bool:
        """Return whether somebody wrote in it: the script says so, or an answer differs from what was shown."""
        shown = stated_answers(stored_draft(self.report, self.last))
        sent = {name: (self.form[name].data or "").replace("\r\n", "\n") for name in FIELDS}
        return bool(self.form.touched.data) or sent != shown

    def send(self, act: str) -> None:
        """Save or hand in what was sent; what is wrong stands beside its field."""
        if not self.form.validate():
            self._refuse(gettext("没有保存，请改正标出的格"))
            return
        try:
            self._write(act)
        except StaleError as error:
            self._show_both(error)
        except RuleError as error:
            put_beside(self.form, error)
            self._refuse(tell(error.sentence))
        else:
            self.outcome = SUBMITTED if act == SUBMIT else SAVED

    def _write(self, act: str) -> None:
        session, version = get_session(), self.form.version_number
        if act == SUBMIT:
            reporting.put_submission(session, self.report, self.form.draft(), version=version, before=self.before)
        else:
            reporting.put_draft(session, self.report, self.form.draft(), version=version)

    def settle(self) -> None:
        """Note the version that a row has got by being written."""
        if self.outcome in (SAVED, SUBMITTED):
            self.form.version.data, self.form.touched.data = str(self.report.version), ""

    def _show_both(self, error: StaleError) -> None:
        """Keep what was typed, show what is stored beside it; sending it again means to overwrite."""
        stored = stated_answers(stored_draft(self.report, self.last))
        self.theirs = {name: stored[name] for name in FIELDS if stored[name] != (self.form[name].data or "")}
        self.form.version.data = str(error.version)
        self.outcome, self.sentence = STALE, tell(error.sentence)

    def _refuse(self, sentence: str) -> None:
        self.outcome, self.sentence = REFUSED, sentence

    def answer(self) -> dict[str, Any]:
        """Return what came of it for the grid's script."""
        return {
            "outcome": self.outcome,
            "sentence": self.sentence,
            "version": self.form.version.data,
            "state": self.report.state.value,
            "label": translate(self.report.state.label),
            "open": self.report.state.is_open,
            "errors": {name: str(self.form[name].errors[0]) for name in FIELDS if self.form[name].errors},
            "theirs": self.theirs,
        }


def make_rows(period: ReportingRound, found: Sequence[ProgressReport]) -> list[Row]:
    """Return the rows of some reports of a round as they stand, or as they were sent."""
    lasts = {one.project_id: one for one in _lasts(period)} if found else {}
    return [_row(report, lasts.get(report.project_id)) for report in found]


def _lasts(period: ReportingRound) -> list[LastReport]:
    chosen = ProjectFilter(district=period.district.adcode)
    return reports.last_reports(get_session(), chosen, before=period.starts_on)


def _row(report: ProgressReport, last: LastReport | None) -> Row:
    return Row(report, last, report_form(report, last, prefix=f"{report.project.code}-"))


def report_form(report: ProgressReport, last: LastReport | None, *, prefix: str = "") -> ReportForm:
    """Return the form of one report, filled in as it stands, or as it was sent; the page has the token."""
    data = stated_answers(stored_draft(report, last)) | {"version": str(report.version)}
    return ReportForm(data=data, prefix=prefix, meta={"csrf": False})


def stored_form(report: ProgressReport, last: LastReport | None) -> ReportForm:
    """Return the form of one report as it stands, whatever was sent."""
    data = stated_answers(stored_draft(report, last)) | {"version": str(report.version)}
    return ReportForm(formdata=None, data=data, meta={"csrf": False})


def sent_codes() -> list[str]:
    """Return the codes of the rows that were sent.

    Raises
    ------
    RuleError
        If there are more than a page holds.
    """
    codes = [name.removesuffix(_VERSION) for name in request.form if name.endswith(_VERSION)]
    if len(codes) > MOST_ROWS:
        raise RuleError(gettext("一次最多保存 %(most)s 行", most=MOST_ROWS))
    return codes


def send_rows(rows: Sequence[Row], act: str, only: str | None) -> None:
    """Save or hand in the rows that are meant: the one named, or every one that somebody wrote in.

    They are written together at the end: what follows from reports, such as lights, is worked out once for all.
    """
    with get_session().no_autoflush:
        for row in rows:
            if only == row.code or (only is None and _is_meant(row, act)):
                row.send(act)
    get_session().flush()
    for row in rows:
        row.settle()


def _is_meant(row: Row, act: str) -> bool:
    if not row.report.state.is_open and not row.form.touched.data:
        return False
    return row.is_changed() or (act == SUBMIT and row.report.state is ReportState.DRAFT)
