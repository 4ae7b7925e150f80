"""files of contracts and estimates."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_HOLDERS = ("contract", "estimate")


def upgrade() -> None:
    for holder in _HOLDERS:
        table, owner = f"{holder}_file", f"{holder}_id"
        op.create_table(
            table,
            sa.Column(owner, sa.Integer(), nullable=False, comment="Whose file"),
            sa.Column("file_id", sa.Integer(), nullable=False, comment="The file itself"),
            sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
            sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
            sa.ForeignKeyConstraint([owner], [f"{holder}.id"], name=op.f(f"fk_{table}_{owner}_{holder}")),
            sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f(f"fk_{table}_file_id_stored_file")),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            sa.UniqueConstraint("file_id", name=op.f(f"uq_{table}_file_id")),
            sqlite_autoincrement=True,
        )
        op.create_index(op.f(f"ix_{table}_{owner}"), table, [owner], unique=False)


def downgrade() -> None:
    for holder in reversed(_HOLDERS):
        op.drop_index(op.f(f"ix_{holder}_file_{holder}_id"), f"{holder}_file")
        op.drop_table(f"{holder}_file")
