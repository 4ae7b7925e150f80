"""Small builders of records, with values that make no difference to the test left out."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from decimal import Decimal
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from portfolio.domain.budget import BudgetMeasure
from portfolio.domain.drafts import (
    BudgetDraft,
    ContractDraft,
    DocumentDraft,
    EstimateDraft,
    LedgerDraft,
    PlaceDraft,
    PlanDraft,
    ProjectDraft,
)
from portfolio.domain.layouts import LayoutDraft, LayoutKind, ZoneDraft
from portfolio.domain.roles import Role
from portfolio.domain.terms import Accuracy, EstimateKind, Level, MoneyState, Nature, Source, Stage
from portfolio.services import budgets, contracts, documents, estimates, investment, layouts, ledger, projects, users
from portfolio.store.base import Base
from portfolio.store.engine import open_session
from portfolio.store.models import (
    BudgetFigure,
    Contract,
    Estimate,
    FundingDocument,
    Layout,
    LedgerEntry,
    PlanChange,
    Project,
    Revision,
)
from portfolio.store.queries import districts
from portfolio.store.queries.districts import get_district
from portfolio.store.queries.estimates import find_estimate
from portfolio.store.queries.investment import list_plan_changes
from portfolio.store.queries.layouts import count_layouts

WANZHOU, SHAPINGBA = "500101", "500106"
_numbers = itertools.count(1)


def project_draft(**values: Any) -> ProjectDraft:
    """Return a draft of a new primary school in Wanzhou, outside the plan, changed by ``values``."""
    usual: dict[str, Any] = {
        "name": f"测试小学{next(_numbers)}",
        "district": WANZHOU,
        "nature": Nature.NEW,
        "level": Level.PRIMARY,
    }
    return ProjectDraft(**(usual | values))


def make_project(session: Session, **values: Any) -> Project:
    """Register such a project."""
    return projects.add_project(session, project_draft(**values))


def site(lon: float, lat: float) -> PlaceDraft:
    """Return a surveyed place."""
    return PlaceDraft(lon=lon, lat=lat, accuracy=Accuracy.SITE)


def belt_draft(*zones: tuple[str, float, int], **values: Any) -> LayoutDraft:
    """Return a layout of belts along meridians through Shapingba: key, longitude and width of each."""
    usual: dict[str, Any] = {"kind": LayoutKind.BELTS, "name": "测试布局", "valid_from": dt.date(2022, 1, 1)}
    made = [
        ZoneDraft(
            key=key,
            name=f"{key}带",
            short=key,
            colour="#7D5A9B",
            line=f'{{"type":"LineString","coordinates":[[{lon},29.5],[{lon},29.6]]}}',
            width_m=width,
        )
        for key, lon, width in zones
    ]
    return LayoutDraft(**(usual | {"zones": tuple(made)} | values))


def make_layout(session: Session, draft: LayoutDraft, adcode: str = SHAPINGBA) -> Layout:
    """Enter a layout as the district's next version, clipped to nothing."""
    district = districts.get_district(session, adcode)
    after = count_layouts(session, district, draft.kind)
    return layouts.add_layout(session, district, draft, outline=None, after=after)


def make_entry(session: Session, project: Project, *, wan: int | Decimal = 100, **values: Any) -> LedgerEntry:
    """Enter ``wan`` 万元 of the district's budget as received in 2025, changed by ``values``."""
    usual: dict[str, Any] = {"source": Source.DISTRICT_BUDGET, "state": MoneyState.RECEIVED, "year": 2025}
    return ledger.add_entry(session, project, LedgerDraft(amount_fen=int(wan * 1_000_000), **(usual | values)))


def make_estimate(session: Session, project: Project, kind: EstimateKind, *, wan: int, **values: Any) -> Estimate:
    """Enter ``wan`` 万元 as what a step of the four estimates comes to, in place of what stood there."""
    last = find_estimate(session, project, kind)
    usual = {"kind": kind, "amount_fen": wan * 1_000_000, "reason": "调整" if last else None}
    draft = EstimateDraft(**(usual | values))
    return estimates.enter_estimate(session, project, draft, replacing=last.ordinal if last else 0)


def make_plan(
    session: Session,
    project: Project,
    *,
    wan: int | Decimal,
    year: int = 2025,
    quarter: int | None = None,
    **values: Any,
) -> PlanChange:
    """Plan ``wan`` 万元 of the district's budget for a year, or for one of its quarters, and nothing else."""
    cell = (values.pop("source", Source.DISTRICT_BUDGET), quarter)
    seen = len(list_plan_changes(session, project, year))
    draft = PlanDraft(year=year, cells={cell: int(wan * 1_000_000)}, **({"reason": "调整"} | values))
    return investment.set_plan(session, project, draft, seen=seen)


def make_document(session: Session, *, wan: int | Decimal = 100, **values: Any) -> FundingDocument:
    """Register a document by which the city gives ``wan`` 万元 for 2025 to Wanzhou, changed by ``values``."""
    usual: dict[str, Any] = {
        "district": WANZHOU,
        "number": f"渝财建〔2025〕{next(_numbers)}号",
        "issued_on": dt.date(2025, 3, 1),
        "source": Source.CITY_GRANT,
        "state": MoneyState.RECEIVED,
        "year": 2025,
        "amount_fen": int(wan * 1_000_000),
    }
    return documents.register_document(session, DocumentDraft(**(usual | values)))


def split(session: Session, document: FundingDocument, *shares: tuple[Project, int | Decimal]) -> list[LedgerEntry]:
    """Give each project its 万元 of a document."""
    given = [documents.Share(project, int(wan * 1_000_000)) for project, wan in shares]
    return documents.split_document(session, document, given, total_fen=sum(share.amount_fen for share in given))


def make_contract(session: Session, project: Project, *, wan: int | Decimal = 100, **values: Any) -> Contract:
    """Register a building contract over ``wan`` 万元, signed on 2025-01-10, changed by ``values``."""
    usual: dict[str, Any] = {
        "number": f"HT-{next(_numbers)}",
        "name": "施工合同",
        "party": "某建设公司",
        "amount_fen": int(wan * 1_000_000),
        "signed_on": dt.date(2025, 1, 10),
    }
    return contracts.sign_contract(session, project, ContractDraft(**(usual | values)))


def budget_draft(**values: Any) -> BudgetDraft:
    """Return 20 亿元 of education spending in 2024, changed by ``values``."""
    usual = {"measure": BudgetMeasure.SPENDING, "year": 2024, "amount_fen": 20 * 10_000_000_000, "basis": "决算公开"}
    return BudgetDraft(**(usual | values))


def make_budget(session: Session, adcode: str, *, yuan: int | None = None, **values: Any) -> BudgetFigure:
    """Enter such a figure of a district, of ``yuan`` where they are given."""
    draft = budget_draft(**(values if yuan is None else values | {"amount_fen": yuan * 100}))
    return budgets.add_figure(session, get_district(session, adcode), draft)


def fill_register(session: Session) -> None:
    """Give two thirds of all projects made-up figures, stages, years, units and money, none of them the same."""
    for number, project in enumerate(session.scalars(select(Project).order_by(Project.code)), 1):
        if number % 3:
            project.stage = list(Stage)[number % 13]
            project.site_area_m2, project.floor_area_m2 = Decimal(number * 1000) + Decimal("0.5"), Decimal(number * 500)
            project.classes, project.seats = number, number * 45
            project.total_investment_fen = number * 1_000_000_00
            project.start_year, project.completion_year = 2021, 2021 + number % 7
            project.lead_unit, project.owner = ("区教委", "区住建委")[number % 2], f"第{number}中心"
        if number % 3 == 1:
            make_entry(session, project, wan=number)
            make_entry(session, project, wan=Decimal(number) / 2, state=MoneyState.PAID)
            make_plan(session, project, wan=number, quarter=1 + number % 4)
    session.flush()


def write(app: Flask) -> Session:
    """Open a writing session on an application's database, to be used as a context and committed."""
    return open_session(app.extensions["portfolio_engine"], write=True, actor="tester")


def read(app: Flask) -> Session:
    """Open a reading session on an application's database, to be used as a context."""
    return open_session(app.extensions["portfolio_engine"], write=False)


def client_of(app: Flask, role: Role, adcode: str | None = None) -> FlaskClient:
    """Add a person of ``role`` who works in one district, or in all, and return their signed-in client."""
    name = f"person.{next(_numbers)}"
    with write(app) as session:
        user, password = users.add_user(session, users.UserDraft(name=name, role=role, district_adcode=adcode))
        user.must_change_password = False
        session.flush()
        token = users.sign_in(session, name, password)
        session.commit()
    client = app.test_client()
    client.set_cookie("portfolio_session", token)
    return client


def token_of(app: Flask, role: Role, adcode: str | None = None) -> dict[str, str]:
    """Add a person of ``role`` and return the header that carries their API token."""
    with write(app) as session:
        draft = users.UserDraft(name=f"person.{next(_numbers)}", role=role, district_adcode=adcode)
        user, _ = users.add_user(session, draft)
        user.must_change_password = False
        token = users.make_token(session, user, "test")
        session.commit()
    return {"Authorization": f"Bearer {token}"}


def sizes(app: Flask) -> dict[str, int]:
    """Count projects, ledger entries and revisions."""
    with read(app) as session:
        return {
            model.__tablename__: session.scalar(select(func.count()).select_from(model)) or 0
            for model in (Project, LedgerEntry, Revision)
        }


def fingerprint(engine: Engine) -> str:
    """Return a hash over every row of every table."""
    found = hashlib.sha256()
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
                found.update(repr((table.name, *row)).encode())
    return found.hexdigest()
