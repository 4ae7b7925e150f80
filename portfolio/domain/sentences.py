"""Sentences that remember how they were made, so that a page can say them in another language.

A sentence is a finished Chinese text wherever a text will do: in files, on a terminal, in a log. What people typed is
only ever a value in it: it is neither formatted again nor translated. Put on record, a sentence is kept as how it was
made (``plain``), so that it can be said in the language of whoever reads it years later (``say_again``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, Protocol, runtime_checkable


class Translate(Protocol):
    """Says one of our own Chinese texts in a language, in the form that goes with ``count`` of something."""

    def __call__(self, text: str, count: object = None, /) -> str:
        """Return the text; without ``count`` its only form."""


@runtime_checkable
class Translatable(Protocol):
    """Something that other languages call by another name: a sentence, a term."""

    def translated(self, translate: Translate) -> str:
        """Return it in the language of ``translate``, which takes one of our own Chinese texts."""


class Sentence(str, ABC):
    """A Chinese text of our own that can be said in another language; made by ``say`` or ``several``."""

    @abstractmethod
    def translated(self, translate: Translate) -> str:
        """Return it in the language of ``translate``."""

    @abstractmethod
    def plain(self) -> dict[str, Any]:
        """Return how it is made, as plain values that JSON holds."""


class _Filled(Sentence):
    """A template of ours with its values."""

    template: str
    values: Mapping[str, object]

    def translated(self, translate: Translate) -> str:
        values = {name: _translated(value, translate) for name, value in self.values.items()}
        return translate(self.template, self.values.get("count")).format_map(values)

    def plain(self) -> dict[str, Any]:
        values = {name: _plain(value) for name, value in self.values.items()}
        return {"say": self.template, "with": values} if values else {"say": self.template}


class _Joined(Sentence):
    """Texts with a mark of ours between them."""

    parts: tuple[str, ...]
    mark: str

    def translated(self, translate: Translate) -> str:
        return translate(self.mark).join(str(_translated(part, translate)) for part in self.parts)

    def plain(self) -> dict[str, Any]:
        return {"several": [_plain(part) for part in self.parts], "mark": self.mark}


def say(template: str, /, **values: object) -> Sentence:
    """Say a sentence: ``say("合同已支付 {paid} 万元", paid=…)``, in the manner of ``str.format``.

    The template is one of ours, never typed. Values that other languages call by another name are terms or sentences;
    a value named ``count`` chooses between one of something and several.
    """
    sentence = _Filled(template.format_map(values))
    sentence.template, sentence.values = template, values
    return sentence


def several(parts: Iterable[str], mark: str = "、") -> Sentence:
    """Say several texts as one: the items of a list, or sentences one after the other."""
    items = tuple(parts)
    sentence = _Joined(mark.join(map(str, items)))
    sentence.parts, sentence.mark = items, mark
    return sentence


def say_again(kept: Any) -> Any:
    """Return the sentence, the text or the number that ``plain`` values stand for.

    Raises
    ------
    ValueError, LookupError, TypeError, AttributeError or ArithmeticError
        If they are not what ``plain`` gave.
    """
    match kept:
        case {"say": template}:
            return say(template, **{name: say_again(value) for name, value in kept.get("with", {}).items()})
        case {"several": parts, "mark": mark}:
            return several([say_again(part) for part in parts], mark)
        case {"number": digits}:
            return Decimal(digits)
    return kept


def _plain(value: object) -> object:
    """Return a value of a sentence as JSON holds it: a term is a sentence without values, a day the text it shows."""
    if isinstance(value, Sentence):
        return value.plain()
    if isinstance(value, Enum):
        return {"say": str(value)}
    if isinstance(value, Decimal):
        return {"number": str(value)}
    return value if isinstance(value, int | float | None) else str(value)


def _translated(value: object, translate: Translate) -> object:
    return value.translated(translate) if isinstance(value, Translatable) else value
