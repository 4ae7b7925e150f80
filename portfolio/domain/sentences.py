"""Sentences that remember how they were made, so that a page can say them in another language.

A sentence is a finished Chinese text wherever a text will do: in files, on a terminal, in a log. What people typed is
only ever a value in it: it is neither formatted again nor translated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, Self, runtime_checkable

Translate = Callable[[str], str]


@runtime_checkable
class Translatable(Protocol):
    """Something that other languages call by another name: a sentence, a term."""

    def translated(self, translate: Translate) -> str:
        """Return it in the language of ``translate``, which takes one of our own Chinese texts."""


class Sentence(str):
    """A Chinese text of our own; made by ``say`` or ``several``."""

    def translated(self, translate: Translate) -> str:
        """Return it in the language of ``translate``."""
        raise NotImplementedError


class _Filled(Sentence):
    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, values: Mapping[str, object]) -> Self:
        sentence = super().__new__(cls, template.format_map(values))
        sentence.template, sentence.values = template, values
        return sentence

    def translated(self, translate: Translate) -> str:
        values = {name: _translated(value, translate) for name, value in self.values.items()}
        return translate(self.template).format_map(values)


class _Several(Sentence):
    parts: tuple[str, ...]
    mark: str

    def __new__(cls, parts: tuple[str, ...], mark: str) -> Self:
        sentence = super().__new__(cls, mark.join(map(str, parts)))
        sentence.parts, sentence.mark = parts, mark
        return sentence

    def translated(self, translate: Translate) -> str:
        return translate(self.mark).join(str(_translated(part, translate)) for part in self.parts)


def say(template: str, /, **values: object) -> Sentence:
    """Say a sentence: ``say("合同已支付 {paid} 万元", paid=…)``, in the manner of ``str.format``.

    The template is one of ours, never typed. Values that other languages call by another name are terms or sentences.
    """
    return _Filled(template, values)


def several(parts: Iterable[str], mark: str = "、") -> Sentence:
    """Say several texts as one: the items of a list, or sentences one after the other."""
    return _Several(tuple(parts), mark)


def _translated(value: object, translate: Translate) -> object:
    return value.translated(translate) if isinstance(value, Translatable) else value
