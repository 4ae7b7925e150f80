"""An office's own templates: a Word file with marks for docxtpl, and a PowerPoint file whose master is used.

Marks run in a sandbox: a template reads the values that it is given and nothing else.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO, Any

import pptx
from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate  # type: ignore[import-untyped]
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pptx.exc import PackageNotFoundError as NoPresentationError
from pptx.presentation import Presentation

from portfolio.domain.clock import CHINA_TIME
from portfolio.domain.errors import RuleError
from portfolio.domain.quantities import format_money
from portfolio.domain.sentences import Sentence, say
from portfolio.exchange.pack.typeset import written
from portfolio.exchange.pack.xmltext import xml_text
from portfolio.reports.pack_briefing import briefing, chinese_day, control_line, gaps_line
from portfolio.reports.pack_table import PackTable
from portfolio.reports.tables import Table

FOLDER, LETTER, SLIDES = "templates", "pack.docx", "pack.pptx"
_WIDE = (1.7, 1.8)
_LARGEST = 20 * 1024**2


def find_template(folder: Path | None, name: str) -> Path | None:
    """Return the office's own template of that name, or None."""
    path = None if folder is None else folder / name
    return path if path is not None and path.is_file() else None


def context_of(pack: PackTable, issuer: str | None) -> dict[str, Any]:
    """Return what a Word template may name; every value is text, or lists and groups of texts."""
    stamp = pack.stamp
    return {
        "title": xml_text(f"{'【演示数据】' if stamp.has_samples else ''}{stamp.title}"),
        "scope": xml_text(stamp.scope),
        "as_of": stamp.as_of.isoformat(),
        "day": chinese_day(stamp.as_of),
        "issuer": xml_text(issuer or ""),
        "made_by": xml_text(stamp.made_by),
        "made_at": f"{stamp.made_at.astimezone(CHINA_TIME):%Y-%m-%d %H:%M}",
        "control": control_line(pack),
        "gaps": gaps_line(stamp),
        "amounts": {key: format_money(fen) for key, fen in pack.amounts.items()},
        "sections": [
            {
                "heading": one.heading,
                "sentences": [{"text": xml_text(each.text), "note": xml_text(each.note)} for each in one.sentences],
            }
            for one in briefing(pack)
        ],
        "tables": {name: _plain(table) for name, table in pack.tables.items()},
    }


def _plain(table: Table) -> dict[str, Any]:
    kinds = [column.kind for column in table.columns]
    rows = [*table.rows, *([table.totals] if table.totals is not None else [])]
    return {
        "title": table.title,
        "columns": [column.heading for column in table.columns],
        "rows": [
            {"cells": [written(kind, value) for kind, value in zip(kinds, row, strict=True)]} for row in table.rows
        ],
        "has_totals": len(rows) > len(table.rows),
    }


def write_own_letter(target: IO[bytes], template: Path, pack: PackTable, *, issuer: str | None) -> None:
    """Write the briefing by the office's own Word template into ``target``.

    Raises
    ------
    RuleError
        Naming the file and what is wrong with it.
    """
    sandbox = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    try:
        _check_size(template)
        document = DocxTemplate(template)
        document.render(context_of(pack, issuer), jinja_env=sandbox, autoescape=True)
        document.save(target)
    except UndefinedError as error:
        raise _refusal(template, say("用了没有的名称（{message}）", message=error.message)) from error
    except SecurityError as error:
        raise _refusal(template, say("用了不允许的写法；模板只能引用页面上列出的名称")) from error
    except TemplateSyntaxError as error:
        raise _refusal(template, say("标记不完整或写错（{message}）", message=error.message)) from error
    except (TemplateError, OverflowError, TypeError, ArithmeticError) as error:
        raise _refusal(template, say("标记不能计算（{error}）", error=error)) from error
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise _refusal(template, say("不是完好的 Word 文件（.docx）")) from error


def open_own_deck(template: Path) -> tuple[Presentation, Any]:
    """Return the office's own deck without its slides, and its layout that holds a title alone.

    Raises
    ------
    RuleError
        Naming the file and what is wrong with it.
    """
    try:
        _check_size(template)
        deck = pptx.Presentation(str(template))
    except (NoPresentationError, zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise _refusal(template, say("不是完好的 PowerPoint 文件（.pptx）")) from error
    if not _WIDE[0] <= (deck.slide_width or 0) / (deck.slide_height or 1) <= _WIDE[1]:
        raise _refusal(template, say("不是 16:9 的幅面"))
    layout = next((one for one in deck.slide_layouts if _holds_title_alone(one)), None)
    if layout is None:
        raise _refusal(template, say("没有只含标题的版式（“仅标题”）"))
    for slide in list(deck.slides._sldIdLst):
        deck.part.drop_rel(slide.rId)
        deck.slides._sldIdLst.remove(slide)
    return deck, layout


def _holds_title_alone(layout: Any) -> bool:
    """Return whether a layout has a title and nothing else to fill in; date, foot and number do not count."""
    numbers = {shape.placeholder_format.idx for shape in layout.placeholders}
    return 0 in numbers and not numbers - {0, 10, 11, 12}


def _check_size(template: Path) -> None:
    if template.stat().st_size > _LARGEST:
        raise _refusal(template, say("超过 20 MB"))


def _refusal(template: Path, what: Sentence) -> RuleError:
    where = f"{FOLDER}/{template.name}"
    return RuleError(
        say("本单位模板 {where} {what}。请改正模板，或把它移出文件夹，再重新生成报告。", where=where, what=what)
    )
