"""Projects as files that GIS software opens: GeoJSON, GeoPackage, KML, Shapefile. Always WGS-84, and saying so."""

from __future__ import annotations

import datetime as dt
import io
import json
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from portfolio.domain.quantities import MoneyUnit, fen_to
from portfolio.domain.terms import Term
from portfolio.reports.tables import Kind, Table

LONLAT = "EPSG:4326"
PLACED, UNPLACED = "项目", "未定位项目"
FIELD_BYTES = 254
_KML = "http://www.opengis.net/kml/2.2"


class GisKind(StrEnum):
    """A kind of file, by its ending."""

    GEOJSON = "geojson"
    GPKG = "gpkg"
    KML = "kml"
    SHP = "shp"


@dataclass(frozen=True)
class GisAbout:
    """What stands in the file beside the projects."""

    scope: str
    made_at: dt.datetime
    made_by: str

    @property
    def note(self) -> str:
        """Return where the file is from, and its reference system."""
        day = self.made_at.strftime("%Y-%m-%d %H:%M")
        return f"{self.scope}；坐标系 WGS-84（EPSG:4326）；{day} 由 {self.made_by} 导出；未定位项目没有图形"


def write_gis(kind: GisKind, table: Table, shapes: Sequence[shapely.Geometry | None], about: GisAbout) -> bytes:
    """Return a file with one feature per row of ``table``, in WGS-84; a row without a shape stays in, unplaced.

    Money is written in 万元, areas in square metres, terms by their labels, unknown as empty. A Shapefile comes as a
    ZIP with a list of its fields, for its field names are short and its texts at most 254 bytes long.
    """
    writers = {GisKind.GEOJSON: _geojson, GisKind.GPKG: _geopackage, GisKind.KML: _kml, GisKind.SHP: _shapefile}
    frame = pd.DataFrame(
        [[_value(value, column.kind) for value, column in zip(row, table.columns, strict=True)] for row in table.rows],
        columns=[column.key for column in table.columns],
        dtype=object,
    )
    return writers[kind](gpd.GeoDataFrame(frame, geometry=list(shapes), crs=LONLAT), table, about)


def _value(value: Any, kind: Kind) -> Any:
    if value is None:
        return None
    if kind is Kind.MONEY:
        return float(fen_to(value, MoneyUnit.WAN))
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Term):
        return value.label
    return _clean(value) if isinstance(value, str) else value


def _clean(text: str) -> str:
    """Return a text without the control characters that XML and GIS files cannot hold."""
    return "".join(char for char in text if char >= " " or char in "\n\t")


def _headings(table: Table) -> dict[str, str]:
    return {column.key: column.heading for column in table.columns}


def _geojson(frame: gpd.GeoDataFrame, table: Table, about: GisAbout) -> bytes:
    headings = _headings(table)
    features = [
        {
            "type": "Feature",
            "geometry": None if shape is None else json.loads(shapely.to_geojson(shape)),
            "properties": {headings[key]: row[key] for key in headings},
        }
        for shape, row in zip(frame.geometry, frame.to_dict("records"), strict=True)
    ]
    whole = {"type": "FeatureCollection", "name": table.title, "说明": about.note, "features": features}
    return json.dumps(whole, ensure_ascii=False, allow_nan=False).encode()


def _typed(frame: gpd.GeoDataFrame, table: Table) -> gpd.GeoDataFrame:
    """Return the frame with its numbers as numbers: a column of objects would be written as text."""
    numbers = [column.key for column in table.columns if column.kind.is_number or column.kind is Kind.YEAR]
    return frame.assign(**{key: pd.to_numeric(frame[key]) for key in numbers})


def _parts(frame: gpd.GeoDataFrame) -> list[tuple[str, gpd.GeoDataFrame]]:
    """Return the frame by what its shapes are, since no layer holds two kinds; a part without rows is left out."""
    kinds = frame.geometry.geom_type
    parts = ((f"{PLACED}点", kinds == "Point"), (f"{PLACED}地块", kinds.isin(["Polygon", "MultiPolygon"])))
    return [(name, frame[chosen]) for name, chosen in parts if chosen.any()]


def _geopackage(frame: gpd.GeoDataFrame, table: Table, about: GisAbout) -> bytes:
    named = _typed(frame, table).rename(columns=_headings(table))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "projects.gpkg"
        options: dict[str, Any] = {"driver": "GPKG"}
        for name, part in _parts(named):
            described = {"DESCRIPTION": about.note}
            pyogrio.write_dataframe(part, path, layer=name, append=path.exists(), layer_options=described, **options)
        rest = pd.DataFrame(named[named.geometry.isna()].drop(columns="geometry"))
        pyogrio.write_dataframe(rest, path, layer=UNPLACED, append=path.exists(), **options)
        return path.read_bytes()


def _kml(frame: gpd.GeoDataFrame, table: Table, about: GisAbout) -> bytes:
    ElementTree.register_namespace("", _KML)
    root = ElementTree.Element(f"{{{_KML}}}kml")
    document = _kml_child(root, "Document")
    _kml_child(document, "name", table.title)
    _kml_child(document, "description", about.note)
    folders = {True: _kml_child(document, "Folder"), False: _kml_child(document, "Folder")}
    _kml_child(folders[True], "name", PLACED)
    _kml_child(folders[False], "name", UNPLACED)
    headings = _headings(table)
    for shape, row in zip(frame.geometry, frame.to_dict("records"), strict=True):
        mark = _kml_child(folders[shape is not None], "Placemark")
        _kml_child(mark, "name", str(row["name"]))
        data = _kml_child(mark, "ExtendedData")
        for key, heading in headings.items():
            if row[key] is not None:
                field = _kml_child(data, "Data", name=heading)
                _kml_child(field, "value", str(row[key]))
        for part in [] if shape is None else shapely.get_parts(shape):
            _kml_shape(mark, part)
    text: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text


def _kml_child(
    parent: ElementTree.Element, tag: str, text: str | None = None, **attributes: str
) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{_KML}}}{tag}", attributes)
    child.text = text
    return child


def _kml_shape(mark: ElementTree.Element, shape: shapely.Geometry) -> None:
    if shape.geom_type == "Point":
        _kml_child(_kml_child(mark, "Point"), "coordinates", f"{shape.x},{shape.y}")
        return
    polygon = _kml_child(mark, "Polygon")
    for tag, rings in (("outerBoundaryIs", [shape.exterior]), ("innerBoundaryIs", shape.interiors)):
        for ring in rings:
            line = _kml_child(_kml_child(polygon, tag), "LinearRing")
            _kml_child(line, "coordinates", " ".join(f"{x},{y}" for x, y, *_ in ring.coords))


def _shapefile(frame: gpd.GeoDataFrame, table: Table, about: GisAbout) -> bytes:
    fields = {column.key: column.key[:10] for column in table.columns}
    short = _typed(frame, table).rename(columns=fields)
    for key in fields.values():
        short[key] = short[key].map(lambda value: _cut(value) if isinstance(value, str) else value)
    content = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        files = {f"{PLACED}点": "points.shp", f"{PLACED}地块": "sites.shp"}
        for name, part in _parts(short):
            pyogrio.write_dataframe(part, Path(folder) / files[name], driver="ESRI Shapefile", encoding="UTF-8")
        for path in sorted(Path(folder).iterdir()):
            archive.write(path, path.name)
        headings = _headings(table)
        lines = [f"{fields[key]}\t{headings[key]}" for key in fields]
        archive.writestr("字段说明.txt", "\n".join([about.note, f"文字超过 {FIELD_BYTES} 字节的部分未写入", *lines]))
        rest = frame[frame.geometry.isna()]
        archive.writestr(
            f"{UNPLACED}.txt", "\n".join(f"{row['code']}\t{row['name']}" for row in rest.to_dict("records"))
        )
    return content.getvalue()


def _cut(text: str) -> str:
    """Return as much of a text as a Shapefile's field holds, ending between two characters."""
    return text.encode()[:FIELD_BYTES].decode(errors="ignore")
