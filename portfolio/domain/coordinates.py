"""Coordinates as people paste them: decimal or degrees, minutes and seconds, either order, labels or none."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import Sentence, say

FIELD = "coordinates"
FROM_SITE = "用地范围内的一点"  # what is kept as given where a site was drawn and no point
LONGEST = 200
_LON, _LAT = "lon", "lat"
_RANGES = {_LON: (73.0, 136.0), _LAT: (3.0, 54.0)}
_TOKEN = re.compile(
    r"(?P<number>[+-]?[0-9]+(?:\.[0-9]+)?)|(?P<degree>[°度])|(?P<second>[″”“\"秒]|''|’’)|(?P<minute>[′'’‘分])"
    r"|(?P<skip>经纬度|坐标|[\s,;:=()\[\]{}|/、，【】]+)"
    r"|(?P<lon>东经|经度|longitude|long|lng|lon|e(?![a-z]))|(?P<lat>北纬|纬度|latitude|lat|n(?![a-z]))"
    r"|(?P<abroad>西经|南纬|[ws](?![a-z]))",
    re.IGNORECASE,
)
_EXPONENT = re.compile(r"[0-9.]e[+-]?[0-9]", re.IGNORECASE)
_UNITS = ("degree", "minute", "second")


@dataclass(frozen=True)
class Given:
    """A place as typed: degrees in the datum it was typed in, and the cleaned text."""

    lon: float
    lat: float
    given: str


@dataclass
class _Number:
    text: str
    unit: str | None = None


def parse_coordinates(text: str) -> Given:
    """Read a longitude and a latitude in degrees out of pasted text, in either order.

    Raises
    ------
    RuleError
        If the text does not hold exactly one longitude and one latitude in China; beside the field ``coordinates``.
    """
    cleaned = _clean(text)
    numbers, gaps = _scan(cleaned)
    groups, labels = _group(numbers, gaps)
    first, second = (_degrees(group) for group in groups)
    order = _order(first, second)
    _check_labels(labels, order)
    lon, lat = (first, second) if order == (_LON, _LAT) else (second, first)
    return Given(lon, lat, cleaned)


def write_pair(lon: float, lat: float) -> str:
    """Write degrees as they can be pasted again: longitude first, at most seven decimals (1 cm)."""
    return f"{lon:.7f}".rstrip("0").rstrip(".") + ", " + f"{lat:.7f}".rstrip("0").rstrip(".")


def _wrong(sentence: Sentence) -> RuleError:
    return RuleError(sentence, FIELD)


def _two_needed() -> RuleError:
    return _wrong(say("请填写两个数：一个经度、一个纬度，例如“106.46,29.55”或“106°27′10.4″E 29°32′37.3″N”。"))


def _clean(text: str) -> str:
    if len(text) > LONGEST:
        raise _wrong(say("坐标文字超过 {longest} 个字，请只粘贴一个地点的经度和纬度。", longest=LONGEST))
    # NFKC would turn the ordinal sign, often typed for degrees, into a letter, and split the double prime.
    folded = unicodedata.normalize("NFKC", text.replace("º", "°").replace("˚", "°"))
    cleaned = " ".join(folded.replace("′′", "″").replace("−", "-").split())
    if len(cleaned) > LONGEST:
        raise _wrong(say("坐标文字超过 {longest} 个字，请只粘贴一个地点的经度和纬度。", longest=LONGEST))
    if _EXPONENT.search(cleaned):
        raise _wrong(say("坐标不能用科学计数法，请写成普通小数，例如“106.46,29.55”。"))
    return cleaned


def _scan(text: str) -> tuple[list[_Number], list[list[str]]]:
    """Return the numbers with their units, and the labels before, between and after them (one list more)."""
    numbers: list[_Number] = []
    gaps: list[list[str]] = [[]]
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _wrong(say("坐标里有看不懂的文字，请只留经度和纬度两个数，例如“106.46,29.55”。"))
        _take(match, numbers, gaps)
        position = match.end()
    return numbers, gaps


def _take(match: re.Match[str], numbers: list[_Number], gaps: list[list[str]]) -> None:
    kind = match.lastgroup
    if kind == "number":
        numbers.append(_Number(match.group()))
        gaps.append([])
    elif kind in _UNITS:
        if not numbers or numbers[-1].unit is not None or gaps[-1]:
            raise _wrong(say("度、分、秒的符号须紧跟在数字后面，请核对，例如“106°27′10.4″E”。"))
        numbers[-1].unit = kind
    elif kind == "abroad":
        raise _abroad()
    elif kind in (_LON, _LAT) and gaps[-1][-1:] != [kind]:
        gaps[-1].append(kind)


def _abroad() -> RuleError:
    return _wrong(say("坐标不在国内：经度应在 73–136、纬度应在 3–54 之间，请核对后重新填写。"))


def _group(numbers: list[_Number], gaps: list[list[str]]) -> tuple[list[list[_Number]], list[list[str]]]:
    """Split the numbers into two coordinates; return them and the labels before, between and after the two."""
    starts = _starts(numbers, gaps)
    if len(starts) != 2 or starts[0] != 0 or len(numbers) > 6:
        raise _two_needed()
    middle = starts[1]
    inside = [gap for index, gap in enumerate(gaps) if index not in (0, middle, len(numbers))]
    if any(inside):
        raise _two_needed()
    return [numbers[:middle], numbers[middle:]], [gaps[0], gaps[middle], gaps[-1]]


def _starts(numbers: list[_Number], gaps: list[list[str]]) -> list[int]:
    if len(numbers) == 2:
        return [0, 1]
    if any(number.unit for number in numbers):
        return [index for index, number in enumerate(numbers) if number.unit == "degree"]
    labelled = [index for index in range(1, len(numbers)) if gaps[index]]
    return [0, *labelled]


def _degrees(group: list[_Number]) -> float:
    if len(group) > 3 or any(number.unit not in (None, unit) for number, unit in zip(group, _UNITS, strict=False)):
        raise _wrong(say("度、分、秒的顺序不对，请写成“106°27′10.4″E 29°32′37.3″N”。"))
    if any(number.text.startswith("-") for number in group):
        raise _abroad()
    if any("." in number.text for number in group[:-1]):
        raise _wrong(say("度、分、秒里只有最后一项可以带小数，请核对后重新填写。"))
    parts = [float(number.text) for number in group]
    if any(part >= 60 for part in parts[1:]):
        raise _wrong(say("分和秒都须小于 60，请核对后重新填写。"))
    return sum(part / 60.0**power for power, part in enumerate(parts))


def _order(first: float, second: float) -> tuple[str, str]:
    for order in ((_LON, _LAT), (_LAT, _LON)):
        if all(
            _RANGES[axis][0] <= value <= _RANGES[axis][1] for axis, value in zip(order, (first, second), strict=True)
        ):
            return order
    raise _abroad()


def _check_labels(labels: list[list[str]], order: tuple[str, str]) -> None:
    before, between, after = labels
    if len(before) == 2 and not between:
        first, second = {before[0]}, {before[1]}
    else:
        both = len(between) > 1
        first = {*before, *(between[:1] if both or not before else [])}
        second = {*after, *(between[-1:] if both or before else [])}
    if first - {order[0]} or second - {order[1]}:
        raise _wrong(say("经纬度填反了：标注的经度、纬度与数值不符，请对调后再试。"))
