"""Every Chinese word on the screen has an English one; each fault names its file and line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from portfolio.domain.terms import Source, Term
from portfolio.reports.projects import FIELD_LABELS
from portfolio.reports.tables import Column, Kind, Table

Key = tuple[str | None, str]  # context and text

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "translations" / "en" / "LC_MESSAGES" / "messages.po"
CHINESE = re.compile(r"[㐀-鿿]")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*(?=[:}])")  # how a number is written may differ
TRANSLATING = {"_", "_l", "gettext", "ngettext", "lazy_gettext", "lazy_ngettext", "N_", "pgettext", "lazy_pgettext"}
TRANSLATING |= {"say"}
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2), "N_": None}
OWN_NAMES = {"中文"}  # a language is called by its own name in every language


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def source_strings() -> dict[Key, str]:
    """Return every string to translate, with its context, and the first place that uses it: what pybabel extracts."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[Key, str] = {}
    for name, line, message, _comments, context in extract_from_dir(ROOT, methods, options, KEYWORDS):
        for text in message if isinstance(message, tuple) else (message,):
            found.setdefault((context, text), f"{name}:{line}")
    return {key: place for key, place in found.items() if key[1] and is_chinese(key[1])}


def labels_translated_when_shown() -> Iterator[tuple[str, str]]:
    """Yield labels that reach gettext as variables, each with its place."""
    for terms in Term.__subclasses__():
        for member in terms:
            yield f"{terms.__module__}.{terms.__name__}", member.label
    for source in Source:
        yield "Source.group", source.group
    for kind in Kind:
        yield "Column.unit", Column("", "", kind).unit or ""
    for name, label in FIELD_LABELS.items():
        yield f"FIELD_LABELS[{name}]", label
    yield from labels_of_tables()


def labels_of_tables() -> Iterator[tuple[str, str]]:
    """Titles and headings of the shared tables."""
    positions = {Column.__name__: 1, Table.__name__: 0}
    for path in sorted((ROOT / "portfolio" / "reports").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            position = positions.get(ast.unparse(node.func)) if isinstance(node, ast.Call) else None
            for label in node.args[position : position + 1] if position is not None else ():
                if isinstance(label, ast.Constant) and isinstance(label.value, str):
                    yield f"{named(path)}:{node.lineno}", label.value


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    assert CATALOGUE.exists(), f"{CATALOGUE.relative_to(ROOT)} is missing: {len(source_strings())} strings to translate"
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def test_labels_that_are_translated_when_shown_are_extracted() -> None:
    missing = [
        f"{place} {text}"
        for place, text in labels_translated_when_shown()
        if is_chinese(text) and (None, text) not in source_strings()
    ]
    assert missing == [], "extract_terms does not find:\n" + "\n".join(missing)


def test_every_string_and_every_term_has_an_english_one(catalogue: Catalog) -> None:
    missing = [f"{place} {key[1]}" for key, place in source_strings().items() if not translations(catalogue, key)]
    print(f"n = {len(source_strings())} strings")
    assert missing == [], f"{len(missing)} strings without translation:\n" + "\n".join(missing)


def translations(catalogue: Catalog, key: Key) -> list[str]:
    """Return the translations of a string that are not empty; a plural is found under its singular."""
    context, text = key
    plurals = (one for one in catalogue if isinstance(one.id, tuple) and one.context == context and text in one.id)
    message = catalogue.get(text, context) or next(plurals, None)
    if message is None or message.fuzzy:
        return []
    given = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return [one for one in given if one.strip()]


def test_translations_keep_the_placeholders(catalogue: Catalog) -> None:
    faults = [
        f"{key[1]} → {english}"
        for key in source_strings()
        for english in translations(catalogue, key)
        if set(PLACEHOLDER.findall(key[1])) != set(PLACEHOLDER.findall(english))
    ]
    assert faults == [], "\n".join(faults)


SEVERAL = re.compile(r"(?:%\(count\)s|\{count[^}]*\}) (?:[a-z]+ )?(?!(?:is|has|was|does)\b)[a-z]+s\b")


def test_one_of_something_is_not_spoken_of_as_several(catalogue: Catalog) -> None:
    assert SEVERAL.search("%(count)s projects · as of %(day)s")
    assert SEVERAL.search("{count:,} open problems left")
    pairs = [one for one in catalogue if isinstance(one.id, tuple)]
    faults = [f"{one.id[0]} → {one.string[0]}" for one in pairs if SEVERAL.search(one.string[0])]
    print(f"n = {len(pairs)} texts with two forms")
    assert faults == [], "give the form for one, too:\n" + "\n".join(faults)


def test_no_translation_is_still_chinese_or_belongs_to_no_string(catalogue: Catalog) -> None:
    for message in catalogue:
        if message.id:
            first = message.id if isinstance(message.id, str) else message.id[0]
            assert (message.context, first) in source_strings() or not CHINESE.search(first), f"nothing uses: {first}"
            assert not CHINESE.search("".join(message.string)), f"still Chinese: {message.string}"


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=named)
def test_templates_say_chinese_only_through_the_translation(path: Path) -> None:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    tree = environment.parse(path.read_text(encoding="utf-8"))
    faults = [f"{named(path)}:{line} {text}" for line, text in untranslated(tree)]
    assert faults == [], "\n".join(faults)


def untranslated(node: nodes.Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in TRANSLATING:
        return
    text = getattr(node, "data", None) if isinstance(node, nodes.TemplateData) else getattr(node, "value", None)
    if isinstance(node, nodes.TemplateData | nodes.Const) and isinstance(text, str) and CHINESE.search(text):
        yield node.lineno, text.strip()
    for child in node.iter_child_nodes():
        yield from untranslated(child)


@pytest.mark.parametrize("path", sorted((ROOT / "portfolio" / "web").rglob("*.py")), ids=named)
def test_the_web_layer_says_chinese_only_through_the_translation(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    faults = [f"{named(path)}:{line} {text}" for line, text in spoken(tree)]
    assert faults == [], "\n".join(faults)


def spoken(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield Chinese texts in code, but for docstrings and what is handed to a translating function."""
    for child in ast.iter_child_nodes(node):
        is_docstring = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        is_translated = isinstance(child, ast.Call) and ast.unparse(child.func).split(".")[-1] in TRANSLATING
        if is_docstring or is_translated:
            continue
        if isinstance(child, ast.Constant) and isinstance(child.value, str) and is_chinese(child.value):
            yield child.lineno, child.value
        yield from spoken(child)


def is_chinese(text: str) -> bool:
    return bool(CHINESE.search(text)) and text not in OWN_NAMES


BELOW_THE_WEB = [
    path
    for folder in ("domain", "store", "services", "reports", "exchange", "plans")
    for path in sorted((ROOT / "portfolio" / folder).rglob("*.py"))
] + sorted((ROOT / "geo").rglob("*.py"))


@pytest.mark.parametrize("path", BELOW_THE_WEB, ids=named)
def test_what_is_raised_below_the_web_is_said_so_that_it_can_be_told_in_english(path: Path) -> None:
    raised = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Raise)]
    faults = [f"{named(path)}:{line} {text}" for node in raised for line, text in unsaid(node)]
    assert faults == [], "write say(…):\n" + "\n".join(faults)


REPORTS = [path for path in BELOW_THE_WEB if path.parent.name == "reports" and not path.stem.startswith("pack")]


@pytest.mark.parametrize("path", REPORTS, ids=named)
def test_notes_under_tables_are_said_so_that_they_can_be_told_in_english(path: Path) -> None:
    """Notes end with a full stop; packs are Chinese files, whatever the page."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    faults = [f"{named(path)}:{line} {text}" for line, text in unsaid(tree) if text.rstrip("'\"").endswith("。")]
    assert faults == [], "write say(…):\n" + "\n".join(faults)


def unsaid(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield Chinese texts in code that no ``say`` takes, each with its line; docstrings are none."""
    for child in ast.iter_child_nodes(node):
        is_said = isinstance(child, ast.Call) and ast.unparse(child.func) == "say"
        is_docstring = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        if is_said or is_docstring:
            continue
        if isinstance(child, ast.Constant | ast.JoinedStr) and is_chinese(text := ast.unparse(child)):
            yield child.lineno, text
        elif not isinstance(child, ast.JoinedStr):
            yield from unsaid(child)


def test_these_rules_would_find_a_bare_sentence() -> None:
    bare = ast.parse("raise RuleError(f'{name}已有')\nnotes = ['合计不含作废。']\nraise RuleError(say('{a}已有', a=b))")
    assert [line for line, _text in unsaid(bare)] == [1, 2]
