"""Measure the files of a pack against the bare libraries over the same rows; ``python -m tests.bench.packs``.

Bare means: the same cells, written by the same library with a default look and no heading, chart or check.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pptx
import typst
import xlsxwriter
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from portfolio.domain.packs import PackKind
from portfolio.exchange.pack import typeset
from portfolio.exchange.pack.files import PackExtras, write_file
from portfolio.reports.pack import PackOrder, build_pack
from portfolio.reports.pack_table import PackTable
from portfolio.store.engine import make_engine, open_session
from portfolio.store.queries.projects import ProjectFilter

REPEATS = 3
BARE_PAGE = """
#let rows = json(bytes(sys.inputs.rows))
#set page(flipped: true, margin: 14mm)
#set text(font: ("Noto Serif SC", "Noto Sans SC"), size: 6.5pt)
#for one in rows { table(columns: one.at(0).len(), ..one.flatten()) }
"""


def read_pack(address: str) -> PackTable:
    """Return a pack of every project in a database."""
    now = dt.datetime.now(dt.UTC)
    order = PackOrder(
        chosen=ProjectFilter(), as_of=now.date(), scope="全部区县", query="", made_by="bench", made_at=now
    )
    engine = make_engine(address)
    with open_session(engine, write=False) as session:
        pack = build_pack(session, order)
    engine.dispose()
    return pack


def bare_workbook(pack: PackTable) -> bytes:
    """Write every cell of every table with XlsxWriter."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_urls": False}) as book:
        plain = book.add_format({"num_format": "#,##0.00"})
        for name, table in pack.tables.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate([[one.heading for one in table.columns], *table.rows]):
                for position, value in enumerate(row):
                    if isinstance(value, str) or value is None:
                        sheet.write_string(number, position, value or "")
                    else:
                        sheet.write_number(number, position, value, plain)
    return target.getvalue()


def bare_slides(ours: Any) -> bytes:
    """Write as many slides, tables and charts as ours, of the same sizes, with python-pptx."""
    deck, target = pptx.Presentation(), io.BytesIO()
    for slide in ours.slides:
        made = deck.slides.add_slide(deck.slide_layouts[5]).shapes
        for shape in slide.shapes:
            if shape.has_table:
                _bare_table(made, shape.table)
            elif shape.has_chart:
                _bare_chart(made, shape.chart)
            elif shape.has_text_frame:
                made.add_textbox(0, 0, Inches(9), Inches(1)).text_frame.text = shape.text_frame.text
    deck.save(target)
    return target.getvalue()


def _bare_table(shapes: Any, ours: Any) -> None:
    rows = [[cell.text for cell in row.cells] for row in ours.rows]
    table = shapes.add_table(len(rows), len(rows[0]), 0, 0, Inches(9), Inches(5)).table
    for number, row in enumerate(rows):
        for position, text in enumerate(row):
            table.cell(number, position).text = text


def _bare_chart(shapes: Any, ours: Any) -> None:
    chart_data: Any = CategoryChartData()
    chart_data.categories = list(ours.plots[0].categories)
    for series in ours.plots[0].series:
        chart_data.add_series(series.name, series.values)
    shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(9), Inches(5), chart_data)


def bare_pdf(pack: PackTable, folder: Path) -> bytes:
    """Set the same cells as plain tables with typst."""
    path = folder / "bare.typ"
    path.write_text(BARE_PAGE, encoding="utf-8")
    tables = [typeset._sheet(getattr(pack, name)) for name in typeset._BEHIND]
    rows = [[[one["heading"] for one in table["columns"]], *table["rows"]] for table in tables]
    compiler = typst.Compiler(path, font_paths=[typeset._FONTS], ignore_system_fonts=True)
    made: Any = compiler.compile(format="pdf", sys_inputs={"rows": json.dumps(rows, ensure_ascii=False)})
    return bytes(made)


def median_s(work: Callable[[], object]) -> float:
    """Return the median processor time in seconds, after one run that does not count."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def compare(size: int, folder: Path) -> None:
    """Print one line per kind of file."""
    from tests.bench import data  # noqa: PLC0415 (what builds a database would count as memory of the pack)

    address = data.build(folder, size)
    pack = read_pack(address)
    print(f"{'tables read and checked':<28} {size:>8,} {median_s(lambda: read_pack(address)):>9.2f}")
    deck = pptx.Presentation(io.BytesIO(write_file(PackKind.PPTX, pack, PackExtras())))
    pairs: dict[PackKind, Callable[[], object]] = {
        PackKind.XLSX: lambda: bare_workbook(pack),
        PackKind.PPTX: lambda: bare_slides(deck),
        PackKind.PDF: lambda: bare_pdf(pack, folder),
    }
    for kind, bare in pairs.items():
        show(kind, size, median_s(lambda kind=kind: write_file(kind, pack, PackExtras())), median_s(bare))  # type: ignore[misc]
    for kind in (PackKind.DOCX, PackKind.CSV):
        print(f"{kind.value:<28} {size:>8,} {median_s(lambda kind=kind: write_file(kind, pack, PackExtras())):>9.2f}")  # type: ignore[misc]
    measure_memory(address, size)


def show(kind: PackKind, size: int, ours: float, bare: float) -> None:
    """Print ours, bare and their ratio."""
    print(f"{kind.value:<28} {size:>8,} {ours:>9.2f} {bare:>9.2f} {ours / bare:>7.2f}", flush=True)


def measure_memory(address: str, size: int) -> None:
    """Make the whole pack in a process of its own and print the most memory that it held."""
    command = [sys.executable, "-m", "tests.bench.packs", "--make", address]
    found = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
    print(f"{'whole pack, MB at the peak':<28} {size:>8,} {found.stdout.strip()}", flush=True)


def make_whole(address: str) -> None:
    """Make every file and print the peak, and what the bare process held before."""
    before = peak_mb()
    pack, peaks = read_pack(address), []
    for kind in PackKind:
        write_file(kind, pack, PackExtras())
        peaks.append(f"{kind.value} {peak_mb()}")
    print(f"imports {before}, then {', '.join(peaks)}")


def peak_mb() -> int:
    """Return the most memory that this process has held (Linux), in MB."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) // 1024 if found else 0


def main() -> None:
    """Measure every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="100,10000", help="numbers of projects")
    parser.add_argument("--make", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.make:
        make_whole(asked.make)
        return
    print(f"processor seconds, median of n = {REPEATS}, load {os.getloadavg()[0]:.1f}")
    print(f"{'file':<28} {'projects':>8} {'ours':>9} {'bare':>9} {'ratio':>7}")
    for size in (int(one) for one in asked.sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            compare(size, Path(folder))


if __name__ == "__main__":
    main()
