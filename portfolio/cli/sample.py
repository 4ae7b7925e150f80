"""Synthetic projects for trying the software out."""

from __future__ import annotations

import click

from portfolio.cli import database
from portfolio.domain.sentences import say
from portfolio.services import sample as sample_service

MAX_PROJECTS = 100_000


@click.command()
@click.option("--projects", "count", type=click.IntRange(1, MAX_PROJECTS), help="生成多少个演示项目。")
@click.option("--seed", default=1, show_default=True, help="种子；相同的种子生成相同的项目。")
@click.option("--remove", is_flag=True, help="移除全部演示项目及其资金记录、文件、合同和四算。")
def sample(count: int | None, seed: int, remove: bool) -> None:
    """生成或移除演示项目。

    演示项目的名称以“演示”开头，在各页面和导出文件中都有标记；移除时只移除演示项目，真实数据不受影响。
    """
    if remove == (count is not None):
        raise click.UsageError("请写 --projects N 或 --remove，二者选一")
    if count is None:
        _remove()
    else:
        _add(count, seed)


def _add(count: int, seed: int) -> None:
    with database.writing(say("生成演示数据")) as session, click.progressbar(length=count, label="正在生成") as bar:
        made = sample_service.add_samples(session, count, seed=seed, progress=bar.update)
    click.echo(
        f"已生成 {count:,} 个演示项目，{made.entries:,} 笔资金记录，{made.documents:,} 份资金文件，"
        f"{made.contracts:,} 份合同，{made.estimates:,} 个估算、概算等数"
    )


def _remove() -> None:
    with (
        database.writing(say("移除演示数据")) as session,
        click.progressbar(length=sample_service.count_samples(session), label="正在移除") as bar,
    ):
        removed = sample_service.remove_samples(session, progress=bar.update)
    click.echo(f"已移除 {removed:,} 个演示项目")
