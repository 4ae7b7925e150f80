"""Chinese as written, English from one catalogue that is compiled in memory when it is first asked for."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, g, request
from flask_babel import Babel, Domain, get_locale
from jinja2 import pass_context
from werkzeug.datastructures import LanguageAccept

from geo.sentences import Sentence as GeoSentence
from portfolio.domain.sentences import Sentence
from portfolio.domain.terms import Term
from portfolio.web.signin import is_api_request

COOKIE = "portfolio_language"
LANGUAGES = {"zh": "中文", "en": "English"}
_LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
_TOLD = (Sentence, GeoSentence, Term)
_TRANSLATIONS = Path(__file__).parents[2] / "translations"


class CatalogueDomain(Domain):  # type: ignore[misc]
    """Translations out of ``translations/<language>/LC_MESSAGES/messages.po``; source strings are Chinese."""

    def gettext(self, string: str, **variables: Any) -> str:
        """Return a text with its values, in the form that goes with the one named ``count``."""
        text = _say(self.get_translations(), string, variables.get("count"))
        return text % variables if variables else text

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
    """Choose the language of each request; templates tell every sentence that they print."""
    babel = Babel(app, default_locale=_LOCALES["zh"], locale_selector=_selected_locale)
    babel.domain_instance = CatalogueDomain()
    app.after_request(_vary)
    app.jinja_env.install_gettext_callables(translate, _translate_plural, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(languages=LANGUAGES, language=selected_language)
    app.jinja_env.finalize = tell
    app.jinja_env.globals["gettext"] = _telling(*(app.jinja_env.globals[name] for name in ("gettext", "ngettext")))


def translate(text: str, count: object = None, /) -> str:
    """Return ``text`` in the language of the page; looks the catalogue up once for each request."""
    if "catalogue" not in g:
        g.catalogue = load_catalogue(selected_language()) if selected_language() != "zh" else NullTranslations()
    return _say(g.catalogue, text, count)


def _say(catalogue: NullTranslations, text: str, count: object) -> str:
    """Return a text by a catalogue: where that has two forms, the one for one of something, or that for several."""
    found = text if count is None else catalogue.ngettext(text, text, 1 if str(count) == "1" else 2)
    return str(catalogue.gettext(text) if found == text else found)


def tell(text: Any) -> Any:
    """Say one of our sentences, or a term, in the language of the page; anything else is data and stays as it is."""
    return text.translated(translate) if isinstance(text, _TOLD) else text


def _telling(gettext: Any, ngettext: Any) -> Any:
    """Return Jinja's ``gettext`` so that it minds a value named ``count``, and tells what is put into the text, too."""

    @pass_context
    def told(context: Any, text: str, **values: Any) -> Any:
        values = {name: tell(value) for name, value in values.items()}
        return (
            ngettext(context, text, text, values["count"], **values)
            if "count" in values
            else gettext(context, text, **values)
        )

    return told


def tell_in(language: str, sentence: Sentence | GeoSentence) -> str:
    """Say one of our sentences in a language, where there is no request any more."""
    return sentence.translated(lambda text, count=None, /: _say(load_catalogue(language), text, count))


def _translate_plural(text: str, _same: str, count: object) -> str:
    return translate(text, count)


def selected_language() -> str:
    """Return the language of this request: zh unless the cookie says otherwise, or to programs ``Accept-Language``."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return str(chosen)
    return _asked_language() if is_api_request() else "zh"


def _asked_language() -> str:
    """Return the best of our languages by ``Accept-Language``; en-GB asks for en before it asks for what is next."""
    asked = LanguageAccept([(tag.partition("-")[0], quality) for tag, quality in request.accept_languages])
    return asked.best_match(LANGUAGES, "zh")


def _vary(response: Response) -> Response:
    """Say to caches that what programs get depends on the language they ask for."""
    if is_api_request():
        response.vary.update(("Accept-Language", "Cookie"))
    return response


def _selected_locale() -> str:
    return _LOCALES[selected_language()]
