"""Making packs behind the pages: one at a time in each process, so that nobody waits for another person's pack."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from flask import Flask, current_app
from flask_babel import gettext
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geo.errors import GeoError
from portfolio.domain.errors import PortfolioError
from portfolio.domain.packs import PackKind
from portfolio.exchange.gantt import draw_timeline
from portfolio.exchange.pack.files import PackExtras, file_name, write_file
from portfolio.exchange.pack.picture import write_picture
from portfolio.exchange.wallmap import WallMap
from portfolio.reports.pack import PackOrder, build_pack
from portfolio.reports.pack_table import PackTable, from_json, to_json
from portfolio.reports.timeline import portfolio_timeline
from portfolio.services import packs as service
from portfolio.store.engine import open_session
from portfolio.store.queries import packs as queries
from portfolio.web.language import tell_in

TIMELINE_ROWS = 18
_EXTENSION = "portfolio_pack_maker"
READING = "reading"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class PackTask:
    """Everything that making a pack needs, once the request that asked for it is over."""

    engine: Engine
    job_id: int
    actor: str
    order: PackOrder
    scope_key: str
    kinds: Sequence[PackKind]
    extras: PackExtras
    sheet: WallMap | None
    language: str
    broken: str
    full: str


def init_app(app: Flask) -> None:
    """Give the application its maker of packs."""
    app.extensions[_EXTENSION] = ThreadPoolExecutor(max_workers=1, thread_name_prefix="packs")


def start(task: PackTask) -> Future[None]:
    """Make a pack as soon as the ones before it are made."""
    maker: ThreadPoolExecutor = current_app.extensions[_EXTENSION]
    return maker.submit(make, task)


def failure_words() -> dict[str, str]:
    """Return what is said of failures that are no rule's, in the language of the page that asked."""
    return {
        "broken": gettext("系统没有生成完这份报告，原因已记入日志。请稍后重试；若仍出现，请把时间告诉管理员。"),
        "full": gettext("磁盘空间不足或文件写不进去，报告没有生成。请管理员清理磁盘后重试。"),
    }


def make(task: PackTask) -> None:
    """Make the pack and every file that was asked for; whatever happens is written down."""
    try:
        _make(task)
    except (PortfolioError, GeoError) as error:
        _fail(task, tell_in(task.language, error.sentence))
    except (OSError, MemoryError):
        _log.exception("pack %s could not be written", task.job_id)
        _fail(task, task.full)
    except Exception:  # noqa: BLE001 (the edge of the thread: nobody else would hear of it)
        _log.exception("pack %s could not be made", task.job_id)
        _fail(task, task.broken)


def _make(task: PackTask) -> None:
    _note(task, READING)
    with open_session(task.engine, write=False) as session:
        pack = build_pack(session, replace(task.order, earlier=earlier_pack(session, task)))
        extras = replace(task.extras, picture=_picture(task), timeline=_timeline(session, task))
    for kind in task.kinds:
        _note(task, kind.value)
        content = write_file(kind, pack, extras)
        with open_session(task.engine, write=True, actor=task.actor) as session:
            job = queries.get_job(session, task.job_id)
            service.keep_made_file(session, job, kind, (file_name(kind, pack), content))
            session.commit()
    with open_session(task.engine, write=True, actor=task.actor) as session:
        service.finish_job(session, queries.get_job(session, task.job_id), to_json(pack), pack.hash)
        session.commit()


def _picture(task: PackTask) -> bytes | None:
    """Return the map where slides are wanted and there is anything to draw."""
    if PackKind.PPTX not in task.kinds or task.sheet is None:
        return None
    try:
        return write_picture(task.sheet)
    except GeoError:
        return None


def _timeline(session: Session, task: PackTask) -> bytes | None:
    """Return the projects along time where a PDF is wanted and any has milestones; as many as one page holds."""
    if PackKind.PDF not in task.kinds:
        return None
    timeline = portfolio_timeline(session, task.order.chosen, limit=TIMELINE_ROWS, offset=0)
    return draw_timeline(timeline, plain=True) if timeline.rows else None


def earlier_pack(session: Session, task: PackTask) -> PackTable | None:
    """Return the last frozen pack of the same scope, with which the new one is compared."""
    frozen = queries.find_last_frozen(session, task.scope_key, task.order.as_of)
    return None if frozen is None else from_json(frozen.content.content.decode())


def _note(task: PackTask, step: str) -> None:
    with open_session(task.engine, write=True, actor=task.actor) as session:
        service.note_step(session, queries.get_job(session, task.job_id), step)
        session.commit()


def _fail(task: PackTask, message: str) -> None:
    with open_session(task.engine, write=True, actor=task.actor) as session:
        service.fail_job(session, queries.get_job(session, task.job_id), message)
        session.commit()
