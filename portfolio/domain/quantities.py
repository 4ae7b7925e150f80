"""Exact numbers read from text and written for people. Never through float.

Money is whole fen (分) as ``int``; areas and other quantities are ``Decimal`` with at most two decimals.
"""

from __future__ import annotations

import re
from decimal import Decimal

from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import say
from portfolio.domain.terms import Term

UNKNOWN = "—"
MAX_DIGITS = 28  # what decimal arithmetic holds exactly
MAX_FEN = 10**15  # ten trillion yuan: beyond any district, well inside a 64-bit column
MAX_QUANTITY = Decimal(10**12)
MAX_COUNT = Decimal(10**9)  # whole numbers have 32-bit columns

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
_FULL_WIDTH = re.compile(r"[０-９．，－＋]")


class MoneyUnit(Term):
    """Unit in which an amount is typed or shown (金额单位)."""

    YUAN = "yuan", "元"
    WAN = "wan", "万元"
    YI = "yi", "亿元"

    @property
    def fen(self) -> int:
        """Return how many fen one unit holds."""
        return {MoneyUnit.YUAN: 100, MoneyUnit.WAN: 1_000_000, MoneyUnit.YI: 10_000_000_000}[self]


def parse_decimal(text: str) -> Decimal:
    """Read a plain decimal number such as ``1234.5`` or ``1,234.5``.

    Raises
    ------
    RuleError
        If the text is not such a number; exponents, NaN, infinity, full-width digits and loose commas are refused.
    """
    stripped = text.strip()
    if _FULL_WIDTH.search(stripped):
        raise RuleError(say("请用半角数字填写，例如 1234.56"))
    if len(stripped) > MAX_DIGITS or not _NUMBER.fullmatch(stripped):
        raise RuleError(say("请填写数字，例如 1234.56；不要带单位、字母或其他符号"))
    return Decimal(stripped.replace(",", ""))


def parse_money_fen(text: str, unit: MoneyUnit) -> int:
    """Read a positive amount in ``unit`` as whole fen.

    Raises
    ------
    RuleError
        If the text is no plain number, not above zero, finer than one fen or beyond ten trillion yuan.
    """
    fen = parse_decimal(text) * unit.fen
    if fen <= 0:
        raise RuleError(say("金额必须大于 0；要减少已登记的金额，请对原记录做冲销"))
    if fen != fen.to_integral_value():
        raise RuleError(say("金额最小到分，{text} {unit}不是整分", text=text.strip(), unit=unit))
    if fen > MAX_FEN:
        raise RuleError(say("金额超过 10 万亿元，请检查单位是否选错"))
    return int(fen)


def parse_quantity(text: str, *, places: int = 2) -> Decimal:
    """Read a quantity above zero with at most ``places`` decimals (0, 1 or 2).

    Raises
    ------
    RuleError
        If the text is no plain number, not above zero, too fine, or beyond 10^12 (10^9 without decimals).
    """
    value = parse_decimal(text)
    if value <= 0:
        raise RuleError(say("请填写大于 0 的数；不清楚时留空"))
    if value > (MAX_QUANTITY if places else MAX_COUNT):
        raise RuleError(say("数值过大，请检查单位"))
    if value != round(value, places):
        raise RuleError(say("请填写整数") if places == 0 else say("小数最多 {places} 位", places=places))
    return value


def fen_to(fen: int, unit: MoneyUnit) -> Decimal:
    """Return an amount in ``unit``, exact."""
    return Decimal(fen) / unit.fen


def format_money(fen: int | None, unit: MoneyUnit = MoneyUnit.WAN, *, places: int = 2) -> str:
    """Write an amount in ``unit`` with thousands separators; unknown is a dash, zero is 0."""
    if fen is None:
        return UNKNOWN
    if fen == 0:
        return "0"
    return f"{fen_to(fen, unit):,.{places}f}"


def format_yuan(fen: int) -> str:
    """Write an amount as exact yuan with two decimals and no separators, for machines."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def format_number(value: Decimal | int | None) -> str:
    """Write a number with thousands separators and no trailing zeros; unknown is a dash."""
    if value is None:
        return UNKNOWN
    if isinstance(value, int) or value == value.to_integral_value():
        return f"{int(value):,}"
    return f"{value.normalize():,f}"


def format_percent(part: int | Decimal, whole: int | Decimal) -> str:
    """Write ``part`` of ``whole`` as a percentage with one decimal; a share of nothing is a dash."""
    return UNKNOWN if not whole else f"{Decimal(part) / Decimal(whole) * 100:.1f}%"


def format_exact(fen: int, unit: MoneyUnit = MoneyUnit.WAN) -> str:
    """Write an amount in ``unit`` exact to the fen, without zeros at its end: for sentences that name a difference."""
    return format_number(fen_to(fen, unit))
