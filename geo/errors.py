"""What geo raises: sentences in Chinese that say what is wrong and what to do about it."""

from __future__ import annotations

from geo.sentences import Sentence


class GeoError(ValueError):
    """A place, an outline or a map asset that cannot be used; ``sentence`` is fit for the screen."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence
