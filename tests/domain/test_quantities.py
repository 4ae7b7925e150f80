"""Numbers are read exactly or refused, and written without loss."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.domain.errors import RuleError
from portfolio.domain.quantities import (
    MAX_FEN,
    MoneyUnit,
    fen_to,
    format_money,
    format_number,
    format_percent,
    format_yuan,
    parse_decimal,
    parse_money_fen,
    parse_quantity,
)

fens = st.integers(min_value=1, max_value=MAX_FEN)
units = st.sampled_from(MoneyUnit)


@given(fens, units)
def test_an_amount_written_in_any_unit_reads_back_to_the_fen(fen: int, unit: MoneyUnit) -> None:
    assert parse_money_fen(format(fen_to(fen, unit), "f"), unit) == fen


@given(fens)
def test_thousands_separators_change_nothing(fen: int) -> None:
    yuan = fen_to(fen, MoneyUnit.YUAN)
    assert parse_money_fen(f"{yuan:,.2f}", MoneyUnit.YUAN) == fen


@given(st.lists(fens, max_size=30))
def test_a_sum_of_written_yuan_equals_the_sum_of_fen(amounts: list[int]) -> None:
    assert sum((Decimal(format_yuan(fen)) for fen in amounts), Decimal(0)) * 100 == sum(amounts)


@pytest.mark.parametrize(
    "text",
    [
        "1e9999",
        "1E5",
        "NaN",
        "sNaN",
        "Infinity",
        "-inf",
        "１２３",
        "1_000",
        "0x10",
        "12,34",
        "1,2345",
        "",
        " ",
        "1.",
        ".5",
        "1.0000000000000000000000000001",
    ],
)
def test_what_is_not_a_plain_number_is_refused(text: str) -> None:
    with pytest.raises(RuleError):
        parse_decimal(text)


@pytest.mark.parametrize(
    ("text", "words"), [("-5", "大于 0"), ("0", "大于 0"), ("0.001", "整分"), ("9" * 20, "10 万亿")]
)
def test_an_amount_out_of_range_says_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(RuleError, match=words):
        parse_money_fen(text, MoneyUnit.YUAN)


def test_the_same_digits_mean_different_amounts_in_different_units() -> None:
    assert [parse_money_fen("1.5", unit) for unit in MoneyUnit] == [150, 1_500_000, 15_000_000_000]


@given(st.text(max_size=60))
def test_no_text_makes_the_parser_fail_otherwise_than_by_a_rule(text: str) -> None:
    for parse in (parse_decimal, parse_quantity, lambda given: parse_money_fen(given, MoneyUnit.WAN)):
        try:
            parse(text)
        except RuleError as error:
            assert str(error)


def test_quantities_keep_two_decimals_at_most_and_counts_none() -> None:
    assert parse_quantity("666.67") == Decimal("666.67")
    with pytest.raises(RuleError, match="小数最多 2 位"):
        parse_quantity("1.234")
    with pytest.raises(RuleError, match="整数"):
        parse_quantity("1.5", places=0)


def test_unknown_is_a_dash_and_zero_is_zero() -> None:
    assert (format_money(None), format_money(0), format_money(1)) == ("—", "0", "0.00")
    assert (format_number(None), format_number(0), format_number(Decimal("1234.50"))) == ("—", "0", "1,234.5")


def test_a_share_of_nothing_is_a_dash() -> None:
    assert (format_percent(1, 0), format_percent(0, 4), format_percent(1, 3)) == ("—", "0.0%", "33.3%")
