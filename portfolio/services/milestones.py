"""Saving milestones, fixing baselines, entering approvals."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.milestones import ApprovalDraft, ApprovalKind, MilestoneDraft, check_milestones, later_by_years
from portfolio.domain.sentences import say
from portfolio.domain.terms import Level, Nature, Stage, Status
from portfolio.services.settings import change_setting
from portfolio.store.base import utc_now
from portfolio.store.models import Approval, Baseline, Milestone, Project
from portfolio.store.queries import milestones as queries
from portfolio.store.queries.revisions import last_actor
from portfolio.store.queries.settings import find_setting

MOST_YEARS = 20


def stamp(rows: Sequence[Milestone]) -> str:
    """Return what tells whether milestones are still those that were read."""
    return ",".join(f"{row.id}.{row.version}" for row in rows)


def save_milestones(session: Session, project: Project, drafts: Sequence[MilestoneDraft], *, seen: str) -> Project:
    """Save the milestones of a project as a whole; those of stages that are not among ``drafts`` stay.

    The project's stage follows the furthest stage that has an actual day; it never goes back by itself.

    Raises
    ------
    StaleError
        If somebody saved them since they were read with the stamp ``seen``.
    RuleError
        As ``check_milestones``; also if a project that is halted gets an actual day.
    """
    there = {row.stage: row for row in queries.list_milestones(session, project)}
    if stamp(list(there.values())) != seen:
        newest = max(there.values(), key=lambda row: row.version, default=None)
        actor = last_actor(session, Milestone.__tablename__, newest) if newest else say("另一人")
        raise StaleError(newest.version if newest else 0, actor)
    check_milestones(drafts, today())
    for draft in drafts:
        _put(session, project, draft, there.get(draft.stage))
    _follow(project, drafts)
    session.flush()
    return project


def _put(session: Session, project: Project, draft: MilestoneDraft, row: Milestone | None) -> None:
    if row is None:
        if draft.is_empty:
            return
        row = Milestone(project_id=project.id, stage=draft.stage, is_confirmed=False)
        session.add(row)
    if draft.is_empty:
        session.delete(row)
        return
    row.planned_on, row.forecast_on, row.actual_on = draft.planned_on, draft.forecast_on, draft.actual_on
    row.is_confirmed = draft.is_confirmed and draft.actual_on is not None
    row.delay_reason = draft.delay_reason if draft.days_late else None


def _follow(project: Project, drafts: Sequence[MilestoneDraft]) -> None:
    order = list(Stage)
    reached = [draft.stage for draft in drafts if draft.actual_on is not None]
    if not reached:
        return
    furthest = max(reached, key=order.index)
    if project.stage is not None and order.index(project.stage) >= order.index(furthest):
        return
    if project.status is not Status.ACTIVE:
        raise RuleError(
            say("项目已{status}，请先恢复推进再填新的实际日期", status=project.status), f"{furthest.value}-actual_on"
        )
    project.stage = furthest


def fix_baseline(session: Session, project: Project, reason: str) -> Baseline:
    """Fix the planned days as they stand, to hold later plans against.

    Raises
    ------
    RuleError
        If no reason is given, no day is planned, or nothing changed since the last baseline.
    """
    planned = {row.stage: row.planned_on for row in queries.list_milestones(session, project) if row.planned_on}
    days = json.dumps({stage.value: day.isoformat() for stage, day in planned.items()})
    earlier = queries.list_baselines(session, project)
    if not reason.strip():
        raise RuleError(say("请写明为什么设定基线，如“初设批复后首次排定”"), "reason")
    if not planned:
        raise RuleError(say("还没有计划日期，请先填写里程碑的计划日期"), "reason")
    if earlier and earlier[0].days == days:
        raise RuleError(say("计划日期与第 {number} 版基线相同，不必重设", number=earlier[0].number), "reason")
    made = Baseline(
        project_id=project.id,
        number=earlier[0].number + 1 if earlier else 1,
        reason=reason.strip(),
        days=days,
        made_by=session.info.get("actor") or "system",
        made_at=utc_now(),
    )
    session.add(made)
    session.flush()
    return made


def add_approval(session: Session, project: Project, draft: ApprovalDraft) -> Approval:
    """Enter an approval; its validity follows its kind where none is given.

    Raises
    ------
    RuleError
        If its day is still to come, it ends before it begins, or it is entered already.
    """
    if draft.approved_on > today():
        raise RuleError(say("批复日期晚于今天，请核对"), "approved_on")
    years = queries.valid_years(session).get(draft.kind)
    until = draft.valid_until or (later_by_years(draft.approved_on, years) if years else None)
    if until is not None and until < draft.approved_on:
        raise RuleError(say("有效期早于批复日期，请核对"), "valid_until")
    same = (
        one for one in queries.list_approvals(session, project) if (one.kind, one.number) == (draft.kind, draft.number)
    )
    if next(same, None) is not None:
        raise RuleError(say("这份批复已经登记过"), "number")
    made = Approval(
        project_id=project.id,
        kind=draft.kind,
        number=draft.number,
        issuer=draft.issuer,
        approved_on=draft.approved_on,
        valid_until=until,
    )
    session.add(made)
    session.flush()
    return made


def remove_approval(session: Session, approval: Approval) -> None:
    """Take out an approval entered by mistake; the history keeps it."""
    session.delete(approval)
    session.flush()


def change_stages(session: Session, nature: Nature, level: Level | None, stages: Sequence[Stage]) -> None:
    """Say which stages projects of a nature, or of a nature and level, pass through; none means the usual ones.

    Raises
    ------
    RuleError
        If acceptance is not among them: without it no project would ever be complete.
    """
    if stages and Stage.ACCEPTED not in stages:
        raise RuleError(say("里程碑模板须包含“竣工验收”，否则项目无从完工"), "stages")
    stored = dict(find_setting(session, queries.STAGES_KEY, {}))
    key = f"{nature.value}/{level.value}" if level else nature.value
    stored.pop(key, None)
    if stages:
        stored[key] = [stage.value for stage in Stage if stage in stages]
    change_setting(session, queries.STAGES_KEY, stored)


def change_validity(session: Session, years: Mapping[ApprovalKind, int]) -> None:
    """Say for how many years each kind of approval holds; approvals entered before keep their last day.

    Raises
    ------
    RuleError
        If a number of years is not between 1 and 20.
    """
    if not all(1 <= number <= MOST_YEARS for number in years.values()):
        raise RuleError(say("有效年数应在 1 至 {most} 之间；不设有效期的请留空", most=MOST_YEARS), "years")
    change_setting(session, queries.VALIDITY_KEY, {kind.value: number for kind, number in years.items()})
