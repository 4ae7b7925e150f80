"""Checking what is stored, copying it, and putting a copy back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click
from sqlalchemy.orm import Session

from portfolio.cli import database
from portfolio.domain.errors import PortfolioError
from portfolio.domain.quantities import format_money
from portfolio.domain.sentences import say
from portfolio.domain.terms import MoneyState
from portfolio.services.membership import first_wrong_share
from portfolio.store import backup as store_backup
from portfolio.store.backup import ControlTotals
from portfolio.store.history import first_broken_revision
from portfolio.store.openings import first_wrong_opening
from portfolio.store.queries.files import first_broken_file

Finding = tuple[str, str | None]


@click.command()
def check() -> None:
    """检查数据库文件、修订链和资金合计；发现问题时以状态 1 结束。"""
    faults = 0
    with database.reading() as session:
        totals = store_backup.control_totals(session.connection())
        for what, fault in _findings(session, totals):
            click.echo(f"{'✗' if fault else '✓'} {what}{f'：{fault}' if fault else ''}")
            faults += fault is not None
    if faults:
        raise CheckFailedError(
            say("检查发现 {faults} 处问题；请勿继续录入，并用 portfolio restore 恢复最近的备份", faults=faults)
        )
    click.echo("检查通过")


class CheckFailedError(PortfolioError):
    """What is stored is not what was entered."""


def _findings(session: Session, totals: ControlTotals) -> Iterator[Finding]:
    """Yield what was checked, with its figure, and the first fault found there."""
    steps: tuple[tuple[str, Callable[[], str | None]], ...] = (
        (
            f"数据库文件与引用（{len(totals.rows)} 张表，{sum(totals.rows.values()):,} 行）",
            lambda: _file_fault(session),
        ),
        (f"修订链（{totals.rows['revision']:,} 条）", lambda: first_broken_revision(session)),
        (f"附件（{totals.rows['stored_file']:,} 个）", lambda: first_broken_file(session)),
        (f"投用年份（{totals.rows['project']:,} 个项目）", lambda: first_wrong_opening(session)),
        (f"布局归属（{totals.rows['zone_share']:,} 条）", lambda: first_wrong_share(session)),
        (f"资金台账与修订（{totals.rows['ledger_entry']:,} 笔）", lambda: _ledger_fault(session, totals)),
    )
    for what, step in steps:
        yield what, step()


def _file_fault(session: Session) -> str | None:
    return next(iter(store_backup.integrity_faults(session.connection())), None)


def _ledger_fault(session: Session, totals: ControlTotals) -> str | None:
    entered = store_backup.ledger_totals_of_history(session.connection())
    for state in MoneyState:
        there, expected = totals.ledger_fen.get(state.value, 0), entered.get(state.value, 0)
        if there != expected:
            return f"{state.label}合计 {format_money(there)} 万元，修订记录为 {format_money(expected)} 万元"
    return None


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """把数据库备份到 FILE；服务运行时也可以备份。

    备份写完后逐项核对，核对无误才以 FILE 为名出现。PostgreSQL 请用 pg_dump。
    """
    with database.opened() as engine:
        totals = store_backup.back_up(engine, file)
    click.echo(f"已备份到 {file}：{_totals_sentence(totals)}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="不再询问。")
def restore(file: Path, yes: bool) -> None:
    """用备份 FILE 替换现在的数据库；请先停止服务。

    先核对 FILE 是否完好；现在的数据库不会删除，改用带日期的文件名留在原处。
    """
    with database.opened() as engine:
        path = store_backup.database_file(engine)
        if not yes:
            click.confirm(f"将用 {file} 替换 {path}，现在的数据库改名保留。继续吗？", abort=True)
        totals, kept = store_backup.put_back(engine, file)
    click.echo(f"已从 {file} 恢复：{_totals_sentence(totals)}")
    if kept is not None:
        click.echo(f"原来的数据库留在 {kept}")
    click.echo("请运行 portfolio init，以确认数据库结构是最新的")


def _totals_sentence(totals: ControlTotals) -> str:
    sums = [
        f"{state.label} {format_money(totals.ledger_fen[state])} 万元"
        for state in MoneyState
        if state in totals.ledger_fen
    ]
    rows = totals.rows
    counts = (
        f"项目 {rows.get('project', 0):,}，资金记录 {rows.get('ledger_entry', 0):,}，修订 {rows.get('revision', 0):,}"
    )
    return "，".join([counts, *sums])
