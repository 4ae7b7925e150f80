"""What goes wrong, said in one line on the error stream; never a trace for what a person can put right."""

from __future__ import annotations

import errno
import sys
from typing import Any, NoReturn

import click
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from portfolio.domain.errors import PortfolioError

_SYSTEM: dict[int | None, str] = {
    errno.ENOSPC: "磁盘空间不足，请清理后重试",
    errno.EDQUOT: "磁盘配额已用完，请清理后重试",
    errno.EACCES: "没有权限读写",
    errno.EPERM: "没有权限读写",
    errno.EROFS: "磁盘是只读的，无法写入",
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EISDIR: "这是文件夹，请给出文件名",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EEXIST: "这里已有同名文件",
}
_DATABASE: dict[str, str] = {
    "unable to open database file": "无法打开数据库文件，请检查文件夹是否存在、是否有读写权限",
    "readonly database": "数据库文件是只读的，请检查文件和文件夹的写权限",
    "disk is full": "磁盘空间不足，请清理后重试",
    "disk I/O error": "读写磁盘出错，请检查磁盘空间和磁盘状态",
    "database is locked": "数据库正忙，请稍后重试",
    "not a database": "数据库文件已损坏，或不是数据库文件；可用 portfolio restore 恢复备份",
    "malformed": "数据库文件已损坏；可用 portfolio restore 恢复备份",
    "connection failed": "连接不上数据库，请检查 PORTFOLIO_DATABASE_URL 和数据库服务",
}


class PlainGroup(click.Group):
    """A group of commands that ends with status 1 and one Chinese line, or status 2 where the call was wrong."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command; wrong calls and known faults become one line."""
        kwargs["standalone_mode"] = False
        try:
            sys.exit(super().main(*args, **kwargs))
        except click.UsageError as error:
            _end(f"{_explain_usage(error)}。用法见 {_path_of(error)} --help", 2)
        except click.Abort:
            _end("已取消")
        except PortfolioError as error:
            _end(str(error))
        except DBAPIError as error:
            _end(_explain_database(error))
        except (ArgumentError, NoSuchModuleError):
            _end("数据库地址不正确，请检查环境变量 PORTFOLIO_DATABASE_URL")
        except OSError as error:
            _end(explain_system(error))


def _end(sentence: str, status: int = 1) -> NoReturn:
    click.echo(f"错误：{sentence}", err=True)
    sys.exit(status)


def explain_system(error: OSError) -> str:
    """Say what the operating system refused, and where."""
    sentence = _SYSTEM.get(error.errno, error.strerror or str(error))
    return f"{sentence}：{error.filename}" if error.filename else sentence


def _explain_database(error: DBAPIError) -> str:
    words = str(error.orig).strip()
    found = (sentence for sign, sentence in _DATABASE.items() if sign in words)
    return next(found, f"数据库出错：{words.splitlines()[0] if words else type(error.orig).__name__}")


def _path_of(error: click.UsageError) -> str:
    return error.ctx.command_path if error.ctx else "portfolio"


def _explain_usage(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}"
    if isinstance(error, click.MissingParameter) and error.param:
        return f"缺少 {error.param.get_error_hint(error.ctx)}"
    if isinstance(error, click.BadParameter) and error.param:
        return f"{error.param.get_error_hint(error.ctx)} 的值不对：{error.message.rstrip('.')}"
    return error.message.rstrip("。.")
