"""The fund side: what each document and each source gave, to whom, and what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy.orm import Session

from portfolio.domain.quantities import format_exact
from portfolio.domain.sentences import Sentence, say
from portfolio.domain.terms import MoneyState, Source
from portfolio.reports.tables import Column, Kind, Table
from portfolio.store.queries import documents, ledger
from portfolio.store.queries.documents import DocumentFilter, DocumentStanding, Unclaimed
from portfolio.store.queries.projects import ProjectFilter

_DOCUMENTS = (
    Column("number", "文号", Kind.TEXT, 26),
    Column("issued_on", "文件日期", Kind.CODE, 12),
    Column("issuer", "发文机关", Kind.TEXT, 20),
    Column("district", "区县", Kind.TEXT, 10),
    Column("source", "资金来源", Kind.TERM, 18),
    Column("state", "资金状态", Kind.TERM, 10),
    Column("year", "年度", Kind.YEAR, 8),
    Column("amount", "文件金额", Kind.MONEY, 15),
    Column("allocated", "已分配", Kind.MONEY, 15),
    Column("left", "可分配", Kind.MONEY, 15),
    Column("projects", "项目数", Kind.COUNT, 8),
    Column("unclaimed", "未挂接（笔）", Kind.COUNT, 10),
    Column("record", "序号", Kind.CODE, 12),
)
_STATES = tuple(MoneyState)


def documents_table(session: Session, chosen: DocumentFilter, *, limit: int | None = None, offset: int = 0) -> Table:
    """Return one row per document, newest first; totals are of all live documents meant."""
    sums = documents.total_documents(session, chosen)
    found = documents.list_documents(session, chosen, limit=limit, offset=offset)
    unclaimed = documents.count_unclaimed(session, [one.document for one in found])
    totals = ("合计", *[None] * 6, sums.given_fen, sums.allocated_fen, sums.left_fen, sums.projects, None, None)
    rows = [_document_row(one, unclaimed.get(one.document.id, Unclaimed())) for one in found]
    return Table("资金文件", _DOCUMENTS, rows, totals, [*_document_notes(unclaimed.values())], sums.count)


def _document_notes(unclaimed: Collection[Unclaimed]) -> Iterator[Sentence]:
    yield say("可分配 = 文件金额 − 已分配；冲销分配后金额退回文件；合计不含已作废的文件。")
    if unclaimed:
        fen = sum(one.fen for one in unclaimed)
        yield say(
            "所列文件另有 {count} 笔（{amount} 万元）只写文号、未挂接，没有计入已分配；打开文件可以认领。",
            count=sum(one.count for one in unclaimed),
            amount=format_exact(fen),
        )


def _document_row(one: DocumentStanding, unclaimed: Unclaimed) -> tuple[object, ...]:
    document = one.document
    return (
        say("{number}（已作废）", number=document.number) if document.withdrawn_at else document.number,
        document.issued_on.isoformat(),
        document.issuer,
        document.district.name,
        document.source,
        document.state,
        document.year,
        document.amount_fen,
        one.allocated_fen,
        one.left_fen,
        one.projects,
        unclaimed.count,
        str(document.id),
    )


def sources_table(session: Session, district: str | None) -> Table:
    """Return one row per source that has money or documents: what documents give, and how far the money has come."""
    sums: dict[Source, dict[MoneyState, int]] = defaultdict(lambda: defaultdict(int))
    for source, _year, state, fen in ledger.sum_by_source_and_year(session, ProjectFilter(district=district)):
        sums[source][state] += int(fen)
    rows = []
    for source in Source:
        held = documents.total_documents(session, DocumentFilter(district=district, source=source))
        if held.count or source in sums:
            given = (held.count, held.given_fen, held.left_fen) if held.count else (0, None, None)
            rows.append((source, say(source.group), *given, *_far(sums.get(source, {}))))
    columns = (
        Column("source", "资金来源", Kind.TERM, 18),
        Column("group", "来源类别", Kind.TEXT, 12),
        Column("documents", "文件数", Kind.COUNT, 8),
        Column("given", "文件金额", Kind.MONEY, 15),
        Column("undivided", "待分配", Kind.MONEY, 15),
        *(Column(state.value, state.label, Kind.MONEY, 15) for state in _STATES),
        Column("unspent", "到位未支付", Kind.MONEY, 15),
    )
    notes = [say("文件金额按各份文件所处状态登记，同一笔钱可能先后有下达、到位两份文件，不宜相加作为资金总量。")]
    return Table("资金来源", columns, rows, notes=notes, count=len(rows))


def _far(sums: dict[MoneyState, int]) -> tuple[int | None, ...]:
    received, paid = sums.get(MoneyState.RECEIVED), sums.get(MoneyState.PAID)
    unspent = None if received is None else received - (paid or 0)
    return (*(sums.get(state) for state in _STATES), unspent)


def receivers_table(session: Session, source: Source, chosen: ProjectFilter) -> Table:
    """Return one row per project that has money of a source: how far it has come, and what is left unpaid."""
    sums: dict[tuple[str, str, str], dict[MoneyState, int]] = defaultdict(dict)
    for row in ledger.sum_by_project(session, chosen, source=source):
        sums[row.code, row.name, row.district][row.state] = int(row.fen)
    rows: list[tuple[Any, ...]] = [
        (name, code, district, *_far(sums[code, name, district])) for code, name, district in sorted(sums)
    ]
    columns = (
        Column("name", "项目名称", Kind.TEXT, 34),
        Column("code", "编码", Kind.CODE, 14),
        Column("district", "区县", Kind.TEXT, 10),
        *(Column(state.value, state.label, Kind.MONEY, 15) for state in _STATES),
        Column("unspent", "到位未支付", Kind.MONEY, 15),
    )
    places = range(3, len(columns))
    known = [[row[place] for row in rows if row[place] is not None] for place in places]
    totals = ("合计", None, None, *(sum(values) if values else None for values in known))
    return Table("给了哪些项目", columns, rows, totals if rows else None, count=len(rows))
