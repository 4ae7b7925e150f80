"""The files of a pack by their kinds."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from portfolio.domain.packs import PackKind
from portfolio.exchange.pack.letter import write_letter
from portfolio.exchange.pack.own_templates import LETTER, SLIDES, find_template, write_own_letter
from portfolio.exchange.pack.slides import write_slides
from portfolio.exchange.pack.text import write_pack_csv
from portfolio.exchange.pack.typeset import write_pdf
from portfolio.exchange.pack.workbook import write_pack_workbook
from portfolio.reports.pack_table import PackTable

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


@dataclass(frozen=True, kw_only=True)
class PackExtras:
    """What the files take beside the tables: office of the red headline, map, timeline, folder of own templates."""

    issuer: str | None = None
    picture: bytes | None = None
    timeline: bytes | None = None
    templates: Path | None = None


def file_name(kind: PackKind, pack: PackTable) -> str:
    """Return the name under which a file is sent."""
    title = _NOT_IN_NAMES.sub("", pack.stamp.title)[:60]
    return f"{title}_{pack.stamp.as_of:%Y%m%d}.{kind.value}"


def write_file(kind: PackKind, pack: PackTable, extras: PackExtras) -> bytes:
    """Return one file of a pack."""
    return _WRITERS[kind](pack, extras)


def _workbook(pack: PackTable, _extras: PackExtras) -> bytes:
    target = io.BytesIO()
    write_pack_workbook(target, pack)
    return target.getvalue()


def _letter(pack: PackTable, extras: PackExtras) -> bytes:
    target = io.BytesIO()
    template = find_template(extras.templates, LETTER)
    if template is None:
        write_letter(target, pack, issuer=extras.issuer)
    else:
        write_own_letter(target, template, pack, issuer=extras.issuer)
    return target.getvalue()


def _slides(pack: PackTable, extras: PackExtras) -> bytes:
    target = io.BytesIO()
    template = find_template(extras.templates, SLIDES)
    write_slides(target, pack, picture=extras.picture, template=template)
    return target.getvalue()


def _pdf(pack: PackTable, extras: PackExtras) -> bytes:
    return write_pdf(pack, issuer=extras.issuer, timeline=extras.timeline)


def _csv(pack: PackTable, _extras: PackExtras) -> bytes:
    target = io.StringIO(newline="")
    write_pack_csv(target, pack)
    return target.getvalue().encode()


_WRITERS: dict[PackKind, Callable[[PackTable, PackExtras], bytes]] = {
    PackKind.XLSX: _workbook,
    PackKind.DOCX: _letter,
    PackKind.PPTX: _slides,
    PackKind.PDF: _pdf,
    PackKind.CSV: _csv,
}
