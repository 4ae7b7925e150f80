"""Validated answers on their way into a service: frozen, typed, complete."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from portfolio.domain.budget import BudgetMeasure
from portfolio.domain.terms import (
    Accuracy,
    Basis,
    Datum,
    DeliveryMode,
    EstimateKind,
    Level,
    MoneyState,
    Nature,
    Source,
    Stage,
)


@dataclass(frozen=True, kw_only=True)
class PlaceDraft:
    """Where a project lies, in WGS-84 degrees: longitude and latitude, both or neither; the site as GeoJSON text."""

    lon: float | None = None
    lat: float | None = None
    accuracy: Accuracy = Accuracy.UNKNOWN
    datum: Datum = Datum.WGS84
    given: str | None = None
    basis: str | None = None
    confirmed_by: str | None = None
    outline: str | None = None


@dataclass(frozen=True, kw_only=True)
class ProjectDraft:
    """Everything a person may state of a project; None is unknown."""

    name: str
    district: str
    nature: Nature
    level: Level
    basis: Basis = Basis.OUTSIDE
    stage: Stage | None = None
    plan_key: str | None = None
    section: str | None = None
    item: str | None = None
    quote: str | None = None
    remark: str | None = None
    note: str | None = None
    also_called: str | None = None
    national_code: str | None = None
    delivery_mode: DeliveryMode | None = None
    site_area_m2: Decimal | None = None
    floor_area_m2: Decimal | None = None
    classes: int | None = None
    seats: int | None = None
    total_investment_fen: int | None = None
    start_year: int | None = None
    completion_year: int | None = None
    owner: str | None = None
    user: str | None = None
    lead_unit: str | None = None
    responsible_unit: str | None = None
    responsible_person: str | None = None
    place: PlaceDraft = PlaceDraft()


@dataclass(frozen=True, kw_only=True)
class BudgetDraft:
    """One measure of the education budget in one year, as a source states it."""

    measure: BudgetMeasure
    year: int
    amount_fen: int
    basis: str


PlanCell = tuple[Source, int | None]
"""A source, and a quarter from 1 to 4, or None for what is planned for the year as a whole."""


@dataclass(frozen=True, kw_only=True)
class PlanDraft:
    """A project's investment plan of one year as it is to stand: fen by cell, cells left out are nothing."""

    year: int
    cells: Mapping[PlanCell, int]
    document_no: str | None = None
    document_on: dt.date | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class LedgerDraft:
    """One amount of one source in one state; ``month`` only where it is known."""

    source: Source
    state: MoneyState
    year: int
    amount_fen: int
    month: int | None = None
    document_no: str | None = None
    document_on: dt.date | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class DocumentDraft:
    """One document that gives money of one source in one state for one year, to be split over projects."""

    district: str
    number: str
    issued_on: dt.date
    source: Source
    state: MoneyState
    year: int
    amount_fen: int
    issuer: str | None = None
    file_id: int | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class ContractDraft:
    """What a contract says; the retention as a percentage of its amount or as an amount, not both."""

    number: str
    name: str
    party: str
    amount_fen: int
    signed_on: dt.date
    retention_percent: Decimal | None = None
    retention_fen: int | None = None
    retention_due_on: dt.date | None = None
    retention_released_on: dt.date | None = None
    file_id: int | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeDraft:
    """By how much a contract's amount grows, or shrinks where it is below zero, and why."""

    amount_fen: int
    reason: str
    changed_on: dt.date
    document_no: str | None = None


@dataclass(frozen=True, kw_only=True)
class EstimateDraft:
    """What one of the four estimates comes to, and the approval that says so; ``reason`` where it replaces another."""

    kind: EstimateKind
    amount_fen: int
    approval_no: str | None = None
    issuer: str | None = None
    approved_on: dt.date | None = None
    file_id: int | None = None
    reason: str | None = None
