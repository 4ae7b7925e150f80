"""What the plans promised against what is there: one row per commitment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.domain.quantities import format_number
from portfolio.domain.sentences import say
from portfolio.domain.terms import Measure, Phase, Status
from portfolio.store.models import Commitment, CommitmentLink
from portfolio.store.queries import commitments

_BEFORE_THE_FIGURE = ("约", "不低于")
_FLOOR_AREA_UNITS = {"万平方米": Decimal(10_000), "平方米": Decimal(1)}


@dataclass(frozen=True)
class Progress:
    """How far one commitment has come, in its own unit.

    ``unstaged`` counts linked projects whose stage nobody has reported; ``unmeasured`` is how many linked projects lack
    the figure that the measure asks for and so count nothing. Cancelled projects do not count.
    """

    commitment: Commitment
    linked: int
    delivered: Decimal
    under_way: Decimal
    planned: Decimal
    unstaged: Decimal
    unmeasured: int

    @property
    def counted(self) -> Decimal:
        """Return everything that is registered toward it."""
        return self.delivered + self.under_way + self.planned + self.unstaged

    @property
    def missing(self) -> Decimal | None:
        """Return what is promised but not registered (已承诺、未立项); None where the plan gives no figure."""
        if self.commitment.value is None:
            return None
        return max(self.commitment.value - self.counted, Decimal(0))

    @property
    def target(self) -> str:
        """Return the promised figure as the plan writes it, such as 约50 所 or 2–3 个."""
        promised = self.commitment
        if promised.value is None:
            return say("未列数量")
        upper = f"–{format_number(promised.value_max)}" if promised.value_max is not None else ""
        figure = f"{format_number(promised.value)}{upper} {promised.unit or ''}".strip()
        qualifier = promised.qualifier or ""
        return f"{qualifier} {figure}".strip() if qualifier in _BEFORE_THE_FIGURE else f"{figure}{qualifier}"


def list_progress(session: Session, adcode: str | None = None) -> list[Progress]:
    """Return the progress of every commitment, all or one district's, in the plan's order."""
    linked: dict[int, list[CommitmentLink]] = defaultdict(list)
    for link in commitments.list_links(session):
        linked[link.commitment_id].append(link)
    return [progress_of(one, linked[one.id]) for one in commitments.list_commitments(session, adcode)]


def progress_of(commitment: Commitment, links: Iterable[CommitmentLink]) -> Progress:
    """Add up the linked projects of one commitment by the phase they have reached."""
    counting = [link for link in links if link.project.status not in (Status.CANCELLED, Status.MERGED)]
    sums: dict[Phase | None, Decimal] = defaultdict(Decimal)
    unmeasured = 0
    for link in counting:
        quantity = contribution(commitment, link)
        unmeasured += quantity is None
        stage = link.project.stage
        sums[stage.phase if stage else None] += quantity or 0
    return Progress(
        commitment=commitment,
        linked=len(counting),
        delivered=sums[Phase.DELIVERED],
        under_way=sums[Phase.UNDER_WAY],
        planned=sums[Phase.PLANNED],
        unstaged=sums[None],
        unmeasured=unmeasured,
    )


def contribution(commitment: Commitment, link: CommitmentLink) -> Decimal | None:
    """Return what a linked project counts in the commitment's unit, None while the figure is unknown."""
    if link.quantity is not None:
        return link.quantity
    if commitment.measure is Measure.PROJECTS:
        return Decimal(1)
    if commitment.measure is Measure.CLASSES:
        return Decimal(link.project.classes) if link.project.classes is not None else None
    per_unit = _FLOOR_AREA_UNITS.get(commitment.unit or "")
    if commitment.measure is Measure.FLOOR_AREA and per_unit and link.project.floor_area_m2 is not None:
        return link.project.floor_area_m2 / per_unit
    return None
