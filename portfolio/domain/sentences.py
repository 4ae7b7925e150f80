"""Sentences that remember how they were made, so that a page can say them in another language.

A sentence is a finished Chinese text wherever a text will do: in files, on a terminal, in a log. What people typed is
only ever a value in it: it is neither formatted again nor translated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, Self, runtime_checkable

Translate = Callable[[str], str]


@runtime_checkable
class Translatable(Protocol):
    """Something that other languages call by another name: a sentence, a term."""

    def translated(self, translate: Translate) -> str:
        """Return it in the language of ``translate``, which takes one of our own Chinese texts."""


class Sentence(str):
    """A Chinese text of our own that can be said in another language; made by ``say`` or ``several``."""

    _told: Callable[[Translate], str]

    def __new__(cls, text: str, told: Callable[[Translate], str]) -> Self:
        """Take the finished Chinese text, and how it is made anew in another language."""
        sentence = super().__new__(cls, text)
        sentence._told = told
        return sentence

    def translated(self, translate: Translate) -> str:
        """Return it in the language of ``translate``."""
        return self._told(translate)


def say(template: str, /, **values: object) -> Sentence:
    """Say a sentence: ``say("合同已支付 {paid} 万元", paid=…)``, in the manner of ``str.format``.

    The template is one of ours, never typed. Values that other languages call by another name are terms or sentences.
    """

    def told(translate: Translate) -> str:
        return translate(template).format_map({name: _translated(one, translate) for name, one in values.items()})

    return Sentence(template.format_map(values), told)


def several(parts: Iterable[str], mark: str = "、") -> Sentence:
    """Say several texts as one: the items of a list, or sentences one after the other."""
    items = tuple(parts)

    def told(translate: Translate) -> str:
        return translate(mark).join(str(_translated(item, translate)) for item in items)

    return Sentence(mark.join(map(str, items)), told)


def _translated(value: object, translate: Translate) -> object:
    return value.translated(translate) if isinstance(value, Translatable) else value
