"""A KML file: a folder for what lies somewhere, one for what does not."""

from __future__ import annotations

import html
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import shapely

from portfolio.exchange.gis.sheet import DTYPES, Sheet, clean

_KML_TYPES = {"float64": "double", "Int64": "int"}


def write_kml(sheet: Sheet, zones: Sequence[Sheet]) -> bytes:
    """Return projects in a folder, those not located in a second, and a folder for each of the zones."""
    root = ET.Element("kml", xmlns="http://www.opengis.net/kml/2.2")
    document = _add(root, "Document")
    _add(document, "name", clean(sheet.about.title))
    _describe(document, sheet)
    named = {"project": sheet, **{f"zone-{number}": one for number, one in enumerate(zones, 1)}}
    for name, one in named.items():
        _add_styles(document, one, name)
    _add_folder(document, sheet, "project", title="项目", rows=sorted(sheet.points + sheet.sites))
    _add_folder(document, sheet, "project", title="未定位", rows=sheet.unlocated)
    for name, one in list(named.items())[1:]:
        _add_folder(document, one, name, title=one.title, rows=one.sites, is_described=True)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text.replace(b"\r", b"&#13;")  # a bare one would be read back as a line feed


def _describe(parent: ET.Element, sheet: Sheet) -> None:
    """Add what a sheet says of itself; map programs show it as HTML."""
    _add(parent, "description", html.escape("；".join(sheet.statements)))


def _add_styles(document: ET.Element, sheet: Sheet, name: str) -> None:
    """Add a style for each colour of a sheet, and the schema of its columns."""
    for number, (_value, _label, colour) in enumerate(sheet.classes):
        _add_kml_style(document, f"{name}-colour-{number}", colour)
    schema = ET.SubElement(document, "Schema", name=name, id=name)
    for heading, column in zip(sheet.headings, sheet.columns, strict=True):
        ET.SubElement(schema, "SimpleField", name=heading, type=_KML_TYPES.get(DTYPES.get(column.kind, ""), "string"))


def _add_folder(
    document: ET.Element, sheet: Sheet, name: str, *, title: str, rows: Sequence[int], is_described: bool = False
) -> None:
    folder = _add(document, "Folder")
    _add(folder, "name", title)
    if is_described:
        _describe(folder, sheet)
    for row in rows:
        _add_placemark(folder, sheet, row, name)


def _add(parent: ET.Element, tag: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, tag)
    child.text = text
    return child


def _add_kml_style(document: ET.Element, name: str, colour: str) -> None:
    red, green, blue = (colour[start : start + 2].lower() for start in (1, 3, 5))
    style = ET.SubElement(document, "Style", id=name)
    for tag, alpha in (("IconStyle", "ff"), ("LineStyle", "ff"), ("PolyStyle", "96")):
        _add(_add(style, tag), "color", f"{alpha}{blue}{green}{red}")


def _add_placemark(folder: ET.Element, sheet: Sheet, number: int, name: str) -> None:
    row, shape = sheet.rows[number], sheet.shapes[number]
    placemark = _add(folder, "Placemark")
    _add(placemark, "name", str(row[sheet.position(sheet.about.name_key)] or ""))
    values = [value for value, _label, _colour in sheet.classes]
    shown = row[sheet.position(sheet.about.colour_key)]
    _add(placemark, "styleUrl", f"#{name}-colour-{values.index(str(shown)) if shown in values else len(values) - 1}")
    data = ET.SubElement(_add(placemark, "ExtendedData"), "SchemaData", schemaUrl=f"#{name}")
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
