"""A photo gives its position or a sentence, never a fault."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from portfolio.domain.errors import RuleError
from portfolio.exchange.photos import read_position

GPS = {1: "N", 2: (29.0, 32.0, 37.3), 3: "E", 4: (106.0, 27.0, 10.4)}


def make_photo(kind: str, gps: dict[int, Any] | None) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:05:01 09:30:00"
    if gps is not None:
        exif.get_ifd(0x8825).update(gps)
    target = io.BytesIO()
    Image.new("RGB", (8, 8)).save(target, kind, exif=exif.tobytes())
    return target.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_gives_place_and_time(kind: str) -> None:
    seen = read_position(make_photo(kind, GPS))

    assert (seen.lon, seen.lat) == pytest.approx((106.452889, 29.543694), abs=1e-5)
    assert seen.taken_at == "2026-05-01 09:30:00"


@pytest.mark.parametrize("gps", [None, {**GPS, 2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)}, {**GPS, 3: "?"}])
def test_a_photo_without_a_usable_position_says_switch_it_on(gps: dict[int, Any] | None) -> None:
    with pytest.raises(RuleError, match="手机拍照时请打开定位"):
        read_position(make_photo("JPEG", gps))


def test_a_rational_over_zero_is_no_position() -> None:
    photo = make_photo("JPEG", {**GPS, 2: (29.0, 32.0, 37.0)})
    broken = photo.replace(struct.pack("<II", 29, 1), bytes(8)).replace(struct.pack(">II", 29, 1), bytes(8))

    assert broken != photo
    with pytest.raises(RuleError, match="打开定位"):
        read_position(broken)


def _empty_png(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


@pytest.mark.parametrize("side", [8_000, 10_000, 30_000])
def test_too_many_pixels_are_refused_before_they_are_decoded(side: int) -> None:
    idat = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    with pytest.raises(RuleError, match="6000 万像素"):
        read_position(_empty_png(side, side) + idat)


def test_too_many_bytes_and_other_files_are_refused() -> None:
    with pytest.raises(RuleError, match="20 MB"):
        read_position(bytes(20 * 1024 * 1024 + 1))
    with pytest.raises(RuleError, match="不是能读取的照片"):
        read_position(b"%PDF-1.7")
    with pytest.raises(RuleError, match="这是 HEIC 照片"):
        read_position(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")


@given(st.sampled_from(["JPEG", "PNG"]), st.integers(0, 400), st.binary(min_size=1, max_size=40))
def test_damaged_photos_meet_a_rule_and_nothing_else(kind: str, start: int, noise: bytes) -> None:
    photo = make_photo(kind, GPS)
    with contextlib.suppress(RuleError):
        read_position(photo[:start] + noise + photo[start + len(noise) :])
