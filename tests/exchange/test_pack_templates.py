"""An office's own templates: used as they are, run in a sandbox, refused in a sentence that names the file."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pptx
import pytest
from pptx.util import Emu
from sqlalchemy.orm import Session

from portfolio.domain.errors import RuleError
from portfolio.domain.packs import PackKind
from portfolio.exchange.pack.files import PackExtras, write_file
from portfolio.reports.pack_table import PackTable
from tests.packs import make_pack


@pytest.fixture(scope="session")
def pack(shared: Session) -> PackTable:
    return make_pack(shared)


def letter(folder: Path, *paragraphs: str) -> PackExtras:
    """Put a Word template of these paragraphs into a folder."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    document.save(str(folder / "pack.docx"))
    return PackExtras(templates=folder, issuer="万州区教委")


def deck(folder: Path, *, width: int = 12192000) -> PackExtras:
    """Put a PowerPoint template with one slide of its own into a folder."""
    own = pptx.Presentation()
    own.slide_width, own.slide_height = Emu(width), Emu(6858000)
    own.slides.add_slide(own.slide_layouts[0])
    own.save(str(folder / "pack.pptx"))
    return PackExtras(templates=folder)


def test_an_offices_word_template_is_filled_in(pack: PackTable, tmp_path: Path) -> None:
    extras = letter(
        tmp_path,
        "{{ issuer }}｜{{ title }}｜{{ as_of }}｜{{ amounts.received }}",
        "{% for section in sections %}{{ section.heading }}："
        "{% for one in section.sentences %}{{ one.text }}〔{{ one.note }}〕{% endfor %}{% endfor %}",
        "{% for row in tables.by_source.rows %}{{ row.cells|join(' ') }}{% endfor %}",
    )
    lines = [one.text for one in docx.Document(io.BytesIO(write_file(PackKind.DOCX, pack, extras))).paragraphs]

    assert lines[0] == "万州区教委｜万州区教育基建项目专报｜2026-03-31｜287.00"
    assert lines[1].startswith("一、总体情况：截至2026年3月31日")
    assert "区级财政" in lines[2]


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ("{{ ''.__class__ }}", "用了不允许的写法"),
        ("{{ title.__class__.__mro__ }}", "用了不允许的写法"),
        ("{{ cycler.__init__.__globals__.os.popen('id').read() }}", "用了不允许的写法"),
        ("{{ sections.append(1) }}", "用了不允许的写法"),
        ("{{ 标题 }}", "用了没有的名称"),
        ("{{ amounts.nothing }}", "用了没有的名称"),
        ("{% for one in sections %}", "标记不完整或写错"),
        ("{{ title | nofilter }}", "标记不完整或写错"),
        ("{% for n in range(1000000000) %}x{% endfor %}", "标记不能计算"),
        ("{{ 1 / 0 }}", "标记不能计算"),
    ],
)
def test_a_faulty_or_hostile_word_template_is_refused_by_name(
    pack: PackTable, tmp_path: Path, mark: str, words: str
) -> None:
    with pytest.raises(RuleError) as refused:
        write_file(PackKind.DOCX, pack, letter(tmp_path, mark))

    assert str(refused.value).startswith("本单位模板 templates/pack.docx ")
    assert words in str(refused.value)


def test_a_file_that_is_no_office_file_is_refused_by_name(pack: PackTable, tmp_path: Path) -> None:
    for name, kind in (("pack.docx", PackKind.DOCX), ("pack.pptx", PackKind.PPTX)):
        (tmp_path / name).write_bytes(b"PK\x03\x04 not really")
        with pytest.raises(RuleError, match=f"templates/{name} 不是完好的"):
            write_file(kind, pack, PackExtras(templates=tmp_path))


def test_typed_text_in_an_offices_template_stays_text(session: Session, tmp_path: Path) -> None:
    pack = make_pack(session, made_by="{{7*191}}<w:br/>&")
    content = write_file(PackKind.DOCX, pack, letter(tmp_path, "{{ made_by }}"))

    assert docx.Document(io.BytesIO(content)).paragraphs[0].text == "{{7*191}}<w:br/>&"


def test_an_offices_deck_gives_its_master_and_loses_its_own_slides(pack: PackTable, tmp_path: Path) -> None:
    own = pptx.Presentation(io.BytesIO(write_file(PackKind.PPTX, pack, deck(tmp_path))))

    assert 8 <= len(own.slides) <= 12
    assert own.slides[0].shapes.title.text_frame.text == "万州区教育基建项目专报"
    assert {slide.slide_layout.name for slide in own.slides} == {"Title Only"}


def test_a_deck_of_another_shape_is_refused(pack: PackTable, tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"templates/pack\.pptx 不是 16:9 的幅面"):
        write_file(PackKind.PPTX, pack, deck(tmp_path, width=9144000))
