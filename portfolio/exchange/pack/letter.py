"""The briefing (专报) as a Word document set as offices set theirs: A4, two pages, a footnote to every sentence."""

from __future__ import annotations

from typing import IO, Any

import docx
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from portfolio.domain.quantities import UNKNOWN, format_money
from portfolio.exchange.pack.footnotes import Footnotes
from portfolio.exchange.pack.xmltext import xml_text
from portfolio.reports.pack_briefing import Section, briefing, chinese_day, stamp_lines
from portfolio.reports.pack_table import PackTable

PROSE, HEADINGS, FIGURES = "仿宋", "黑体", "Times New Roman"
_RED = RGBColor(0xC8, 0x10, 0x1E)
_MUTED = RGBColor(0x5A, 0x68, 0x70)
_LINE = Pt(27)
_SHOWN = ("state", "amount", "earlier", "change")


def write_letter(target: IO[bytes], pack: PackTable, *, issuer: str | None = None) -> None:
    """Write the briefing into ``target``; with ``issuer`` under that office's red headline."""
    document = docx.Document()
    _set_up(document, pack)
    notes = Footnotes(document)
    if issuer:
        _red_headline(document, issuer)
    _title(document, pack)
    for section in briefing(pack):
        _write_section(document, section, notes)
        if section.is_about_money and any(fen is not None for fen in pack.amounts.values()):
            _headline_table(document, pack)
    _write_stamp(document, pack)
    notes.save()
    document.save(target)


def _set_up(document: Document, pack: PackTable) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.top_margin, page.bottom_margin = Cm(3.0), Cm(2.6)
    page.left_margin, page.right_margin = Cm(2.8), Cm(2.6)
    normal = document.styles["Normal"]
    _set_font(normal, PROSE, 15)
    _set_language(document)
    layout = normal.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, _LINE
    for name, size in (("Title", 21), ("Heading 1", 15)):
        style = document.styles[name]
        _set_font(style, HEADINGS, size)
        style.font.bold = False
        style.font.color.rgb = RGBColor(0, 0, 0)
        _drop_borders(style)
    document.styles["Heading 1"].paragraph_format.space_before = Pt(4)
    document.styles["Heading 1"].paragraph_format.space_after = Pt(0)
    properties = document.core_properties
    properties.title, properties.author = xml_text(pack.stamp.title), xml_text(pack.stamp.made_by)
    properties.created = properties.modified = pack.stamp.made_at
    _number_pages(page.footer.paragraphs[0])


def _set_font(style: Any, chinese: str, size: float) -> None:
    style.font.name, style.font.size = FIGURES, Pt(size)
    fonts = style.element.rPr.rFonts
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    fonts.set(qn("w:eastAsia"), chinese)


def _set_language(document: Document) -> None:
    """Say that the text is Chinese of the mainland: punctuation and variants of characters follow from it."""
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def _drop_borders(style: Any) -> None:
    for border in style.element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)


def _red_headline(document: Document, issuer: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.line_spacing = Pt(48)
    paragraph.paragraph_format.space_after = Pt(10)
    name = xml_text(issuer)
    run = paragraph.add_run(name)
    run.font.size, run.font.color.rgb = Pt(min(36, 440 / max(len(name), 1))), _RED
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), HEADINGS)
    _border_below(paragraph, "C8101E", 18)


def _border_below(paragraph: Paragraph, colour: str, eighths: int) -> None:
    """Draw a line below a paragraph, ``eighths`` of a point thick."""
    line = f'<w:bottom w:val="single" w:sz="{eighths}" w:space="6" w:color="{colour}"/>'
    paragraph._p.get_or_add_pPr().append(parse_xml(f"<w:pBdr {nsdecls('w')}>{line}</w:pBdr>"))


def _title(document: Document, pack: PackTable) -> None:
    mark = "【演示数据】" if pack.stamp.has_samples else ""
    title = document.add_paragraph(xml_text(f"{mark}{pack.stamp.title}"), style="Title")
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing, title.paragraph_format.space_after = Pt(32), Pt(2)
    day = document.add_paragraph(f"（截至{chinese_day(pack.stamp.as_of)}）")
    day.alignment = WD_ALIGN_PARAGRAPH.CENTER
    day.paragraph_format.space_after = Pt(6)


def _write_section(document: Document, section: Section, notes: Footnotes) -> None:
    document.add_paragraph(section.heading, style="Heading 1")
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.first_line_indent = Pt(30)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    for sentence in section.sentences:
        paragraph.add_run(xml_text(sentence.text))
        notes.add(paragraph, xml_text(sentence.note))


def _headline_table(document: Document, pack: PackTable) -> None:
    places = [[column.key for column in pack.headline.columns].index(key) for key in _SHOWN]
    columns = [pack.headline.columns[place] for place in places]
    table = document.add_table(rows=1, cols=len(places))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _rule(table)
    _fill(table.rows[0].cells, [column.heading for column in columns], HEADINGS)
    for row in pack.headline.rows:
        state, *amounts = (row[place] for place in places)
        _fill(table.add_row().cells, [state, *(format_money(fen) for fen in amounts)], PROSE)
    for row in table.rows[:-1]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _fill(cells: Any, texts: list[str], font: str) -> None:
    for position, (cell, text) in enumerate(zip(cells, texts, strict=True)):
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.line_spacing = Pt(18)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if position else WD_ALIGN_PARAGRAPH.LEFT
        run = paragraph.add_run(text)
        run.font.size = Pt(10.5)
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _rule(table: Any) -> None:
    """Give a table a line above, below and between its rows, none between columns."""
    lines = "".join(
        f'<w:{edge} w:val="single" w:sz="{size}" w:color="{colour}"/>'
        for edge, size, colour in (("top", 8, "1E2A30"), ("bottom", 8, "1E2A30"), ("insideH", 4, "C9D0D2"))
    )
    table._tbl.tblPr.append(parse_xml(f"<w:tblBorders {nsdecls('w')}>{lines}</w:tblBorders>"))


def _write_stamp(document: Document, pack: PackTable) -> None:
    """Write what the document says of itself, small, under a line."""
    for number, (name, value) in enumerate(stamp_lines(pack)):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.line_spacing = Pt(13)
        if number == 0:
            paragraph.paragraph_format.space_before = Pt(12)
        run = paragraph.add_run(xml_text(f"{name}：{value or UNKNOWN}"))
        run.font.size, run.font.color.rgb = Pt(9), _MUTED


def _number_pages(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for before, field in (("第 ", "PAGE"), (" 页，共 ", "NUMPAGES"), (" 页", "")):
        paragraph.add_run(before).font.size = Pt(10.5)
        if field:
            _add_field(paragraph, field)


def _add_field(paragraph: Paragraph, code: str) -> None:
    for kind in ("begin", "", "separate", "1", "end"):
        run = paragraph.add_run("1" if kind == "1" else "")
        run.font.size = Pt(10.5)
        if kind == "":
            instruction = OxmlElement("w:instrText")
            instruction.text = code
            run._r.append(instruction)
        elif kind != "1":
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
