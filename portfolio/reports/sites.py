"""Projects with their places, and the zones around them: what map files and wall maps are renderings of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from sqlalchemy.orm import Session

from portfolio.domain.layouts import LayoutKind
from portfolio.reports.maps import full_name
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.models import Layout, Zone
from portfolio.store.queries import maps
from portfolio.store.queries.projects import ProjectFilter

COLUMNS = (
    Column("code", "编码", Kind.CODE, 14),
    Column("name", "项目名称", Kind.TEXT, 30),
    Column("district", "区县", Kind.TEXT, 10),
    Column("level", "学段", Kind.TERM, 10),
    Column("nature", "建设性质", Kind.TERM, 10),
    Column("stage", "阶段", Kind.TERM, 14),
    Column("status", "状态", Kind.TERM, 8),
    Column("light", "红黄绿灯", Kind.TERM, 8),
    Column("completion", "登记建成年份", Kind.YEAR, 8),
    Column("opening", "投用年份", Kind.YEAR, 8),
    Column("seats", "学位", Kind.COUNT, 8),
    Column("floor_area", "建筑面积", Kind.AREA, 12),
    Column("site_area", "占地面积", Kind.AREA, 12),
    Column("investment", "总投资", Kind.MONEY, 14),
    Column("received", "到位资金", Kind.MONEY, 14),
    Column("accuracy", "位置精度", Kind.TERM, 8),
    Column("basis", "位置依据", Kind.TEXT, 40),
    Column("confirmer", "位置核实人", Kind.TEXT, 12),
    Column("is_sample", "演示", Kind.TEXT, 6),
)
NOTES = ("投用年份：里程碑移交投用的年份，没有日期的看竣工验收，再没有的同登记建成年份",)

ZONE_COLUMNS = (
    Column("name", "名称", Kind.TEXT, 24),
    Column("short", "简称", Kind.TEXT, 12),
    Column("district", "区县", Kind.TEXT, 10),
    Column("layout", "布局", Kind.TEXT, 14),
    Column("number", "版本", Kind.COUNT, 6),
    Column("valid_from", "起用日期", Kind.CODE, 12),
    Column("line", "中心线", Kind.TEXT, 20),
    Column("width_m", "宽度（米）", Kind.COUNT, 10),
    Column("colour", "颜色", Kind.CODE, 9),
)


@dataclass(frozen=True)
class Sites:
    """A table with one row per project or zone, and its shape in WGS-84.

    A project's is its site, else its point, None while it is not located.
    """

    table: Table
    rows: Sequence[Any]
    shapes: Sequence[shapely.Geometry | None]


def read_sites(session: Session, chosen: ProjectFilter) -> Sites:
    """Return the projects meant: the located by code, then the others by code."""
    rows = [row for located in (True, False) for row in maps.list_places(session, chosen, located=located)]
    table = Table("项目分布", COLUMNS, [_values(row) for row in rows], notes=NOTES, count=len(rows))
    return Sites(table, rows, [_shape(row) for row in rows])


def _values(row: Any) -> Sequence[Any]:
    return (
        row.code,
        full_name(row),
        row.district,
        row.level,
        row.nature,
        row.stage,
        row.status,
        row.light,
        row.completion_year,
        row.opening_year,
        row.seats,
        row.floor_area_m2,
        row.site_area_m2,
        row.total_investment_fen,
        row.received_fen,
        row.accuracy,
        row.place_basis,
        row.place_confirmed_by,
        "演示" if row.is_sample else None,
    )


def _shape(row: Any) -> shapely.Geometry | None:
    """Return a row's shape; a place known no better than the district has none, whatever the database holds."""
    if row.lon is None or not row.accuracy.is_located:
        return None
    return shapely.from_geojson(row.site_outline) if row.site_outline else shapely.Point(row.lon, row.lat)


def zone_sites(layouts: Sequence[Layout]) -> list[Sites]:
    """Return the zones of layouts with their areas, a table for each kind: one row per zone."""
    tables = []
    for kind in LayoutKind:
        zones = [(layout, zone) for layout in layouts if layout.kind is kind for zone in layout.zones]
        if zones:
            often = Counter(zone.name for _, zone in zones)
            rows = [_zone_values(*pair, is_one_of_many=often[pair[1].name] > 1) for pair in zones]
            table = Table(kind.label, ZONE_COLUMNS, rows, count=len(rows))
            tables.append(Sites(table, zones, [shapely.from_geojson(zone.shape) for _, zone in zones]))
    return tables


def _zone_values(layout: Layout, zone: Zone, *, is_one_of_many: bool) -> Sequence[Any]:
    """Return a zone's row; a name that several districts use is told apart by the district."""
    name = f"{layout.district.name}·{zone.name}" if is_one_of_many else zone.name
    of_layout = (layout.district.name, layout.name, layout.number, layout.valid_from.isoformat())
    return (name, zone.short, *of_layout, zone.line_name, zone.width_m, zone.colour)
