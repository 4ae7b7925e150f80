"""A sheet of paper measured in millimetres from its lower left corner: text, lines and shapes on it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.patheffects import Stroke
from pylopdf_fonts_zh_cn import sans_path

from portfolio.exchange.wallmap_sheet import Paper

INK, MUTED, HAIRLINE, GROUND, SURFACE = "#1E2A30", "#5A6870", "#D8DEDF", "#F5F6F3", "#FFFFFF"
LINE_HEIGHT = 1.34
MM_PER_POINT = 25.4 / 72
Box = tuple[float, float, float, float]

_UNIT = re.compile(r"（[^（）]{1,4}）|[!-~]+|.")
_NOT_FIRST = frozenset("，。、；：！？）》」』】〕”’…—·,.;:!?)]}%％")
_NOT_LAST = frozenset("（《「『【〔“‘([{")
_MISSING = "□"


class Page:
    """A figure as large as the paper; every length is in mm, every size of type in points of the A3 sheet."""

    def __init__(self, paper: Paper) -> None:
        self.width, self.height, self.unit = paper.width_mm, paper.height_mm, paper.unit
        self.figure = Figure(figsize=(self.width / 25.4, self.height / 25.4), facecolor=SURFACE)
        FigureCanvasAgg(self.figure)
        self.axes = self.figure.add_axes((0, 0, 1, 1), xlim=(0, self.width), ylim=(0, self.height))
        self.axes.set_axis_off()

    def measure(self, text: str, points: float) -> float:
        """Return the width of one line of text in mm."""
        return sum(map(_advance, text)) * points * self.unit * MM_PER_POINT

    def line_height(self, points: float) -> float:
        """Return the distance of two lines of text in mm."""
        return points * self.unit * MM_PER_POINT * LINE_HEIGHT

    def wrap(self, text: str, points: float, width: float, *, most: int = 4) -> list[str]:
        """Break typed text into lines of at most ``width`` mm, as Chinese is set; the last of ``most`` ends in … ."""
        lines = list(_fill(printable(text), width / (points * self.unit * MM_PER_POINT)))
        if len(lines) <= most:
            return lines
        last = lines[most - 1]
        while last and self.measure(f"{last}…", points) > width:
            last = last[:-1]
        return [*lines[: most - 1], f"{last}…"]

    def wrap_evenly(self, text: str, points: float, width: float) -> list[str]:
        """Break typed text as `wrap` does, into at most three lines of much the same length."""
        lines = self.wrap(text, points, width, most=3)
        for share in (0.9, 0.8, 0.7, 0.6, 0.5):
            narrower = self.wrap(text, points, width * share, most=4)
            lines = narrower if len(narrower) == len(lines) else lines
        return lines

    def text(  # noqa: PLR0913  a place, a size and a look
        self,
        at: tuple[float, float],
        text: str,
        points: float,
        *,
        colour: str = INK,
        align: str = "left",
        halo: float = 0,
        order: float = 50,
    ) -> None:
        """Draw one line of printable text on its baseline; ``halo`` is the width of the white rim in A3 points."""
        font = FontProperties(fname=sans_path(), size=points * self.unit)
        look: dict[str, Any] = {
            "fontproperties": font,
            "ha": align,
            "va": "baseline",
            "parse_math": False,
            "zorder": order,
        }
        if halo:
            # Apart from the text itself, because a PDF draws what has path effects as shapes that nobody can search.
            rim = Stroke(linewidth=halo * self.unit, foreground=SURFACE, joinstyle="round")
            self.axes.text(*at, text, color=SURFACE, path_effects=[rim], **look)
        self.axes.text(*at, text, color=colour, **look)

    def lines(  # noqa: PLR0913  a place, a size and a look
        self,
        at: tuple[float, float],
        lines: Sequence[str],
        points: float,
        *,
        colour: str = INK,
        align: str = "left",
        halo: float = 0,
        order: float = 50,
    ) -> float:
        """Draw lines of text below each other, the first with its top at ``at``; return the height used in mm."""
        step = self.line_height(points)
        for number, line in enumerate(lines):
            baseline = at[1] - number * step - step * 0.76
            self.text((at[0], baseline), line, points, colour=colour, align=align, halo=halo, order=order)
        return step * len(lines)

    def line(self, points: Sequence[tuple[float, float]] | np.ndarray, colour: str, width: float, **look: Any) -> None:
        """Draw a line through places in mm, ``width`` in points of the A3 sheet."""
        x, y = np.asarray(points, dtype=float).T
        self.axes.add_artist(Line2D(x, y, color=colour, linewidth=width * self.unit, **look))

    def shape(self, geometry: shapely.Geometry, **look: Any) -> None:
        """Draw the polygons of a geometry in mm with matplotlib's patch properties; ``linewidth`` in A3 points."""
        for part in shapely.get_parts(geometry):
            if part.geom_type != "Polygon" or part.is_empty:
                continue
            rings = [Path(np.asarray(ring.coords)[:, :2], closed=True) for ring in (part.exterior, *part.interiors)]
            scaled = look | {"linewidth": look.get("linewidth", 0) * self.unit}
            self.axes.add_artist(PathPatch(Path.make_compound_path(*rings), **scaled))

    def rectangle(self, box: Box, **look: Any) -> None:
        """Draw a rectangle given by left, bottom, right, top."""
        self.shape(shapely.box(*box), **look)


def printable(text: str) -> str:
    """Return typed text as one line: control characters go, what the font cannot draw becomes □."""
    joined = " ".join(text.split())
    kept = (char for char in joined if unicodedata.category(char)[0] not in "CM" or ord(char) in _glyphs())
    return "".join(char if ord(char) in _glyphs() else _MISSING for char in kept if unicodedata.category(char) != "Cf")


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(FT2Font(str(sans_path())).get_charmap())


@cache
def _ruler() -> FT2Font:
    font = FT2Font(str(sans_path()))
    font.set_size(1000, 72)
    return font


@cache
def _advance(char: str) -> float:
    """Return how far a character moves the pen, in ems."""
    return float(_ruler().load_char(ord(char), LoadFlags.NO_HINTING).linearHoriAdvance) / 65536 / 1000


def _fill(text: str, ems: float) -> Iterator[str]:
    line, used = "", 0.0
    for unit in _units(text, ems):
        wide = sum(map(_advance, unit))
        if line and used + wide > ems:
            yield line.rstrip()
            line, used = "", 0.0
        if line or unit != " ":
            line, used = line + unit, used + wide
    if line:
        yield line


def _units(text: str, ems: float) -> list[str]:
    """Split text where a line may break: not within words, before closing or after opening marks."""
    units: list[str] = []
    for piece in _UNIT.findall(text):
        glued = units and (piece[0] in _NOT_FIRST or units[-1][-1] in _NOT_LAST)
        if glued and sum(map(_advance, units[-1] + piece)) <= ems:
            units[-1] += piece
        elif sum(map(_advance, piece)) > ems:
            units.extend(piece)
        else:
            units.append(piece)
    return units
