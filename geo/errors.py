"""What geo raises: sentences in Chinese that say what is wrong and what to do about it."""

from __future__ import annotations


class GeoError(ValueError):
    """A place, an outline or a map asset that cannot be used; the text is fit for the screen."""
