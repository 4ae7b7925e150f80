"""Setting up and upgrading: instance folder, schema, plans, first administrator."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portfolio import settings
from portfolio.cli import database
from portfolio.domain.errors import DataFileError
from portfolio.domain.sentences import say
from portfolio.plans.loader import SHIPPED, load_plan, plan_folders
from portfolio.services import users
from portfolio.store.backup import back_up
from portfolio.store.engine import open_session
from portfolio.store.lights import renew_lights
from portfolio.store.openings import renew_openings
from portfolio.store.schema import head_revision, migrate

_KINDS = {
    "districts": "区县",
    "plans": "规划",
    "projects": "项目",
    "commitments": "规划任务",
    "links": "任务关联",
    "indicators": "指标",
    "facts": "公开资料",
    "accepted facts": "由官方资料填入的字段",
    "gazetteer": "地名",
    "budget": "经费规则",
    "layouts": "布局",
}
_RULE = "=" * 60


@click.command()
def init() -> None:
    """建立或升级数据库，装入规划数据，建立首个管理员。

    可以反复运行：已有的数据不会被覆盖；升级前自动备份。首个管理员 admin 的密码取自环境变量
    PORTFOLIO_ADMIN_PASSWORD；不设时生成一次性密码并显示一次。
    """
    folder = settings.instance_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with database.opened() as engine:
        did_upgrade = _bring_up_to_date(engine, folder)
        with open_session(engine, write=True, actor=database.ACTOR) as session:
            added = _load(session, plan_folders(SHIPPED, folder / "plans"))
            renew_openings(session)
            renew_lights(session)
            one_time = users.ensure_administrator(session, os.environ.get("PORTFOLIO_ADMIN_PASSWORD") or None)
            session.commit()
    click.echo(_added_sentence(added) if added.total() or did_upgrade else "数据已是最新")
    if one_time is not None:
        _show_password(users.FIRST_ADMINISTRATOR, one_time)


def _bring_up_to_date(engine: Engine, folder: Path) -> bool:
    """Migrate where the schema is behind, after a backup where there is data; return whether anything was done."""
    revision = None if database.is_absent(engine) else database.checked_revision(engine)
    if revision == head_revision():
        return False
    if revision is not None:
        _keep_copy(engine, folder)
    migrate(engine)
    click.echo("数据库已升级" if revision else "数据库已建立")
    return True


def _keep_copy(engine: Engine, folder: Path) -> None:
    if engine.dialect.name != "sqlite":
        click.echo("PostgreSQL 不在这里备份；升级在一个事务内完成，出错时数据库保持原样", err=True)
        return
    target = folder / "backups" / f"portfolio-{dt.datetime.now().astimezone():%Y%m%d-%H%M%S}.db"
    back_up(engine, target)
    click.echo(f"升级前已备份到 {target}")


def _load(session: Session, folders: Iterable[Path]) -> Counter[str]:
    boundaries = settings.instance_folder() / "boundaries"
    return sum((load_plan(session, folder, boundaries=boundaries) for folder in folders), Counter())


def _added_sentence(added: Counter[str]) -> str:
    parts = [f"{label} {added[kind]}" for kind, label in _KINDS.items() if added[kind]]
    return f"新增：{'，'.join(parts)}" if parts else "没有新增数据"


def _show_password(name: str, password: str) -> None:
    click.echo(
        f"{_RULE}\n  用户名：{name}\n  一次性密码：{password}\n  密码只显示这一次，首次登录后须改为自己的密码\n{_RULE}"
    )


@click.command("load-plans")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def load_plans(folder: Path | None) -> None:
    """装入 FOLDER 中的规划数据；不写 FOLDER 时装入随软件提供的和 instance/plans/ 中的规划。

    FOLDER 是一个区县的文件夹（内有 plan.toml），或包含若干这种文件夹的上级文件夹。只增加没有的，不覆盖已有的。
    """
    folders = _chosen_folders(folder)
    with database.writing() as session:
        added = _load(session, folders)
    click.echo(_added_sentence(added))


def _chosen_folders(folder: Path | None) -> list[Path]:
    if folder is None:
        return plan_folders(SHIPPED, settings.instance_folder() / "plans")
    found = [folder] if (folder / "plan.toml").exists() else plan_folders(folder)
    if not found:
        raise DataFileError(say("{folder} 中没有 plan.toml，请照 README 的说明补上", folder=folder))
    return found
