"""Base maps in files: the right square comes out, nothing but pictures, and nothing from outside the folder."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from pmtiles.tile import TileType

from portfolio.domain.errors import NotFoundError, RuleError
from portfolio.exchange.tilefiles import (
    MOST_TILE_BYTES,
    TileFile,
    describe_tile_file,
    list_tile_files,
    picture_type,
    read_tile,
    tag_of,
)
from tests.tiles import SHAPINGBA_BOX, picture, squares_of, write_mbtiles, write_pmtiles

VECTOR = gzip.compress(b"\x1a\x00")
SQUARES = squares_of(SHAPINGBA_BOX, range(9, 13))


@pytest.fixture(params=["photo.mbtiles", "photo.pmtiles"])
def name(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Name of a file of each kind with the same squares, in ``tmp_path``."""
    if request.param.endswith("mbtiles"):
        write_mbtiles(tmp_path / request.param, SQUARES, bounds="106.2,29.4,106.6,29.9")
    else:
        write_pmtiles(tmp_path / request.param, SQUARES)
    return str(request.param)


def test_every_square_comes_out_as_it_went_in(tmp_path: Path, name: str) -> None:
    assert all(read_tile(tmp_path, name, square) == content for square, content in SQUARES.items())
    print(f"n = {len(SQUARES)} squares")


def test_a_file_says_what_it_holds(tmp_path: Path, name: str) -> None:
    assert describe_tile_file(tmp_path, name) == TileFile(9, 12, SHAPINGBA_BOX)


@pytest.mark.parametrize("square", [(9, 0, 0), (8, 203, 106), (22, 4194304, 0), (99, 0, 0), (-1, 0, 0), (9, -1, 5)])
def test_a_square_that_a_file_does_not_hold_is_none(tmp_path: Path, name: str, square: tuple[int, int, int]) -> None:
    assert read_tile(tmp_path, name, square) is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_pictures_are_known_by_their_first_bytes(kind: str) -> None:
    assert picture_type(picture(kind=kind)) == f"image/{kind.lower()}"
    assert picture_type(b"<svg onload=alert(1)>") is None
    assert picture_type(VECTOR) is None


def test_a_vector_map_is_refused(tmp_path: Path) -> None:
    write_mbtiles(tmp_path / "a.mbtiles", {(0, 0, 0): VECTOR})
    write_pmtiles(tmp_path / "b.pmtiles", {(0, 0, 0): VECTOR}, kind=TileType.MVT)
    write_mbtiles(tmp_path / "c.mbtiles", {})

    for name in ("a.mbtiles", "b.pmtiles", "c.mbtiles"):
        with pytest.raises(RuleError, match="没有图片瓦片"):
            describe_tile_file(tmp_path, name)


@pytest.mark.parametrize("ending", ["mbtiles", "pmtiles"])
@pytest.mark.parametrize(
    "content", [b"", b"no map at all", b"PMTiles\x03" + b"\x00" * 40, b"SQLite format 3\x00" + b"x" * 90]
)
def test_a_damaged_file_is_refused(tmp_path: Path, ending: str, content: bytes) -> None:
    (tmp_path / f"a.{ending}").write_bytes(content)

    with pytest.raises(RuleError, match="读不出来"):
        describe_tile_file(tmp_path, f"a.{ending}")


def test_a_file_cut_short_is_refused_or_gives_no_half_pictures(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:200])

    with pytest.raises(RuleError, match="读不出来"):
        describe_tile_file(tmp_path, name)


def test_a_picture_beyond_the_limit_is_not_sent(tmp_path: Path) -> None:
    huge = picture() + b"\x00" * MOST_TILE_BYTES
    write_mbtiles(tmp_path / "a.mbtiles", {(0, 0, 0): huge})
    write_pmtiles(tmp_path / "b.pmtiles", {(0, 0, 0): huge})

    assert read_tile(tmp_path, "a.mbtiles", (0, 0, 0)) is None
    assert read_tile(tmp_path, "b.pmtiles", (0, 0, 0)) is None


def test_only_maps_within_the_folder_are_listed_and_read(tmp_path: Path) -> None:
    folder = tmp_path / "basemaps"
    secret = write_mbtiles(tmp_path / "secret.mbtiles", SQUARES)
    write_mbtiles(folder / "航拍 2024.MBTILES", {(0, 0, 0): picture()})
    (folder / "link.mbtiles").symlink_to(secret)
    (folder / "notes.txt").write_text("x", encoding="utf-8")

    assert list_tile_files(folder) == ["航拍 2024.MBTILES"]
    assert read_tile(folder, "航拍 2024.MBTILES", (0, 0, 0)) == picture()
    for name in ("link.mbtiles", "../secret.mbtiles", str(secret), "notes.txt", "", ".", "none.mbtiles"):
        with pytest.raises(NotFoundError):
            read_tile(folder, name, (9, 0, 0))


def test_there_are_no_files_without_the_folder(tmp_path: Path) -> None:
    assert list_tile_files(tmp_path / "none") == []


def test_reading_leaves_nothing_beside_the_file(tmp_path: Path, name: str) -> None:
    read_tile(tmp_path, name, next(iter(SQUARES)))

    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_tag_changes_with_the_file(tmp_path: Path, name: str) -> None:
    before = tag_of(tmp_path, name)
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes() + b" ")

    assert tag_of(tmp_path, name) != before
