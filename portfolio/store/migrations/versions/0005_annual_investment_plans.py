"""annual investment plans."""

import sqlalchemy as sa
from alembic import op

import portfolio.store.base

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "plan_change",
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Whose plan"),
        sa.Column("year", sa.Integer(), nullable=False, comment="Plan year"),
        sa.Column(
            "move",
            sa.Enum("set", "adjust", name="planmove", native_enum=False, create_constraint=True, length=32),
            nullable=False,
            comment="The plan as first set, or an adjustment",
        ),
        sa.Column("document_no", sa.Text(), nullable=True, comment="Number of the document (文号)"),
        sa.Column("document_on", sa.Date(), nullable=True, comment="Date of the document"),
        sa.Column("reason", sa.Text(), nullable=True, comment="Why it was adjusted"),
        sa.Column("entered_by", sa.Text(), nullable=False, comment="User name"),
        sa.Column("entered_at", portfolio.store.base.Instant(timezone=True), nullable=False, comment="When, UTC"),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.CheckConstraint("move = 'set' OR reason IS NOT NULL", name=op.f("ck_plan_change_adjustment_has_reason")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_plan_change_year_plausible")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_plan_change_project_id_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_change")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("plan_change", schema=None) as batch_op:
        batch_op.create_index("ix_plan_change_project", ["project_id", "year"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_change_year"), ["year"], unique=False)

    op.create_table(
        "plan_line",
        sa.Column("change_id", sa.Integer(), nullable=False, comment="Decision it belongs to"),
        sa.Column(
            "source",
            sa.Enum(
                "central_budget",
                "central_transfer",
                "city_grant",
                "city_special",
                "district_budget",
                "district_fund",
                "special_bond",
                "general_bond",
                "counterpart_aid",
                "east_west_aid",
                "school",
                "social",
                "donation",
                "estate_handover",
                "loan",
                "other",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="Funding source (资金来源)",
        ),
        sa.Column("quarter", sa.Integer(), nullable=True, comment="Quarter; null where the plan names the year alone"),
        sa.Column(
            "amount_fen",
            sa.BigInteger(),
            nullable=False,
            comment="Work value in fen; below zero where less is planned than before",
        ),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_plan_line_amount_not_zero")),
        sa.CheckConstraint("quarter BETWEEN 1 AND 4", name=op.f("ck_plan_line_quarter_in_year")),
        sa.ForeignKeyConstraint(["change_id"], ["plan_change.id"], name=op.f("fk_plan_line_change_id_plan_change")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_line")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("plan_line", schema=None) as batch_op:
        batch_op.create_index("ix_plan_line_change", ["change_id", "source", "quarter", "amount_fen"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("plan_line", schema=None) as batch_op:
        batch_op.drop_index("ix_plan_line_change")

    op.drop_table("plan_line")
    with op.batch_alter_table("plan_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_change_year"))
        batch_op.drop_index("ix_plan_change_project")

    op.drop_table("plan_change")
