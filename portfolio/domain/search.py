"""One way to fold text for searching, used when a record is stored and when a query is typed."""

from __future__ import annotations

import unicodedata


def search_key(*texts: str | None) -> str:
    """Fold texts into one line: half width, lower case, no spaces; a bar keeps the texts apart."""
    folded = (unicodedata.normalize("NFKC", text).lower() for text in texts if text)
    return "|".join("".join(text.split()) for text in folded)


_BRACKETS = str.maketrans("〔[【〖{（(", "〔" * 7) | str.maketrans("〕]】〗}）)", "〕" * 7)


def document_key(number: str) -> str:
    """Fold the number of a document: 渝财建【2025】9 号 and 渝财建[２０２５]9号 are one, however they were typed."""
    return search_key(number).translate(_BRACKETS)


_TOWN_ENDINGS = ("街道", "镇", "乡")


def fold_town(name: str) -> str:
    """Fold a town's name: 歌乐山街道 and 歌乐山镇 are one town, before and after it became a subdistrict."""
    folded = search_key(name)
    for ending in _TOWN_ENDINGS:
        if folded.endswith(ending) and len(folded) > len(ending) + 1:
            return folded.removesuffix(ending)
    return folded
