"""The map on a wall map: drawn at a true scale in the metric system of the place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer

from geo.crs import LONLAT, metric_crs
from geo.errors import GeoError
from geo.sentences import say
from portfolio.exchange.wallmap_labels import Labels, spread
from portfolio.exchange.wallmap_marks import draw_mark, mark_of
from portfolio.exchange.wallmap_page import GROUND, INK, MUTED, SURFACE, Box, Page
from portfolio.exchange.wallmap_sheet import Pin, WallMap, Zone

MOST_NUMBERED = 400
GUIDES: dict[str, tuple[str, float, dict[str, Any]]] = {
    "river": ("#8FC0CD", 3.0, {"solid_capstyle": "round"}),
    "road": ("#A9A398", 1.1, {}),
    "rail": (MUTED, 1.0, {"dashes": (5, 3)}),
    "ridge": ("#8B9A7C", 1.6, {"dashes": (0.1, 2.6), "dash_capstyle": "round"}),
}

_PIN_POINTS, _NAME_POINTS = 7.0, 7.0
_ZONE_POINTS = 8.5
_DOWNWARDS = re.compile(r"[\u4e00-\u9fff—–-]{2,16}")
_LEADER = "#7B868C"
_SMALLEST_SPAN_M = 1500.0
_NICE = (1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2, 2.2, 2.5, 2.8, 3, 3.2, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 9)
_BAR_KM = (0.1, 0.2, 0.4, 1, 2, 4, 10, 20, 40, 100, 200)


@dataclass(frozen=True)
class MapFrame:
    """Where the map stands on the paper: its box in mm, 1:``ratio``, and what turns degrees into mm."""

    box: Box
    ratio: int
    metric: Transformer
    centre: tuple[float, float]

    def to_mm(self, geometry: shapely.Geometry) -> shapely.Geometry:
        """Turn a WGS-84 geometry into mm of the paper, cut at the edge of the map."""
        moved = shapely.transform(geometry, self._project)
        return shapely.clip_by_rect(shapely.make_valid(moved), *self.box)

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """Turn one WGS-84 place into mm of the paper."""
        x, y = self._project(np.array([[lon, lat]], dtype=float))[0]
        return float(x), float(y)

    def _project(self, degrees: np.ndarray) -> np.ndarray:
        east, north = self.metric.transform(degrees[:, 0], degrees[:, 1])
        left, bottom, right, top = self.box
        scale = 1000 / self.ratio
        x = (left + right) / 2 + (np.asarray(east) - self.centre[0]) * scale
        y = (bottom + top) / 2 + (np.asarray(north) - self.centre[1]) * scale
        return np.column_stack([x, y])


def fit_frame(sheet: WallMap, box: Box, padding: float) -> MapFrame:
    """Choose the largest round scale at which all that the sheet shows stands ``padding`` mm within ``box``.

    Raises
    ------
    GeoError
        If there is nothing to draw, or it is not within mainland longitudes.
    """
    shown = shapely.GeometryCollection(list(_shown(sheet)))
    if shown.is_empty:
        raise GeoError(say("没有区界、圈带或已定位的项目可画，请先给项目标注位置，再导出挂图。"))
    west, _, east, _ = shown.bounds
    metric = Transformer.from_crs(LONLAT, metric_crs((west + east) / 2), always_xy=True)
    moved = shapely.transform(shown, lambda p: np.column_stack(metric.transform(p[:, 0], p[:, 1])))
    left, bottom, right, top = moved.bounds
    if not all(map(math.isfinite, (left, bottom, right, top))):
        raise GeoError(say("有的坐标换算不到米制坐标系，请核对区界、圈带和项目位置的经纬度。"))
    wide = max(right - left, _SMALLEST_SPAN_M) * 1000 / (box[2] - box[0] - 2 * padding)
    high = max(top - bottom, _SMALLEST_SPAN_M) * 1000 / (box[3] - box[1] - 2 * padding)
    return MapFrame(box, nice_ratio(max(wide, high)), metric, ((left + right) / 2, (bottom + top) / 2))


def nice_ratio(least: float) -> int:
    """Return the first round scale denominator that is not below ``least``."""
    power = 10.0 ** math.floor(math.log10(least))
    return round(next((step * power for step in _NICE if step * power >= least), 10 * power))


def _shown(sheet: WallMap) -> Iterator[shapely.Geometry]:
    yield from (one.geometry for one in sheet.outlines)
    yield from (shapely.Point(pin.lon, pin.lat) for pin in sheet.pins)
    if not sheet.outlines:
        yield from (zone.geometry for zone in sheet.zones)
    if not (sheet.outlines or sheet.zones or sheet.pins):
        yield from (guide.geometry for guide in sheet.guides)


def draw_map(page: Page, sheet: WallMap, frame: MapFrame) -> None:
    """Draw ground, areas, lines, pins and names, each name only where nothing else stands."""
    _draw_ground(page, sheet, frame)
    labels = Labels(page, frame.box)
    numbered = len(sheet.pins) <= MOST_NUMBERED
    capsules = _draw_pins(page, sheet.pins, frame, labels) if numbered else _draw_dots(page, sheet.pins, frame, labels)
    for zone in sheet.zones:
        _name_zone(page, zone, frame, labels)
    for pin, box in zip(sheet.pins, capsules, strict=True):
        labels.beside(page.wrap_evenly(pin.name, _NAME_POINTS, 30 * page.unit), _NAME_POINTS, box, INK)
    for place in sheet.places:
        x, y = frame.place(place.lon, place.lat)
        labels.over(page.wrap(place.name, _NAME_POINTS, 40 * page.unit, most=1), _NAME_POINTS, (x, y), "#7B868C")
    page.rectangle(frame.box, facecolor="none", edgecolor=INK, linewidth=0.8, zorder=60)


def _draw_ground(page: Page, sheet: WallMap, frame: MapFrame) -> None:
    page.rectangle(frame.box, facecolor=GROUND, zorder=1)
    for outline in sheet.outlines:
        page.shape(frame.to_mm(outline.geometry), facecolor=SURFACE, zorder=2)
    for zone in sheet.zones:
        area = frame.to_mm(zone.geometry)
        page.shape(area, facecolor=zone.colour, alpha=0.17, zorder=3)
        page.shape(area, facecolor="none", edgecolor=zone.colour, linewidth=0.6, alpha=0.65, zorder=4)
    for guide in sheet.guides:
        colour, width, look = GUIDES.get(guide.role, GUIDES["road"])
        for part in _line_parts(frame.to_mm(guide.geometry)):
            page.line(part, colour, width, zorder=5, **look)
    for outline in sheet.outlines:
        page.shape(frame.to_mm(outline.geometry), facecolor="none", edgecolor=MUTED, linewidth=1.0, zorder=6)


def _line_parts(geometry: shapely.Geometry) -> Iterator[np.ndarray]:
    for part in shapely.get_parts(geometry):
        if part.geom_type in ("LineString", "LinearRing") and not part.is_empty:
            yield np.asarray(part.coords)[:, :2]


def _draw_pins(page: Page, pins: Sequence[Pin], frame: MapFrame, labels: Labels) -> list[Box]:
    """Draw a dot at each place and its numbered mark beside it, led to it by a thin line; return the marks' boxes."""
    texts = [f"{pin.number} {pin.letter}".strip() for pin in pins]
    height = 4.3 * page.unit
    sizes = [(page.measure(text, _PIN_POINTS) + 3.4 * page.unit, height) for text in texts]
    anchors = [frame.place(pin.lon, pin.lat) for pin in pins]
    centres = spread(anchors, sizes, frame.box, page.unit)
    boxes: list[Box] = []
    for pin, text, size, anchor, centre in zip(pins, texts, sizes, anchors, centres, strict=True):
        mark = mark_of(pin.class_key, pin.accuracy)
        page.line([anchor, centre], _LEADER, 0.5, zorder=10)
        page.shape(shapely.Point(anchor).buffer(0.55 * page.unit), facecolor=INK, zorder=11)
        draw_mark(page, mark, centre, size, order=12)
        baseline = centre[1] - _PIN_POINTS * page.unit * 0.125
        page.text((centre[0], baseline), text, _PIN_POINTS, colour=mark.ink, align="center", order=13)
        box = (centre[0] - size[0] / 2, centre[1] - height / 2, centre[0] + size[0] / 2, centre[1] + height / 2)
        boxes.append(box)
        labels.block(box)
        labels.block_place(anchor)
    return boxes


def _draw_dots(page: Page, pins: Sequence[Pin], frame: MapFrame, labels: Labels) -> list[Box]:
    size = 2.2 * page.unit
    boxes: list[Box] = []
    for pin in pins:
        x, y = frame.place(pin.lon, pin.lat)
        draw_mark(page, mark_of(pin.class_key, pin.accuracy), (x, y), (size, size), order=12)
        boxes.append((x - size / 2, y - size / 2, x + size / 2, y + size / 2))
        labels.block(boxes[-1])
    return boxes


def _name_zone(page: Page, zone: Zone, frame: MapFrame, labels: Labels) -> None:
    """Write a zone's name within it, across or, as Chinese may be, downwards."""
    area = frame.to_mm(zone.geometry)
    if area.is_empty:
        return
    ways = [
        page.wrap(zone.name, _ZONE_POINTS, 60 * page.unit, most=1),
        page.wrap(zone.name, _ZONE_POINTS, 24 * page.unit),
    ]
    name = "".join(ways[0])
    if _DOWNWARDS.fullmatch(name):
        ways.append(["︱" if char in "-—–" else char for char in name])
    labels.within([way for way in ways if way], _ZONE_POINTS, area, zone.colour)


def draw_scale(page: Page, frame: MapFrame, *, at: tuple[float, float], words: str) -> None:
    """Draw north arrow, scale bar, ratio and ``words`` rightwards of ``at``, the lower left corner, in mm."""
    x, y = at
    unit = page.unit
    tip, foot, half = y + 6.4 * unit, y, 1.7 * unit
    middle = x + 2.5 * unit
    page.shape(shapely.Polygon([(middle, tip), (middle - half, foot), (middle, foot + 1.5 * unit)]), facecolor=INK)
    right = shapely.Polygon([(middle, tip), (middle + half, foot), (middle, foot + 1.5 * unit)])
    page.shape(right, facecolor=SURFACE, edgecolor=INK, linewidth=0.5)
    page.text((middle + 2.6 * unit, y + 2.2 * unit), "北", 8)
    end = _draw_bar(page, frame, (x + 14 * unit, y + 0.6 * unit))
    ratio = f"{frame.ratio:,}".replace(",", " ")
    page.text((end + 8 * unit, y + 0.8 * unit), f"比例尺 1:{ratio}（{words}）", 9)


def _draw_bar(page: Page, frame: MapFrame, at: tuple[float, float]) -> float:
    """Draw the bar, at most 55 mm of A3 and a quarter of the map, and return where it ends."""
    x, y = at
    per_km = 1e6 / frame.ratio
    room = min(55 * page.unit, (frame.box[2] - frame.box[0]) / 4)
    length = max((km for km in _BAR_KM if km * per_km <= room), default=_BAR_KM[0])
    step, height = length * per_km / 4, 1.3 * page.unit
    for quarter in range(4):
        box = (x + quarter * step, y, x + (quarter + 1) * step, y + height)
        page.rectangle(box, facecolor=SURFACE if quarter % 2 else INK, edgecolor=INK, linewidth=0.5, gid="scale-bar")
    for share in (0, 0.5, 1):
        words = f"{length * share:g}" + (" 千米" if share == 1 else "")
        page.text((x + length * per_km * share, y + height + 1.0 * page.unit), words, 7.5, align="center")
    return x + length * per_km
