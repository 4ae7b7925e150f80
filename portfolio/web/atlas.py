"""What stays the same on every map of a district: outline, belts, extent. Read once for each process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from flask import current_app

from geo.belts import build_belts
from geo.districts import Outline, district_outline
from portfolio.plans.layout import Layout, read_layout
from portfolio.plans.loader import SHIPPED
from portfolio.store.models import District

_SEAT_MARGIN_DEGREES = 0.15


@dataclass(frozen=True)
class Sheet:
    """One district's unchanging map: what is None is not known."""

    outline: Outline | None
    layout: Layout | None
    belts: gpd.GeoDataFrame | None

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

    def belts_layer(self) -> dict[str, Any] | None:
        """Return the layout's belts as a layer of the map, or None without a layout."""
        if self.layout is None or self.belts is None:
            return None
        drawn = self.belts.rename(columns={"belt": "key"})[["key", "name", "short", "colour", "geometry"]]
        return {
            "kind": "belts",
            "title": self.layout.name,
            "note": self.layout.note,
            "shape": "area",
            "zones": drawn.__geo_interface__,
        }

    def guides(self) -> list[Any]:
        """Return the centre lines of the layout as GeoJSON features with ``name`` and ``role`` (rail, river, ...)."""
        if self.layout is None:
            return []
        lines = self.layout.lines.rename(columns={"name_zh": "name"})[["name", "role", "geometry"]]
        features: list[Any] = lines.__geo_interface__["features"]
        return features


def district_sheet(adcode: str) -> Sheet:
    """Return the map sheet of a district.

    Raises
    ------
    GeoError
        If the office's own outline file cannot be used.
    """
    return _read_sheet(adcode, Path(current_app.instance_path))


@cache
def _read_sheet(adcode: str, instance: Path) -> Sheet:
    outline = district_outline(adcode, instance / "boundaries")
    layout = read_layout(adcode, SHIPPED, instance / "plans")
    if layout is None:
        return Sheet(outline, None, None)
    return Sheet(outline, layout, build_belts(layout.lines, layout.specs, outline.geometry if outline else None))
