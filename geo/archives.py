"""Zipped Shapefiles: checked before anything is unpacked, and unpacked under a name of our own."""

from __future__ import annotations

import codecs
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from geo.errors import GeoError
from geo.sentences import say

PARTS = (".shp", ".shx", ".dbf", ".prj")
MAX_MEMBERS, MAX_UNPACKED_BYTES, MAX_RATIO = 500, 200 * 1024**2, 50
MAX_VERTICES, _BYTES_PER_VERTEX = 500_000, 40
TOO_MANY_VERTICES = say("多边形的顶点超过 {most:,} 个，请在 GIS 软件中简化边界后重新上传。", most=MAX_VERTICES)
PACK_PARTS = say("请把 .shp .shx .dbf .prj 打成一个 zip 后上传。")


def unpack_shapefile(archive: zipfile.ZipFile, packed_bytes: int, folder: Path) -> tuple[Path, list[str]]:
    """Unpack the one Shapefile of an archive; return its path and the encodings to try for its text, best first.

    Raises
    ------
    GeoError
        If it is not one whole Shapefile, or unpacks to too much.
    """
    _check_archive(archive.infolist(), packed_bytes)
    parts = _parts_of(archive.infolist())
    if parts[".shp"].file_size > _BYTES_PER_VERTEX * MAX_VERTICES:
        raise GeoError(TOO_MANY_VERTICES)
    for suffix in PARTS:
        with archive.open(parts[suffix]) as packed, (folder / f"upload{suffix}").open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
    named = _codec(archive.read(parts[".cpg"])[:40]) if ".cpg" in parts else None
    return folder / "upload.shp", [encoding for encoding in (named, "utf-8", "gb18030") if encoding]


def _check_archive(members: Sequence[zipfile.ZipInfo], packed_bytes: int) -> None:
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS:
        raise GeoError(say("压缩包里的文件超过 {most} 个，请只放一个 Shapefile 后重新上传。", most=MAX_MEMBERS))
    if unpacked > MAX_UNPACKED_BYTES:
        raise GeoError(say("压缩包解开后超过 200 MB，请只放一个 Shapefile 并简化边界后重新上传。"))
    if unpacked > MAX_RATIO * packed_bytes:
        raise GeoError(
            say("压缩包的压缩比超过 {most} 倍，不像 Shapefile，请重新导出并打成 zip 后上传。", most=MAX_RATIO)
        )
    for member in members:
        path = member.filename.replace("\\", "/")
        if path.startswith("/") or path[1:2] == ":" or ".." in path.split("/"):
            raise GeoError(say("压缩包里有指向包外的文件路径，{pack}", pack=PACK_PARTS))


def _parts_of(members: Sequence[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Return the parts of the one Shapefile by suffix; the ``._`` copies that macOS packs along do not count."""
    own = {path: member for member in members if not (path := _typed_path(member)).name.startswith("._")}
    layers = [path for path in own if path.suffix.lower() == ".shp"]
    if len(layers) > 1:
        names = "、".join(path.name for path in layers)[:120]
        raise GeoError(
            say("压缩包里有 {count} 个 Shapefile（{names}），请只放要用的一个后上传。", count=len(layers), names=names)
        )
    stems = [(path.parent, path.stem) for path in layers]
    parts = {path.suffix.lower(): member for path, member in own.items() if (path.parent, path.stem) in stems}
    missing = [suffix for suffix in PARTS if suffix not in parts]
    if missing == [".prj"]:
        raise GeoError(say("Shapefile 缺少 .prj，不知道是什么坐标系，{pack}", pack=PACK_PARTS))
    if missing:
        raise GeoError(say("压缩包里缺少 {names}，{pack}", names=" ".join(missing), pack=PACK_PARTS))
    return parts


def _typed_path(member: zipfile.ZipInfo) -> PurePosixPath:
    """Return a member's path as typed: Windows packs Chinese names as GBK, which zipfile takes for code page 437."""
    name = member.filename
    typed = name if member.flag_bits & 0x800 else name.encode("cp437", "replace").decode("gb18030", "replace")
    return PurePosixPath(typed.replace("\\", "/"))


def _codec(cpg: bytes) -> str | None:
    """Return Python's name of the encoding that a .cpg names, or None where it names none."""
    name = cpg.decode("ascii", "ignore").strip("\x00 \r\n\t")
    try:
        found = codecs.lookup(f"cp{name}" if name.isdigit() else name).name
        b"".decode(found)
    except (LookupError, ValueError):
        return None
    return "gb18030" if found in ("gbk", "gb2312") else found
