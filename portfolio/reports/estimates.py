"""The four estimates (四算): one row per project, and the row of four on a project's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portfolio.domain.estimates import REPORTING_RULE, Chain, Overrun
from portfolio.domain.sentences import Sentence, say
from portfolio.domain.terms import EstimateKind
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.models import Estimate, Project
from portfolio.store.queries import estimates
from portfolio.store.queries.attachments import count_files
from portfolio.store.queries.projects import ProjectFilter, count_projects

_COLUMNS = (
    Column("name", "项目名称", Kind.TEXT, 34),
    Column("code", "编码", Kind.CODE, 14),
    Column("district", "区县", Kind.TEXT, 10),
    Column("feasibility", "估算", Kind.MONEY, 15),
    Column("design", "概算", Kind.MONEY, 15),
    Column("contract", "合同/预算", Kind.MONEY, 15),
    Column("final", "结算/决算", Kind.MONEY, 15),
    Column("design_excess", "概算超估算", Kind.PERCENT, 12),
    Column("first", "首个超出的环节", Kind.TERM, 16),
    Column("ratio", "该环节超出", Kind.PERCENT, 12),
)


def estimates_table(
    session: Session, chosen: ProjectFilter, *, over: bool = False, limit: int | None = None, offset: int = 0
) -> Table:
    """Return one row per project that has any of the four, by code; ``over`` keeps those that must be reported."""
    every = estimates.list_chains(session, chosen)
    reported = [one for one in every if one.must_report]
    meant = reported if over else every
    window = meant[offset:] if limit is None else meant[offset : offset + limit]
    rows = [
        (one.name, one.code, one.district, *one.amounts.values(), one.design_excess, one.first_overrun, one.ratio)
        for one in window
    ]
    return Table("四算对照", _COLUMNS, rows, notes=_notes(session, chosen, every, len(reported)), count=len(meant))


def _notes(session: Session, chosen: ProjectFilter, every: Sequence[Chain], reported: int) -> list[Sentence]:
    count = count_projects(session, chosen)
    from_contracts = sum(one.contract_is_sum for one in every)
    return [
        say(
            "共 {count} 个项目，其中 {known} 个登记了四算或合同，{unknown} 个没有，未列入。",
            count=count,
            known=len(every),
            unknown=count - len(every),
        ),
        say("{rule}：现有 {reported} 个。", rule=REPORTING_RULE, reported=reported),
        say(
            "“合同/预算”一栏有 {count} 个项目没有单独登记，取有效合同（含变更）之和。",
            count=from_contracts,
        ),
    ]


@dataclass(frozen=True)
class Step:
    """One of the four on a project's page: what it comes to, the figure in force if one was entered, the overrun."""

    kind: EstimateKind
    amount_fen: int | None
    estimate: Estimate | None
    is_sum: bool
    overrun: Overrun | None
    is_first: bool


@dataclass(frozen=True)
class EstimatesSection:
    """What a project's page shows of its four estimates.

    ``versions`` are all figures there ever were, ``files`` how many files each has, by its number.
    """

    steps: Sequence[Step]
    rule: str | None
    versions: Sequence[Estimate]
    files: Mapping[int, int]


def estimates_section(session: Session, project: Project) -> EstimatesSection:
    """Gather what a project's page shows of its four estimates."""
    chain, versions = estimates.chain(session, project), estimates.list_estimates(session, project)
    newest = {one.kind: one for one in reversed(versions)}
    overruns = {one.step: one for one in chain.overruns}
    steps = [
        Step(
            kind,
            fen,
            _in_force(newest.get(kind)),
            chain.contract_is_sum and kind is EstimateKind.CONTRACT,
            overruns.get(kind),
            chain.first_overrun is kind,
        )
        for kind, fen in chain.amounts.items()
    ]
    rule = REPORTING_RULE if chain.must_report else None
    return EstimatesSection(steps, rule, versions, count_files(session, versions))


def _in_force(newest: Estimate | None) -> Estimate | None:
    return newest if newest is not None and newest.amount_fen is not None else None
