"""milestones."""

import sqlalchemy as sa
from alembic import op

import portfolio.store.base

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approval",
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Whose approval"),
        sa.Column(
            "kind",
            sa.Enum(
                "proposal",
                "feasibility",
                "site",
                "environment",
                "design",
                "permit",
                "other",
                name="approvalkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="What is approved",
        ),
        sa.Column("number", sa.Text(), nullable=False, comment="Number of the approval (批复文号)"),
        sa.Column("issuer", sa.Text(), nullable=True, comment="Office that issued it"),
        sa.Column("approved_on", sa.Date(), nullable=False, comment="Day of issue"),
        sa.Column("valid_until", sa.Date(), nullable=True, comment="Last day of validity; null: no end"),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_approval_project_id_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("project_id", "kind", "number", name=op.f("uq_approval_project_id_kind_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approval_valid_until"), ["valid_until"], unique=False)

    op.create_table(
        "baseline",
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Whose baseline"),
        sa.Column("number", sa.Integer(), nullable=False, comment="1 for the first of the project, then one more"),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why it was fixed"),
        sa.Column(
            "days",
            sa.Text(),
            nullable=False,
            comment="Planned day of each stage, as JSON text of stage code to ISO day",
        ),
        sa.Column("made_by", sa.Text(), nullable=False, comment="User name"),
        sa.Column("made_at", portfolio.store.base.Instant(timezone=True), nullable=False, comment="When, UTC"),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_baseline_project_id_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_baseline_project_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "milestone",
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Whose milestone"),
        sa.Column(
            "stage",
            sa.Enum(
                "reserve",
                "proposal",
                "feasibility",
                "design",
                "tender",
                "started",
                "foundation",
                "structure",
                "topped_out",
                "finishing",
                "accepted",
                "in_use",
                "final_account",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="Stage that is reached with it",
        ),
        sa.Column("planned_on", sa.Date(), nullable=True, comment="Planned day (计划)"),
        sa.Column("forecast_on", sa.Date(), nullable=True, comment="Expected day (预计)"),
        sa.Column("actual_on", sa.Date(), nullable=True, comment="Actual day (实际)"),
        sa.Column(
            "is_confirmed",
            sa.Boolean(),
            nullable=False,
            comment="Whether somebody checked the actual day against a document",
        ),
        sa.Column(
            "delay_reason",
            sa.Enum(
                "land",
                "funds",
                "approval",
                "design",
                "tender",
                "contractor",
                "weather",
                "utilities",
                "other",
                name="delayreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
            comment="Why it is late (滞后原因)",
        ),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_milestone_project_id_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sa.UniqueConstraint("project_id", "stage", name=op.f("uq_milestone_project_id_stage")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("milestone")
    op.drop_table("baseline")
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_approval_valid_until"))

    op.drop_table("approval")
