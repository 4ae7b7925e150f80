"""Tables of places as units send them in, CSV or XLSX: limits before any parser, then rows of text."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from portfolio.domain.errors import RuleError
from portfolio.domain.search import search_key
from portfolio.domain.sentences import Sentence, say
from portfolio.reports.placetable import PlaceRow

FIELD = "table"
MAX_BYTES, MAX_UNPACKED_BYTES = 20 * 1024**2, 200 * 1024**2
MAX_MEMBERS, MAX_RATIO, MAX_ROWS, MAX_COLUMNS = 500, 50, 50_000, 200
MOST_PLACES = 2_000
_LOOKED_AT = 10  # rows in which the heading may stand
_LONGEST = 200
_CHUNK = 1 << 20
_REFERENCE = re.compile(rb'<c[^>]{0,80}?\sr="([A-Z]{1,3})([0-9]{1,7})"|<row[^>]{0,80}?\sr="([0-9]{1,7})"')
_HEADINGS = {
    "code": ("项目编码", "编码", "项目编号", "编号", "code"),
    "name": ("项目名称", "名称", "学校名称", "项目", "name"),
    "coordinates": ("坐标", "经纬度", "位置坐标", "coordinates"),
    "lon": ("经度", "东经", "lon", "lng", "longitude", "x"),
    "lat": ("纬度", "北纬", "lat", "latitude", "y"),
}
_FIELD_OF = {search_key(heading): field for field, headings in _HEADINGS.items() for heading in headings}


def read_place_table(data: bytes, file_name: str) -> list[PlaceRow]:
    """Read the lines of a table of places: project code or name, and coordinates in one column or two.

    Raises
    ------
    RuleError
        If it is too large, cannot be read, or has no heading that says which column is what; beside ``table``.
    """
    if not data:
        raise _wrong(say("文件是空的，请重新保存后上传。"))
    if len(data) > MAX_BYTES:
        raise _wrong(say("文件超过 20 MB，请只保留编码和坐标两列后上传。"))
    suffix = PurePath(file_name).suffix.lower()
    if suffix == ".csv":
        return _rows_of(_read_csv(data))
    if suffix == ".xlsx":
        return _rows_of(_read_xlsx(data))
    raise _wrong(say("只能读取 CSV 和 XLSX，请在表格软件中另存后上传。"))


def _wrong(sentence: Sentence) -> RuleError:
    return RuleError(sentence, FIELD)


def _read_csv(data: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _wrong(say("CSV 的文字编码认不出来，请另存为 UTF-8 编码的 CSV 后上传。"))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise _wrong(say("这个文件不是 CSV，请在表格软件中重新保存后上传。")) from error
    _check_size(len(rows), max(map(len, rows), default=0))
    return rows


def _read_xlsx(data: bytes) -> list[list[str]]:
    broken = say("这个文件不是能读取的 XLSX，可能已损坏或带密码，请在表格软件中重新保存后上传。")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_archive(archive, len(data))
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    except (
        zipfile.BadZipFile,
        zlib.error,
        CalamineError,
        RuntimeError,
        NotImplementedError,
        EOFError,
        OSError,
    ) as error:
        raise _wrong(broken) from error


def _check_archive(archive: zipfile.ZipFile, packed_bytes: int) -> None:
    """Unpack the archive once, counting: what it says of itself may be untrue, and a far-away cell costs gigabytes."""
    if len(archive.infolist()) > MAX_MEMBERS:
        raise _wrong(say("工作簿里有 {count} 个部件，请把数据另存到新的工作簿后上传。", count=len(archive.infolist())))
    unpacked = 0
    for member in archive.infolist():
        is_sheet = member.filename.startswith("xl/worksheets/")
        with archive.open(member) as source:
            tail = b""
            while chunk := source.read(_CHUNK):
                unpacked += len(chunk)
                if unpacked > min(MAX_UNPACKED_BYTES, max(MAX_RATIO * packed_bytes, _CHUNK)):
                    raise _wrong(say("工作簿解开后太大，请只保留编码和坐标后另存上传。"))
                if is_sheet:
                    _check_cells(tail + chunk)
                    tail = chunk[-120:]


def _check_cells(xml: bytes) -> None:
    for column, row, bare in _REFERENCE.findall(xml):
        number = 0
        for letter in column:
            number = number * 26 + letter - 64
        _check_size(int(row or bare), number)


def _check_size(rows: int, columns: int) -> None:
    if rows > MAX_ROWS or columns > MAX_COLUMNS:
        raise _wrong(
            say(
                "表格超过 {rows:,} 行或 {columns} 列，请删去多余的行列后上传。",
                rows=MAX_ROWS,
                columns=MAX_COLUMNS,
            )
        )


def _text(cell: Any) -> str:
    """Write a cell as a person would type it: whole numbers without a point, no exponents."""
    if isinstance(cell, float):
        return f"{Decimal(str(cell)).normalize():f}"
    return str(cell).strip()


def _rows_of(table: Sequence[Sequence[str]]) -> list[PlaceRow]:
    number, columns = _heading(table)
    rows = []
    for line, cells in enumerate(table[number + 1 :], number + 2):
        found = {field: cells[at].strip()[:_LONGEST] for field, at in columns.items() if at < len(cells)}
        if any(found.values()):
            rows.append(PlaceRow(line, found.get("code", ""), found.get("name", ""), _coordinates(found)))
    if not rows:
        raise _wrong(say("表里没有数据行，请在表头下面逐行填写项目和坐标。"))
    if len(rows) > MOST_PLACES:
        raise _wrong(
            say(
                "表里有 {count:,} 行，一次最多 {most:,} 行，请拆成几个文件。",
                count=len(rows),
                most=MOST_PLACES,
            )
        )
    return rows


def _coordinates(found: dict[str, str]) -> str:
    """Return the coordinates as one text; two columns keep their labels, so that swapped ones are noticed."""
    if "coordinates" in found:
        return found["coordinates"]
    return f"经度 {found.get('lon', '')} 纬度 {found.get('lat', '')}"


def _heading(table: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Return the row of the heading and the column of each field."""
    for number, cells in enumerate(table[:_LOOKED_AT]):
        columns: dict[str, int] = {}
        for at, cell in enumerate(cells):
            field = _FIELD_OF.get(search_key(re.sub(r"[（(].*", "", cell)))
            if field:
                columns.setdefault(field, at)
        if ("code" in columns or "name" in columns) and ("coordinates" in columns or {"lon", "lat"} <= columns.keys()):
            return number, columns
    raise _wrong(say("找不到表头：须有“项目编码”或“项目名称”，以及“坐标”或“经度”“纬度”两列。"))
