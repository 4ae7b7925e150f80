"""One way to fold text for searching, used when a record is stored and when a query is typed."""

from __future__ import annotations

import unicodedata


def search_key(*texts: str | None) -> str:
    """Fold texts into one line: half width, lower case, no spaces; a bar keeps the texts apart."""
    folded = (unicodedata.normalize("NFKC", text).lower() for text in texts if text)
    return "|".join("".join(text.split()) for text in folded)
