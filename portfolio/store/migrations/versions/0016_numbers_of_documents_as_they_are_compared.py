"""numbers of documents as they are compared."""

import sqlalchemy as sa
from alembic import op

from portfolio.domain.search import document_key

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ENTRY = sa.table("ledger_entry", sa.column("id"), sa.column("document_no"), sa.column("document_key"))
_UNCLAIMED = sa.text("document_id IS NULL AND document_key IS NOT NULL")
_AT_A_TIME = 5_000


def upgrade() -> None:
    comment = "Number folded for comparing; derived"
    op.add_column("ledger_entry", sa.Column("document_key", sa.Text(), nullable=True, comment=comment))
    last = 0
    while rows := _numbers_after(last):
        keys = [{"of": row.id, "key": document_key(row.document_no)} for row in rows]
        filled = sa.update(_ENTRY).where(_ENTRY.c.id == sa.bindparam("of")).values(document_key=sa.bindparam("key"))
        op.get_bind().execute(filled, keys)
        last = rows[-1].id
    op.create_index(
        "ix_ledger_entry_unclaimed",
        "ledger_entry",
        ["document_key"],
        sqlite_where=_UNCLAIMED,
        postgresql_where=_UNCLAIMED,
    )


def _numbers_after(last: int) -> list[sa.Row[int, str]]:
    """Return some entries that name a document, by number, from the one after ``last``."""
    found = sa.select(_ENTRY.c.id, _ENTRY.c.document_no).where(_ENTRY.c.id > last, _ENTRY.c.document_no.is_not(None))
    return list(op.get_bind().execute(found.order_by(_ENTRY.c.id).limit(_AT_A_TIME)))


def downgrade() -> None:
    op.drop_index("ix_ledger_entry_unclaimed", "ledger_entry")
    op.drop_column("ledger_entry", "document_key")
