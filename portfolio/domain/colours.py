"""What the colours of a map may stand for: the steps of total investment, the colours of the stages off the screen."""

from __future__ import annotations

from portfolio.domain.terms import Stage, Term

_WAN = 1_000_000


class ColourBy(Term):
    """What the colours of a map stand for."""

    STAGE = "stage", "阶段"
    LIGHT = "light", "红黄绿灯"
    LEVEL = "level", "学段"
    MONEY = "money", "总投资"


class MoneyStep(Term):
    """A step of total investment."""

    M1 = "m1", "不足 1000 万元"
    M2 = "m2", "1000 万至 5000 万元"
    M3 = "m3", "5000 万至 1 亿元"
    M4 = "m4", "1 亿元及以上"
    UNKNOWN = "unknown", "总投资未知"


BELOW_FEN = {MoneyStep.M1: 1000 * _WAN, MoneyStep.M2: 5000 * _WAN, MoneyStep.M3: 10_000 * _WAN}  # not included

_TEAL = ("#DCEBEC", "#BFD9DB", "#9DC4C8", "#78ACB2", "#52929A", "#327884", "#1E616D", "#0E4A57")  # as in static/map.css
_STEPS = (1, 2, 2, 3, 3, 4, 4, 5, 6, 6, 7, 8, 8)  # of the stages, in their order
STAGE_COLOURS = {stage: _TEAL[step - 1] for stage, step in zip(Stage, _STEPS, strict=True)}
