"""How much two names speak of the same place: the longest words they share, words that many names share left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from portfolio.domain.search import search_key

_SAID_OF_MANY = (
    "九年一贯制|高等专科学校|职业教育|职业技术|职业|技术|教育|幼儿园|小学|初中|高中|中学|学校|校区|大学|学院|学前|学生|"
    "综合楼|教学楼|宿舍|中心|基地|工程|项目|建设|扩容|改扩建|新建|扩建|改建|迁建|复建|街道|社区|小区|组团|配建|配套|"
    "附属|实验|实训|实践|综合|一期|二期|三期|重庆市|重庆"
)
_SHORTEST, _SAME = 2, 100


@dataclass(frozen=True)
class Likeness:
    """The longest words that two names share, and how much that says; 0 is nothing."""

    shared: str
    score: float

    @property
    def is_same(self) -> bool:
        """Return whether one name holds the other as a whole."""
        return self.score > _SAME


def likeness(told: str, name: str, *, but: tuple[str, ...] = ()) -> Likeness:
    """Compare what is told of a project with a place's name; the words in ``but`` say nothing here."""
    whole = search_key(re.sub(r"[（(].*?[）)]", "", name))
    if whole and whole in search_key(told):
        return Likeness(whole, float(_SAME + len(whole)))
    parts = _parts(name, but)
    shared = max((_shared(one, other) for one in _parts(told, but) for other in parts), key=len, default="")
    if len(shared) < _SHORTEST:
        return Likeness("", 0.0)
    return Likeness(shared, len(shared) - 1 + len(shared) / len("".join(parts)))


def _shared(one: str, other: str) -> str:
    found = SequenceMatcher(None, one, other, autojunk=False).find_longest_match()
    return one[found.a : found.a + found.size]


def _parts(text: str, but: tuple[str, ...]) -> list[str]:
    """Fold a text and split it where a word stands that many names share, and at every sign."""
    words = "|".join([_SAID_OF_MANY, *(re.escape(search_key(word)) for word in but if word)])
    return [part for part in re.split(rf"(?:{words}|[\W_])+|[镇乡村]$", search_key(text)) if part]
