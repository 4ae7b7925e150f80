"""What the table macros are told of a column."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from flask_babel import LazyString


@dataclass(frozen=True)
class Column:
    """One column: ``num`` aligns figures right, ``sort`` links the heading to that order, ``fixed`` never wraps."""

    key: str
    label: str | LazyString
    num: bool = False
    sort: bool = False
    fixed: bool = False


def init_app(app: Flask) -> None:
    """Let templates state their columns."""
    app.jinja_env.globals["column"] = Column
