"""desks."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "saved_view",
        sa.Column("user_id", sa.Integer(), nullable=False, comment="Whose view"),
        sa.Column("name", sa.Text(), nullable=False, comment="What the person calls it"),
        sa.Column("address", sa.Text(), nullable=False, comment="Path and query of a page of this software"),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_saved_view_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_view_user_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "followed",
        sa.Column("user_id", sa.Integer(), nullable=False, comment="Who follows"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Which project"),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_followed_project_id_project")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_followed_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followed")),
        sa.UniqueConstraint("user_id", "project_id", name=op.f("uq_followed_user_id_project_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("followed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_followed_project_id"), ["project_id"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("followed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_followed_project_id"))

    op.drop_table("followed")
    op.drop_table("saved_view")
