"""How values are written on pages: Jinja filters over the domain's formats."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from flask import Flask

from portfolio.domain.clock import CHINA_TIME
from portfolio.domain.quantities import UNKNOWN, MoneyUnit, format_money, format_number, format_percent
from portfolio.domain.terms import Term
from portfolio.web.language import translate


def init_app(app: Flask) -> None:
    """Offer the formats to templates."""
    app.jinja_env.filters.update(
        day=format_day,
        label=format_label,
        moment=format_moment,
        number=format_number,
        percent=format_share,
        share=format_fraction,
        size=format_size,
        wan=format_wan,
        yi=format_yi,
    )


def format_wan(fen: int | None) -> str:
    """Write fen as 万元 with two decimals."""
    return format_money(fen, MoneyUnit.WAN)


def format_yi(fen: int | None) -> str:
    """Write fen as 亿元 with two decimals."""
    return format_money(fen, MoneyUnit.YI)


def format_share(part: int | Decimal | None, whole: int | Decimal | None) -> str:
    """Write ``part`` of ``whole`` as a percentage; unknown parts and shares of nothing are a dash."""
    return UNKNOWN if part is None or whole is None else format_percent(part, whole)


def format_fraction(fraction: Decimal | None) -> str:
    """Write a fraction as a percentage with one decimal; unknown is a dash."""
    return UNKNOWN if fraction is None else f"{fraction * 100:.1f}%"


def format_size(size: int) -> str:
    """Write a length in bytes as whole KB, from 1 MB on as MB with one decimal; never as nothing."""
    return f"{size / 1024**2:.1f} MB" if size >= 1024**2 else f"{max(1, round(size / 1024))} KB"


def format_day(day: dt.date | None) -> str:
    """Write a day as 2025-09-01."""
    return UNKNOWN if day is None else day.isoformat()


def format_moment(moment: dt.datetime | None) -> str:
    """Write a moment in China's time as 2025-09-01 14:05."""
    return UNKNOWN if moment is None else moment.astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M")


def format_label(term: Term | None) -> str:
    """Write a term in the language of the page."""
    return UNKNOWN if term is None else translate(term.label)
