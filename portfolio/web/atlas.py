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

    def belts_json(self) -> Any:
        """Return the belts as a GeoJSON feature collection, or None."""
        return None if self.belts is None else self.belts.__geo_interface__


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
