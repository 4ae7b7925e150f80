"""What pybabel takes out of the sources for the catalogue (``babel.cfg`` names these extractors)."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

from babel.messages.extract import extract_python
from jinja2.ext import babel_extract

_COUNT = re.compile(r"%\(count\)s|\{count[:}]")
_LABEL_PLACES = {"Column": 1, "Table": 0}
Found = tuple[Any, ...]  # line, function, text or texts, comments


def extract_terms(
    source: IO[bytes],
    keywords: object,  # noqa: ARG001 (Babel gives them by name)
    comment_tags: object,  # noqa: ARG001
    options: object,  # noqa: ARG001
) -> Iterator[Found]:
    """Find what is translated only where it is shown, out of domain and reports.

    Those are the templates of sentences, ``say("已付 {paid} 万元", …)``, the labels of terms, ``NEW = "new", "新建"``,
    the values of tables, such as units and the names of fields, and ``Column("code", "编码")`` and
    ``Table("项目库", …)``. What has no Chinese needs no translation.
    """
    yield from _found(source, _labels)


def extract_sentences(
    source: IO[bytes],
    keywords: object,  # noqa: ARG001
    comment_tags: object,  # noqa: ARG001
    options: object,  # noqa: ARG001
) -> Iterator[Found]:
    """Find the templates of sentences alone, out of the layers that have no labels."""
    yield from _found(source, _templates)


def extract_web(source: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Found]:
    """Find what the web layer hands to a translating function, and the templates of its sentences."""
    yield from map(_with_forms, extract_python(source, keywords, comment_tags, options))
    source.seek(0)
    yield from _found(source, _templates)


def extract_pages(source: Any, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Found]:
    """Find what templates hand to a translating function."""
    yield from map(_with_forms, babel_extract(source, keywords, comment_tags, options))


def _with_forms(found: Found) -> Found:
    """Return a text that counts as one that languages may have two forms of: for one of something, and for several."""
    line, _function, texts, comments = found
    text = texts[0] if isinstance(texts, tuple) else texts
    return (line, "ngettext", (text, text), comments) if isinstance(text, str) and _COUNT.search(text) else found


def _found(source: IO[bytes], texts_of: Callable[[ast.AST], list[ast.expr]]) -> Iterator[Found]:
    for node in ast.walk(ast.parse(source.read())):
        for text in texts_of(node):
            if isinstance(text, ast.Constant) and isinstance(text.value, str) and not text.value.isascii():
                yield _with_forms((text.lineno, None, text.value, []))


def _templates(node: ast.AST) -> list[ast.expr]:
    """Return the template of a sentence, or the mark between several."""
    return _argument(node, {"say": 0, "several": 1})


def _argument(node: ast.AST, places: Mapping[str, int]) -> list[ast.expr]:
    """Return the argument of a call to one of the functions named, at its place."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in places:
        place = places[node.func.id]
        return node.args[place : place + 1]
    return []


def _labels(node: ast.AST) -> list[ast.expr]:
    """Return where labels may stand in a class body, a table or a call."""
    if isinstance(node, ast.ClassDef):
        values = [one.value for one in node.body if isinstance(one, ast.Assign)]
        return [pair.elts[1] for pair in values if isinstance(pair, ast.Tuple) and len(pair.elts) == 2]
    if isinstance(node, ast.Dict):
        return node.values
    return _argument(node, _LABEL_PLACES) or _templates(node)
