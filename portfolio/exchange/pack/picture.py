"""The map of a pack as a picture for a slide: the wall map's map and legend, without its table."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from portfolio.exchange.wallmap import NOT_REVIEWED, ONE_AT_A_TIME, WallMap, draw_maps
from portfolio.exchange.wallmap_page import MUTED, Page
from portfolio.exchange.wallmap_panel import draw_legend, legend_entries

_DPI = 170
_LEGEND = 46.0  # mm
_EDGE = 2.0


@dataclass(frozen=True)
class _Screen:
    """A sheet of the shape of a slide's free part, its type large enough to be read in a hall."""

    width_mm: float = 300
    height_mm: float = 138
    unit: float = 1.3


def write_picture(sheet: WallMap) -> bytes:
    """Return the map as a PNG.

    Raises
    ------
    GeoError
        If there is nothing to draw.
    """
    with ONE_AT_A_TIME:
        screen: Any = _Screen()
        page = Page(screen)
        left = page.width - _EDGE - _LEGEND * page.unit
        draw_maps(page, sheet, (_EDGE, _EDGE, left - 6, page.height - _EDGE), "图宽 30 厘米")
        entries = legend_entries(page, sheet, _LEGEND * page.unit)
        draw_legend(
            page, sheet.legend_title, entries, (left, _EDGE, page.width - _EDGE, page.height - _EDGE), columns=1
        )
        said = (*sheet.notes[:1], sheet.review_number or NOT_REVIEWED)
        notes = [line for note in said for line in page.wrap(note, 7.5, _LEGEND * page.unit, most=3)]
        page.lines((left, _EDGE + len(notes) * page.line_height(7.5)), notes, 7.5, colour=MUTED)
        target = io.BytesIO()
        page.figure.savefig(target, format="png", dpi=_DPI, metadata={"Software": None})
    return target.getvalue()
