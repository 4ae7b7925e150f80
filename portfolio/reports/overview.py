"""What a leader asks in a minute: how many, how late, where the money is, what changed, who is worst off and why.

Every figure is a count or sum of records that a page lists under the same filter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.lights import Light
from portfolio.domain.terms import Basis, MoneyState, Phase, Stage
from portfolio.reports.cashflow import CashFlow, read_cashflow
from portfolio.reports.commitments import Progress, list_progress
from portfolio.reports.kpis import KpiTable, read_kpis
from portfolio.store.models import LedgerEntry, LightChange
from portfolio.store.queries import light_lists, lights, rounds
from portfolio.store.queries.entries import EntryFilter, sum_entries
from portfolio.store.queries.maps import Coverage, measure_coverage
from portfolio.store.queries.overview import count_by_basis, count_by_stage, count_registered_since
from portfolio.store.queries.projects import ProjectFilter

WORST = 10
TURNED = 8


@dataclass(frozen=True)
class Worst:
    """One project that is worst off: its light, why, since when, and who has to act."""

    code: str
    name: str
    light: Light
    sentence: str
    owner: str | None


@dataclass(frozen=True)
class Changes:
    """What changed since a day: projects registered, lights that turned (the newest), money by state, fen."""

    since: dt.date
    registered: int
    turned: int
    newest: Sequence[LightChange]
    money: Mapping[MoneyState, int]


@dataclass(frozen=True)
class Overview:
    """The projects that a filter means, on a day and a month before. ``phases`` has None for stages not reported.

    ``lights_before`` is None where no light was kept as early as that.
    """

    as_of: dt.date
    before: dt.date
    coverage: Coverage
    stages: Mapping[Stage | None, int]
    bases: Mapping[Basis, int]
    lights: Mapping[Light, int]
    lights_before: Mapping[Light, int] | None
    kpis: KpiTable
    kpis_before: KpiTable
    money: Mapping[MoneyState, int]
    cash: CashFlow
    commitments: Sequence[Progress]
    worst: Sequence[Worst]
    changes: Changes

    @property
    def phases(self) -> dict[Phase | None, int]:
        """Return how many projects stand in each phase."""
        found: dict[Phase | None, int] = {}
        for stage, count in self.stages.items():
            phase = stage.phase if stage else None
            found[phase] = found.get(phase, 0) + count
        return found

    @property
    def touched(self) -> int:
        """Return how many commitments have projects that count toward them."""
        return sum(1 for one in self.commitments if one.linked)


def read_overview(session: Session, chosen: ProjectFilter, as_of: dt.date) -> Overview:
    """Gather the figures of the projects meant, on a day and a month before."""
    before = month_before(as_of)
    return Overview(
        as_of=as_of,
        before=before,
        coverage=measure_coverage(session, chosen),
        stages=count_by_stage(session, chosen),
        bases=count_by_basis(session, chosen),
        lights=light_lists.count_by_light(session, chosen, as_of),
        lights_before=light_lists.count_by_light_kept(session, chosen, before),
        kpis=read_kpis(session, chosen, as_of),
        kpis_before=read_kpis(session, chosen, before),
        money=_money(session, chosen, as_of),
        cash=read_cashflow(session, chosen, as_of),
        commitments=list_progress(session, chosen.district),
        worst=_worst(session, chosen, as_of),
        changes=_changes(session, chosen, as_of),
    )


def month_before(day: dt.date) -> dt.date:
    """Return the last day of the month before."""
    return day.replace(day=1) - dt.timedelta(days=1)


def _money(session: Session, chosen: ProjectFilter, day: dt.date) -> Mapping[MoneyState, int]:
    sums = sum_entries(session, EntryFilter(projects=chosen, until=day), LedgerEntry.state)
    return {state: int(fen) for state, fen in sums}


def _worst(session: Session, chosen: ProjectFilter, day: dt.date) -> Sequence[Worst]:
    rows = light_lists.list_worst(session, chosen, day, limit=WORST)
    shown = lights.read_shown(session, [row.id for row in rows], day)
    return [Worst(row.code, _name(row), *shown[row.id], _owner(row)) for row in rows]


def _name(row: Any) -> str:
    return f"{row.name}（{row.remark}）" if row.remark else str(row.name)


def _owner(row: Any) -> str | None:
    """Return who has to act: the responsible person and unit, else the lead unit, else the owner."""
    responsible = " ".join(filter(None, (row.responsible_unit, row.responsible_person)))
    return responsible or row.lead_unit or row.owner


def _changes(session: Session, chosen: ProjectFilter, as_of: dt.date) -> Changes:
    """Compare with the end of the last reporting round that is over, or with the month before where there is none."""
    last = rounds.find_last_over(session, chosen.district, as_of)
    since = last.due_on if last else month_before(as_of)
    earlier = _money(session, chosen, since)
    now = _money(session, chosen, as_of)
    return Changes(
        since=since,
        registered=count_registered_since(session, chosen, since),
        turned=light_lists.count_turned(session, chosen, since),
        newest=light_lists.list_turned(session, chosen, since, limit=TURNED),
        money={state: now.get(state, 0) - earlier.get(state, 0) for state in MoneyState if state in now},
    )
