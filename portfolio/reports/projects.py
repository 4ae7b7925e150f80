"""Everything a project page shows, and two versions of a project side by side."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.codes import national_code_warning
from portfolio.domain.drafts import PlaceDraft, ProjectDraft
from portfolio.domain.quantities import UNKNOWN, format_money, format_number
from portfolio.domain.scale import SiteMeasure, sizing_warning
from portfolio.domain.terms import (
    Accuracy,
    Basis,
    Datum,
    DeliveryMode,
    FactField,
    Level,
    MoneyState,
    Nature,
    Source,
    Stage,
    Status,
    Term,
)
from portfolio.reports.estimates import EstimatesSection, estimates_section
from portfolio.reports.lights import LightPage, light_page
from portfolio.reports.phases import Programme, read_programme
from portfolio.reports.placing import measure_site
from portfolio.store.models import CommitmentLink, Fact, LedgerEntry, Project, Revision
from portfolio.store.queries import commitments, contracts, facts, ledger, revisions
from portfolio.store.queries.contracts import ContractStanding
from portfolio.store.queries.phases import read_names

FIELD_LABELS = {
    "name": "项目名称",
    "remark": "备注",
    "parent_id": "总项目",
    "note": "登记说明",
    "also_called": "其他名称",
    "nature": "建设性质",
    "level": "学段",
    "stage": "阶段",
    "status": "状态",
    "delivery_mode": "建设模式",
    "basis": "规划依据",
    "section": "章节或专栏",
    "item": "项号",
    "quote": "规划原文",
    "national_code": "全国投资项目代码",
    "site_area_m2": "占地面积（㎡）",
    "floor_area_m2": "建筑面积（㎡）",
    "classes": "班数",
    "seats": "学位（个）",
    "total_investment_fen": "总投资（万元）",
    "start_year": "开工年份",
    "completion_year": "建成年份",
    "owner": "建设单位",
    "user": "使用单位",
    "lead_unit": "牵头单位",
    "responsible_unit": "责任单位",
    "responsible_person": "责任人",
    "lon": "经度",
    "lat": "纬度",
    "accuracy": "位置精度",
    "datum": "坐标系",
    "place_given": "坐标原文",
    "place_basis": "位置依据",
    "place_confirmed_by": "位置核实人",
    "site_outline": "用地范围",
}
_TERMS: dict[str, type[Term]] = {
    "nature": Nature,
    "level": Level,
    "stage": Stage,
    "status": Status,
    "delivery_mode": DeliveryMode,
    "basis": Basis,
    "accuracy": Accuracy,
    "datum": Datum,
}
_PLACE_FIELDS = {
    "lon": "lon",
    "lat": "lat",
    "accuracy": "accuracy",
    "datum": "datum",
    "place_given": "given",
    "place_basis": "basis",
    "place_confirmed_by": "confirmed_by",
    "site_outline": "outline",
}


@dataclass(frozen=True)
class Change:
    """One field that differs: what it was, or is stored, and what it became, or would become."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class HistoryEntry:
    """One accepted save."""

    revision: Revision
    changes: Sequence[Change]


@dataclass(frozen=True)
class ProjectPage:
    """What the page of one project shows beside its own columns."""

    light: LightPage
    warnings: Sequence[str]
    sums: dict[MoneyState, int]
    entries: Sequence[LedgerEntry]
    unspent: Sequence[tuple[Source, int, int]]
    estimates: EstimatesSection
    contracts: Sequence[ContractStanding]
    reversed_ids: frozenset[int]
    facts: dict[FactField, list[Fact]]
    disputed: dict[FactField, list[str]]
    links: Sequence[CommitmentLink]
    history: Sequence[HistoryEntry]
    site: SiteMeasure | None
    programme: Programme | None


def project_page(session: Session, project: Project) -> ProjectPage:
    """Gather what the page of a project shows."""
    entries = ledger.list_entries(session, project)
    by_field: dict[FactField, list[Fact]] = defaultdict(list)
    for fact in facts.list_facts_of_project(session, project):
        by_field[fact.field].append(fact)
    return ProjectPage(
        light=light_page(session, project),
        warnings=_warnings(project),
        sums=ledger.sum_by_state(session, project),
        entries=entries,
        unspent=ledger.list_unspent(session, project),
        estimates=estimates_section(session, project),
        contracts=contracts.list_contracts_of(session, project, with_void=True),
        reversed_ids=frozenset(entry.reverses_id for entry in entries if entry.reverses_id is not None),
        facts={field: by_field[field] for field in FactField if by_field[field]},
        disputed=_disputed(by_field),
        links=commitments.list_links_of_project(session, project),
        history=history_of(session, revisions.list_revisions(session, project)),
        site=measure_site(project.site_outline, project.site_area_m2) if project.site_outline else None,
        programme=read_programme(session, project),
    )


def _warnings(project: Project) -> list[str]:
    code = national_code_warning(project.national_code) if project.national_code else None
    return [warning for warning in (code, sizing_warning(project.level, project.classes, project.seats)) if warning]


def _disputed(by_field: dict[FactField, list[Fact]]) -> dict[FactField, list[str]]:
    """Return the different values that the sources give, for the fields on which they disagree."""
    values = {
        field: list(dict.fromkeys(" ".join(filter(None, (fact.value, fact.unit))) for fact in found))
        for field, found in by_field.items()
        if field is not FactField.OTHER
    }
    return {field: stated for field, stated in values.items() if len(stated) > 1}


def history_of(session: Session, newest_first: Sequence[Revision]) -> list[HistoryEntry]:
    """Return each accepted save with the fields it changed, newest first; a programme by its code and name."""
    states = [json.loads(revision.state) for revision in newest_first]
    names = read_names(session, {state["parent_id"] for state in states if state.get("parent_id")})
    states = [state | {"parent_id": names.get(state.get("parent_id"))} for state in states]
    older = [*states[1:], {}]
    return [
        HistoryEntry(revision, _changes(before, after) if before else [])
        for revision, before, after in zip(newest_first, older, states, strict=True)
    ]


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    return [
        Change(label, write_value(name, before.get(name)), write_value(name, after.get(name)))
        for name, label in FIELD_LABELS.items()
        if before.get(name) != after.get(name)
    ]


def compare_versions(project: Project, draft: ProjectDraft) -> list[Change]:
    """Return the fields in which what is stored now (before) differs from what somebody wants to save (after)."""
    return _compare(project, {name: getattr(draft, name) for name in FIELD_LABELS if hasattr(draft, name)})


def compare_places(project: Project, place: PlaceDraft) -> list[Change]:
    """Return how the place stored now (before) differs from the one that somebody wants to save (after)."""
    return _compare(project, {name: getattr(place, source) for name, source in _PLACE_FIELDS.items()})


def _compare(project: Project, wanted: dict[str, Any]) -> list[Change]:
    return [
        Change(FIELD_LABELS[name], write_value(name, getattr(project, name)), write_value(name, value))
        for name, value in wanted.items()
        if value != getattr(project, name)
    ]


def write_value(name: str, value: Any) -> str:
    """Write a stored value of a project's field for people."""
    if value is None or value == "":
        return UNKNOWN
    if name in _TERMS:
        return _TERMS[name](value)  # type: ignore[call-arg]
    if name == "total_investment_fen":
        return format_money(int(value))
    if name in ("site_area_m2", "floor_area_m2", "classes", "seats"):
        return format_number(Decimal(str(value)))
    if name == "site_outline":
        return f"{format_number(measure_site(value, None).area_m2)} ㎡"
    return str(value)
