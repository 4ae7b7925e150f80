"""Wall maps 挂图: one sheet of A3 or A0 with map, legend, scale, table and notes, as a PDF or a picture."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from typing import Literal

from matplotlib.figure import Figure

from portfolio.exchange.wallmap_map import MapFrame, draw_map, draw_scale, fit_frame
from portfolio.exchange.wallmap_page import INK, MUTED, Box, Page, printable
from portfolio.exchange.wallmap_panel import (
    GAP,
    draw_block,
    draw_legend,
    lay_table,
    legend_entries,
    legend_height,
)
from portfolio.exchange.wallmap_parts import divide, lay_parts
from portfolio.exchange.wallmap_sheet import Area, Guide, LegendRow, Paper, Pin, Place, WallMap, Zone

__all__ = ["Area", "Guide", "LegendRow", "Paper", "Pin", "Place", "WallMap", "Zone", "write_wall_map"]

NOT_REVIEWED = "内部资料，未经审图，不得公开"

_TITLE_POINTS, _SUBTITLE_POINTS, _NOTE_POINTS = 21.0, 10.0, 7.5
_MARGIN, _INSET, _SCALE_STRIP = 8.0, 6.0, 13.0
# matplotlib keeps font and text caches that threads share; one sheet at a time also bounds the memory of A0 pictures.
ONE_AT_A_TIME = threading.Lock()


def write_wall_map(
    sheet: WallMap, *, paper: Paper, ending: Literal["pdf", "png"], width_px: int | None = None
) -> bytes:
    """Return the sheet as a PDF of the paper's size, or as a PNG at 200 dpi (A3) or 100 dpi (A0), or ``width_px`` wide.

    Raises
    ------
    GeoError
        If there is nothing to draw, or a place is not within the longitudes of CGCS2000.
    """
    with ONE_AT_A_TIME:
        figure, _ = build_figure(sheet, paper)
        target = io.BytesIO()
        if ending == "pdf":
            about = {"Title": printable(sheet.title), "Creator": None, "Producer": None, "CreationDate": None}
            figure.savefig(target, format="pdf", metadata=about)
        else:
            dpi = width_px * 25.4 / paper.width_mm if width_px else paper.dpi
            figure.savefig(target, format="png", dpi=dpi, metadata={"Software": None})
    return target.getvalue()


def build_figure(sheet: WallMap, paper: Paper) -> tuple[Figure, list[MapFrame]]:
    """Compose the sheet; return the figure and where on it the maps stand. Errors as `write_wall_map`."""
    page = Page(paper)
    unit = page.unit
    edge = _MARGIN * unit
    page.rectangle((edge, edge, page.width - edge, page.height - edge), facecolor="none", edgecolor=INK, linewidth=1.2)
    inner = (_MARGIN + _INSET) * unit
    top = _draw_head(page, sheet, (inner, page.height - inner + 1.5 * unit)) - 4 * unit
    bottom = _draw_foot(page, sheet, (inner, inner - 1.5 * unit)) + 4 * unit
    panel = _draw_panel(page, sheet, (bottom, top), paper.block_widths)
    return page.figure, draw_maps(page, sheet, (inner, bottom, panel - 5 * unit, top), paper.name)


def draw_maps(page: Page, sheet: WallMap, box: Box, paper: str) -> list[MapFrame]:
    """Draw the map, or one for each group of neighbouring districts, each with its scale below it."""
    parts, unit, frames = divide(sheet), page.unit, []
    for part, (left, bottom, right, top) in zip(parts, lay_parts(parts, box, 5 * unit), strict=True):
        frame = fit_frame(part, (left, bottom + _SCALE_STRIP * unit, right, top), 9 * unit)
        draw_map(page, part, frame)
        names = [] if len(parts) == 1 else ["、".join(one.name for one in part.outlines)]
        draw_scale(page, frame, at=(left, bottom + 2 * unit), words="，".join([*names, f"{paper} 幅面"]))
        frames.append(frame)
    return frames


def _draw_head(page: Page, sheet: WallMap, at: tuple[float, float]) -> float:
    """Draw title and subtitle from the top and return where they end."""
    x, y = at
    room = page.width - 2 * x
    y -= page.lines((x, y), page.wrap(sheet.title, _TITLE_POINTS, room, most=2), _TITLE_POINTS)
    subtitle = page.wrap(sheet.subtitle, _SUBTITLE_POINTS, room, most=2)
    return y - page.lines((x, y), subtitle, _SUBTITLE_POINTS, colour=MUTED)


def _draw_foot(page: Page, sheet: WallMap, at: tuple[float, float]) -> float:
    """Draw the notes at the left, who made it, when, and its review at the right; return where they begin."""
    x, y = at
    right = page.width - x
    review = sheet.review_number or NOT_REVIEWED
    made = [review, f"制图：{sheet.made_by}　{sheet.made_at}"]
    side = [line for text in made for line in page.wrap(text, _NOTE_POINTS, 100 * page.unit, most=2)]
    room = right - x - 106 * page.unit
    notes = [line for note in sheet.notes[:6] for line in page.wrap(note, _NOTE_POINTS, room, most=2)]
    height = max(len(side), len(notes)) * page.line_height(_NOTE_POINTS)
    page.lines((x, y + height), notes, _NOTE_POINTS, colour=MUTED)
    page.lines((right, y + height), side, _NOTE_POINTS, colour=INK, align="right")
    return y + height


def _draw_panel(page: Page, sheet: WallMap, span: tuple[float, float], block_widths: Sequence[float]) -> float:
    """Draw legend and table at the right, in as few blocks as hold every row; return the panel's left edge."""
    (bottom, top), gap = span, GAP * page.unit
    for count, block_width in enumerate(block_widths, start=1):
        width = block_width * page.unit
        entries = legend_entries(page, sheet, (width - gap) / 2)
        table_top = top - legend_height(page, entries, count * 2) - gap
        table = lay_table(page, sheet, (width, table_top - bottom), count)
        if not table.left_off:
            break
    right = page.width - (_MARGIN + _INSET) * page.unit
    left = right - count * (width + gap) + gap
    draw_legend(page, sheet.legend_title, entries, (left, bottom, right, top), columns=count * 2)
    for number, block in enumerate(table.blocks):
        draw_block(page, block, table.widths, (left + number * (width + gap), table_top))
    return left
