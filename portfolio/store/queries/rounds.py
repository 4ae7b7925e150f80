"""Reads of reporting rounds."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from portfolio.domain.clock import CHINA_TIME
from portfolio.domain.errors import NotFoundError
from portfolio.domain.reporting import ReportState
from portfolio.domain.sentences import say
from portfolio.store.models import District, ProgressReport, ReportingRound


def list_rounds(session: Session, adcode: str | None) -> Sequence[ReportingRound]:
    """List rounds, all or one district's, the latest period first, with their districts."""
    statement = select(ReportingRound).join(ReportingRound.district).options(joinedload(ReportingRound.district))
    if adcode is not None:
        statement = statement.where(District.adcode == adcode)
    return session.scalars(statement.order_by(ReportingRound.ends_on.desc(), District.adcode)).all()


def get_round(session: Session, adcode: str, period: str) -> ReportingRound:
    """Return the round of a district and period."""
    statement = select(ReportingRound).join(ReportingRound.district).options(joinedload(ReportingRound.district))
    found = session.scalar(statement.where(District.adcode == adcode, ReportingRound.period == period))
    if found is None:
        raise NotFoundError(say("没有 {period} 这一期月报，请回到“月报”页选择", period=period))
    return found


def lock_round(session: Session, period: ReportingRound) -> None:
    """Make others who would add to a round wait until we are done."""
    session.execute(select(ReportingRound.id).where(ReportingRound.id == period.id).with_for_update())


def find_overlapping(session: Session, district: District, first: dt.date, last: dt.date) -> ReportingRound | None:
    """Return a round of the district whose period shares a day with ``first`` to ``last``, or None."""
    statement = select(ReportingRound).where(
        ReportingRound.district_id == district.id, ReportingRound.starts_on <= last, ReportingRound.ends_on >= first
    )
    return session.scalars(statement.order_by(ReportingRound.id)).first()


def list_open_rounds(session: Session, adcode: str | None, day: dt.date) -> Sequence[ReportingRound]:
    """List the rounds that take reports on ``day``, the earliest due first, with their districts."""
    statement = select(ReportingRound).join(ReportingRound.district).options(joinedload(ReportingRound.district))
    statement = statement.where(ReportingRound.closed_at.is_(None), ReportingRound.opens_on <= day)
    if adcode is not None:
        statement = statement.where(District.adcode == adcode)
    return session.scalars(statement.order_by(ReportingRound.due_on, District.adcode)).all()


@dataclass(frozen=True)
class RoundCount:
    """How many reports of a round stand where."""

    states: dict[ReportState, int]

    @property
    def owed(self) -> int:
        """Return how many reports are asked for."""
        return sum(self.states.values())

    @property
    def outstanding(self) -> int:
        """Return how many are still to be handed in, or to be mended."""
        return sum(count for state, count in self.states.items() if state.is_open)

    def of(self, state: ReportState) -> int:
        """Return how many stand at ``state``."""
        return self.states.get(state, 0)


def count_reports(session: Session, rounds: Sequence[ReportingRound]) -> dict[int, RoundCount]:
    """Return the counts of each round by its number."""
    groups = (ProgressReport.round_id, ProgressReport.state)
    statement = select(*groups, func.count()).where(ProgressReport.round_id.in_([one.id for one in rounds]))
    found: dict[int, dict[ReportState, int]] = defaultdict(dict)
    for number, state, count in session.execute(statement.group_by(*groups)):
        found[number][state] = count
    return {one.id: RoundCount(found[one.id]) for one in rounds}


def count_late(session: Session, rounds: Sequence[ReportingRound]) -> dict[int, int]:
    """Return how many reports of each round were first handed in after its due day, by the round's number."""
    late: dict[int, int] = {}
    for one in rounds:
        after = dt.datetime.combine(one.due_on + dt.timedelta(days=1), dt.time(), CHINA_TIME).astimezone(dt.UTC)
        statement = select(func.count()).select_from(ProgressReport).where(ProgressReport.round_id == one.id)
        late[one.id] = session.scalar(statement.where(ProgressReport.first_submitted_at >= after)) or 0
    return late


def count_never_handed_in(session: Session, rounds: Sequence[ReportingRound]) -> dict[int, int]:
    """Return how many reports of each round were never handed in, by the round's number."""
    statement = select(ProgressReport.round_id, func.count()).where(
        ProgressReport.round_id.in_([one.id for one in rounds]), ProgressReport.first_submitted_at.is_(None)
    )
    found = session.execute(statement.group_by(ProgressReport.round_id))
    return {row[0]: row[1] for row in found}


def count_open_reports(session: Session, adcode: str | None, day: dt.date, states: Sequence[ReportState]) -> int:
    """Return how many reports of the rounds that take reports on ``day`` stand at one of ``states``."""
    statement = select(func.count()).select_from(ProgressReport).join(ProgressReport.round)
    statement = statement.where(
        ProgressReport.state.in_(states), ReportingRound.closed_at.is_(None), ReportingRound.opens_on <= day
    )
    if adcode is not None:
        statement = statement.join(ReportingRound.district).where(District.adcode == adcode)
    return session.scalar(statement) or 0


def find_last_over(session: Session, adcode: str | None, day: dt.date) -> ReportingRound | None:
    """Return the round that was due last before ``day``, of one district or of any, or None."""
    statement = select(ReportingRound).join(ReportingRound.district).where(ReportingRound.due_on < day)
    if adcode is not None:
        statement = statement.where(District.adcode == adcode)
    return session.scalars(statement.order_by(ReportingRound.due_on.desc(), ReportingRound.id.desc())).first()
