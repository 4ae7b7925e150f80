"""What stands beside the map: the legend, and the table of projects in as many blocks as the paper allows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from portfolio.exchange.wallmap_map import GUIDES, MOST_NUMBERED
from portfolio.exchange.wallmap_marks import draw_mark, mark_of
from portfolio.exchange.wallmap_page import HAIRLINE, INK, MUTED, Box, Page, printable
from portfolio.exchange.wallmap_sheet import WallMap

GAP = 4.0
_POINTS, _HEAD_POINTS = 7.0, 9.5
_CELL = 0.9
_WIDEST_EMS = (7.1, 6.1, 5.1, 4.1)
_GUIDE_WORDS = {"river": "河流", "road": "道路", "rail": "轨道", "ridge": "山脊"}
_FIGURES = re.compile(r"[-+−]?[\d,. ]+%?|—?")


@dataclass(frozen=True)
class Entry:
    """One line of the legend: kind (class, zone, guide, rim or nothing to draw), key or colour, lines, count."""

    kind: str
    key: str
    lines: tuple[str, ...]
    count: str


@dataclass(frozen=True)
class Table:
    """The table broken to fit: its columns' widths in mm, its blocks, and how many rows are left off."""

    widths: tuple[float, ...]
    blocks: tuple[Block, ...]
    left_off: int


@dataclass(frozen=True)
class Block:
    """A part of the table: the lines of each cell of each row, and the rows' heights in mm."""

    rows: tuple[tuple[tuple[str, ...], ...], ...]
    heights: tuple[float, ...]


def legend_entries(page: Page, sheet: WallMap, width: float) -> list[Entry]:
    """List what the legend explains, in columns of a width in mm: classes with counts, then rims, zones and lines."""
    rows = [("class", row.key, row.label, str(row.count)) for row in sheet.legend]
    if any(pin.accuracy != "site" for pin in sheet.pins):
        rows.append(("rim", "accuracy-town", "虚线边框：只知片区或镇街", ""))
    rows += [("zone", zone.colour, zone.name, "") for zone in sheet.zones]
    roles = {guide.role for guide in sheet.guides}
    rows += [("guide", role, words, "") for role, words in _GUIDE_WORDS.items() if role in roles]
    if len(sheet.pins) > MOST_NUMBERED:
        rows.append(("words", "", "已标注项目较多，图上只画点，不编号", ""))
    return [
        Entry(kind, key, tuple(page.wrap(words, _POINTS, width - 16 * page.unit)), count)
        for kind, key, words, count in rows
    ]


def legend_height(page: Page, entries: Sequence[Entry], columns: int) -> float:
    """Return the height of the legend with its heading in mm."""
    heights = [sum(_entry_height(page, entry) for entry in part) for part in _columns(entries, columns)]
    return 8 * page.unit + max(heights, default=0)


def draw_legend(page: Page, title: str, entries: Sequence[Entry], box: Box, *, columns: int) -> None:
    """Draw the legend from the top of a box."""
    left, _, right, top = box
    unit = page.unit
    heading = page.wrap(f"图例 · {title}" if title else "图例", _HEAD_POINTS, right - left, most=1)
    page.lines((left, top), heading, _HEAD_POINTS)
    step = (right - left + GAP * unit) / columns
    for number, part in enumerate(_columns(entries, columns)):
        y = top - 7 * unit
        for entry in part:
            _draw_entry(page, entry, (left + number * step, y), step - GAP * unit)
            y -= _entry_height(page, entry)


def _columns(entries: Sequence[Entry], columns: int) -> list[Sequence[Entry]]:
    each = -(-len(entries) // columns) if entries else 1
    return [entries[start : start + each] for start in range(0, len(entries), each)]


def _entry_height(page: Page, entry: Entry) -> float:
    return page.line_height(_POINTS) * max(1, len(entry.lines)) + 1.1 * page.unit


def _draw_entry(page: Page, entry: Entry, at: tuple[float, float], width: float) -> None:
    (x, y), unit = at, page.unit
    middle = y - page.line_height(_POINTS) / 2
    box = (x, middle - 1.3 * unit, x + 6.4 * unit, middle + 1.3 * unit)
    if entry.kind in ("class", "rim"):
        draw_mark(page, mark_of(entry.key), (x + 3.2 * unit, middle), (6.0 * unit, 2.8 * unit))
    elif entry.kind == "zone":
        page.rectangle(box, facecolor=entry.key, alpha=0.22)
        page.rectangle(box, facecolor="none", edgecolor=entry.key, linewidth=0.6)
    elif entry.kind == "guide":
        colour, thick, look = GUIDES[entry.key]
        page.line([(x, middle), (x + 6.4 * unit, middle)], colour, thick, **look)
    page.lines((x + 8.4 * unit, y), entry.lines, _POINTS)
    if entry.count:
        page.lines((x + width, y), [entry.count], _POINTS, align="right", colour=MUTED)


def lay_table(page: Page, sheet: WallMap, block: tuple[float, float], most: int) -> Table:
    """Break the table into at most ``most`` blocks of a width and height in mm.

    The first row of each block is the heading; where not all rows fit, the last one says how many are left off.
    """
    columns = [printable(name) for name in sheet.columns]
    typed = [columns, *([printable(cell) for cell in row] for row in sheet.rows)]
    tried = [_widths(page, typed, block[0], ems) for ems in _WIDEST_EMS]
    wrapped = [[_wrap_row(page, row, widths) for row in typed] for widths in tried]
    best = min(range(len(tried)), key=lambda n: sum(_row_height(page, row) for row in wrapped[n]))
    widths, (head, *rows) = tried[best], wrapped[best]
    blocks: list[Block] = []
    start = 0
    while start < len(rows) and len(blocks) < most:
        last = len(blocks) == most - 1
        taken = _take(page, rows[start:], block[1] - _row_height(page, head), keep_one=last)
        shown = rows[start : start + taken]
        start += taken
        if last and start < len(rows):
            shown.append(((), (f"其余 {len(rows) - start} 个见项目库",)))
        cells = (head, *shown)
        blocks.append(Block(cells, tuple(_row_height(page, row) for row in cells)))
    return Table(tuple(widths), tuple(blocks), len(rows) - start)


def _take(page: Page, rows: Sequence[tuple[tuple[str, ...], ...]], room: float, *, keep_one: bool) -> int:
    """Count the rows that fit; with ``keep_one`` room for a closing line stays where not all do."""
    heights = [_row_height(page, row) for row in rows]
    if sum(heights) <= room:
        return len(rows)
    room -= _row_height(page, (("",),)) if keep_one else 0
    used, count = 0.0, 0
    while used + heights[count] <= room:
        used += heights[count]
        count += 1
    return max(count, 0 if keep_one else 1)


def _widths(page: Page, rows: Sequence[Sequence[str]], block: float, ems: float) -> list[float]:
    """Give each column its widest text or that many ems; the second column, the name, takes the rest.

    The numbers keep their width whatever happens; where the others leave the name less than a third, they shrink.
    """
    pad, cap = 2 * _CELL * page.unit, page.measure("字", _POINTS) * ems
    widest = [max(page.measure(row[n], _POINTS) for row in rows) for n in range(len(rows[0]))]
    wanted = [widest[0] + pad, 0.0, *(min(width, cap) + pad for width in widest[2:])]
    others = sum(wanted[2:])
    squeeze = min(1.0, (block * 2 / 3 - wanted[0]) / others) if others else 1.0
    wanted[2:] = [width * squeeze for width in wanted[2:]]
    wanted[1] = block - sum(wanted)
    return wanted[: len(rows[0])]


def _wrap_row(page: Page, row: Sequence[str], widths: Sequence[float]) -> tuple[tuple[str, ...], ...]:
    room = 2 * _CELL * page.unit - 0.05
    return tuple(tuple(page.wrap(cell, _POINTS, width - room)) for cell, width in zip(row, widths, strict=True))


def _row_height(page: Page, row: Sequence[Sequence[str]]) -> float:
    return page.line_height(_POINTS) * max([1, *map(len, row)]) + 0.9 * page.unit


def draw_block(page: Page, block: Block, widths: Sequence[float], at: tuple[float, float]) -> None:
    """Draw one block of the table with its upper left corner at ``at``, a hairline under each row."""
    left, y = at
    right = left + sum(widths)
    figures = [_is_figures(block, number) for number in range(len(widths))]
    for number, (row, height) in enumerate(zip(block.rows, block.heights, strict=True)):
        _draw_row(page, row, (left, y - 0.45 * page.unit), widths, figures=figures, heading=number == 0)
        y -= height
        page.line([(left, y), (right, y)], INK if number == 0 else HAIRLINE, 0.7 if number == 0 else 0.5)


def _is_figures(block: Block, number: int) -> bool:
    cells = ["".join(row[number]) for row in block.rows[1:] if len(row) > number]
    return all(_FIGURES.fullmatch(cell) for cell in cells)


def _draw_row(
    page: Page,
    row: Sequence[Sequence[str]],
    at: tuple[float, float],
    widths: Sequence[float],
    *,
    figures: Sequence[bool],
    heading: bool,
) -> None:
    (x, y), pad = at, _CELL * page.unit
    for cell, width, right in zip(row, widths, figures, strict=False):
        align, edge = ("right", x + width - pad) if right else ("left", x + pad)
        page.lines((edge, y), cell, _POINTS, align=align, colour=MUTED if heading else INK)
        x += width
