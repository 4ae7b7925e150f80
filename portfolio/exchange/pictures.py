"""Photos made fit to keep: turned upright, shrunk and written anew, so that nothing but the picture is left of them."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import say
from portfolio.exchange.photos import LARGEST_BYTES, MOST_PIXELS, check_kind, read_origin

FIELD = "photo"
LONGEST_SIDE = 2560
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True)
class Picture:
    """A JPEG without metadata, and what the camera had written: its clock, and WGS-84 degrees; None where nothing."""

    body: bytes
    taken_at: str | None
    lon: float | None
    lat: float | None


def read_picture(data: bytes) -> Picture:
    """Read an uploaded photo.

    Raises
    ------
    RuleError
        If it is larger than 20 MB or 60 million pixels, or is no photo; beside the field ``photo``.
    """
    if not data:
        raise RuleError(say("请先选择或拍一张照片"), FIELD)
    if len(data) > LARGEST_BYTES:
        raise RuleError(say("照片超过 20 MB，没有保存；请选用较小的照片"), FIELD)
    check_kind(data)
    body = _written_anew(data)
    taken_at, lon, lat = read_origin(data)
    return Picture(body, taken_at, lon, lat)


def _written_anew(data: bytes) -> bytes:
    target = io.BytesIO()
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=FORMATS) as given:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if given.width * given.height > MOST_PIXELS:
                raise RuleError(say("照片超过 6000 万像素，没有保存；请选用较小的照片"), FIELD)
            given.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(given).convert("RGB")
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            upright.info.clear()
            upright.save(target, "JPEG", quality=QUALITY, optimize=True)
    except RuleError:
        raise
    except Exception as error:  # a damaged picture fails in every way there is
        raise RuleError(
            say("这个文件不是能读取的照片，没有保存；请上传 JPEG、PNG 或 WebP 格式的照片"), FIELD
        ) from error
    return target.getvalue()
