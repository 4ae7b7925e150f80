"""Sending what is due to the office's chat group; for a daily job."""

from __future__ import annotations

import click

from portfolio import settings
from portfolio.cli import database
from portfolio.domain.clock import today
from portfolio.exchange import webhook
from portfolio.reports.reminders import digest


@click.command()
@click.option("--days", default=7, show_default=True, type=click.IntRange(0, 365), help="几天之内到期的。")
@click.option("--dry-run", is_flag=True, help="只显示要发的内容，不发送。")
def remind(days: int, dry_run: bool) -> None:
    """把到期和临近到期的月报、问题发到群里（地址在“管理 → 设置”中填写）。"""
    with database.reading() as session:
        text = digest(session, None, today(), days=days)
        if text is None:
            click.echo(f"{days} 天内没有到期的事项，没有发送")
            return
        if dry_run:
            click.echo(text)
            return
        target = webhook.stored_target(session, settings.webhook_hosts())
    webhook.send_message(target, text)
    click.echo("提醒已发出")
