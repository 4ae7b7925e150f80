"""Tables with places as files that map programs open: GeoJSON, GeoPackage, KML and Shapefile, all in WGS-84.

Every row is in every file, located or not. Texts are the same in all of them: characters that XML forbids are left out.
"""

from __future__ import annotations

import datetime as dt
import html
import io
import itertools
import json
import re
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely.geometry import mapping

from geo.errors import GeoError
from geo.sentences import say
from portfolio.domain.clock import CHINA_TIME
from portfolio.domain.quantities import MoneyUnit, fen_to
from portfolio.domain.terms import Term
from portfolio.reports.tables import Column, Kind, Table

_LONLAT = "EPSG:4326"
_OTHER_LABEL, _OTHER_COLOUR = "其他", "#8A949B"
_DECIMALS = 7
_DBF_TEXT_BYTES = 254
_DBF_NAME_LENGTH = 10
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAMES_OF_THE_FORMAT = ("fid", "geom", "geometry")
_DTYPES = {Kind.MONEY: "float64", Kind.AREA: "float64", Kind.COUNT: "Int64", Kind.YEAR: "Int64"}
_KML_TYPES = {"float64": "double", "Int64": "int"}

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


@dataclass(frozen=True)
class _Sheet:
    """One row per project: plain values under unique headings, and a shape or nothing."""

    columns: Sequence[Column]
    headings: list[str]
    rows: list[list[Value]]
    shapes: list[shapely.Geometry | None]
    about: GisAbout

    @property
    def points(self) -> list[int]:
        return [number for number, shape in enumerate(self.shapes) if shape and shape.geom_type == "Point"]

    @property
    def sites(self) -> list[int]:
        return [number for number, shape in enumerate(self.shapes) if shape and shape.geom_type != "Point"]

    @property
    def unlocated(self) -> list[int]:
        return [number for number, shape in enumerate(self.shapes) if shape is None]

    def position(self, key: str) -> int:
        return [column.key for column in self.columns].index(key)

    @property
    def classes(self) -> list[tuple[str, str, str]]:
        """Return value, label and colour of each class; the last is for every other value, and its own is empty."""
        own = [(_clean(label), _clean(label), colour) for label, colour in self.about.colours.items()]
        return [*own, ("", _OTHER_LABEL, _OTHER_COLOUR)]

    @property
    def statements(self) -> list[str]:
        """Return the sentences that every file carries."""
        made_at = self.about.made_at.astimezone(CHINA_TIME)
        return [
            _clean(f"{self.about.title}（{self.about.scope}）"),
            "坐标系：WGS-84（EPSG:4326），经度在前、纬度在后，单位为度",
            f"共 {len(self.rows)} 个项目，其中 {len(self.unlocated)} 个未定位（没有坐标）",
            "金额单位：万元；空白表示不清楚，不是零",
            _clean(f"{made_at:%Y-%m-%d %H:%M}（北京时间）由{self.about.made_by}导出"),
        ]


@dataclass(frozen=True)
class _Layer:
    """Rows of a sheet, by position, whose shapes are of one type."""

    name: str
    rows: list[int]
    is_area: bool

    @property
    def form(self) -> dict[str, Any]:
        """Return how the shapes are written: a polygon as one of many, so that a layer has one type."""
        return {"geometry_type": "MultiPolygon" if self.is_area else "Point", "promote_to_multi": self.is_area}


def write_gis(kind: GisKind, table: Table, shapes: Sequence[shapely.Geometry | None], about: GisAbout) -> bytes:
    """Return the table with its places as one file; a Shapefile comes as a zip archive.

    ``table`` has one row per project and the columns ``about.name_key`` and ``about.colour_key``. ``shapes`` has one
    Point, Polygon or MultiPolygon per row in WGS-84 degrees, longitude first; None where it is not located.

    Raises
    ------
    GeoError
        If a shape is of another type.
    ValueError
        If there are not as many shapes as rows, or a column is missing.
    """
    writers = {
        GisKind.GEOJSON: _write_geojson,
        GisKind.GPKG: _write_geopackage,
        GisKind.KML: _write_kml,
        GisKind.SHP: _write_shapefiles,
    }
    kinds = [column.kind for column in table.columns]
    rows = [[_plain(*pair) for pair in zip(kinds, row, strict=True)] for row in table.rows]
    places = [_shape(shape) for _row, shape in zip(rows, shapes, strict=True)]
    sheet = _Sheet(table.columns, _headings(table.columns), rows, places, about)
    return writers[kind](sheet)


def _plain(kind: Kind, value: Any) -> Value:
    if value is None:
        return None
    if kind in (Kind.MONEY, Kind.AREA):
        return float(fen_to(value, MoneyUnit.WAN) if kind is Kind.MONEY else value)
    if kind in (Kind.COUNT, Kind.YEAR):
        return int(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(CHINA_TIME).isoformat(timespec="seconds")
    return _clean(value.label if isinstance(value, Term) else str(value))


def _clean(text: str) -> str:
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


def _write_geojson(sheet: _Sheet) -> bytes:
    properties = [dict(zip(sheet.headings, row, strict=True)) for row in sheet.rows]
    features = [
        {"type": "Feature", "geometry": shape and mapping(shape), "properties": values}
        for values, shape in zip(properties, sheet.shapes, strict=True)
    ]
    collection = {"type": "FeatureCollection", "说明": "；".join(sheet.statements), "features": features}
    return json.dumps(collection, ensure_ascii=False, allow_nan=False).encode()


def _frame(sheet: _Sheet, names: Sequence[str], rows: Sequence[int]) -> pd.DataFrame:
    """Return one row per chosen row, typed by column so that an unknown number is null."""
    series = {
        name: pd.Series([sheet.rows[row][position] for row in rows], dtype=_DTYPES.get(column.kind, "object"))
        for position, (name, column) in enumerate(zip(names, sheet.columns, strict=True))
    }
    return pd.DataFrame(series, index=range(len(rows)))


def _located(sheet: _Sheet, names: Sequence[str], rows: Sequence[int]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(_frame(sheet, names, rows), geometry=[sheet.shapes[row] for row in rows], crs=_LONLAT)


def _layers(sheet: _Sheet, *, one: str, points: str, sites: str) -> list[_Layer]:
    """Return the located rows as one layer, or as two where there are both points and polygons."""
    if sheet.points and sheet.sites:
        return [_Layer(points, sheet.points, is_area=False), _Layer(sites, sheet.sites, is_area=True)]
    return [_Layer(one, sheet.points or sheet.sites, is_area=bool(sheet.sites))]


def _write_geopackage(sheet: _Sheet) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "projects.gpkg"
        write = partial(pyogrio.write_dataframe, path=path, driver="GPKG", dataset_options={"VERSION": "1.2"})
        note = {"DESCRIPTION": "；".join(sheet.statements)}
        styles = []
        for layer in _layers(sheet, one="项目", points="项目点", sites="项目地块"):
            write(_located(sheet, sheet.headings, layer.rows), layer=layer.name, layer_options=note, **layer.form)
            styles.append(_style_row(sheet, layer))
        if sheet.unlocated:
            write(_frame(sheet, sheet.headings, sheet.unlocated), layer="未定位项目", layer_options=note)
        write(pd.DataFrame(styles), layer="layer_styles", layer_options={"FID": "id"})
        return path.read_bytes()


def _style_row(sheet: _Sheet, layer: _Layer) -> dict[str, Any]:
    """Return the row by which QGIS finds a layer's default style: catalogue and schema are empty texts, not null."""
    empty = ("f_table_catalog", "f_table_schema", "styleSLD", "description", "owner", "ui")
    return dict.fromkeys(empty, "") | {
        "f_table_name": layer.name,
        "f_geometry_column": "geom",
        "styleName": layer.name,
        "styleQML": ET.tostring(_qgis_style(sheet, is_area=layer.is_area), encoding="unicode"),
        "useAsDefault": True,
        "update_time": pd.Timestamp(sheet.about.made_at.astimezone(dt.UTC)),
    }


def _qgis_style(sheet: _Sheet, *, is_area: bool) -> ET.Element:
    root = ET.Element("qgis", version="3.28.0", styleCategories="Symbology|Labeling", labelsEnabled="1")
    colour_by = sheet.headings[sheet.position(sheet.about.colour_key)]
    renderer = ET.SubElement(root, "renderer-v2", type="categorizedSymbol", attr=colour_by, enableorderby="0")
    categories, symbols = ET.SubElement(renderer, "categories"), ET.SubElement(renderer, "symbols")
    for number, (value, label, colour) in enumerate(sheet.classes):
        symbol = {"value": value, "type": "string", "label": label, "symbol": str(number), "render": "true"}
        ET.SubElement(categories, "category", symbol)
        _add_symbol(symbols, str(number), colour, is_area=is_area)
    _add_labels(root, sheet.headings[sheet.position(sheet.about.name_key)], is_area=is_area)
    return root


def _add_symbol(symbols: ET.Element, name: str, colour: str, *, is_area: bool) -> None:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    symbol = ET.SubElement(symbols, "symbol", name=name, type="fill" if is_area else "marker", alpha="1")
    layer = ET.SubElement(symbol, "layer", {"class": "SimpleFill" if is_area else "SimpleMarker", "enabled": "1"})
    options = {"color": f"{red},{green},{blue},{150 if is_area else 255}", "outline_style": "solid"}
    if is_area:
        options |= {"style": "solid", "outline_color": f"{red},{green},{blue},255", "outline_width": "0.5"}
    else:
        options |= {"name": "circle", "size": "3", "outline_color": "255,255,255,255", "outline_width": "0.3"}
    values = ET.SubElement(layer, "Option", type="Map")
    for option, value in options.items():
        ET.SubElement(values, "Option", name=option, type="QString", value=value)


def _add_labels(root: ET.Element, heading: str, *, is_area: bool) -> None:
    settings = ET.SubElement(ET.SubElement(root, "labeling", type="simple"), "settings")
    style = {"fieldName": heading, "isExpression": "0", "fontFamily": "Microsoft YaHei", "textColor": "30,40,46,255"}
    text = ET.SubElement(settings, "text-style", style, fontSize="9", fontSizeUnit="Point")
    ET.SubElement(text, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferColor="255,255,255,255")
    ET.SubElement(settings, "placement", placement="4" if is_area else "6", dist="1.5")


def _write_kml(sheet: _Sheet) -> bytes:
    root = ET.Element("kml", xmlns="http://www.opengis.net/kml/2.2")
    document = _add(root, "Document")
    _add(document, "name", _clean(sheet.about.title))
    # Map programs show a description as HTML.
    _add(document, "description", html.escape("；".join(sheet.statements)))
    for number, (_value, _label, colour) in enumerate(sheet.classes):
        _add_kml_style(document, f"colour-{number}", colour)
    schema = ET.SubElement(document, "Schema", name="project", id="project")
    for heading, column in zip(sheet.headings, sheet.columns, strict=True):
        ET.SubElement(schema, "SimpleField", name=heading, type=_KML_TYPES.get(_DTYPES.get(column.kind, ""), "string"))
    for title, rows in (("项目", sorted(sheet.points + sheet.sites)), ("未定位", sheet.unlocated)):
        folder = _add(document, "Folder")
        _add(folder, "name", title)
        for row in rows:
            _add_placemark(folder, sheet, row)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text.replace(b"\r", b"&#13;")  # a bare one would be read back as a line feed


def _add(parent: ET.Element, tag: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, tag)
    child.text = text
    return child


def _add_kml_style(document: ET.Element, name: str, colour: str) -> None:
    red, green, blue = (colour[start : start + 2].lower() for start in (1, 3, 5))
    style = ET.SubElement(document, "Style", id=name)
    for tag, alpha in (("IconStyle", "ff"), ("LineStyle", "ff"), ("PolyStyle", "96")):
        _add(_add(style, tag), "color", f"{alpha}{blue}{green}{red}")


def _add_placemark(folder: ET.Element, sheet: _Sheet, number: int) -> None:
    row, shape = sheet.rows[number], sheet.shapes[number]
    placemark = _add(folder, "Placemark")
    _add(placemark, "name", str(row[sheet.position(sheet.about.name_key)] or ""))
    values = [value for value, _label, _colour in sheet.classes]
    shown = row[sheet.position(sheet.about.colour_key)]
    _add(placemark, "styleUrl", f"#colour-{values.index(str(shown)) if shown in values else len(values) - 1}")
    data = ET.SubElement(_add(placemark, "ExtendedData"), "SchemaData", schemaUrl="#project")
    for heading, value in zip(sheet.headings, row, strict=True):
        if value is not None:
            ET.SubElement(data, "SimpleData", name=heading).text = str(value)
    if shape is not None:
        _add_kml_shape(placemark, shape)


def _add_kml_shape(parent: ET.Element, shape: shapely.Geometry) -> None:
    if shape.geom_type == "MultiPolygon":
        parts = _add(parent, "MultiGeometry")
        for part in shape.geoms:
            _add_kml_shape(parts, part)
    elif shape.geom_type == "Polygon":
        polygon = _add(parent, "Polygon")
        rings = [("outerBoundaryIs", shape.exterior), *(("innerBoundaryIs", ring) for ring in shape.interiors)]
        for side, ring in rings:
            _add_kml_shape(_add(polygon, side), ring)
    else:
        path = " ".join(f"{lon:.7f},{lat:.7f}" for lon, lat in shape.coords)
        _add(_add(parent, shape.geom_type), "coordinates", path)


def _write_shapefiles(sheet: _Sheet) -> bytes:
    names = _field_names(sheet.columns)
    short = replace(sheet, rows=[[_cut(value) for value in row] for row in sheet.rows])
    first, *others = _layers(short, one="projects", points="projects_points", sites="projects_sites")
    target = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for layer in (replace(first, rows=sorted(first.rows + short.unlocated)), *others):
            path = Path(folder) / f"{layer.name}.shp"
            frame = _located(short, names, layer.rows)
            pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", encoding="UTF-8", **layer.form)
        for path in sorted(Path(folder).iterdir()):
            archive.write(path, path.name)
        fields = [f"{name}\t{heading}" for name, heading in zip(names, sheet.headings, strict=True)]
        archive.writestr("字段说明.txt", _lines(["字段\t含义", *fields]))
        archive.writestr("说明.txt", _lines([*sheet.statements, *_shapefile_notes(sheet, short, first)]))
    return target.getvalue()


def _field_names(columns: Sequence[Column]) -> list[str]:
    """Return one ASCII name of at most 10 characters per column, made from its key; money is named for its unit."""
    names: list[str] = []
    for column in columns:
        key = f"{column.key.removesuffix('_fen')}_wan" if column.kind is Kind.MONEY else column.key
        endings = itertools.chain([""], map(str, itertools.count(2)))
        candidates = (f"{key[: _DBF_NAME_LENGTH - len(ending)]}{ending}" for ending in endings)
        taken = {name.casefold() for name in names}
        names.append(next(name for name in candidates if name.casefold() not in taken))
    return names


def _cut(value: Value) -> Value:
    """Return a text as long as a Shapefile holds it, cut between characters; another value as it is."""
    return value.encode()[:_DBF_TEXT_BYTES].decode(errors="ignore") if isinstance(value, str) else value


def _shapefile_notes(sheet: _Sheet, short: _Sheet, first: _Layer) -> list[str]:
    """Return what a Shapefile cannot hold: places of the unlocated, long texts."""
    notes = [f"未定位的项目在 {first.name}.shp 中，没有图形，只有属性"] if sheet.unlocated else []
    for position, heading in enumerate(sheet.headings):
        if count := sum(full[position] != cut[position] for full, cut in zip(sheet.rows, short.rows, strict=True)):
            notes.append(f"“{heading}”有 {count} 处文字超过 {_DBF_TEXT_BYTES} 字节，已截短；全文见其他格式")
    return notes


def _lines(lines: Sequence[str]) -> bytes:
    """Return lines as a text file that Windows opens as UTF-8."""
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8-sig")
