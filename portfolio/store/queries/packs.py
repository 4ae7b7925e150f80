"""Reads of packs. One that speaks of all districts does not exist for a person who works in one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portfolio.domain.errors import NotFoundError
from portfolio.domain.packs import PackKind, PackState
from portfolio.domain.sentences import say
from portfolio.store.models import FrozenPack, FrozenPackFile, PackJob, PackJobFile

STALE_AFTER = {PackState.WAITING: dt.timedelta(minutes=15), PackState.RUNNING: dt.timedelta(minutes=3)}


def get_job(session: Session, number: int, *, within: str | None = None) -> PackJob:
    """Return a pack that was asked for."""
    job = session.get(PackJob, number)
    if job is None or within not in (None, job.district_adcode):
        raise NotFoundError(say("没有这份报告；未定版的报告只保留两周，请重新生成"))
    return job


def list_jobs(session: Session, *, within: str | None = None, limit: int = 20) -> Sequence[PackJob]:
    """List the packs that were asked for, newest first."""
    statement = select(PackJob).order_by(PackJob.id.desc()).limit(limit)
    if within is not None:
        statement = statement.where(PackJob.district_adcode == within)
    return session.scalars(statement).all()


def list_jobs_before(session: Session, moment: dt.datetime) -> Sequence[PackJob]:
    """List the packs that were asked for before a moment."""
    return session.scalars(select(PackJob).where(PackJob.asked_at < moment).order_by(PackJob.id)).all()


def is_interrupted(job: PackJob, now: dt.datetime) -> bool:
    """Return whether a pack that should be on its way gives no sign of life, as after a restart of the server."""
    patience = STALE_AFTER.get(job.state)
    return patience is not None and now - job.beat_at > patience


def list_job_files(session: Session, job: PackJob) -> Sequence[PackJobFile]:
    """List the files of a pack that was made, in the order of their kinds."""
    found = session.scalars(select(PackJobFile).where(PackJobFile.job_id == job.id)).all()
    return sorted(found, key=_place)


def get_job_file(session: Session, job: PackJob, kind: PackKind) -> PackJobFile:
    """Return one file of a pack that was made."""
    found = session.scalar(select(PackJobFile).where(PackJobFile.job_id == job.id, PackJobFile.kind == kind))
    if found is None:
        raise NotFoundError(say("这份报告没有“{kind}”，请重新生成并勾选这种文件", kind=kind))
    return found


def get_frozen(session: Session, number: int, *, within: str | None = None) -> FrozenPack:
    """Return a frozen pack, its content loaded."""
    pack = session.get(FrozenPack, number, options=[joinedload(FrozenPack.content)])
    if pack is None or within not in (None, pack.district_adcode):
        raise NotFoundError(say("没有这份定版报告"))
    return pack


def list_frozen(session: Session, *, within: str | None = None) -> Sequence[FrozenPack]:
    """List the frozen packs, newest first."""
    statement = select(FrozenPack).order_by(FrozenPack.id.desc())
    if within is not None:
        statement = statement.where(FrozenPack.district_adcode == within)
    return session.scalars(statement).all()


def find_last_frozen(session: Session, scope_key: str, day: dt.date) -> FrozenPack | None:
    """Return the newest frozen pack of a scope whose figures stand on ``day`` or before, or None."""
    statement = select(FrozenPack).where(FrozenPack.scope_key == scope_key, FrozenPack.as_of <= day)
    return session.scalar(statement.order_by(FrozenPack.as_of.desc(), FrozenPack.id.desc()).limit(1))


def list_frozen_files(session: Session, pack: FrozenPack) -> Sequence[FrozenPackFile]:
    """List the files of a frozen pack, in the order of their kinds."""
    statement = select(FrozenPackFile).where(FrozenPackFile.pack_id == pack.id)
    return sorted(session.scalars(statement.options(joinedload(FrozenPackFile.file))).all(), key=_place)


def _place(file: Any) -> int:
    return list(PackKind).index(file.kind)
