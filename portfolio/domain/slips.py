"""Answers that are likely to be slips: asked about, taken once the person confirms."""

from __future__ import annotations

from portfolio.domain.quantities import format_exact
from portfolio.domain.sentences import Sentence, say

FAR_BEYOND = 1_000


def unit_question(amount_fen: int, yardstick_fen: int | None) -> Sentence | None:
    """Ask about the unit of an amount more than 1,000 times what the project costs; None where it may be right.

    ``yardstick_fen`` is the project's largest estimate or its total investment; without one nothing can be said.
    """
    if yardstick_fen is None or amount_fen <= yardstick_fen * FAR_BEYOND:
        return None
    return say(
        "金额 {amount} 万元超过项目概算或总投资 {yardstick} 万元的 1,000 倍。"
        "单位是否应为万元？请核对元、万元、亿元是否选对",
        amount=format_exact(amount_fen),
        yardstick=format_exact(yardstick_fen),
    )
