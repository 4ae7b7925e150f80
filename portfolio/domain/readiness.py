"""入库纳统: which projects the statistics office counts, and on which form."""

from __future__ import annotations

from portfolio.domain.terms import Term

REPORTABLE_FEN = 5_000_000_00
LARGE_FEN = 50_000_000_00


class StatisticsForm(Term):
    """Form on which a project is reported, by its total investment."""

    LARGE = "206-1", "206-1 表"
    SMALL = "206-2", "206-2 表"


def form_of(total_investment_fen: int | None) -> StatisticsForm | None:
    """Return the form of a project; None below 5 million yuan, and while its total investment is unknown."""
    if total_investment_fen is None or total_investment_fen < REPORTABLE_FEN:
        return None
    return StatisticsForm.LARGE if total_investment_fen >= LARGE_FEN else StatisticsForm.SMALL
