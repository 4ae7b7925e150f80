"""Sending what is due to the office's chat group; for a daily job."""

from __future__ import annotations

import click

from portfolio import settings
from portfolio.cli import database
from portfolio.domain.clock import today
from portfolio.domain.errors import RuleError
from portfolio.domain.reporting import WebhookKind
from portfolio.domain.sentences import say
from portfolio.exchange import webhook
from portfolio.reports.reminders import digest
from portfolio.store.queries.settings import find_setting


@click.command()
@click.option("--days", default=7, show_default=True, type=click.IntRange(0, 365), help="几天之内到期的。")
@click.option("--dry-run", is_flag=True, help="只显示要发的内容，不发送。")
def remind(days: int, dry_run: bool) -> None:
    """把到期和临近到期的月报、问题发到群里（地址在“管理 → 设置”中填写）。"""
    with database.reading() as session:
        text, stored = digest(session, None, today(), days=days), find_setting(session, "reminders.webhook")
    if text is None:
        click.echo(f"{days} 天内没有到期的事项，没有发送")
        return
    if dry_run:
        click.echo(text)
        return
    if not stored:
        raise RuleError(say("还没有设置提醒地址，请管理员在“管理 → 设置”里填写"))
    target = webhook.read_target(WebhookKind.from_label(stored["kind"]), stored["url"], settings.webhook_hosts())
    webhook.send_message(target, text)
    click.echo("提醒已发出")
