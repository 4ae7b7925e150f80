"""Each district at a glance. Every figure is a count of records that a page lists."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portfolio.domain.terms import Basis, MoneyState, Phase
from portfolio.reports import funding
from portfolio.reports.commitments import list_progress
from portfolio.store.models import District
from portfolio.store.queries.maps import Coverage, measure_coverage
from portfolio.store.queries.overview import count_by_basis, count_by_stage
from portfolio.store.queries.projects import ProjectFilter


@dataclass(frozen=True)
class Overview:
    """One district. ``phases`` counts projects by phase, None for those whose stage nobody has reported."""

    district: District
    coverage: Coverage
    phases: dict[Phase | None, int]
    bases: dict[Basis, int]
    commitments: int
    commitments_touched: int
    sums: dict[MoneyState, int]


def district_overview(session: Session, district: District) -> Overview:
    """Gather one district's figures."""
    chosen = ProjectFilter(district=district.adcode)
    phases: dict[Phase | None, int] = {}
    for stage, count in count_by_stage(session, chosen).items():
        phase = stage.phase if stage else None
        phases[phase] = phases.get(phase, 0) + count
    progress = list_progress(session, district.adcode)
    sums: dict[MoneyState, int] = {}
    for item in funding.summary_items(session, chosen):
        sums[item.state] = sums.get(item.state, 0) + item.amount_fen
    return Overview(
        district=district,
        coverage=measure_coverage(session, chosen),
        phases=phases,
        bases=count_by_basis(session, chosen),
        commitments=len(progress),
        commitments_touched=sum(1 for one in progress if one.linked),
        sums=sums,
    )
