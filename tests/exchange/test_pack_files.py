"""The files of a pack say what its table says: to the fen, as text where it was typed, on the pages they promise."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook
from pptx import Presentation
from pypdf import PdfReader
from sqlalchemy.orm import Session

from portfolio.domain.packs import PackKind
from portfolio.exchange.gantt import draw_timeline
from portfolio.exchange.pack.files import PackExtras, file_name, write_file
from portfolio.exchange.pack.typeset import MOST_ROWS, write_pdf
from portfolio.exchange.pack.workbook import sheet_names
from portfolio.exchange.wallmap_page import _advance, printable
from portfolio.reports.pack_briefing import briefing, stamp_lines
from portfolio.reports.pack_table import PackTable, from_json, to_json
from portfolio.reports.tables import Kind, Table
from portfolio.reports.timeline import Bar, BarKind, Row, Timeline
from portfolio.store.queries.projects import ProjectFilter
from tests.builders import make_entry, make_project
from tests.packs import make_pack

HOSTILE = ("=1+1", "+SUM(A1)", "@cmd", "-2", "{{7*191}}", "<w:p/>&amp;", "#eval[1337] $x$ *b*", "学校\u200b🏫𠮷")
OFFICE = shutil.which("soffice")
needs_office = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed: files are not looked at")
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")


@pytest.fixture(scope="session")
def pack(shared: Session) -> PackTable:
    """A pack of Wanzhou's made-up figures."""
    return make_pack(shared)


@pytest.fixture
def hostile(session: Session) -> PackTable:
    """A pack of projects with hostile names, and one negative sum."""
    for text in HOSTILE:
        project = make_project(session, name=f"{text}小学", remark=text, lead_unit=text)
        make_entry(session, project, wan=1, note=text)
    return make_pack(session, chosen=ProjectFilter(q="小学"), made_by="=cmd|' /C calc'!A0", scope="=范围")


def made(kind: PackKind, pack: PackTable, **extras: Any) -> bytes:
    return write_file(kind, pack, PackExtras(**extras))


# --- workbook ---------------------------------------------------------------------------------------------------------


def test_the_workbook_read_back_by_another_library_is_the_table_to_the_fen(pack: PackTable) -> None:
    book = load_workbook(io.BytesIO(made(PackKind.XLSX, pack)))
    compared = 0
    assert book.sheetnames == list(sheet_names(pack))
    for table in pack.tables.values():
        if table.title not in book.sheetnames or not table.rows:
            continue
        rows = list(book[table.title].iter_rows(min_row=5, max_row=4 + len(table.rows), values_only=True))
        for found, wanted in zip(rows, table.rows, strict=True):
            for column, cell, value in zip(table.columns, found, wanted, strict=False):
                assert shown(column.kind, cell) == (value if value != "" else None), (table.title, wanted)
                compared += 1
    print(f"n = {compared} cells")
    assert compared > 1000


def shown(kind: Kind, cell: Any) -> Any:
    """Return a cell as the table holds it: money in fen, a dash as nothing."""
    if cell in ("—", None, ""):
        return None
    if kind is Kind.MONEY:
        return round(cell * 1_000_000)
    if kind in (Kind.PERCENT, Kind.POINTS, Kind.QUANTITY):
        return pytest.approx(cell) if not isinstance(cell, str) else cell
    return cell


def test_no_typed_text_becomes_a_formula_and_negative_numbers_stay_numbers(hostile: PackTable) -> None:
    rows = [list(row) for row in hostile.by_source.rows]
    rows[0][-1] = -5_000_000
    book = load_workbook(
        io.BytesIO(made(PackKind.XLSX, replace(hostile, by_source=replace(hostile.by_source, rows=rows))))
    )
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    formulas = [cell for cell in cells if cell.data_type == "f"]
    negative = [cell.value for cell in cells if isinstance(cell.value, int | float) and cell.value < 0]

    print(f"n = {len(cells)} cells, formulas {len(formulas)}")
    assert formulas == []
    assert negative == [-5]


def test_each_sheet_can_be_printed(pack: PackTable) -> None:
    book = load_workbook(io.BytesIO(made(PackKind.XLSX, pack)))

    assert all(sheet.print_area for sheet in book)
    assert {sheet.page_setup.paperSize for sheet in book} == {8, 9}
    assert book["按项目"].freeze_panes == "C5"
    assert sum(len(sheet._charts) for sheet in book) == 4
    assert all("&P" in sheet.oddFooter.right.text for sheet in book)


# --- csv --------------------------------------------------------------------------------------------------------------


def test_the_csv_is_the_same_to_the_byte_whenever_it_is_made_of_the_same_pack(pack: PackTable) -> None:
    assert made(PackKind.CSV, from_json(to_json(pack))) == made(PackKind.CSV, pack)


def test_the_csv_holds_every_table_exactly_and_runs_nothing(hostile: PackTable) -> None:
    rows = list(csv.reader(io.StringIO(made(PackKind.CSV, hostile).decode("utf-8-sig"))))
    titles = [row[0] for row in rows if len(row) == 1]

    assert titles[1:] == [table.title for table in hostile.tables.values()]
    assert [row[0] for row in rows[1 : 1 + len(stamp_lines(hostile))]] == [name for name, _ in stamp_lines(hostile)]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]


# --- words ------------------------------------------------------------------------------------------------------------


def test_every_sentence_of_the_letter_has_a_footnote_of_its_own(pack: PackTable) -> None:
    content = made(PackKind.DOCX, pack)
    sentences = [sentence for section in briefing(pack) for sentence in section.sentences]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        body, notes = archive.read("word/document.xml").decode(), archive.read("word/footnotes.xml").decode()
        assert "footnotes.xml" in archive.read("[Content_Types].xml").decode()

    marks = [int(number) for number in re.findall(r'<w:footnoteReference w:id="(\d+)"', body)]
    texts = dict(re.findall(r'<w:footnote w:id="(\d+)">(.*?)</w:footnote>', notes, re.DOTALL))
    assert len(marks) == len(sentences) == len(set(marks))
    for number, sentence in zip(marks, sentences, strict=True):
        said = "".join(re.findall(r"<w:t[^>]*>([^<]*)</w:t>", texts[str(number)])).replace("&amp;", "&")
        assert said.strip() == sentence.note


@pytest.mark.parametrize("kind", list(PackKind))
def test_hostile_text_is_text_in_every_file(hostile: PackTable, kind: PackKind) -> None:
    text = words_of(kind, made(kind, hostile, issuer="{{7*191}}"))

    assert "{{7*191}}" in text
    assert "1337" not in text.replace("[1337]", "")


def words_of(kind: PackKind, content: bytes) -> str:
    """Return all text of a file."""
    if kind is PackKind.PDF:
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if not content.startswith(b"PK"):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))


def test_the_red_headline_is_there_only_where_it_is_asked_for(pack: PackTable) -> None:
    def first(**extras: Any) -> str:
        return Document(io.BytesIO(made(PackKind.DOCX, pack, **extras))).paragraphs[0].text

    assert first() == "万州区教育基建项目专报"
    assert first(issuer="万州区教育委员会") == "万州区教育委员会"


# --- looked at --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def to_pdf(tmp_path_factory: pytest.TempPathFactory) -> Callable[[PackKind, bytes], bytes]:
    """Return what turns an office file into a PDF by LibreOffice."""

    def turn(kind: PackKind, content: bytes) -> bytes:
        folder = tmp_path_factory.mktemp("office")
        source = folder / f"pack.{kind.value}"
        source.write_bytes(content)
        profile = f"-env:UserInstallation=file://{folder / 'profile'}"
        command = [str(OFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=180, env=os.environ | {"HOME": str(folder)})
        return source.with_suffix(".pdf").read_bytes()

    return turn


def text_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


@needs_office
def test_the_letter_fills_two_pages_of_a4(pack: PackTable, to_pdf: Callable[[PackKind, bytes], bytes]) -> None:
    pdf = to_pdf(PackKind.DOCX, made(PackKind.DOCX, pack, issuer="重庆市万州区教育委员会"))
    pages = PdfReader(io.BytesIO(pdf)).pages

    assert len(pages) == 2
    assert [round(float(page.mediabox.width)) for page in pages] == [595, 595]
    assert "共2页" in text_of(pdf)


@needs_office
def test_the_workbook_prints_with_every_sheet_in_view(
    pack: PackTable, to_pdf: Callable[[PackKind, bytes], bytes]
) -> None:
    text = text_of(to_pdf(PackKind.XLSX, made(PackKind.XLSX, pack)))

    for title in sheet_names(pack)[2:]:
        assert title in text


@needs_poppler
def test_the_pdf_embeds_its_fonts_and_misses_no_glyph(hostile: PackTable, tmp_path: Path) -> None:
    path = tmp_path / "pack.pdf"
    path.write_bytes(made(PackKind.PDF, hostile, issuer="教委🏫"))
    fonts = subprocess.run(["pdffonts", path], check=True, capture_output=True, text=True).stdout.splitlines()[2:]

    assert fonts
    assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in fonts), fonts
    assert missing_glyphs(path.read_bytes()) == 0


def missing_glyphs(pdf: bytes) -> int:
    """Count the characters set in glyph 0 (.notdef): the codes of an Identity-H font are its glyphs."""
    missing = 0
    for page in PdfReader(io.BytesIO(pdf)).pages:
        contents = page.get_contents()
        for operands, operator in () if contents is None else contents.operations:
            if operator in (b"Tj", b"TJ"):
                parts = operands[0] if operator == b"TJ" else operands
                codes = b"".join(bytes(part.original_bytes) for part in parts if hasattr(part, "original_bytes"))
                missing += sum(codes[at : at + 2] == b"\0\0" for at in range(0, len(codes), 2))
    return missing


@needs_poppler
def test_the_pdf_says_what_the_table_says(pack: PackTable, tmp_path: Path) -> None:
    path = tmp_path / "pack.pdf"
    path.write_bytes(made(PackKind.PDF, pack))
    text = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout
    flat = "".join(text.split())

    for section in briefing(pack):
        for sentence in section.sentences:
            assert "".join(re.sub(r"\s", "", sentence.note).split())[:20] in flat
    for table in (pack.by_source, pack.by_year, pack.matrix):
        assert amounts(table) <= set(re.findall(r"-?[\d,]+\.\d\d", text))
    assert pack.short_hash in flat
    assert "第1页，共" in flat


def test_the_pdf_of_a_large_register_says_what_it_leaves_off(pack: PackTable) -> None:
    rows = tuple(pack.by_project.rows) * 13
    text = "".join(
        words_of(
            PackKind.PDF, made(PackKind.PDF, replace(pack, by_project=replace(pack.by_project, rows=rows)))
        ).split()
    )

    assert len(rows) > MOST_ROWS
    assert f"本表共{len(rows)}行，这里列前{MOST_ROWS}行" in text


def amounts(table: Table) -> set[str]:
    places = [place for place, column in enumerate(table.columns) if column.kind is Kind.MONEY]
    return {f"{row[place] / 1_000_000:,.2f}" for row in table.rows for place in places if row[place]}


# --- slides -----------------------------------------------------------------------------------------------------------


def deck_of(pack: PackTable) -> Any:
    return Presentation(io.BytesIO(made(PackKind.PPTX, pack)))


def test_the_slides_are_eight_to_twelve_wide_ones_with_charts_that_can_be_edited(pack: PackTable) -> None:
    deck = deck_of(pack)
    charts = [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]

    assert 8 <= len(deck.slides) <= 12
    assert round(deck.slide_width / deck.slide_height, 3) == 1.778
    assert len(charts) == 4
    for chart in charts:
        assert load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active.max_row > 1
    received = next(iter(charts[0].plots[0].series)).values
    assert [round(value * 1_000_000) for value in received] == [fen for fen in pack.amounts.values() if fen is not None]
    assert all(slide.shapes.title.text_frame.text for slide in deck.slides)


def test_every_chinese_run_of_a_slide_names_its_typeface(pack: PackTable) -> None:
    runs = 0
    for slide in deck_of(pack).slides:
        for properties in slide._element.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}rPr"):
            faces = [one.get("typeface") for one in properties.iter() if one.tag.endswith("}ea")]
            assert faces == ["微软雅黑"]
            runs += 1
    assert runs > 100


def test_no_text_of_a_slide_leaves_its_box(pack: PackTable, hostile: PackTable) -> None:
    """Measured in a real font: paragraphs as high as their box, cells as high as their row, all within the slide."""
    outside, count = [], 0
    decks = [deck_of(pack), deck_of(hostile)]
    for deck, slide in [(one, slide) for one in decks for slide in one.slides]:
        for box, room, height in boxes_of(slide):
            count += 1
            if text_height(box, room) > height or text_height(box, room) == 0:
                outside.append((box.text[:30], text_height(box, room), height))
        for shape in slide.shapes:
            assert 0 <= shape.left <= shape.left + shape.width <= deck.slide_width, shape.name
            assert 0 <= shape.top <= shape.top + shape.height <= deck.slide_height, shape.name
    print(f"n = {count} texts")
    assert outside == []
    assert count > 60


def boxes_of(slide: Any) -> Any:
    """Yield each text frame of a slide with the width and height it has, in points."""
    for shape in slide.shapes:
        if shape.has_text_frame and shape.text_frame.text:
            frame = shape.text_frame
            yield frame, (shape.width - frame.margin_left - frame.margin_right) / 12700, shape.height / 12700
        elif shape.has_table:
            widths = [column.width for column in shape.table.columns]
            for row in shape.table.rows:
                for cell, width in zip(row.cells, widths, strict=True):
                    if cell.text_frame.text:
                        yield (
                            cell.text_frame,
                            (width - cell.margin_left - cell.margin_right) / 12700,
                            row.height / 12700,
                        )


def text_height(frame: Any, room: float) -> float:
    """Return how high a text frame's paragraphs are when set in Noto Sans SC, in points."""
    height = 0.0
    for paragraph in frame.paragraphs:
        points = max((run.font.size.pt for run in paragraph.runs), default=0)
        lines, used = 1, 0.0
        for char in paragraph.text:
            wide = (_advance(char) if printable(char) == char else 1) * points
            lines, used = (lines + 1, wide) if used + wide > room else (lines, used + wide)
        height += lines * points * 1.2 + (paragraph.space_after.pt if paragraph.space_after else 0)
    return height


def test_a_pack_without_any_money_says_so_and_is_still_complete(session: Session) -> None:
    pack = make_pack(session)
    titles = [slide.shapes.title.text_frame.text for slide in deck_of(pack).slides]

    assert 8 <= len(titles) <= 12
    assert "资金台账还没有记录" in titles
    assert "本范围内尚未登记任何资金" in words_of(PackKind.DOCX, made(PackKind.DOCX, pack))
    assert Document(io.BytesIO(made(PackKind.DOCX, pack))).tables == []
    years = load_workbook(io.BytesIO(made(PackKind.XLSX, pack)))["按年度"]
    assert "没有记录。" in [row[0] for row in years.values]


@needs_office
def test_the_slides_are_drawn_with_every_title_in_view(
    pack: PackTable, to_pdf: Callable[[PackKind, bytes], bytes]
) -> None:
    deck = deck_of(pack)
    pages = PdfReader(io.BytesIO(to_pdf(PackKind.PPTX, made(PackKind.PPTX, pack)))).pages

    assert len(pages) == len(deck.slides)
    for page, slide in zip(pages, deck.slides, strict=True):
        assert "".join(slide.shapes.title.text_frame.text.split()) in "".join(page.extract_text().split())


def test_file_names_hold_no_folder_and_say_the_day(pack: PackTable) -> None:
    named = replace(pack, stamp=replace(pack.stamp, title='../a\\b:*?"<>|c'))

    assert file_name(PackKind.PDF, named) == "..abc_20260331.pdf"
    assert file_name(PackKind.XLSX, pack) == "万州区教育基建项目专报_20260331.xlsx"


def test_the_pdf_shows_projects_along_time_with_names_as_text(pack: PackTable, tmp_path: Path) -> None:
    day = dt.date(2025, 3, 1)
    bars = [
        Bar(BarKind.PLANNED, day, day + dt.timedelta(days=400)),
        Bar(BarKind.ACTUAL, day, day + dt.timedelta(days=200)),
    ]
    name = "<script>滞后小学</script>{{7*191}}"
    drawn = draw_timeline(Timeline("建设进度", [Row(name, bars)], 1, 0, day), plain=True)
    path = tmp_path / "pack.pdf"
    path.write_bytes(write_pdf(pack, timeline=drawn))
    text = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout

    assert "附图" in text
    assert "滞后小学" in text
    assert "1337" not in text
    assert missing_glyphs(path.read_bytes()) == 0
    assert b"/JavaScript" not in path.read_bytes()
