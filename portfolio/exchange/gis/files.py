"""One map file of projects, in any of four formats; GeoPackage and KML hold the zones around them too.

Every row is in every file, located or not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import shapely
from shapely.geometry import mapping

from portfolio.exchange.gis.geopackage import write_geopackage
from portfolio.exchange.gis.kml import write_kml
from portfolio.exchange.gis.shapefile import write_shapefiles
from portfolio.exchange.gis.sheet import GisAbout, GisKind, Sheet, make_sheet
from portfolio.reports.tables import Table


def write_gis(
    kind: GisKind,
    table: Table,
    shapes: Sequence[shapely.Geometry | None],
    about: GisAbout,
    *,
    zones: Sequence[Sheet] = (),
) -> bytes:
    """Return projects with their places as one file; a Shapefile comes as a zip archive.

    ``table`` has one row per project and the columns ``about.name_key`` and ``about.colour_key``. ``shapes`` has one
    Point, Polygon or MultiPolygon per row in WGS-84 degrees, longitude first; None where it is not located. ``zones``
    are further layers of a GeoPackage and folders of a KML file; the other two formats hold the projects alone.

    Raises
    ------
    GeoError
        If a shape is of another type.
    ValueError
        If there are not as many shapes as rows, or a column is missing.
    """
    sheet = make_sheet(table, shapes, about)
    if kind is GisKind.GPKG:
        return write_geopackage(sheet, zones)
    if kind is GisKind.KML:
        return write_kml(sheet, zones)
    return _write_geojson(sheet) if kind is GisKind.GEOJSON else write_shapefiles(sheet)


def _write_geojson(sheet: Sheet) -> bytes:
    properties = [dict(zip(sheet.headings, row, strict=True)) for row in sheet.rows]
    features = [
        {"type": "Feature", "geometry": shape and mapping(shape), "properties": values}
        for values, shape in zip(properties, sheet.shapes, strict=True)
    ]
    collection = {"type": "FeatureCollection", "说明": "；".join(sheet.statements), "features": features}
    return json.dumps(collection, ensure_ascii=False, allow_nan=False).encode()
