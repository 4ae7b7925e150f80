"""Photos of reports."""

from __future__ import annotations

import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import say
from portfolio.services.files import keep_file
from portfolio.services.reporting import check_round
from portfolio.store.models import ProgressReport, ReportPhoto

MOST_PHOTOS = 20
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)


def add_photo(session: Session, report: ProgressReport, body: bytes, *, caption: str | None = None) -> ReportPhoto:
    """Add a photo, re-encoded as a JPEG without metadata, to a report that is still being written.

    Raises
    ------
    RuleError
        If the report is handed in, its round takes none now, or it has photos enough.
    """
    _check_writable(report)
    count = session.scalar(select(func.count(ReportPhoto.id)).where(ReportPhoto.report_id == report.id)) or 0
    if count >= MOST_PHOTOS:
        raise RuleError(say("一份月报最多 {most} 张照片，请先删去不用的", most=MOST_PHOTOS), "photo")
    name = f"{report.project.code}_{report.round.period}_{count + 1:02d}.jpg"
    photo = ReportPhoto(report=report, file=keep_file(session, name, "image/jpeg", body), caption=caption)
    session.add(photo)
    session.flush()
    return photo


def keep_origin(
    session: Session, photo: ReportPhoto, *, taken_at: str | None, place: tuple[float, float] | None
) -> None:
    """Note when and where a photo was taken, as far as the person agreed to it; ``place`` is WGS-84 lon, lat."""
    _check_writable(photo.report)
    photo.taken_at = taken_at if taken_at and _MOMENT.fullmatch(taken_at) else None
    photo.lon, photo.lat = place or (None, None)
    session.flush()


def remove_photo(session: Session, photo: ReportPhoto) -> None:
    """Take a photo out of a report that is still being written; the file stays in the history of files.

    Raises
    ------
    RuleError
        If the report is handed in, or its round takes none now.
    """
    _check_writable(photo.report)
    session.delete(photo)
    session.flush()


def _check_writable(report: ProgressReport) -> None:
    check_round(report)
    if not report.state.is_open:
        raise RuleError(say("这份月报{state}，照片不能再改；要改请先撤回或请核定人退回", state=report.state), "photo")
