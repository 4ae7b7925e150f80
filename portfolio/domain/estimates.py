"""The four estimates of a project (四算): which step went beyond the one before it, and what that asks for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from portfolio.domain.sentences import say
from portfolio.domain.terms import EstimateKind

REPORTING_RULE = say("概算超过批准估算 10% 及以上，须报发展改革部门")


@dataclass(frozen=True, kw_only=True)
class Overrun:
    """A step above the last known one before it."""

    step: EstimateKind
    over: EstimateKind
    excess_fen: int
    ratio: Decimal


@dataclass(frozen=True, kw_only=True)
class Chain:
    """The four estimates of one project in fen; None is not known.

    ``contract_is_sum`` says that the third is the sum of the contracts because nobody entered one.
    """

    feasibility_fen: int | None = None
    design_fen: int | None = None
    contract_fen: int | None = None
    final_fen: int | None = None
    contract_is_sum: bool = False

    @property
    def amounts(self) -> dict[EstimateKind, int | None]:
        """Return each step's amount in the order of the steps."""
        found = (self.feasibility_fen, self.design_fen, self.contract_fen, self.final_fen)
        return dict(zip(EstimateKind, found, strict=True))

    @property
    def overruns(self) -> list[Overrun]:
        """Return every step above the last known one before it, in order; steps that are not known are passed over."""
        known = [(kind, fen) for kind, fen in self.amounts.items() if fen is not None]
        return [
            Overrun(step=step, over=over, excess_fen=fen - before, ratio=Decimal(fen - before) / before)
            for (over, before), (step, fen) in pairwise(known)
            if fen > before
        ]

    @property
    def first(self) -> Overrun | None:
        """Return the first step that overran, or None."""
        return next(iter(self.overruns), None)

    @property
    def first_overrun(self) -> EstimateKind | None:
        """Return which step overran first, or None."""
        return self.first.step if self.first else None

    @property
    def ratio(self) -> Decimal | None:
        """Return by which share of the step before it the first overrun lies above it, or None."""
        return self.first.ratio if self.first else None

    @property
    def design_excess(self) -> Decimal | None:
        """Return by which share of the first the second lies above it, below zero under it; None if not both known."""
        if self.feasibility_fen is None or self.design_fen is None:
            return None
        return Decimal(self.design_fen - self.feasibility_fen) / self.feasibility_fen

    @property
    def must_report(self) -> bool:
        """Return whether the second lies 10 % or more above the first: see REPORTING_RULE. Exact, in whole fen."""
        if self.feasibility_fen is None or self.design_fen is None:
            return False
        return self.design_fen * 10 >= self.feasibility_fen * 11

    @property
    def largest_fen(self) -> int | None:
        """Return the largest amount known, or None."""
        return max((fen for fen in self.amounts.values() if fen is not None), default=None)
