"""Base maps in files of this machine: squares out of MBTiles and PMTiles, read only, pictures only."""

from __future__ import annotations

import mmap
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pmtiles.reader import Reader
from pmtiles.tile import Compression, MagicNumberNotFound, SpecVersionUnsupported, TileType

from portfolio.domain.basemaps import HIGHEST_ZOOM
from portfolio.domain.errors import NotFoundError, RuleError
from portfolio.domain.sentences import say
from portfolio.store.engine import SqliteError, open_foreign_file

MOST_TILE_BYTES = 4 * 1024 * 1024
_MBTILES, _PMTILES = ".mbtiles", ".pmtiles"
_SIGNATURES = ((b"\x89PNG\r\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_PICTURES = (TileType.PNG, TileType.JPEG, TileType.WEBP)
_PLAIN = (Compression.NONE, Compression.UNKNOWN)
_BROKEN = (
    SqliteError,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    EOFError,
    IndexError,
    KeyError,
    OSError,
    ValueError,
    zlib.error,
)

Square = tuple[int, int, int]


@dataclass(frozen=True)
class TileFile:
    """What a file holds: zooms from first to last, and west, south, east, north in degrees where it says so."""

    first_zoom: int
    last_zoom: int
    bounds: tuple[float, float, float, float] | None


def list_tile_files(folder: Path) -> list[str]:
    """List the names of the files that can be served, by name."""
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if path.suffix.lower() in _READERS and _is_inside(path))


def describe_tile_file(folder: Path, name: str) -> TileFile:
    """Return what a file holds.

    Raises
    ------
    RuleError
        If it is damaged, empty, or holds no pictures.
    NotFoundError
        If there is no such file in the folder.
    """
    with _opened(folder, name) as source:
        return source.describe()


def read_tile(folder: Path, name: str, square: Square) -> bytes | None:
    """Return the picture of a square (zoom, column, row from the north), or None where the file has none.

    Errors as `describe_tile_file`.
    """
    zoom, column, row = square
    if not (0 <= zoom <= HIGHEST_ZOOM and 0 <= column < 2**zoom and 0 <= row < 2**zoom):
        return None
    with _opened(folder, name) as source:
        picture = source.read(square)
    return picture if picture and picture_type(picture) else None


def picture_type(content: bytes) -> str | None:
    """Return the media type of a PNG, JPEG or WebP picture by its first bytes, None for anything else."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _SIGNATURES if content.startswith(start)), None)


def tag_of(folder: Path, name: str) -> str:
    """Return a text that changes when the file does."""
    about = _find(folder, name).stat()
    return f"{about.st_mtime_ns:x}-{about.st_size:x}"


def _is_inside(path: Path) -> bool:
    return path.is_file() and path.resolve().parent == path.parent.resolve()


def _find(folder: Path, name: str) -> Path:
    if name not in list_tile_files(folder):
        raise NotFoundError(say("底图文件夹里没有“{name}”，请核对文件名", name=name[:80]))
    return folder / name


@contextmanager
def _opened(folder: Path, name: str) -> Iterator[_MbTiles | _PmTiles]:
    path = _find(folder, name)
    try:
        with _READERS[path.suffix.lower()](path) as source:
            yield source
    except _BROKEN as error:
        raise RuleError(say("“{name}”读不出来，文件可能不完整，请重新复制", name=name[:80]), "file") from error


class _MbTiles:
    """An MBTiles file, through the same SQLite as our own database: two libraries in one process can lose data."""

    def __init__(self, path: Path) -> None:
        self.connection = open_foreign_file(path)

    def __enter__(self) -> _MbTiles:
        return self

    def __exit__(self, *_error: object) -> None:
        self.connection.close()

    def describe(self) -> TileFile:
        sample = self._one("SELECT tile_data FROM tiles LIMIT 1", ())
        if sample is None or not picture_type(bytes(sample[0])):
            raise _no_pictures()
        first, last = self._one("SELECT min(zoom_level), max(zoom_level) FROM tiles", ())
        stated = self._one("SELECT value FROM metadata WHERE name = 'bounds'", ())
        return TileFile(int(first), int(last), _bounds(stated[0].split(",")) if stated else None)

    def read(self, square: Square) -> bytes | None:
        zoom, column, row = square
        wanted = (zoom, column, 2**zoom - 1 - row, MOST_TILE_BYTES)
        found = self._one(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
            " AND length(tile_data) <= ?",
            wanted,
        )
        return bytes(found[0]) if found else None

    def _one(self, statement: str, values: tuple[int, ...]) -> Any:
        return self.connection.execute(statement, values).fetchone()


class _PmTiles:
    """A PMTiles file, of which only the squares asked for are read."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self.content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.reader: Any = Reader(lambda start, length: self.content[start : start + length])  # type: ignore[no-untyped-call]

    def __enter__(self) -> _PmTiles:
        return self

    def __exit__(self, *_error: object) -> None:
        self.content.close()

    def describe(self) -> TileFile:
        about = self.reader.header()
        self.reader.get(about["min_zoom"], 0, 0)  # a file cut short has no directory to look in
        if about["tile_type"] not in _PICTURES or about["tile_compression"] not in _PLAIN:
            raise _no_pictures()
        edges = [about[f"{side}_e7"] / 1e7 for side in ("min_lon", "min_lat", "max_lon", "max_lat")]
        return TileFile(about["min_zoom"], about["max_zoom"], _bounds(edges))

    def read(self, square: Square) -> bytes | None:
        content = self.reader.get(*square)
        return bytes(content) if content and len(content) <= MOST_TILE_BYTES else None


_READERS: dict[str, Callable[[Path], _MbTiles | _PmTiles]] = {_MBTILES: _MbTiles, _PMTILES: _PmTiles}


def _bounds(edges: list[Any]) -> tuple[float, float, float, float] | None:
    """Return the edges as degrees, None where they are none."""
    try:
        west, south, east, north = (float(edge) for edge in edges)
    except ValueError:
        return None
    is_box = -180 <= west < east <= 180 and -90 <= south < north <= 90
    return (west, south, east, north) if is_box else None


def _no_pictures() -> RuleError:
    return RuleError(say("这个文件里没有图片瓦片：只能用 PNG、JPEG 或 WebP 的栅格底图，矢量瓦片（pbf）不能用"), "file")
