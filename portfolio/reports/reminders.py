"""What is due: reports of the rounds that are not closed, and problems that are open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portfolio.domain.sentences import say
from portfolio.store.models import ReportingRound
from portfolio.store.queries import reports, rounds
from portfolio.store.queries.projects import ProjectFilter


@dataclass(frozen=True)
class DueItem:
    """One thing that is due on a day; ``key`` is its own and stays the same while it lasts."""

    key: str
    due_on: dt.date
    title: str
    note: str


def list_due(session: Session, adcode: str | None) -> list[DueItem]:
    """List what is due, in all districts or one, the earliest first."""
    found = [*_rounds(session, adcode), *_problems(session, adcode)]
    return sorted(found, key=lambda item: (item.due_on, item.key))


def _rounds(session: Session, adcode: str | None) -> Sequence[DueItem]:
    asked = [one for one in rounds.list_rounds(session, adcode) if one.closed_at is None]
    counts = rounds.count_reports(session, asked)
    return [_round_item(one, counts[one.id]) for one in asked if counts[one.id].outstanding]


def _round_item(period: ReportingRound, count: rounds.RoundCount) -> DueItem:
    title = say("{district}{span}月报截止", district=period.district.name, span=period.span.label)
    note = say("应报 {count} 个项目，还有 {outstanding} 个待报", count=count.owed, outstanding=count.outstanding)
    return DueItem(f"round-{period.district.adcode}-{period.period}", period.due_on, title, note)


def _problems(session: Session, adcode: str | None) -> Sequence[DueItem]:
    found = reports.list_problems(session, ProjectFilter(district=adcode), open_only=True)
    return [
        DueItem(
            f"problem-{one.id}",
            one.due_on,
            say("{project}：{level}问题到期", project=one.project.name, level=one.level),
            f"{one.what}（{one.owner}）",
        )
        for one in found
    ]


def digest(session: Session, adcode: str | None, today: dt.date, *, days: int = 7) -> str | None:
    """Return what is overdue or due within ``days`` as a message of a few lines, or None where nothing is."""
    near = [item for item in list_due(session, adcode) if item.due_on <= today + dt.timedelta(days=days)]
    if not near:
        return None
    lines = [f"{item.due_on} {item.title}，{item.note}" for item in near[:20]]
    more = [f"另有 {len(near) - 20} 项"] if len(near) > 20 else []
    return "\n".join([f"教育基建月报提醒（{today}）：{len(near)} 项已到期或 {days} 天内到期", *lines, *more])
