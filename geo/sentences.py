"""Sentences that remember how they were made, in the shape of ``portfolio.domain.sentences``: geo stands alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Self


class Sentence(str):
    """A finished Chinese text, made by ``say``, that can be said in another language."""

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, values: Mapping[str, object]) -> Self:
        """Fill the template, which is one of ours and never typed."""
        sentence = super().__new__(cls, template.format_map(values))
        sentence.template, sentence.values = template, values
        return sentence

    def translated(self, translate: Callable[..., str]) -> str:
        """Return it in the language of ``translate``; the sentences among its values are said in turn."""
        values = {
            name: value.translated(translate) if isinstance(value, Sentence) else value
            for name, value in self.values.items()
        }
        return translate(self.template, self.values.get("count")).format_map(values)


def say(template: str, /, **values: object) -> Sentence:
    """Say a sentence in the manner of ``str.format``; whatever was typed is a value."""
    return Sentence(template, values)
