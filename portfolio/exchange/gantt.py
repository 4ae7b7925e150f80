"""Timelines as a picture (SVG): bars by kind, gates, today; text is set as text, so nothing typed can be markup."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from portfolio.reports.timeline import Bar, BarKind, Row, Timeline

_SVG = "http://www.w3.org/2000/svg"
_WIDE, _NARROW = 1120, 360
_LABEL, _RIGHT, _TOP, _FOOT = 210, 16, 34, 34
_STYLE = """
text { font-size: 12px; font-family: "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC",
  sans-serif; fill: #1E2A30; }
.muted { fill: #5A6870; } .line { stroke: #D8DEDF; } .today { stroke: #B0362D; } .today-word { fill: #B0362D; }
.baseline { fill: #AEB7BB; } .planned { fill: none; stroke: #0E5E6F; } .actual { fill: #0E5E6F; }
.forecast { fill: #78ACB2; stroke: #0E5E6F; stroke-dasharray: 3 2; } .gate { fill: #FFFFFF; stroke: #1E2A30; }
.gate-actual { fill: #1E2A30; stroke: #1E2A30; }
"""
_DARK_STYLE = """
@media screen and (prefers-color-scheme: dark) {
  text { fill: #E6ECEE; } .muted { fill: #9DABB2; } .line { stroke: #324047; } .today { stroke: #E8837B; }
  .today-word { fill: #E8837B; } .baseline { fill: #5A6870; } .planned { stroke: #6FC3D2; } .actual { fill: #6FC3D2; }
  .forecast { fill: #1E616D; stroke: #6FC3D2; } .gate { fill: #1C2327; stroke: #E6ECEE; }
  .gate-actual { fill: #E6ECEE; stroke: #E6ECEE; }
}
"""
# how far below the top of a row a bar stands, and how high it is
_BAR_AT = {
    BarKind.BASELINE: (19, 3),
    BarKind.PLANNED: (5, 12),
    BarKind.FORECAST: (8, 6),
    BarKind.ACTUAL: (8, 6),
}  # from the top


class _Sheet:
    """The picture being drawn: days to x, rows to y."""

    def __init__(self, timeline: Timeline, *, narrow: bool, plain: bool) -> None:
        self.timeline, self.narrow = timeline, narrow
        self.width = _NARROW if narrow else _WIDE
        self.left = 8 if narrow else _LABEL
        self.step = 46 if narrow else 30
        self.height = _TOP + self.step * len(timeline.rows) + _FOOT
        first, last = timeline.span
        margin = max(15, (last - first).days // 25)
        self.first, self.last = first - dt.timedelta(days=margin), last + dt.timedelta(days=margin)
        size = {"viewBox": f"0 0 {self.width} {self.height}", "width": str(self.width), "height": str(self.height)}
        self.root = ET.Element("svg", {"xmlns": _SVG, "role": "img", **size})
        ET.SubElement(self.root, "title").text = timeline.title
        ET.SubElement(self.root, "style").text = _STYLE if plain else _STYLE + _DARK_STYLE

    def x(self, day: dt.date) -> float:
        share = (day - self.first).days / max(1, (self.last - self.first).days)
        return round(self.left + share * (self.width - self.left - _RIGHT), 1)

    def add(self, tag: str, class_: str, text: str | None = None, **values: object) -> None:
        given = {name.replace("_", "-"): str(value) for name, value in values.items()}
        ET.SubElement(self.root, tag, {"class": class_, **given}).text = text


def draw_timeline(timeline: Timeline, *, narrow: bool = False, plain: bool = False) -> bytes:
    """Draw a timeline as an SVG file; ``narrow`` for telephones (names above their bars), ``plain`` for paper."""
    sheet = _Sheet(timeline, narrow=narrow, plain=plain)
    _draw_axis(sheet)
    for number, row in enumerate(timeline.rows):
        _draw_row(sheet, row, _TOP + number * sheet.step)
    _draw_today(sheet)
    _draw_legend(sheet)
    picture: bytes = ET.tostring(sheet.root, encoding="utf-8", xml_declaration=True)
    return picture


def _ticks(sheet: _Sheet) -> Iterator[dt.date]:
    """Yield first days of months, as many months apart as leaves room for their names."""
    months = (sheet.last.year - sheet.first.year) * 12 + sheet.last.month - sheet.first.month + 1
    room = max(1, int((sheet.width - sheet.left) / 64))
    apart = next(step for step in (1, 2, 3, 6, 12, 24, 60, 120) if months / step <= room or step == 120)
    for month in range(sheet.first.year * 12, (sheet.last.year + 1) * 12, apart):
        day = dt.date(month // 12, month % 12 + 1, 1)
        if sheet.first <= day <= sheet.last:
            yield day


def _draw_axis(sheet: _Sheet) -> None:
    bottom = sheet.height - _FOOT
    for day in _ticks(sheet):
        x = sheet.x(day)
        sheet.add("line", "line", x1=x, x2=x, y1=_TOP - 8, y2=bottom)
        sheet.add("text", "muted", f"{day:%Y-%m}", x=x, y=_TOP - 14, text_anchor="middle")


def _draw_row(sheet: _Sheet, row: Row, top: int) -> None:
    room = 26 if sheet.narrow else 16
    name = row.label if len(row.label) <= room else f"{row.label[: room - 1]}…"
    if sheet.narrow:
        sheet.add("text", "name", name, x=sheet.left, y=top + 13)
        top += 17
    else:
        sheet.add("text", "name", name, x=sheet.left - 10, y=top + 16, text_anchor="end")
    for bar in row.bars:
        _draw_bar(sheet, bar, top)
    for gate in row.gates:
        x, y, size = sheet.x(gate.day), top + 11, 5
        points = f"{x},{y - size} {x + size},{y} {x},{y + size} {x - size},{y}"
        sheet.add("polygon", "gate-actual" if gate.is_actual else "gate", points=points)


def _draw_bar(sheet: _Sheet, bar: Bar, top: int) -> None:
    offset, height = _BAR_AT[bar.kind]
    start, end = sheet.x(bar.start), sheet.x(bar.end)
    if end - start < 4:
        start, end = end - 2, end + 2
    sheet.add("rect", bar.kind.value, x=start, y=top + offset, width=round(end - start, 1), height=height, rx=1.5)


def _draw_today(sheet: _Sheet) -> None:
    x = sheet.x(sheet.timeline.today)
    sheet.add("line", "today", x1=x, x2=x, y1=_TOP - 8, y2=sheet.height - _FOOT, stroke_dasharray="4 3")


def _draw_legend(sheet: _Sheet) -> None:
    x, y = float(sheet.left), sheet.height - 12
    for kind in (BarKind.PLANNED, BarKind.ACTUAL, BarKind.FORECAST, BarKind.BASELINE):
        sheet.add(
            "rect", kind.value, x=x, y=y - 9, width=22, height=_BAR_AT[kind][1] if kind != BarKind.PLANNED else 10
        )
        sheet.add("text", "muted", kind.label, x=x + 28, y=y)
        x += 66 if not sheet.narrow else 62
    sheet.add("text", "today-word", f"┆ 今天 {sheet.timeline.today}", x=x, y=y)
