"""four estimates."""

import sqlalchemy as sa
from alembic import op

import portfolio.store.base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "estimate",
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Whose estimate"),
        sa.Column(
            "kind",
            sa.Enum(
                "feasibility",
                "design",
                "contract",
                "final",
                name="estimatekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="Which of the four (四算)",
        ),
        sa.Column(
            "ordinal",
            sa.Integer(),
            nullable=False,
            comment="1 for the first of its kind in the project, then one more",
        ),
        sa.Column(
            "amount_fen",
            sa.BigInteger(),
            nullable=True,
            comment="Amount in fen; null where the one before is withdrawn",
        ),
        sa.Column("approval_no", sa.Text(), nullable=True, comment="Number of the approval (批复文号)"),
        sa.Column("issuer", sa.Text(), nullable=True, comment="Office that approved it"),
        sa.Column("approved_on", sa.Date(), nullable=True, comment="Date of the approval"),
        sa.Column("file_id", sa.Integer(), nullable=True, comment="The approval itself"),
        sa.Column(
            "reason", sa.Text(), nullable=True, comment="Why it stands in place of the one before, or takes it back"
        ),
        sa.Column("warning", sa.Text(), nullable=True, comment="What was asked when it was entered, and confirmed"),
        sa.Column("entered_by", sa.Text(), nullable=False, comment="User name"),
        sa.Column("entered_at", portfolio.store.base.Instant(timezone=True), nullable=False, comment="When, UTC"),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_estimate_amount_positive")),
        sa.CheckConstraint("ordinal > 0", name=op.f("ck_estimate_ordinal_positive")),
        sa.CheckConstraint("ordinal > 1 OR amount_fen IS NOT NULL", name=op.f("ck_estimate_first_has_amount")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_estimate_file_id_stored_file")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_estimate_project_id_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimate")),
        sa.UniqueConstraint("project_id", "kind", "ordinal", name=op.f("uq_estimate_project_id_kind_ordinal")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("estimate")
