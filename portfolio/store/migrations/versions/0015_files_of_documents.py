"""files of documents."""

import sqlalchemy as sa
from alembic import op

import portfolio.store.base

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file_withdrawal",
        sa.Column("file_id", sa.Integer(), nullable=False, comment="Which file"),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why"),
        sa.Column("withdrawn_by", sa.Text(), nullable=False, comment="User name"),
        sa.Column("withdrawn_at", portfolio.store.base.Instant(timezone=True), nullable=False, comment="When, UTC"),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_file_withdrawal_file_id_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_withdrawal")),
        sa.UniqueConstraint("file_id", name=op.f("uq_file_withdrawal_file_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "document_file",
        sa.Column("document_id", sa.Integer(), nullable=False, comment="Whose file"),
        sa.Column("file_id", sa.Integer(), nullable=False, comment="The file itself"),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["funding_document.id"], name=op.f("fk_document_file_document_id_funding_document")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_document_file_file_id_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_file")),
        sa.UniqueConstraint("file_id", name=op.f("uq_document_file_file_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("document_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_file_document_id"), ["document_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("document_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_file_document_id"))

    op.drop_table("document_file")
    op.drop_table("file_withdrawal")
