"""Shapefiles in a zip archive, with what they cannot hold told beside them."""

from __future__ import annotations

import io
import itertools
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyogrio

from portfolio.exchange.gis.sheet import Layer, Sheet, Value, layers_of, located_frame
from portfolio.reports.tables import Column, Kind

_DBF_TEXT_BYTES = 254
_DBF_NAME_LENGTH = 10


def write_shapefiles(sheet: Sheet) -> bytes:
    """Return projects as Shapefiles of points and of sites, with the meaning of the short field names."""
    names = _field_names(sheet.columns)
    short = replace(sheet, rows=[[_cut(value) for value in row] for row in sheet.rows])
    first, *others = layers_of(short, one="projects", points="projects_points", sites="projects_sites")
    target = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for layer in (replace(first, rows=sorted(first.rows + short.unlocated)), *others):
            path = Path(folder) / f"{layer.name}.shp"
            frame = located_frame(short, names, layer.rows)
            pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", encoding="UTF-8", **layer.form)
        for path in sorted(Path(folder).iterdir()):
            archive.write(path, path.name)
        fields = [f"{name}\t{heading}" for name, heading in zip(names, sheet.headings, strict=True)]
        archive.writestr("字段说明.txt", _lines(["字段\t含义", *fields]))
        archive.writestr("说明.txt", _lines([*sheet.statements, *_shapefile_notes(sheet, short, first)]))
    return target.getvalue()


def _field_names(columns: Sequence[Column]) -> list[str]:
    """Return one ASCII name of at most 10 characters per column, made from its key; money is named for its unit."""
    names: list[str] = []
    for column in columns:
        key = f"{column.key.removesuffix('_fen')}_wan" if column.kind is Kind.MONEY else column.key
        endings = itertools.chain([""], map(str, itertools.count(2)))
        candidates = (f"{key[: _DBF_NAME_LENGTH - len(ending)]}{ending}" for ending in endings)
        taken = {name.casefold() for name in names}
        names.append(next(name for name in candidates if name.casefold() not in taken))
    return names


def _cut(value: Value) -> Value:
    """Return a text as long as a Shapefile holds it, cut between characters; another value as it is."""
    return value.encode()[:_DBF_TEXT_BYTES].decode(errors="ignore") if isinstance(value, str) else value


def _shapefile_notes(sheet: Sheet, short: Sheet, first: Layer) -> list[str]:
    """Return what a Shapefile cannot hold: places of the unlocated, long texts."""
    notes = [f"未定位的项目在 {first.name}.shp 中，没有图形，只有属性"] if sheet.unlocated else []
    for position, heading in enumerate(sheet.headings):
        if count := sum(full[position] != cut[position] for full, cut in zip(sheet.rows, short.rows, strict=True)):
            notes.append(f"“{heading}”有 {count} 处文字超过 {_DBF_TEXT_BYTES} 字节，已截短；全文见其他格式")
    return notes


def _lines(lines: Sequence[str]) -> bytes:
    """Return lines as a text file that Windows opens as UTF-8."""
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8-sig")
