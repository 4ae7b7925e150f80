"""The pack as slides: 8 to 12, wide, with charts and tables that stay editable. A title says the finding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import pptx
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.presentation import Presentation
from pptx.util import Emu

from portfolio.domain.clock import CHINA_TIME
from portfolio.domain.quantities import UNKNOWN, format_money, format_number
from portfolio.domain.terms import MoneyState
from portfolio.exchange.pack.own_templates import open_own_deck
from portfolio.exchange.pack.slide_parts import (
    ACCENT,
    EDGE,
    FONT,
    HEIGHT,
    INK,
    MUTED,
    RED,
    WIDTH,
    Board,
    Box,
    Words,
    lines_of,
    shorten,
    write_run,
)
from portfolio.exchange.pack.xmltext import xml_text
from portfolio.reports.pack_briefing import chinese_day, control_line, gaps_line, spoken_money, stamp_lines
from portfolio.reports.pack_table import PackTable, values
from portfolio.reports.tables import Kind, Table

_WAN = 1_000_000
_CONTENT = Box(EDGE, 1.35, WIDTH - 2 * EDGE, 5.35)
_MOST_ROWS = 10
_SAID_ELSEWHERE = ("未知", "冲销", "控制数")
_TITLE_ONLY = 5  # of python-pptx's own template
_NO_MONEY = (
    "本范围内的项目还没有登记任何申请、计划、下达、到位、支付或完成投资。",
    "拿到批复、下达或支付文件后，在项目页的“资金”一节逐笔登记，这里会按状态、来源和年度汇总。",
)
_LABELS = {state.value: state.label for state in MoneyState}


def write_slides(
    target: IO[bytes], pack: PackTable, *, picture: bytes | None = None, template: Path | None = None
) -> None:
    """Write the slides into ``target``; ``picture`` is the map, ``template`` the office's own deck, where there is one.

    Raises
    ------
    RuleError
        If the template cannot be used.
    """
    deck, layout = _plain_deck() if template is None else open_own_deck(template)
    made = [slide for slide in _SLIDES if slide is not _map_slide or picture]
    number = 0
    for make in made:
        board = Board(deck, deck.slides.add_slide(layout))
        title = make(board, pack) if make is not _map_slide else _map_slide(board, pack, picture or b"")
        if title is None:
            _drop_last(deck)
            continue
        number += 1
        _finish(board, pack, title, number)
    properties = deck.core_properties
    properties.title, properties.author = xml_text(pack.stamp.title), xml_text(pack.stamp.made_by)
    deck.save(target)


def _plain_deck() -> tuple[Presentation, Any]:
    """Return an empty wide deck whose theme and title are the house's, and its layout with a title alone."""
    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = Emu(12192000), Emu(6858000)
    theme = next(rel.target_part for rel in deck.slide_master.part.rels.values() if rel.reltype.endswith("/theme"))
    blob = theme.blob.decode()
    for old in ('<a:latin typeface="Calibri"/>', '<a:ea typeface=""/>'):
        blob = blob.replace(old, old.replace('"Calibri"', f'"{FONT}"').replace('""', f'"{FONT}"'))
    theme._blob = blob.encode()
    layout = deck.slide_layouts[_TITLE_ONLY]
    for shape in list(layout.placeholders):
        if shape.placeholder_format.idx == 0:
            shape.left, shape.top, shape.width, shape.height = (
                Emu(int(inches * 914400)) for inches in (EDGE, 0.42, WIDTH - 2 * EDGE, 0.75)
            )
        else:
            shape._element.getparent().remove(shape._element)
    return deck, layout


def _drop_last(deck: Presentation) -> None:
    """Take the last slide out again."""
    listed = deck.slides._sldIdLst
    last = listed[-1]
    deck.part.drop_rel(last.rId)
    listed.remove(last)


def _finish(board: Board, pack: PackTable, title: str, number: int) -> None:
    """Write title, rule and foot."""
    mark = "【演示数据】" if pack.stamp.has_samples else ""
    frame = board.title.text_frame
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.MIDDLE
    frame.margin_left = frame.margin_right = 0
    paragraph = frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT
    words = Words(36 if number == 1 else 26, INK, bold=True)
    write_run(paragraph, shorten(f"{mark}{title}", words.points, WIDTH - 2 * EDGE), words)
    if number == 1:
        return
    board.rule(EDGE, 1.2, WIDTH - 2 * EDGE)
    stamp = pack.stamp
    foot = f"{stamp.scope}　截至 {stamp.as_of}　金额单位：万元　{control_line(pack)}"
    small = Words(9.5, MUTED)
    board.text(Box(EDGE, HEIGHT - 0.5, 11, 0.3), [(shorten(foot, 9.5, 11), small)])
    at = Box(WIDTH - EDGE - 1, HEIGHT - 0.5, 1, 0.3)
    board.text(at, [(str(number), Words(9.5, MUTED, align=PP_ALIGN.RIGHT))])


def _cover(board: Board, pack: PackTable) -> str:
    stamp = pack.stamp
    title = board.title
    title.left, title.top, title.width, title.height = board.place(Box(EDGE, 2.1, WIDTH - 2 * EDGE, 0.9))
    board.rule(EDGE, 3.1, 2.4, ACCENT)
    words = Words(20, MUTED)
    board.text(Box(EDGE, 3.3, WIDTH - 2 * EDGE, 0.5), [(f"截至{chinese_day(stamp.as_of)}", words)])
    small, room = Words(11, MUTED), WIDTH - 2 * EDGE
    lines = [(shorten(f"{name}：{value}", 11, room), small) for name, value in stamp_lines(pack)]
    board.text(Box(EDGE, 5.0, room, 1.9), lines)
    return stamp.title


def _figures(board: Board, pack: PackTable) -> str:
    """Five large figures, each with what it was before."""
    amounts, stamp = pack.amounts, pack.stamp
    before = {row[0]: row[5] for row in pack.headline.rows}
    total = pack.by_project.totals[8] if pack.by_project.totals else None
    cells = [
        ("在库项目", f"{stamp.projects:,}", "个", f"{stamp.without_money} 个没有资金记录"),
        ("总投资", *_large(total), f"{stamp.without_investment} 个未填报，未计入"),
        *((_named(key), *_large(amounts[key]), _since(pack, before[_LABELS[key]])) for key in _CHAIN),
    ]
    width = (WIDTH - 2 * EDGE) / 3
    for number, (name, figure, unit, note) in enumerate(cells):
        left, top = EDGE + number % 3 * width, 1.75 + number // 3 * 2.4
        board.rule(left, top - 0.15, width - 0.4, ACCENT)
        box = Box(left, top, width - 0.4, 1.9)
        big = [(name, Words(14, MUTED)), (f"{figure} {unit}", Words(38, INK, bold=True))]
        board.text(box, [*big, (shorten(note, 12, width - 0.4), Words(12, MUTED))])
    return _finding(pack)


_CHAIN = ("appropriated", "received", "paid", "work_done")


def _named(key: str) -> str:
    return _LABELS[key] if key == MoneyState.WORK_DONE.value else f"{_LABELS[key]}资金"


def _large(fen: int | None) -> tuple[str, str]:
    text = spoken_money(fen)
    return (text, "") if fen is None else (text[:-2], text[-2:])


def _since(pack: PackTable, change: int | None) -> str:
    if change is None or pack.stamp.earlier_as_of is None:
        return "没有同一范围的上期可比"
    return f"较 {pack.stamp.earlier_as_of} {'+' if change >= 0 else '−'}{format_money(abs(change))} 万元"


def _finding(pack: PackTable) -> str:
    received, paid = pack.amounts["received"], pack.amounts["paid"]
    if received is None and paid is None:
        return f"{pack.stamp.projects} 个项目在库，尚未登记到位和支付资金"
    return f"到位 {spoken_money(received)}，支付 {spoken_money(paid)}"


def _states(board: Board, pack: PackTable) -> str | None:
    known = [(key, fen) for key, fen in pack.amounts.items() if fen is not None]
    if not known:
        board.text(_CONTENT, [(text, Words(18)) for text in _NO_MONEY], after=10)
        return "资金台账还没有记录"
    series = [("累计（万元）", [fen / _WAN for _, fen in known])]
    board.columns(_CONTENT, [_LABELS[key] for key, _ in known], series)
    given, received = pack.amounts["appropriated"], pack.amounts["received"]
    if given and received is not None:
        return f"下达 {spoken_money(given)}，已到位 {received / given:.1%}"
    return "资金走到哪一步"


def _sources(board: Board, pack: PackTable) -> str | None:
    key = _furthest(pack)
    pairs = [
        pair for pair in zip(values(pack.by_source, "source"), values(pack.by_source, key), strict=True) if pair[1]
    ]
    if not pairs:
        return None
    pairs.sort(key=lambda pair: -pair[1])
    board.bars(_CONTENT, [name for name, _ in pairs], [fen / _WAN for _, fen in pairs], "#,##0.00")
    share = pairs[0][1] / sum(fen for _, fen in pairs)
    return f"{_LABELS[key]}资金以{pairs[0][0]}最多，占 {share:.1%}"


def _furthest(pack: PackTable) -> str:
    return next((key for key in ("received", "appropriated", "planned") if pack.amounts[key]), "received")


def _years(board: Board, pack: PackTable) -> str | None:
    years = values(pack.by_year, "year")
    if not years:
        return None
    series = [(_LABELS[key], [_wan(fen) for fen in values(pack.by_year, key)]) for key in _CHAIN]
    board.columns(_CONTENT, [str(year) for year in years], series)
    key = _furthest(pack)
    said = [f"{year} 年度 {spoken_money(fen)}" for year, fen in zip(years, values(pack.by_year, key), strict=True)]
    return f"{_LABELS[key]}：{'，'.join(reversed(said[-2:]))}"


def _wan(fen: int | None) -> float | None:
    return None if fen is None else fen / _WAN


def _stages(board: Board, pack: PackTable) -> str:
    counts = dict(zip(values(pack.counts, "what"), values(pack.counts, "count"), strict=True))
    board.bars(_CONTENT, values(pack.stages, "stage"), values(pack.stages, "count"), "0")
    return f"在建 {counts['在建']} 个，已建成 {counts['已建成']} 个，{counts['阶段未报']} 个没有报阶段"


def _projects(board: Board, pack: PackTable) -> str:
    """The projects with most money of the state that has come furthest, else with most investment, else the first."""
    key = _furthest(pack)
    if not pack.amounts[key]:
        key = "total_investment"
    ranks = values(pack.by_project, key)
    order = sorted(zip(ranks, pack.by_project.rows, strict=True), key=lambda pair: -(pair[0] or 0))
    rows = [row for _, row in order][:_MOST_ROWS]
    keys = ("name", "level", "stage", "light", "total_investment", "appropriated", "received", "paid")
    _table(board, Table("", pack.by_project.columns, rows), keys, (3.2, 1.3, 1.7, 0.9, 1.3, 1.3, 1.3, 1.3))
    if len(rows) == pack.stamp.projects:
        return f"全部 {len(rows)} 个项目"
    label = "总投资" if key == "total_investment" else _named(key)
    return f"{label}最多的 {len(rows)} 个项目" if any(ranks) else f"{pack.stamp.projects} 个项目中的前 {len(rows)} 个"


def _map_slide(board: Board, pack: PackTable, picture: bytes) -> str:
    board.picture(Box(EDGE, 1.3, WIDTH - 2 * EDGE, 5.6), picture, f"{pack.stamp.scope}项目分布图")
    return "项目分布"


def _estimates(board: Board, pack: PackTable) -> str | None:
    over = [row for row in pack.estimates.rows if row[-1] is not None]
    rows = over or list(pack.estimates.rows)
    if not rows:
        return None
    columns = pack.estimates.columns
    keys = [column.key for column in columns if column.key not in ("code", "district", "excess")]
    _table(board, Table("", columns, rows[:_MOST_ROWS]), keys, (3, *(1.3,) * 4, 1.7, 0.9))
    return f"四算：{len(over)} 个项目后一级超出前一级" if over else f"四算：已登记的 {len(rows)} 个项目都没有超出"


def _exceptions(board: Board, pack: PackTable) -> str:
    rows = pack.exceptions.rows
    if not rows:
        words = "按现有数据，没有亮灯的项目，也没有四算超出或资金前后不合的项目。"
        board.text(_CONTENT, [(words, Words(18)), (gaps_line(pack.stamp), Words(14, MUTED))])
        return "没有例外事项"
    keys = ("kind", "name", "reason", "lead_unit")
    _table(board, Table("", pack.exceptions.columns, rows[:_MOST_ROWS]), keys, (1.1, 2.9, 6.2, 1.6))
    more = f"，列前 {_MOST_ROWS} 项" if len(rows) > _MOST_ROWS else ""
    return f"需要关注的 {len(rows)} 项{more}"


def _commitments(board: Board, pack: PackTable) -> str | None:
    rows = sorted(pack.commitments.rows, key=lambda row: -row[2])
    if not rows:
        return None
    touched = sum(1 for row in rows if row[2])
    keys = ("what", "target", "linked", "delivered", "under_way", "planned", "missing")
    _table(board, Table("", pack.commitments.columns, rows[:_MOST_ROWS]), keys, (4.2, 1.7, 1.1, 1, 1, 1, 1.5))
    return f"规划任务 {len(rows)} 项，{touched} 项已有项目计入"


def _meanings(board: Board, pack: PackTable) -> str:
    room = WIDTH - 2 * EDGE
    lines = [f"{term}：{meaning}" for term, meaning in pack.definitions.rows if term not in _SAID_ELSEWHERE]
    words = Words(_fitting([*lines, ""], room, 4.6))
    board.text(Box(EDGE, 1.4, room, 4.65), [(text, words) for text in lines], after=4)
    made = f"{pack.stamp.made_at.astimezone(CHINA_TIME):%Y-%m-%d %H:%M}　{pack.stamp.made_by}"
    gaps = [(gaps_line(pack.stamp), Words(12, RED)), (shorten(made, 11, room), Words(11, MUTED))]
    board.text(Box(EDGE, 6.2, room, 0.6), gaps)
    return "口径与数据缺口"


def _fitting(lines: Sequence[str], room: float, height: float) -> float:
    """Return the largest size of type, 9 to 13 points, at which paragraphs stay within a box."""
    for points in (13, 12.5, 12, 11.5, 11, 10.5, 10, 9.5):
        if sum(lines_of(text, points, room) * points * 1.25 + 4 for text in lines) <= height * 72:
            return points
    return 9


def _table(board: Board, table: Table, keys: Sequence[str], widths: Sequence[float]) -> None:
    """Write the columns ``keys`` of a table, eleven rows at most."""
    places = [[column.key for column in table.columns].index(key) for key in keys]
    columns = [table.columns[place] for place in places]
    rows = [[column.heading for column in columns]]
    rows += [[_written(table.columns[place].kind, row[place]) for place in places] for row in table.rows]
    numbers = [position for position, column in enumerate(columns) if column.kind.is_number]
    height = min(_CONTENT.height, 0.47 * len(rows))
    board.table(Box(EDGE, _CONTENT.top, _CONTENT.width, height), rows, widths, numbers)


def _written(kind: Kind, value: Any) -> str:
    if value is None:
        return UNKNOWN
    if kind is Kind.MONEY:
        return format_money(value)
    if kind is Kind.PERCENT:
        return f"{value:.1%}"
    return str(value) if isinstance(value, str) else format_number(value)


_SLIDES: tuple[Callable[..., str | None], ...] = (
    _cover,
    _figures,
    _states,
    _sources,
    _years,
    _stages,
    _map_slide,
    _projects,
    _estimates,
    _exceptions,
    _commitments,
    _meanings,
)
