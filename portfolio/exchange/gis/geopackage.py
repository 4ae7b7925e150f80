"""A GeoPackage: layers with the styles that QGIS gives them by itself."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd
import pyogrio

from portfolio.exchange.gis.sheet import Layer, Sheet, frame_of, layers_of, located_frame


def write_geopackage(sheet: Sheet, zones: Sequence[Sheet]) -> bytes:
    """Return projects in layers of points, of sites and of what is not located, and a layer for each of ``zones``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "projects.gpkg"
        write = partial(pyogrio.write_dataframe, path=path, driver="GPKG", dataset_options={"VERSION": "1.2"})
        styles = []
        layers = [(sheet, layer) for layer in layers_of(sheet, one="项目", points="项目点", sites="项目地块")]
        layers += [(one, Layer(one.title, one.sites, is_area=True)) for one in zones]
        for one, layer in layers:
            frame = located_frame(one, one.headings, layer.rows)
            write(frame, layer=layer.name, layer_options=_note(one), **layer.form)
            styles.append(_style_row(one, layer))
        if sheet.unlocated:
            write(frame_of(sheet, sheet.headings, sheet.unlocated), layer="未定位项目", layer_options=_note(sheet))
        write(pd.DataFrame(styles), layer="layer_styles", layer_options={"FID": "id"})
        return path.read_bytes()


def _note(sheet: Sheet) -> dict[str, str]:
    return {"DESCRIPTION": "；".join(sheet.statements)}


def _style_row(sheet: Sheet, layer: Layer) -> dict[str, Any]:
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


def _qgis_style(sheet: Sheet, *, is_area: bool) -> ET.Element:
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
