"""Asking for packs, keeping what was made, and freezing (定版) what a meeting has seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.errors import RuleError
from portfolio.domain.packs import PackKind, PackState
from portfolio.domain.sentences import say
from portfolio.services.files import keep_file
from portfolio.store.base import utc_now
from portfolio.store.models import FrozenPack, FrozenPackFile, PackJob, PackJobFile
from portfolio.store.queries import packs

KEPT_FOR = dt.timedelta(days=14)
MEDIA_TYPES = {
    PackKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    PackKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    PackKind.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    PackKind.PDF: "application/pdf",
    PackKind.CSV: "text/csv; charset=utf-8",
}


@dataclass(frozen=True, kw_only=True)
class PackDraft:
    """What a person asks for."""

    scope_key: str
    district_adcode: str | None
    scope: str
    as_of: dt.date
    kinds: Sequence[PackKind]
    made_by: str
    issuer: str | None = None


def ask_for_pack(session: Session, draft: PackDraft) -> PackJob:
    """Write down that a pack is wanted, and remove those that are older than two weeks.

    Raises
    ------
    RuleError
        If the day lies in the future, or no file is chosen.
    """
    if draft.as_of > today():
        raise RuleError(say("截至日期晚于今天，请填今天或更早的日期"), "as_of")
    if not draft.kinds:
        raise RuleError(say("请至少选择一种文件"), "xlsx")
    now = utc_now()
    for old in packs.list_jobs_before(session, now - KEPT_FOR):
        session.delete(old)
    job = PackJob(
        scope_key=draft.scope_key,
        district_adcode=draft.district_adcode,
        scope=draft.scope,
        as_of=draft.as_of,
        kinds=",".join(kind.value for kind in draft.kinds),
        issuer=draft.issuer,
        made_by=draft.made_by,
        state=PackState.WAITING,
        asked_by=session.info.get("actor") or "system",
        asked_at=now,
        beat_at=now,
    )
    session.add(job)
    session.flush()
    return job


def note_step(session: Session, job: PackJob, step: str) -> None:
    """Write down what is being made now."""
    job.state, job.step, job.beat_at = PackState.RUNNING, step, utc_now()
    session.flush()


def keep_made_file(session: Session, job: PackJob, kind: PackKind, made: tuple[str, bytes]) -> PackJobFile:
    """Keep one file, name and bytes, of a pack that is being made."""
    name, content = made
    file = PackJobFile(job_id=job.id, kind=kind, name=name, size=len(content), content=content)
    session.add(file)
    session.flush()
    return file


def finish_job(session: Session, job: PackJob, content: str, digest: str) -> None:
    """Write down that a pack is made; ``content`` is its tables as canonical JSON."""
    job.content, job.hash = content, digest
    job.state, job.step, job.beat_at = PackState.DONE, None, utc_now()
    session.flush()


def fail_job(session: Session, job: PackJob, message: str) -> None:
    """Write down why a pack was not made."""
    job.state, job.message, job.beat_at = PackState.FAILED, message, utc_now()
    session.flush()


def freeze_pack(session: Session, job: PackJob) -> FrozenPack:
    """Keep a pack for good, with its tables and the very files that were made.

    Raises
    ------
    RuleError
        If it is not made yet, or frozen already.
    """
    if job.state is not PackState.DONE or job.content is None or job.hash is None:
        raise RuleError(say("报告还没有生成完，不能定版"))
    if job.frozen_id is not None:
        raise RuleError(say("这份报告已经定版，不必重复定版"))
    now, name = utc_now(), f"{job.scope}_{job.as_of:%Y%m%d}.json"
    pack = FrozenPack(
        scope_key=job.scope_key,
        district_adcode=job.district_adcode,
        scope=job.scope,
        as_of=job.as_of,
        hash=job.hash,
        made_by=job.made_by,
        made_at=job.asked_at,
        frozen_by=session.info.get("actor") or "system",
        frozen_at=now,
        content=keep_file(session, name, "application/json", job.content.encode()),
    )
    session.add(pack)
    session.flush()
    for made in packs.list_job_files(session, job):
        kept = keep_file(session, made.name, MEDIA_TYPES[made.kind], made.content)
        session.add(FrozenPackFile(pack=pack, kind=made.kind, file=kept))
    job.frozen_id = pack.id
    session.flush()
    return pack
