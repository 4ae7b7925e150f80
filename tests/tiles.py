"""Small base maps for tests: files with a few coloured squares."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping
from pathlib import Path

from PIL import Image
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from portfolio.store.engine import sqlite_driver

Square = tuple[int, int, int]
SHAPINGBA_BOX = (106.2, 29.4, 106.6, 29.9)


def picture(square: Square = (0, 0, 0), *, kind: str = "PNG") -> bytes:
    """Return a square in a colour of its own."""
    zoom, column, row = square
    target = io.BytesIO()
    colour = (40 + column * 53 % 200, 40 + row * 91 % 200, 40 + zoom * 10)
    Image.new("RGB", (256, 256), colour).save(target, kind)
    return target.getvalue()


def square_at(lon: float, lat: float, zoom: int) -> Square:
    """Return the square in which a place lies."""
    column, row = world_pixel(lon, lat, zoom)
    return zoom, int(column // 256), int(row // 256)


def world_pixel(lon: float, lat: float, zoom: float) -> tuple[float, float]:
    """Return where a place lies in the picture of the whole world at a zoom, in pixels from its upper left."""
    size = 256 * 2**zoom
    return (lon + 180) / 360 * size, (0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)) * size


def squares_of(box: tuple[float, float, float, float], zooms: Iterable[int]) -> dict[Square, bytes]:
    """Return a picture for every square that touches a box."""
    west, south, east, north = box
    found = {}
    for zoom in zooms:
        _, left, top = square_at(west, north, zoom)
        _, right, bottom = square_at(east, south, zoom)
        for column in range(left, right + 1):
            for row in range(top, bottom + 1):
                found[zoom, column, row] = picture((zoom, column, row))
    return found


def write_mbtiles(path: Path, squares: Mapping[Square, bytes], *, bounds: str | None = None) -> Path:
    """Write an MBTiles file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite_driver.connect(str(path))
    connection.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
    connection.execute("CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)")
    if bounds is not None:
        connection.execute("INSERT INTO metadata VALUES ('bounds', ?)", (bounds,))
    rows = [(zoom, column, 2**zoom - 1 - row, content) for (zoom, column, row), content in squares.items()]
    connection.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return path


def write_pmtiles(
    path: Path,
    squares: Mapping[Square, bytes],
    *,
    kind: TileType = TileType.PNG,
    box: tuple[float, float, float, float] = SHAPINGBA_BOX,
) -> Path:
    """Write a PMTiles file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    zooms = [zoom for zoom, _, _ in squares]
    edges = zip(("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7"), box, strict=True)
    header = {
        "tile_type": kind,
        "tile_compression": Compression.NONE,
        "min_zoom": min(zooms),
        "max_zoom": max(zooms),
        "center_zoom": min(zooms),
        "center_lon_e7": 0,
        "center_lat_e7": 0,
        **{name: int(edge * 1e7) for name, edge in edges},
    }
    with path.open("wb") as file:
        writer = Writer(file)  # type: ignore[no-untyped-call]
        for number, content in sorted((zxy_to_tileid(*square), content) for square, content in squares.items()):
            writer.write_tile(number, content)  # type: ignore[no-untyped-call]
        writer.finalize(header, {})  # type: ignore[no-untyped-call]
    return path
