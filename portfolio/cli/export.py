"""The same files that the pages offer for download."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import click
from sqlalchemy.orm import Session

from portfolio.cli import database
from portfolio.exchange.csvfile import write_csv
from portfolio.exchange.workbook import About, write_workbook
from portfolio.reports import funding
from portfolio.reports.register import register_table
from portfolio.reports.tables import Table
from portfolio.store.base import utc_now
from portfolio.store.queries.districts import get_district
from portfolio.store.queries.projects import ProjectFilter, has_samples

Maker = Callable[[Session, ProjectFilter], Table]
_REPORTS: dict[str, Sequence[Maker]] = {
    "register": (register_table,),
    "funding": (funding.summary_table, funding.project_table),
}


@click.command()
@click.argument("report", type=click.Choice(list(_REPORTS)))
@click.option("--district", metavar="ADCODE", help="只要这个区县；不写表示全部区县。")
@click.option(
    "--format", "form", type=click.Choice(["xlsx", "csv"]), help="文件格式；不写时按文件名的后缀，没有后缀时为 xlsx。"
)
@click.option("--output", required=True, type=click.Path(path_type=Path), help="写到哪个文件；同名文件将被替换。")
def export(report: str, district: str | None, form: str | None, output: Path) -> None:
    """导出项目库（register）或资金汇总（funding）。

    资金汇总的 csv 只含“资金来源与年度”一张表，xlsx 另含“按项目”。
    """
    form = form or ("csv" if output.suffix.lower() == ".csv" else "xlsx")
    with database.reading() as session, _replacing(output) as target:
        chosen = ProjectFilter(district=district)
        scope = get_district(session, district).name if district else "全部区县"
        tables = [make(session, chosen) for make in (_REPORTS[report] if form == "xlsx" else _REPORTS[report][:1])]
        if form == "xlsx":
            write_workbook(target, tables, About(scope, database.ACTOR, utc_now(), has_samples(session)))
        else:
            _write_text(target, tables[0])
    click.echo(f"已导出 {len(tables[0].rows):,} 行到 {output}")


def _write_text(target: BinaryIO, table: Table) -> None:
    text = io.TextIOWrapper(target, encoding="utf-8", newline="")
    write_csv(text, table)
    text.detach()


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the name ``path`` only when it is whole."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".portfolio-") as folder:
        draft = Path(folder) / "draft"
        with draft.open("wb") as file:
            yield file
        draft.replace(path)
