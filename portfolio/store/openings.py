"""Keeping each project's year of opening up with its records: one listener renews it, so that no service can forget it.

What the milestones and the register say of it is asked for in one place, ``queries/openings``; the two columns hold the
answer, so that maps of any size can filter by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy import Row, event, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from portfolio.domain.sentences import Sentence, say
from portfolio.store.base import Base
from portfolio.store.models import Milestone, Project
from portfolio.store.queries.openings import opening_has_come, year_of_opening

_BATCH = 500
_TABLE = Base.metadata.tables[Project.__tablename__]
_IS_OLD = or_(
    Project.opening_year.is_distinct_from(year_of_opening()), Project.has_opened.is_distinct_from(opening_has_come())
)


def watch(session: Session) -> None:
    """Renew the years of the projects whose records the session changes, in the same transaction."""
    event.listen(session, "after_flush", _follow)


def renew_openings(session: Session, numbers: Iterable[int] | None = None) -> int:
    """Work the years of projects out anew (all of them without ``numbers``); return how many were others."""
    wanted = iter(numbers if numbers is not None else session.scalars(select(Project.id).where(_IS_OLD)).all())
    changed = 0
    while batch := list(islice(wanted, _BATCH)):
        changed += len(_renew(session, batch))
    return changed


def _follow(session: Session, _context: object) -> None:
    touched = [*session.new, *session.dirty, *session.deleted]
    if numbers := sorted(set(_projects_of(touched))):
        renew_openings(session, numbers)


def _projects_of(records: Iterable[object]) -> Iterator[int]:
    for record in records:
        if isinstance(record, Project):
            yield record.id
        elif isinstance(record, Milestone):
            yield record.project_id


def _renew(session: Session, numbers: Sequence[int]) -> Sequence[Row[int, int | None, bool]]:
    """Write the years that are others, without a version: what they follow from has its own in the history."""
    values = {"opening_year": year_of_opening(), "has_opened": opening_has_come()}
    renewed = update(_TABLE).where(_TABLE.c.id.in_(numbers), _IS_OLD).values(values)
    rows = session.connection().execute(renewed.returning(_TABLE.c.id, _TABLE.c.opening_year, _TABLE.c.has_opened))
    found = rows.all()
    _tell(session, found)
    return found


def _tell(session: Session, rows: Sequence[Row[int, int | None, bool]]) -> None:
    """Let the records that the session holds already know."""
    new = {record.id: record for record in session.new if isinstance(record, Project)}
    for number, year, has_opened in rows:
        held = new.get(number) or session.identity_map.get(identity_key(Project, number))
        if held is not None:
            set_committed_value(held, "opening_year", year)
            set_committed_value(held, "has_opened", has_opened)


def first_wrong_opening(session: Session) -> Sentence | None:
    """Return a sentence naming the first project whose year is not what its records say, or None."""
    code = session.scalar(select(Project.code).where(_IS_OLD).order_by(Project.code).limit(1))
    return None if code is None else say("{code} 的投用年份与其里程碑和登记不符", code=code)
