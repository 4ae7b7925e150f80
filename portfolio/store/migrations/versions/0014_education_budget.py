"""education budget."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "budget_figure",
        sa.Column("district_id", sa.Integer(), nullable=False, comment="Whose budget"),
        sa.Column(
            "measure",
            sa.Enum(
                "spending", "per_student", name="budgetmeasure", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
            comment="What is stated",
        ),
        sa.Column("year", sa.Integer(), nullable=False, comment="Budget year"),
        sa.Column(
            "amount_fen",
            sa.BigInteger(),
            nullable=False,
            comment="Amount in fen; of one student where the measure is per student",
        ),
        sa.Column(
            "basis",
            sa.Text(),
            nullable=False,
            comment="Where the figure comes from: title, number or page of the source",
        ),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_budget_figure_amount_positive")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_budget_figure_year_plausible")),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_budget_figure_district_id_district")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_figure")),
        sa.UniqueConstraint("district_id", "measure", "year", name=op.f("uq_budget_figure_district_id_measure_year")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "budget_rule",
        sa.Column("plan_id", sa.Integer(), nullable=False, comment="Plan that says it"),
        sa.Column(
            "measure",
            sa.Enum(
                "spending", "per_student", name="budgetmeasure", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
            comment="What shall not fall",
        ),
        sa.Column("section", sa.Text(), nullable=False, comment="Where the plan says it"),
        sa.Column("quote", sa.Text(), nullable=False, comment="The plan's own words"),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_budget_rule_plan_id_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_rule")),
        sa.UniqueConstraint("plan_id", "measure", name=op.f("uq_budget_rule_plan_id_measure")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("budget_rule")
    op.drop_table("budget_figure")
