"""Users and API tokens."""

from __future__ import annotations

import click

from portfolio.cli import database
from portfolio.domain.roles import Role
from portfolio.services import users
from portfolio.store.queries import users as user_queries
from portfolio.store.queries.districts import get_district

_ROLES = "、".join(f"{role.value} {role.label}" for role in Role)


@click.group()
def user() -> None:
    """管理用户。"""


@user.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help=f"角色：{_ROLES}。")
@click.option("--district", metavar="ADCODE", help="只能使用这个区县的数据；不写表示全部区县。")
@click.option("--full-name", help="屏幕上显示的姓名。")
def add_user(name: str, role: str, district: str | None, full_name: str | None) -> None:
    """新增用户 NAME，并显示一次性密码。"""
    draft = users.UserDraft(name=name, role=Role.from_label(role), full_name=full_name, district_adcode=district)
    with database.writing() as session:
        if district is not None:
            get_district(session, district)
        _record, password = users.add_user(session, draft)
    click.echo(f"已新增用户 {name}（{draft.role.label}）。一次性密码（只显示这一次，首次登录须改密码）：", err=True)
    click.echo(password)


@click.group()
def token() -> None:
    """管理 API 令牌。"""


@token.command("add")
@click.argument("user_name", metavar="USER")
@click.option("--label", help="用途说明。")
def add_token(user_name: str, label: str | None) -> None:
    """为用户 USER 新建 API 令牌；令牌单独输出到标准输出，只显示这一次。"""
    with database.writing() as session:
        made = users.make_token(session, user_queries.get_user(session, user_name), label)
    click.echo(f"用户 {user_name} 的 API 令牌（只显示这一次）：", err=True)
    click.echo(made)
