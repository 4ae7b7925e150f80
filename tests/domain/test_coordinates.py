"""Coordinates are read as people paste them, and anything else is refused in a sentence."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.domain.coordinates import parse_coordinates
from portfolio.domain.errors import RuleError

LONS = st.integers(73_000_000, 136_000_000)
LATS = st.integers(3_000_000, 54_000_000)


@pytest.mark.parametrize(
    "text",
    [
        "106°27′10.4″E 29°32′37.3″N",
        "29°32'37.3\"N, 106°27'10.4\"E",
        "106度27分10.4秒，29度32分37.3秒",
        "106 27 10.4 E 29 32 37.3 N",
        "东经106 27 10.4 北纬29 32 37.3",
    ],
)
def test_degrees_minutes_and_seconds_are_read(text: str) -> None:
    read = parse_coordinates(text)

    assert (read.lon, read.lat) == pytest.approx((106.452889, 29.543694), abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "106.46,29.55",
        "29.55 106.46",
        "（１０６．４６，２９．５５）",
        "经度：106.46 纬度：29.55",
        "lng=106.46,lat=29.55",
    ],
)
def test_decimals_are_read_in_either_order(text: str) -> None:
    read = parse_coordinates(text)

    assert (read.lon, read.lat) == (106.46, 29.55)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "两个数"),
        ("106.46", "两个数"),
        ("106,29,30", "两个数"),
        ("经度29.55 纬度106.46", "填反"),
        ("106.46E 29.55E", "填反"),
        ("2.35,48.85", "不在国内"),
        ("-106.46,29.55", "不在国内"),
        ("106°60′E 29°3′N", "小于 60"),
        ("106°6′60″E 29°3′N", "小于 60"),
        ("1.06e2,29.55", "科学计数法"),
        ("nan,29.55", "看不懂"),
        ("inf,29.55", "看不懂"),
        ("1" * 201, "200"),
    ],
)
def test_what_cannot_be_a_place_is_refused_with_what_to_do(text: str, said: str) -> None:
    with pytest.raises(RuleError, match=said) as refused:
        parse_coordinates(text)

    assert refused.value.field == "coordinates"


@given(LONS, LATS, st.booleans())
def test_decimals_come_back_as_written(lon: int, lat: int, swapped: bool) -> None:
    pair = [f"{lon / 1e6:.6f}", f"{lat / 1e6:.6f}"]

    read = parse_coordinates(",".join(reversed(pair) if swapped else pair))

    assert (read.lon, read.lat) == (lon / 1e6, lat / 1e6)


@given(*[st.integers(0, 59)] * 2, *[st.integers(0, 599)] * 2, st.integers(73, 135), st.integers(3, 53))
def test_seconds_come_back_to_a_millimetre(m1: int, m2: int, s1: int, s2: int, lon: int, lat: int) -> None:
    read = parse_coordinates(f"{lon}°{m1}′{s1 / 10}″E {lat}°{m2}′{s2 / 10}″N")

    assert read.lon == pytest.approx(lon + m1 / 60 + s1 / 36000, abs=1e-8)
    assert read.lat == pytest.approx(lat + m2 / 60 + s2 / 36000, abs=1e-8)


@given(st.text() | st.text(alphabet="0123456789.+-eEnNwsS°′″度分秒东经北纬, '\"()=:") | st.text(min_size=190))
def test_hostile_text_meets_a_rule_and_nothing_else(text: str) -> None:
    with contextlib.suppress(RuleError):
        read = parse_coordinates(text)
        assert 73 <= read.lon <= 136
        assert 3 <= read.lat <= 54
