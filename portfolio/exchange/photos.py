"""The position a phone wrote into a photo. The picture itself is read and forgotten."""

from __future__ import annotations

import io
import math
import re
import struct
import warnings
from dataclasses import dataclass
from typing import Any

from PIL import ExifTags, Image

from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import say

FIELD = "photo"
LARGEST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 60_000_000
_UNREADABLE = (
    OSError, ValueError, TypeError, SyntaxError, LookupError, ArithmeticError, AttributeError, RuntimeError,
    struct.error, MemoryError, Warning,
)  # fmt: skip
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_TAKEN = re.compile(r"[0-9]{4}:[0-9]{2}:[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


@dataclass(frozen=True)
class PhotoPosition:
    """Where (WGS-84 degrees) and, if it says so, when (the camera's clock, ``2026-05-01 09:30:00``)."""

    lon: float
    lat: float
    taken_at: str | None


def read_position(data: bytes) -> PhotoPosition:
    """Read the position out of a JPEG or PNG photo's EXIF.

    Raises
    ------
    RuleError
        If it is too large, no such picture, or holds no usable position; beside the field ``photo``.
    """
    if len(data) > LARGEST_BYTES:
        raise RuleError(say("照片超过 20 MB，请选用较小的照片。"), FIELD)
    check_kind(data)
    taken_at, lon, lat = _origin(data)
    if lon is None or lat is None:
        raise RuleError(say("照片里没有可用的位置，手机拍照时请打开定位，并上传未经压缩的原图。"), FIELD)
    return PhotoPosition(lon, lat, taken_at)


def check_kind(data: bytes) -> None:
    """Refuse the kind of photo that iPhones and some others take by themselves, and say how to get another.

    Raises
    ------
    RuleError
        If it is a HEIC or HEIF photo: an ISO media file whose first box names one of their brands.
    """
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        raise RuleError(
            say("这是 HEIC 照片，系统读不了；请把手机相机的格式改为“兼容性最佳”（JPEG）后重拍，或另存为 JPEG 再上传"),
            FIELD,
        )


def read_origin(data: bytes) -> tuple[str | None, float | None, float | None]:
    """Read the camera's clock, longitude and latitude out of a picture; each None where it says nothing usable."""
    try:
        return _origin(data)
    except RuleError:
        return None, None, None


def _origin(data: bytes) -> tuple[str | None, float | None, float | None]:
    position, taken_at = _tags(data)
    lon = _degrees(position, ExifTags.GPS.GPSLongitude, {"E": 1, "W": -1})
    lat = _degrees(position, ExifTags.GPS.GPSLatitude, {"N": 1, "S": -1})
    # Some phones write zeros when they had no fix.
    if lon is None or lat is None or abs(lon) > 180 or abs(lat) > 90 or lon == lat == 0:
        return taken_at, None, None
    return taken_at, lon, lat


def _tags(data: bytes) -> tuple[dict[int, Any], str | None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "MPO"]) as picture:
                _check_size(picture)
                exif = picture.getexif()
                taken = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
                return dict(exif.get_ifd(ExifTags.IFD.GPSInfo)), _taken_at(taken)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except _UNREADABLE as error:
        raise RuleError(say("这个文件不是能读取的照片，请上传手机拍的 JPEG 或 PNG 原图。"), FIELD) from error


def _check_size(picture: Image.Image) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> RuleError:
    return RuleError(say("照片超过 6000 万像素，请选用较小的照片。"), FIELD)


def _taken_at(value: Any) -> str | None:
    if not isinstance(value, str) or not _TAKEN.fullmatch(value):
        return None
    return value[:10].replace(":", "-") + value[10:]


def _degrees(tags: dict[int, Any], tag: int, signs: dict[str, int]) -> float | None:
    """Return one axis in degrees; None where it is missing or malformed. The reference's tag is the one before."""
    try:
        reference = str(tags[tag - 1]).strip("\0 ").upper()
        degrees, minutes, seconds = (float(part) for part in tags[tag])
        value = signs[reference] * (degrees + minutes / 60 + seconds / 3600)
    except _UNREADABLE:
        return None
    usable = degrees >= 0 and 0 <= minutes < 60.001 and 0 <= seconds < 60.001
    return value if usable and math.isfinite(value) else None
