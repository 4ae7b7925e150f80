"""Chinese as written, English from one catalogue that is compiled in memory when it is first asked for."""

from __future__ import annotations

import ast
import io
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import IO, Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, request
from flask_babel import Babel, Domain, get_locale
from jinja2 import pass_context

from geo.sentences import Sentence as GeoSentence
from portfolio.domain.sentences import Sentence
from portfolio.domain.terms import Term

COOKIE = "portfolio_language"
LANGUAGES = {"zh": "中文", "en": "English"}
_LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
_TOLD = (Sentence, GeoSentence, Term)
_LABEL_PLACES = {"Column": 1, "Table": 0}
_TRANSLATIONS = Path(__file__).parents[2] / "translations"


class CatalogueDomain(Domain):  # type: ignore[misc]
    """Translations out of ``translations/<language>/LC_MESSAGES/messages.po``; source strings are Chinese."""

    def get_translations(self) -> NullTranslations:
        """Return the catalogue of the page's language; Chinese needs none."""
        locale = get_locale()
        return NullTranslations() if locale is None else load_catalogue(str(locale.language))


@cache
def load_catalogue(language: str) -> NullTranslations:
    """Return the compiled catalogue of a language, or one that changes nothing where there is none."""
    path = _TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(fp=compiled)


def init_app(app: Flask) -> None:
    """Choose the language of each request by its cookie; templates tell every sentence that they print."""
    babel = Babel(app, default_locale=_LOCALES["zh"], locale_selector=_selected_locale)
    babel.domain_instance = CatalogueDomain()
    app.jinja_env.install_gettext_callables(translate, _translate_plural, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(languages=LANGUAGES, language=selected_language)
    app.jinja_env.finalize = tell
    app.jinja_env.globals |= {name: _telling(app.jinja_env.globals[name]) for name in ("gettext", "ngettext")}


def translate(text: str) -> str:
    """Return ``text`` in the language of the page; looks the catalogue up once for each request."""
    if "catalogue" not in g:
        g.catalogue = load_catalogue(selected_language()) if selected_language() != "zh" else NullTranslations()
    return str(g.catalogue.gettext(text))


def tell(text: Any) -> Any:
    """Say one of our sentences, or a term, in the language of the page; anything else is data and stays as it is."""
    return text.translated(translate) if isinstance(text, _TOLD) else text


def _telling(translated: Any) -> Any:
    """Return Jinja's ``gettext`` so that it tells what is put into the text, too."""

    @pass_context
    def told(context: Any, *texts: Any, **values: Any) -> Any:
        return translated(context, *texts, **{name: tell(value) for name, value in values.items()})

    return told


def tell_in(language: str, sentence: Sentence | GeoSentence) -> str:
    """Say one of our sentences in a language, where there is no request any more."""
    return sentence.translated(load_catalogue(language).gettext)


def _translate_plural(one: str, many: str, count: int) -> str:
    return translate(one if count == 1 else many)


def selected_language() -> str:
    """Return the language of this request: zh unless the cookie says otherwise."""
    chosen = request.cookies.get(COOKIE, "zh")
    return chosen if chosen in LANGUAGES else "zh"


def _selected_locale() -> str:
    return _LOCALES[selected_language()]


def extract_terms(
    source: IO[bytes],
    keywords: object,  # noqa: ARG001 (Babel gives them by name)
    comment_tags: object,  # noqa: ARG001
    options: object,  # noqa: ARG001
) -> Iterator[tuple[int, None, str, list[Any]]]:
    """Find what is translated only where it is shown, out of domain and reports (a Babel extractor).

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
) -> Iterator[tuple[int, None, str, list[Any]]]:
    """Find the templates of sentences alone, out of the layers that have no labels (a Babel extractor)."""
    yield from _found(source, _templates)


def _found(
    source: IO[bytes], texts_of: Callable[[ast.AST], list[ast.expr]]
) -> Iterator[tuple[int, None, str, list[Any]]]:
    for node in ast.walk(ast.parse(source.read())):
        for text in texts_of(node):
            if isinstance(text, ast.Constant) and isinstance(text.value, str) and not text.value.isascii():
                yield text.lineno, None, text.value, []


def _templates(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
        return node.args[:1]
    return []


def _labels(node: ast.AST) -> list[ast.expr]:
    """Return where labels may stand in a class body, a table or a call."""
    if isinstance(node, ast.ClassDef):
        values = [one.value for one in node.body if isinstance(one, ast.Assign)]
        return [pair.elts[1] for pair in values if isinstance(pair, ast.Tuple) and len(pair.elts) == 2]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _LABEL_PLACES:
        place = _LABEL_PLACES[node.func.id]
        return node.args[place : place + 1]
    return node.values if isinstance(node, ast.Dict) else _templates(node)
