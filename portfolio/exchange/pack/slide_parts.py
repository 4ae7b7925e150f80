"""The parts of a slide: text, tables, native charts, pictures. Lengths are inches of a slide 13.33 wide."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.enum.shapes import MSO_CONNECTOR
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.presentation import Presentation
from pptx.slide import Slide
from pptx.util import Emu, Pt

from portfolio.exchange.pack.xmltext import xml_text

FONT = "微软雅黑"
WIDTH, HEIGHT = 13.333, 7.5
EDGE = 0.6
INK, MUTED, HAIRLINE, ACCENT, RED = "1E2A30", "5A6870", "D8DEDF", "0E5E6F", "B0362D"
SERIES = ("BFD9DB", "78ACB2", "1E616D", "9A6417")
_ChartData: Any = CategoryChartData  # python-pptx states no types for these two
_Colour: Any = RGBColor
_NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
_FILL, _COLOUR, _LINE_BELOW = qn("a:solidFill"), qn("a:srgbClr"), qn("a:lnB")
_FACES = (qn("a:latin"), qn("a:ea"), qn("a:cs"))
_INSET = 0.06
_TWO_LINES = 0.44


@dataclass(frozen=True)
class Box:
    """A place on a slide: left, top, width, height in inches."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Words:
    """How a text is set."""

    points: float = 14
    colour: str = INK
    bold: bool = False
    align: Any = PP_ALIGN.LEFT


class Board:
    """One slide under work."""

    def __init__(self, deck: Presentation, slide: Slide) -> None:
        self._shapes: Any = slide.shapes
        self._inch = (deck.slide_width or 0) / WIDTH

    @property
    def title(self) -> Any:
        """Return the slide's own title, which outlines and screen readers find."""
        return self._shapes.title

    def place(self, box: Box) -> tuple[Emu, Emu, Emu, Emu]:
        """Return a box as the file measures it."""
        values = (box.left, box.top, box.width, box.height)
        left, top, width, height = (Emu(round(value * self._inch)) for value in values)
        return left, top, width, height

    def text(self, box: Box, paragraphs: Sequence[tuple[str, Words]], *, after: float = 0) -> Any:
        """Write paragraphs into a box, ``after`` points apart; the caller has cut what would leave it."""
        shape = self._shapes.add_textbox(*self.place(box))
        frame = shape.text_frame
        frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        for number, (text, words) in enumerate(paragraphs):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.alignment, paragraph.space_after = words.align, Pt(after)
            write_run(paragraph, text, words)
        return shape

    def rule(self, left: float, top: float, width: float, colour: str = HAIRLINE) -> None:
        """Draw a thin line across."""
        line = self._shapes.add_connector(
            MSO_CONNECTOR.STRAIGHT, *self.place(Box(left, top, 0, 0))[:2], *self._end(left + width, top)
        )
        line._element.remove(line._element.find(qn("p:style")))  # which casts a shadow
        line.line.color.rgb, line.line.width = rgb(colour), Pt(0.75)

    def _end(self, left: float, top: float) -> tuple[Emu, Emu]:
        return self.place(Box(left, top, 0, 0))[:2]

    def table(self, box: Box, rows: Sequence[Sequence[str]], widths: Sequence[float], numbers: Sequence[int]) -> None:
        """Write a native table; the first row is its heading, ``widths`` are shares, ``numbers`` stand at the right."""
        height = box.height / len(rows)
        frame = self._shapes.add_table(len(rows), len(widths), *self.place(box))
        table = frame.table
        table._tbl.tblPr.find(qn("a:tableStyleId")).text = _NO_STYLE
        whole = sum(widths)
        for position, share in enumerate(widths):
            table.columns[position].width = self.place(Box(0, 0, box.width * share / whole, 0))[2]
        for number, row in enumerate(rows):
            table.rows[number].height = self.place(Box(0, 0, 0, height))[3]
            for position, text in enumerate(row):
                room = box.width * widths[position] / whole - 2 * _INSET
                align = PP_ALIGN.RIGHT if position in numbers else PP_ALIGN.LEFT
                look = Words(11 if number else 10.5, INK if number else MUTED, bold=not number, align=align)
                lines = 1 if position in numbers or height < _TWO_LINES else 2
                _fill_cell(table.cell(number, position), shorten(text, look.points, room, lines=lines), look)

    def columns(
        self, box: Box, categories: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]]
    ) -> None:
        """Draw a native column chart in 万元: labels on the columns where there is one series, a legend where more."""
        look = {"many": len(series) > 1, "is_bar": False, "form": "#,##0.00"}
        self._chart(box, categories, series, look)

    def bars(self, box: Box, categories: Sequence[str], values: Sequence[float | None], form: str) -> None:
        """Draw a native bar chart, the first category on top."""
        self._chart(box, categories, [("数量", values)], {"many": False, "is_bar": True, "form": form})

    def _chart(self, box: Box, categories: Sequence[str], series: Sequence[Any], look: dict[str, Any]) -> None:
        data = _ChartData(number_format=look["form"])
        data.categories = [xml_text(one) for one in categories]
        for name, values in series:
            data.add_series(name, values)
        kind = XL_CHART_TYPE.BAR_CLUSTERED if look["is_bar"] else XL_CHART_TYPE.COLUMN_CLUSTERED
        _dress(self._shapes.add_chart(kind, *self.place(box), data).chart, **look)

    def picture(self, box: Box, content: bytes, words: str) -> None:
        """Put a picture into a box, as large as it fits, with words for those who cannot see it."""
        shape = self._shapes.add_picture(io.BytesIO(content), 0, 0)
        left, top, width, height = self.place(box)
        scale = min(width / shape.width, height / shape.height)
        shape.width, shape.height = Emu(int(shape.width * scale)), Emu(int(shape.height * scale))
        shape.left, shape.top = Emu(left + (width - shape.width) // 2), Emu(top + (height - shape.height) // 2)
        shape._element.nvPicPr.cNvPr.set("descr", xml_text(words))


def rgb(colour: str) -> Any:
    """Return a colour given as six hexadecimal digits."""
    return _Colour(*bytes.fromhex(colour))


def write_run(paragraph: Any, text: str, words: Words) -> None:
    """Write a run in the Chinese face of the deck; straight into the XML, since a table has hundreds."""
    run = paragraph.add_run()
    run.text = xml_text(text)
    properties = run._r.get_or_add_rPr()
    properties.set("sz", str(round(words.points * 100)))
    properties.set("b", "1" if words.bold else "0")
    _paint(properties, words.colour)
    set_face(properties)


def _paint(parent: Any, colour: str) -> None:
    _add(_add(parent, _FILL), _COLOUR).set("val", colour)


def set_face(properties: Any) -> None:
    """Set the typeface of Latin and of Chinese characters: without the second one PowerPoint takes one of its own."""
    for old in [one for one in properties if one.tag in _FACES]:
        properties.remove(old)
    for tag in _FACES[:2]:
        _add(properties, tag).set("typeface", FONT)


def _add(parent: Any, tag: str) -> Any:
    child = parent.makeelement(tag, {})
    parent.append(child)
    return child


def ems(text: str) -> float:
    """Return how wide a text is at most, in ems of the type."""
    return sum(0.66 if char.isascii() else 1.0 for char in text)


def shorten(text: str, points: float, room: float, *, lines: int = 1) -> str:
    """Return a text as it fits into ``lines`` of ``room`` inches, cut with an ellipsis."""
    most = room * 72 / points * lines - (lines - 1)
    text = xml_text(text)
    if ems(text) <= most:
        return text
    while text and ems(text) + 1 > most:
        text = text[:-1]
    return f"{text}…"


def lines_of(text: str, points: float, room: float) -> int:
    """Return how many lines a text takes at most."""
    return max(1, math.ceil(ems(text) / (room * 72 / points - 1)))


def _fill_cell(cell: Any, text: str, words: Words) -> None:
    cell.margin_left = cell.margin_right = Emu(int(_INSET * 914400))
    cell.margin_top = cell.margin_bottom = 0
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = words.align
    write_run(paragraph, text, words)
    properties = cell._tc.get_or_add_tcPr()
    line = _add(properties, _LINE_BELOW)
    line.set("w", "9525")
    _paint(line, HAIRLINE)


def _dress(chart: Any, *, many: bool, is_bar: bool, form: str) -> None:
    """Give a chart the look of the house: direct labels, zero base, no box, no grid where labels say the figures."""
    chart.has_title = False
    chart.has_legend = many
    if many:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    chart.font.size, chart.font.color.rgb = Pt(12), rgb(MUTED)
    value, category = chart.value_axis, chart.category_axis
    value.minimum_scale = 0
    value.has_major_gridlines, value.visible = many, many
    value.tick_labels.number_format, value.tick_labels.number_format_is_linked = "#,##0", False
    value.format.line.fill.background()
    if many:
        value.major_gridlines.format.line.color.rgb = rgb(HAIRLINE)
    category.format.line.color.rgb = rgb(HAIRLINE)
    category.has_major_gridlines, category.reverse_order = False, is_bar
    category.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    _dress_series(chart.plots[0], many=many, form=form)
    for properties in chart._chartSpace.iter(qn("a:defRPr"), qn("a:rPr")):
        set_face(properties)


def _dress_series(plot: Any, *, many: bool, form: str) -> None:
    plot.gap_width, plot.overlap = 70, 0
    for number, series in enumerate(plot.series):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = rgb(SERIES[number % 4] if many else "1E616D")
    if not many:
        plot.has_data_labels = True
        labels = plot.data_labels
        labels.number_format, labels.number_format_is_linked = form, False
        labels.position, labels.show_value = XL_LABEL_POSITION.OUTSIDE_END, True
