"""Capital projects."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, event, false
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from portfolio.domain.cells import cell_of
from portfolio.domain.search import search_key
from portfolio.domain.terms import Accuracy, Basis, Datum, DeliveryMode, Level, Nature, Stage, Status
from portfolio.store.base import Base, Fen, Tracked, utc_now
from portfolio.store.models.district import District, Plan

# What a map counts and filters by: an index with all of it answers without the table.
_ON_THE_MAP = ("accuracy", "stage", "status", "level", "opening_year", "has_opened", "total_investment_fen")


class Project(Tracked, Base):
    """One capital project at one place. One row per project or phase."""

    __tablename__ = "project"
    __table_args__ = (
        CheckConstraint("site_area_m2 > 0", name="site_area_positive"),
        CheckConstraint("floor_area_m2 > 0", name="floor_area_positive"),
        CheckConstraint("classes > 0", name="classes_positive"),
        CheckConstraint("seats > 0", name="seats_positive"),
        CheckConstraint("total_investment_fen > 0", name="total_investment_positive"),
        CheckConstraint("(lon IS NULL) = (lat IS NULL)", name="lon_and_lat_together"),
        Index("ix_project_district_stage", "district_id", "stage"),
        Index("ix_project_district_name", "district_id", "name"),
        Index("ix_project_place", "lon", "lat", "district_id", "cell", *_ON_THE_MAP),
        Index("ix_project_map", "district_id", "cell", "lon", "lat", *_ON_THE_MAP),
        Index(
            "ix_project_totals",
            "district_id",
            "level",
            "site_area_m2",
            "floor_area_m2",
            "classes",
            "seats",
            "total_investment_fen",
        ),
    )
    untracked_columns = frozenset({"search_text", "updated_at", "cell", "opening_year", "has_opened"})

    code: Mapped[str] = mapped_column(unique=True, comment="Own code, such as 500101-0042; never reused")
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True, comment="Where it is built")
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("project.id"), index=True, comment="Programme, or project of which this is a phase"
    )
    name: Mapped[str] = mapped_column(index=True, comment="As the plan or the approval writes it")
    remark: Mapped[str | None] = mapped_column(comment="Stands in brackets after the name: 暂定名, 一期, 含6个幼儿班")
    note: Mapped[str | None] = mapped_column(comment="How the plan or source was read when registering")
    also_called: Mapped[str | None] = mapped_column(comment="Other names in use, for searching")
    national_code: Mapped[str | None] = mapped_column(comment="全国投资项目代码, null until assigned")
    nature: Mapped[Nature] = mapped_column(comment="Kind of construction, one per project (建设性质)")
    level: Mapped[Level] = mapped_column(comment="Level of education (学段)")
    delivery_mode: Mapped[DeliveryMode | None] = mapped_column(comment="Who builds for whom (建设模式)")
    stage: Mapped[Stage | None] = mapped_column(comment="Where it stands now (阶段); null until reported")
    status: Mapped[Status] = mapped_column(comment="Going on, suspended, cancelled or merged")
    basis: Mapped[Basis] = mapped_column(comment="What it stands on in the plan (规划依据)")
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True, comment="Plan that names it")
    section: Mapped[str | None] = mapped_column(comment="Section or 专栏 of the plan")
    item: Mapped[str | None] = mapped_column(comment="Number of the item in the section")
    quote: Mapped[str | None] = mapped_column(comment="The plan's own words")
    site_area_m2: Mapped[Decimal | None] = mapped_column(comment="Site area (占地面积), square metres")
    floor_area_m2: Mapped[Decimal | None] = mapped_column(comment="Gross floor area (建筑面积), square metres")
    classes: Mapped[int | None] = mapped_column(comment="Number of classes (班)")
    seats: Mapped[int | None] = mapped_column(comment="Number of seats (学位)")
    total_investment_fen: Mapped[Fen | None] = mapped_column(comment="Total investment as approved, fen")
    start_year: Mapped[int | None] = mapped_column(comment="Year in which construction starts or started")
    completion_year: Mapped[int | None] = mapped_column(comment="Year in which it is or was completed")
    opening_year: Mapped[int | None] = mapped_column(comment="Year in which it opens or opened, see openings; derived")
    has_opened: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="Whether that year has come true; derived"
    )
    owner: Mapped[str | None] = mapped_column(comment="建设单位")
    user: Mapped[str | None] = mapped_column(comment="使用单位")
    lead_unit: Mapped[str | None] = mapped_column(comment="牵头单位")
    responsible_unit: Mapped[str | None] = mapped_column(comment="责任单位")
    responsible_person: Mapped[str | None] = mapped_column(comment="责任人")
    lon: Mapped[float | None] = mapped_column(comment="WGS-84 longitude, degrees; null while not located")
    lat: Mapped[float | None] = mapped_column(comment="WGS-84 latitude, degrees; null while not located")
    accuracy: Mapped[Accuracy] = mapped_column(comment="How well the place is known")
    datum: Mapped[Datum] = mapped_column(comment="Reference system in which the place was given")
    place_given: Mapped[str | None] = mapped_column(comment="Text or key in which the place was given")
    place_basis: Mapped[str | None] = mapped_column(comment="Where the place comes from")
    place_confirmed_by: Mapped[str | None] = mapped_column(comment="Who confirmed the place; null while nobody has")
    site_outline: Mapped[str | None] = mapped_column(comment="Outline of the site, WGS-84, as GeoJSON geometry text")
    cell: Mapped[int | None] = mapped_column(BigInteger, comment="Square of the place, see domain.cells; derived")
    is_sample: Mapped[bool] = mapped_column(default=False, index=True, comment="Made by `portfolio sample` (演示)")
    search_text: Mapped[str] = mapped_column(comment="Folded name, code, remark and other names, for searching")
    updated_at: Mapped[dt.datetime] = mapped_column(comment="Last accepted save, UTC")
    district: Mapped[District] = relationship()
    plan: Mapped[Plan | None] = relationship()

    @property
    def full_name(self) -> str:
        """Return the name with its remark in brackets."""
        return f"{self.name}（{self.remark}）" if self.remark else self.name

    @property
    def is_located(self) -> bool:
        """Return whether it may be drawn as a pin."""
        return self.lon is not None and self.accuracy.is_located

    @property
    def citation(self) -> str | None:
        """Return where the plan names it, or None outside the plan."""
        if self.plan is None:
            return None
        return f"《{self.plan.short}》{self.section or ''}" + (f"第{self.item}项" if self.item else "")


@event.listens_for(Project, "before_insert")
@event.listens_for(Project, "before_update")
def _derive(_mapper: object, _connection: object, project: Project) -> None:
    """Derive what follows from the other columns, unless nothing has really changed."""
    session = object_session(project)
    if session is None or not session.is_modified(project):
        return
    project.search_text = search_key(project.full_name, project.code, project.also_called, project.national_code)
    project.cell = None if project.lon is None or project.lat is None else cell_of(project.lon, project.lat)
    project.updated_at = utc_now()
