"""secrets of settings."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "What goes with the value and is never shown or told again"
    op.add_column("setting", sa.Column("secret", sa.Text(), nullable=True, comment=comment))


def downgrade() -> None:
    op.drop_column("setting", "secret")
