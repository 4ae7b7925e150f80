"""What a map file is made from: rows of plain values with shapes in WGS-84, and what every file says of itself.

Texts are the same in all files: characters that XML forbids are left out.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import LONLAT
from geo.errors import GeoError
from geo.sentences import say
from portfolio.domain.clock import CHINA_TIME
from portfolio.domain.quantities import MoneyUnit, fen_to
from portfolio.domain.terms import Term
from portfolio.reports.tables import Column, Kind, Table

_OTHER_LABEL, _OTHER_COLOUR = "其他", "#8A949B"
_DECIMALS = 7
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAMES_OF_THE_FORMAT = ("fid", "geom", "geometry")
DTYPES = {Kind.MONEY: "float64", Kind.AREA: "float64", Kind.COUNT: "Int64", Kind.YEAR: "Int64"}

Value = str | int | float | None


class GisKind(StrEnum):
    """A file format of map programs; ``shp`` is a zip archive."""

    GEOJSON = "geojson"
    GPKG = "gpkg"
    KML = "kml"
    SHP = "shp"


@dataclass(frozen=True)
class GisAbout:
    """What every file says of itself, and the colours of its places.

    ``colours`` maps a label of the column ``colour_key`` to ``#RRGGBB``; ``name_key`` is the column that names a place.
    """

    title: str
    scope: str
    made_at: dt.datetime
    made_by: str
    colours: dict[str, str]
    colour_key: str
    name_key: str = "name"
    is_zones: bool = False  # rows are zones of a layout, not projects


@dataclass(frozen=True)
class Sheet:
    """One row per project or zone: plain values under unique headings, and a shape or nothing."""

    title: str
    columns: Sequence[Column]
    headings: list[str]
    rows: list[list[Value]]
    shapes: list[shapely.Geometry | None]
    about: GisAbout
    notes: list[str]

    @property
    def points(self) -> list[int]:
        """Return the positions of the rows that are points."""
        return [number for number, shape in enumerate(self.shapes) if shape and shape.geom_type == "Point"]

    @property
    def sites(self) -> list[int]:
        """Return the positions of the rows that are areas."""
        return [number for number, shape in enumerate(self.shapes) if shape and shape.geom_type != "Point"]

    @property
    def unlocated(self) -> list[int]:
        """Return the positions of the rows without a shape."""
        return [number for number, shape in enumerate(self.shapes) if shape is None]

    def position(self, key: str) -> int:
        """Return which column has that key."""
        return [column.key for column in self.columns].index(key)

    @property
    def classes(self) -> list[tuple[str, str, str]]:
        """Return value, label and colour of each class; the last is for every other value, and its own is empty."""
        own = [(clean(label), clean(label), colour) for label, colour in self.about.colours.items()]
        return [*own, ("", _OTHER_LABEL, _OTHER_COLOUR)]

    @property
    def statements(self) -> list[str]:
        """Return the sentences that every file carries."""
        made_at = self.about.made_at.astimezone(CHINA_TIME)
        of_projects = (
            f"共 {len(self.rows)} 个项目，其中 {len(self.unlocated)} 个未定位（没有坐标）",
            "金额单位：万元；空白表示不清楚，不是零",
        )
        return [
            clean(f"{self.about.title}（{self.about.scope}）"),
            "坐标系：WGS-84（EPSG:4326），经度在前、纬度在后，单位为度",
            *(() if self.about.is_zones else of_projects),
            *self.notes,
            clean(f"{made_at:%Y-%m-%d %H:%M}（北京时间）由{self.about.made_by}导出"),
        ]


@dataclass(frozen=True)
class Layer:
    """Rows of a sheet, by position, whose shapes are of one type."""

    name: str
    rows: list[int]
    is_area: bool

    @property
    def form(self) -> dict[str, Any]:
        """Return how the shapes are written: a polygon as one of many, so that a layer has one type."""
        return {"geometry_type": "MultiPolygon" if self.is_area else "Point", "promote_to_multi": self.is_area}


def make_sheet(table: Table, shapes: Sequence[shapely.Geometry | None], about: GisAbout) -> Sheet:
    """Return a table and its shapes as files take them.

    Raises
    ------
    GeoError
        If a shape is of another type than Point, Polygon and MultiPolygon.
    ValueError
        If there are not as many shapes as rows.
    """
    kinds = [column.kind for column in table.columns]
    rows = [[_plain(*pair) for pair in zip(kinds, row, strict=True)] for row in table.rows]
    places = [_shape(shape) for _row, shape in zip(rows, shapes, strict=True)]
    notes = [clean(note) for note in table.notes]
    return Sheet(clean(table.title), table.columns, _headings(table.columns), rows, places, about, notes)


def _plain(kind: Kind, value: Any) -> Value:
    if value is None:
        return None
    if kind in (Kind.MONEY, Kind.AREA):
        return float(fen_to(value, MoneyUnit.WAN) if kind is Kind.MONEY else value)
    if kind in (Kind.COUNT, Kind.YEAR):
        return int(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(CHINA_TIME).isoformat(timespec="seconds")
    return clean(value.label if isinstance(value, Term) else str(value))


def clean(text: str) -> str:
    """Return a text without the characters that XML forbids."""
    return _NOT_IN_XML.sub("", text)


def _shape(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    """Return a shape with exterior rings counter-clockwise and 7 decimals; an empty one is none."""
    if shape is None or shape.is_empty:
        return None
    if shape.geom_type not in ("Point", "Polygon", "MultiPolygon"):
        raise GeoError(say("导出只支持点和面，不支持 {kind}，请检查项目位置", kind=shape.geom_type))
    rounded = shapely.transform(shapely.force_2d(shape), partial(np.round, decimals=_DECIMALS))
    return shapely.orient_polygons(rounded)


def _headings(columns: Sequence[Column]) -> list[str]:
    """Return one heading per column; one that another column or the format itself uses gets its key."""
    taken = set(_NAMES_OF_THE_FORMAT)
    headings = []
    for column in columns:
        heading = f"{column.heading}（{column.key}）" if column.heading.casefold() in taken else column.heading
        taken.add(heading.casefold())
        headings.append(heading)
    return headings


def frame_of(sheet: Sheet, names: Sequence[str], rows: Sequence[int]) -> pd.DataFrame:
    """Return one row per chosen row, typed by column so that an unknown number is null."""
    series = {
        name: pd.Series([sheet.rows[row][position] for row in rows], dtype=DTYPES.get(column.kind, "object"))
        for position, (name, column) in enumerate(zip(names, sheet.columns, strict=True))
    }
    return pd.DataFrame(series, index=range(len(rows)))


def located_frame(sheet: Sheet, names: Sequence[str], rows: Sequence[int]) -> gpd.GeoDataFrame:
    """Return one row per chosen row with its shape, in WGS-84."""
    return gpd.GeoDataFrame(frame_of(sheet, names, rows), geometry=[sheet.shapes[row] for row in rows], crs=LONLAT)


def layers_of(sheet: Sheet, *, one: str, points: str, sites: str) -> list[Layer]:
    """Return the located rows as one layer, or as two where there are both points and polygons."""
    if sheet.points and sheet.sites:
        return [Layer(points, sheet.points, is_area=False), Layer(sites, sheet.sites, is_area=True)]
    return [Layer(one, sheet.points or sheet.sites, is_area=bool(sheet.sites))]
