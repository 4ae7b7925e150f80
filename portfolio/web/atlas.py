"""What stays the same on every map of a district: outline, zones of the layouts in force, extent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from flask import current_app, g

from geo.crs import LONLAT
from geo.districts import Outline, district_outline
from portfolio.domain.clock import today
from portfolio.domain.layouts import LayoutKind
from portfolio.store.models import District, Layout
from portfolio.store.queries.layouts import list_layouts_in_force
from portfolio.web.database import get_session

_SEAT_MARGIN_DEGREES = 0.15


@dataclass(frozen=True)
class Sheet:
    """One district's unchanging map: its outline, None where not known, and the layouts in force today."""

    outline: Outline | None
    layouts: Sequence[Layout]

    def find(self, kind: LayoutKind) -> Layout | None:
        """Return the layout of a kind that is in force, or None."""
        return next((one for one in self.layouts if one.kind is kind), None)

    @property
    def layout(self) -> Layout | None:
        """Return the layout of belts that is in force, or None."""
        return self.find(LayoutKind.BELTS)

    @property
    def belts(self) -> gpd.GeoDataFrame | None:
        """Return the belts as ``geo.belts.build_belts`` makes them, or None without a layout."""
        return None if self.layout is None else zones_frame(self.layout)

    def bounds(self, district: District) -> tuple[float, float, float, float]:
        """Return west, south, east, north to show, WGS-84 degrees: the outline, or around the seat without one."""
        if self.outline is not None:
            west, south, east, north = self.outline.geometry.bounds
            return west, south, east, north
        lon, lat = district.seat_lon, district.seat_lat
        margin = _SEAT_MARGIN_DEGREES
        return lon - margin, lat - margin, lon + margin, lat + margin

    def outline_json(self) -> Any:
        """Return the outline as a GeoJSON geometry, or None."""
        return None if self.outline is None else shapely.geometry.mapping(self.outline.geometry)

    def guides(self) -> list[Any]:
        """Return the centre lines of the layouts as GeoJSON features with ``name`` and ``role`` (rail, river, ...)."""
        return [one for layout in self.layouts for one in line_features(layout)]


def zones_frame(layout: Layout) -> gpd.GeoDataFrame:
    """Return a version's zones in order, in WGS-84: ``belt`` (key), ``name``, ``short``, ``colour``, ``width_m``."""
    names = ("name", "short", "colour", "width_m")
    rows = [(zone.key, *(getattr(zone, name) for name in names)) for zone in layout.zones]
    shapes = [shapely.from_geojson(zone.shape) for zone in layout.zones]
    return gpd.GeoDataFrame(rows, columns=["belt", *names], geometry=shapes, crs=LONLAT)


def zone_features(layout: Layout) -> list[dict[str, Any]]:
    """Return the zones of a version as GeoJSON features with ``key``, ``name``, ``short`` and ``colour``."""
    return [
        {
            "type": "Feature",
            "properties": {"key": zone.key, "name": zone.name, "short": zone.short, "colour": zone.colour},
            "geometry": json.loads(zone.shape),
        }
        for zone in layout.zones
    ]


def line_features(layout: Layout) -> list[dict[str, Any]]:
    """Return the centre lines of a version as GeoJSON features with ``name`` and ``role``."""
    return [
        {
            "type": "Feature",
            "properties": {"name": zone.line_name or zone.name, "role": zone.line_role.value},
            "geometry": json.loads(zone.line),
        }
        for zone in layout.zones
        if zone.line is not None
    ]


def layers_json(sheets: Sequence[Sheet]) -> list[dict[str, Any]]:
    """Return the layouts in force as layers of a map, one for each kind; districts side by side share a layer.

    Towns are no such layer: they are coloured by what lies in them (``town_map``).
    """
    layers = []
    for kind in (LayoutKind.BELTS, LayoutKind.LINES3):
        found = [layout for one in sheets if (layout := one.find(kind))]
        if found:
            zones = [zone for layout in found for zone in zone_features(layout)]
            notes = [layout.note for layout in found if layout.note]
            layers.append(_layer(kind, found[0].name, notes, zones))
    return layers


def _layer(kind: LayoutKind, title: str, notes: Sequence[str], zones: Sequence[Any]) -> dict[str, Any]:
    return {
        "kind": kind.value,
        "title": title,
        "note": "；".join(dict.fromkeys(notes)),
        "shape": "area",
        "zones": {"type": "FeatureCollection", "features": list(zones)},
    }


def district_sheet(adcode: str) -> Sheet:
    """Return the map sheet of a district.

    Raises
    ------
    GeoError
        If the office's own outline file cannot be used.
    """
    layouts = [one for one in _layouts_in_force() if one.district.adcode == adcode]
    return Sheet(_read_outline(adcode, Path(current_app.instance_path)), layouts)


def _layouts_in_force() -> Sequence[Layout]:
    """Return the layouts in force of every district, read once for each request."""
    if "layouts_in_force" not in g:
        g.layouts_in_force = list_layouts_in_force(get_session(), today())
    found: Sequence[Layout] = g.layouts_in_force
    return found


@cache
def _read_outline(adcode: str, instance: Path) -> Outline | None:
    return district_outline(adcode, instance / "boundaries")
