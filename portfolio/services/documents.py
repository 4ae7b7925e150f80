"""Registering documents that give money, and splitting each over the projects it gives to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from portfolio.domain.clock import today
from portfolio.domain.drafts import DocumentDraft, LedgerDraft
from portfolio.domain.errors import ConfirmationNeededError, DuplicateError, RuleError
from portfolio.domain.quantities import format_exact
from portfolio.domain.sentences import Sentence, say, several
from portfolio.domain.slips import unit_question
from portfolio.domain.terms import MoneyState
from portfolio.services.ledger import check_amount, is_before, write_entry
from portfolio.services.payments import check_contract, yardstick_fen
from portfolio.store.base import utc_now
from portfolio.store.hold import hold
from portfolio.store.models import Contract, FundingDocument, LedgerEntry, Project
from portfolio.store.queries import districts, documents, ledger

GIVING = (MoneyState.APPLIED, MoneyState.PLANNED, MoneyState.APPROPRIATED, MoneyState.RECEIVED)


@dataclass(frozen=True)
class Share:
    """What a document gives to one project."""

    project: Project
    amount_fen: int
    note: str | None = None
    month: int | None = None


def register_document(session: Session, draft: DocumentDraft) -> FundingDocument:
    """Register a document that gives money; its amount is split over projects afterwards.

    Raises
    ------
    RuleError
        If the amount is not above zero, a date does not fit, or documents of that state give nothing.
    DuplicateError
        If the district has a live document of that number, source, state and year already.
    """
    district = districts.find_district(session, draft.district)
    if district is None:
        raise RuleError(say("没有这个区县，请从列表中选择"), "district")
    _check(draft)
    same = documents.find_same(session, district, draft.number, source=draft.source, state=draft.state, year=draft.year)
    if same is not None:
        raise DuplicateError(
            say(
                "{district}已登记过这份文件（第 {number} 号），可直接分配到项目", district=district.name, number=same.id
            ),
            "number",
        )
    values = asdict(draft) | {"district": district}
    document = FundingDocument(entered_by=session.info.get("actor") or "system", entered_at=utc_now(), **values)
    session.add(document)
    session.flush()
    return document


def _check(draft: DocumentDraft) -> None:
    if draft.amount_fen <= 0:
        raise RuleError(say("金额必须大于 0"), "amount")
    if draft.state not in GIVING:
        raise RuleError(say("资金文件只登记申请、计划、下达、到位；支付和完成投资在项目页登记"), "state")
    if draft.issued_on > today():
        raise RuleError(say("文件日期晚于今天，请核对"), "issued_on")
    if draft.year < draft.issued_on.year:
        raise RuleError(
            say("年度 {year} 早于文件日期 {issued_on}，请核对", year=draft.year, issued_on=draft.issued_on), "year"
        )


def split_document(
    session: Session,
    document: FundingDocument,
    shares: Sequence[Share],
    *,
    total_fen: int,
    confirmed: str | None = None,
) -> list[LedgerEntry]:
    """Give ``total_fen`` of a document to projects, one entry each: all of them or none.

    Raises
    ------
    RuleError
        If the document is void, a project stands twice or in another district, the shares do not add up to
        ``total_fen``, or the document has less left.
    ConfirmationNeededError
        If the unit of a share looks wrong, and ``confirmed`` is not that very sentence.
    """
    hold_live(session, document)
    _check_shares(document, shares, total_fen)
    question = ask_about(session, document, shares, confirmed=confirmed)
    return [give(session, document, share, question) for share in shares]


def hold_live(session: Session, document: FundingDocument) -> None:
    """Hold a document; raise RuleError where it is void."""
    hold(session, document)
    if document.withdrawn_at is not None:
        raise RuleError(say("这份文件已作废，不能再分配"))


def ask_about(
    session: Session, document: FundingDocument, shares: Sequence[Share], *, confirmed: str | None
) -> Sentence | None:
    """Return the question that shares raise and that was confirmed; None where they raise none.

    Raises
    ------
    RuleError
        If the document has less left than the shares come to.
    ConfirmationNeededError
        If ``confirmed`` is not that very question.
    """
    left, total_fen = documents.stand(session, document).left_fen, sum(share.amount_fen for share in shares)
    if total_fen > left:
        excess = format_exact(total_fen - left)
        raise RuleError(
            say("文件还可分配 {left} 万元，本次分配超出 {excess} 万元", left=format_exact(left), excess=excess), "total"
        )
    question = several(filter(None, (_doubt(session, share) for share in shares)), "；") or None
    if question is not None and question != confirmed:
        raise ConfirmationNeededError(question, "total")
    return question


def give_to_one(
    session: Session,
    document: FundingDocument,
    project: Project,
    draft: LedgerDraft,
    *,
    contract: Contract | None = None,
    confirmed: str | None = None,
) -> LedgerEntry:
    """Enter one amount that a document gives: a split over one project, refused wherever a split is.

    Raises
    ------
    RuleError
        As ``split_document``, or if the answers say something else than the document.
    ConfirmationNeededError
        As ``split_document``.
    """
    check_amount(draft)
    if contract is not None:
        check_contract(project, draft, contract)
    _check_agrees(document, draft)
    share = Share(project, draft.amount_fen, draft.note, draft.month)
    (entry,) = split_document(session, document, [share], total_fen=draft.amount_fen, confirmed=confirmed)
    return entry


def _check_agrees(document: FundingDocument, draft: LedgerDraft) -> None:
    """Raise RuleError where an amount is of another source, state or year than its document, or came before it."""
    if (draft.source, draft.state, draft.year) != (document.source, document.state, document.year):
        sentence = say(
            "文件 {number} 是{source}、{state}、{year} 年的，请把来源、状态和年度改为一致，或不选文件",
            number=document.number,
            source=document.source,
            state=document.state,
            year=document.year,
        )
        raise RuleError(sentence, "document")
    if is_before(draft, document.issued_on):
        sentence = say("登记的月份早于文件日期 {day}，请核对月份或所选文件", day=document.issued_on)
        raise RuleError(sentence, "month")
    typed = (draft.document_no or document.number, draft.document_on or document.issued_on)
    if typed != (document.number, document.issued_on):
        sentence = say(
            "选了文件，文号和日期以文件为准（{number}，{day}），请留空", number=document.number, day=document.issued_on
        )
        raise RuleError(sentence, "document_no")


def _check_shares(document: FundingDocument, shares: Sequence[Share], total_fen: int) -> None:
    if not shares:
        raise RuleError(say("请至少填写一个项目和金额"), "total")
    codes = [share.project.code for share in shares]
    for share in shares:
        check_receiver(document, share.project)
        if codes.count(share.project.code) > 1:
            raise RuleError(say("{project}出现了两次，请合并为一行", project=share.project.name), "total")
        if share.amount_fen <= 0:
            raise RuleError(say("{project}的金额必须大于 0", project=share.project.name), "total")
    sum_fen = sum(share.amount_fen for share in shares)
    if sum_fen != total_fen:
        sums = {"sum": format_exact(sum_fen), "off": format_exact(abs(sum_fen - total_fen))}
        if sum_fen < total_fen:
            raise RuleError(say("各项目合计 {sum} 万元，比本次分配总额少 {off} 万元，请核对", **sums), "total")
        raise RuleError(say("各项目合计 {sum} 万元，比本次分配总额多 {off} 万元，请核对", **sums), "total")


def check_receiver(document: FundingDocument, project: Project) -> None:
    """Raise RuleError where a document may not give to a project."""
    if project.district_id != document.district_id:
        raise RuleError(
            say("{project}不在{district}，不能分配", project=project.name, district=document.district.name), "total"
        )
    if document.is_sample and not project.is_sample:
        raise RuleError(say("演示文件只能分配给演示项目，{project}不是", project=project.name), "total")


def _doubt(session: Session, share: Share) -> Sentence | None:
    question = unit_question(share.amount_fen, yardstick_fen(session, share.project))
    return say("{project}：{question}", project=share.project.name, question=question) if question else None


def give(session: Session, document: FundingDocument, share: Share, warning: str | None) -> LedgerEntry:
    """Enter what a document gives to one project, unchecked."""
    draft = LedgerDraft(
        source=document.source,
        state=document.state,
        year=document.year,
        month=share.month,
        amount_fen=share.amount_fen,
        note=share.note,
    )
    return write_entry(session, share.project, draft, document=document, warning=warning)


def withdraw_document(session: Session, document: FundingDocument, reason: str) -> None:
    """Declare a document void (作废); it stays in the list.

    Raises
    ------
    RuleError
        If it is void already, no reason is given, or entries refer to it that were not reversed.
    """
    hold(session, document)
    if document.withdrawn_at is not None:
        raise RuleError(say("这份文件已经作废"))
    if not reason:
        raise RuleError(say("请写明作废原因"), "reason")
    live = ledger.list_live_entries_of(session, document)
    if live:
        numbers = "、".join(str(entry.id) for entry in live[:5])
        raise RuleError(
            say("还有 {count} 笔分配未冲销（第 {numbers} 号），请先冲销再作废", count=len(live), numbers=numbers),
            "reason",
        )
    document.withdrawn_at, document.withdrawn_reason = utc_now(), reason
    session.flush()
