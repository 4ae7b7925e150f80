"""The same verbs from a terminal: set up, serve, users, files out, backup, check, sample data."""

from __future__ import annotations

import click

from portfolio.cli.access import token, user
from portfolio.cli.errors import PlainGroup
from portfolio.cli.export import export
from portfolio.cli.remind import remind
from portfolio.cli.safety import backup, check, restore
from portfolio.cli.sample import sample
from portfolio.cli.serve import serve
from portfolio.cli.setup import init, load_plans


@click.group(cls=PlainGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="education-portfolio", prog_name="portfolio", help="显示版本号。")
def main() -> None:
    """教育建设项目库：安装、运行、用户、导出、备份与检查。

    数据库地址取自环境变量 PORTFOLIO_DATABASE_URL，数据文件夹取自 PORTFOLIO_INSTANCE；不设时用程序目录下的 instance/。
    """


for command in (init, load_plans, serve, user, token, export, check, backup, restore, sample, remind):
    main.add_command(command)
