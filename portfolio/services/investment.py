"""Setting and adjusting annual investment plans. Decisions are only ever added."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.drafts import PlanCell, PlanDraft
from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.quantities import format_money
from portfolio.domain.sentences import say
from portfolio.domain.terms import PlanMove, Source
from portfolio.store.base import utc_now
from portfolio.store.hold import hold
from portfolio.store.models import PlanChange, PlanLine, Project
from portfolio.store.queries import investment


def set_plan(session: Session, project: Project, draft: PlanDraft, *, seen: int) -> PlanChange:
    """Make a project's plan of a year what ``draft`` says, by one decision that holds the differences.

    ``seen`` is how many decisions of that year the person has seen.

    Raises
    ------
    StaleError
        If somebody decided on that year's plan in the meantime.
    RuleError
        If an amount is below zero, nothing differs, an adjustment has no reason, the document's date lies in the
        future, or the year's plan exceeds the total investment.
    """
    hold(session, project)
    earlier = investment.list_plan_changes(session, project, draft.year)
    if len(earlier) != seen:
        raise StaleError(len(earlier), earlier[0].entered_by if earlier else "—")
    _check(project, draft, is_adjustment=bool(earlier))
    differences = _differences(draft.cells, investment.plan_cells(session, project, draft.year))
    if not differences:
        raise RuleError(say("与现行计划相同，没有要保存的内容；请填写计划金额后再保存"))
    return _decide(session, project, draft, differences, move=PlanMove.ADJUST if earlier else PlanMove.SET)


def _check(project: Project, draft: PlanDraft, *, is_adjustment: bool) -> None:
    if any(fen < 0 for fen in draft.cells.values()):
        raise RuleError(say("调整后的计划不能小于 0；要取消这一格，请填 0 或留空"))
    if is_adjustment and not draft.reason:
        raise RuleError(say("这一年已有计划，本次保存是调整，请写明调整原因"), "reason")
    if draft.document_on is not None and draft.document_on > today():
        raise RuleError(say("文件日期晚于今天，请核对"), "document_on")
    planned, total = sum(draft.cells.values()), project.total_investment_fen
    if total is not None and planned > total:
        raise RuleError(
            say(
                "{year} 年计划合计 {planned} 万元，超过项目总投资 {total} 万元，请核对金额单位；"
                "总投资有调整的，先在项目页更新总投资",
                year=draft.year,
                planned=format_money(planned),
                total=format_money(total),
            )
        )


def _differences(wanted: Mapping[PlanCell, int], standing: Mapping[PlanCell, int]) -> dict[PlanCell, int]:
    changes = {cell: wanted.get(cell, 0) - standing.get(cell, 0) for cell in {**standing, **wanted}}
    order = list(Source)
    cells = sorted(changes, key=lambda cell: (order.index(cell[0]), cell[1] or 0))
    return {cell: changes[cell] for cell in cells if changes[cell]}


def _decide(
    session: Session, project: Project, draft: PlanDraft, differences: Mapping[PlanCell, int], *, move: PlanMove
) -> PlanChange:
    lines = [PlanLine(source=cell[0], quarter=cell[1], amount_fen=fen) for cell, fen in differences.items()]
    change = PlanChange(
        project=project,
        year=draft.year,
        move=move,
        document_no=draft.document_no,
        document_on=draft.document_on,
        reason=draft.reason,
        entered_by=session.info.get("actor") or "system",
        entered_at=utc_now(),
        lines=lines,
    )
    session.add(change)
    session.flush()
    return change
