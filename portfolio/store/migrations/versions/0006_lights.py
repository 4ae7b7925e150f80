"""lights."""

import sqlalchemy as sa
from alembic import op

import portfolio.store.base

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_LIGHT = sa.Enum("green", "amber", "red", "none", name="light", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "light_change",
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number, in order of time"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Whose light"),
        sa.Column(
            "light",
            _LIGHT,
            nullable=False,
            comment="The light shown from then on",
        ),
        sa.Column("sentence", sa.Text(), nullable=False, comment="Why, in words"),
        sa.Column("seen_on", sa.Date(), nullable=False, comment="Day on which the change was written down"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_light_change_project_id_project"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_light_change")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("light_change", schema=None) as batch_op:
        batch_op.create_index("ix_light_change_project", ["project_id", "id"], unique=False)

    op.create_table(
        "light_override",
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Whose light"),
        sa.Column(
            "light",
            _LIGHT,
            nullable=False,
            comment="The light set",
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why"),
        sa.Column("expires_on", sa.Date(), nullable=False, comment="Last day on which it holds"),
        sa.Column("made_by", sa.Text(), nullable=False, comment="User name"),
        sa.Column("made_at", portfolio.store.base.Instant(timezone=True), nullable=False, comment="When, UTC"),
        sa.Column("ended_by", sa.Text(), nullable=True, comment="Who took it back before its time; null: nobody"),
        sa.Column(
            "ended_at",
            portfolio.store.base.Instant(timezone=True),
            nullable=True,
            comment="When it was taken back, UTC",
        ),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_light_override_project_id_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_light_override")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("light_override", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_light_override_project_id"), ["project_id"], unique=False)

    op.create_table(
        "project_light",
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Whose light"),
        sa.Column("is_measured", sa.Boolean(), nullable=False, comment="Whether enough is known for green"),
        sa.Column("amber_on", sa.Date(), nullable=True, comment="Amber from this day on"),
        sa.Column("red_on", sa.Date(), nullable=True, comment="Red from this day on"),
        sa.Column("year", sa.Integer(), nullable=True, comment="Year of the investment that the next two hold in"),
        sa.Column("year_amber_on", sa.Date(), nullable=True, comment="Amber from this day to the year's end"),
        sa.Column("year_red_on", sa.Date(), nullable=True, comment="Red from this day to the year's end"),
        sa.Column(
            "override",
            _LIGHT,
            nullable=True,
            comment="What a person said instead",
        ),
        sa.Column("override_until", sa.Date(), nullable=True, comment="Last day on which that holds"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_light_project_id_project"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_project_light")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("project_light")
    with op.batch_alter_table("light_override", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_light_override_project_id"))

    op.drop_table("light_override")
    with op.batch_alter_table("light_change", schema=None) as batch_op:
        batch_op.drop_index("ix_light_change_project")

    op.drop_table("light_change")
