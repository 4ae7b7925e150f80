"""The index of places holds what a map counts, so that what is in view is counted from it alone."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_BEFORE = "lon lat"
_AFTER = "lon lat district_id cell accuracy stage status level opening_year has_opened total_investment_fen"


def upgrade() -> None:
    op.drop_index("ix_project_place", "project")
    op.create_index("ix_project_place", "project", _AFTER.split())


def downgrade() -> None:
    op.drop_index("ix_project_place", "project")
    op.create_index("ix_project_place", "project", _BEFORE.split())
