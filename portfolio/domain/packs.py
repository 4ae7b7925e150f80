"""The files of a leadership pack (报告), and how far one has come."""

from __future__ import annotations

from portfolio.domain.terms import Term


class PackKind(Term):
    """A file of a pack; the code is its ending."""

    XLSX = "xlsx", "Excel 数据表"
    DOCX = "docx", "Word 专报"
    PPTX = "pptx", "汇报幻灯片"
    PDF = "pdf", "PDF 专报"
    CSV = "csv", "CSV 数据"


class PackState(Term):
    """How far the making of a pack has come."""

    WAITING = "waiting", "排队"
    RUNNING = "running", "正在生成"
    DONE = "done", "已生成"
    FAILED = "failed", "没有生成"

    @property
    def is_over(self) -> bool:
        """Return whether nothing more will happen."""
        return self in (PackState.DONE, PackState.FAILED)
