"""Real footnotes for python-docx, which has none of its own: a part of the package, its styles, and references."""

from __future__ import annotations

from typing import Any

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

_TEXT, _MARK = "Footnote Text", "Footnote Reference"
_SEPARATORS = (("separator", 0), ("continuationSeparator", 1))
_FIRST = 2


class Footnotes:
    """The footnotes of one document; ``save`` puts them into it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._root = parse_xml(f"<w:footnotes {nsdecls('w')}/>")
        self._next = _FIRST
        self._add_styles()
        for kind, number in _SEPARATORS:
            self._root.append(_separator(kind, number))

    def add(self, paragraph: Paragraph, text: str) -> None:
        """Put a reference at the end of a paragraph, and the text at the foot of its page."""
        number, self._next = self._next, self._next + 1
        _mark(paragraph.add_run(), "w:footnoteReference", number)
        self._root.append(self._note(number, text))

    def save(self) -> None:
        """Put the footnotes into the document, once, after the last one."""
        body = serialize_part_xml(self._root)
        package = self.document.part.package
        part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, body, package)
        self.document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)

    def _add_styles(self) -> None:
        styles = self.document.styles
        text = styles.add_style(_TEXT, WD_STYLE_TYPE.PARAGRAPH)
        text.base_style = styles["Normal"]
        text.font.size = Pt(9)
        text.paragraph_format.line_spacing = Pt(12)
        text.paragraph_format.first_line_indent = Pt(0)
        mark = styles.add_style(_MARK, WD_STYLE_TYPE.CHARACTER)
        mark.font.superscript = True
        self._styles = {name: styles[name].style_id for name in (_TEXT, _MARK)}

    def _note(self, number: int, text: str) -> Any:
        note = OxmlElement("w:footnote")
        note.set(qn("w:id"), str(number))
        paragraph = Paragraph(OxmlElement("w:p"), self.document._body)
        paragraph.style = self.document.styles[_TEXT]
        _mark(paragraph.add_run(), "w:footnoteRef")
        paragraph.add_run(f" {text}")
        note.append(paragraph._p)
        return note


def _mark(run: Any, tag: str, number: int | None = None) -> None:
    run.style = _MARK
    reference = OxmlElement(tag)
    if number is not None:
        reference.set(qn("w:id"), str(number))
    run._r.append(reference)


def _separator(kind: str, number: int) -> Any:
    return parse_xml(
        f'<w:footnote {nsdecls("w")} w:type="{kind}" w:id="{number}"><w:p><w:pPr><w:spacing w:after="0"/></w:pPr>'
        f"<w:r><w:{kind}/></w:r></w:p></w:footnote>"
    )
