"""year of opening."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_BEFORE = "district_id cell lon lat accuracy stage status level completion_year total_investment_fen"
_AFTER = "district_id cell lon lat accuracy stage status level opening_year has_opened total_investment_fen"
_OPENED = ("in_use", "accepted")
_DELIVERED = ("accepted", "in_use", "final_account")


def upgrade() -> None:
    year = "Year in which it opens or opened, see openings; derived"
    come = "Whether that year has come true; derived"
    op.add_column("project", sa.Column("opening_year", sa.Integer(), comment=year))
    op.add_column(
        "project", sa.Column("has_opened", sa.Boolean(), nullable=False, server_default=sa.false(), comment=come)
    )
    _fill()
    op.drop_index("ix_project_map", "project")
    op.create_index("ix_project_map", "project", _AFTER.split())


def _fill() -> None:
    """Say of every project what its milestones and the register say of it."""
    names = ("id", "stage", "completion_year", "opening_year", "has_opened")
    project = sa.table("project", *(sa.column(name) for name in names))
    days = [sa.column(name, sa.Date) for name in ("actual_on", "forecast_on", "planned_on")]
    of = sa.table("milestone", sa.column("project_id"), sa.column("stage"), *days)

    def of_milestone(stage: str, what: sa.ColumnElement[int]) -> sa.ScalarSelect[int]:
        return sa.select(what).where(of.c.project_id == project.c.id, of.c.stage == stage).scalar_subquery()

    year = sa.cast(sa.extract("year", sa.func.coalesce(*days, type_=sa.Date)), sa.Integer)
    come = sa.case((of.c.actual_on.is_not(None), 1), else_=0)
    delivered = sa.case((project.c.stage.in_(_DELIVERED), 1), else_=0)
    years = sa.func.coalesce(*(of_milestone(stage, year) for stage in _OPENED), project.c.completion_year)
    has_come = sa.func.coalesce(*(of_milestone(stage, come) for stage in _OPENED), delivered) == 1
    op.execute(sa.update(project).values(opening_year=years, has_opened=has_come))


def downgrade() -> None:
    op.drop_index("ix_project_map", "project")
    op.drop_column("project", "has_opened")
    op.drop_column("project", "opening_year")
    op.create_index("ix_project_map", "project", _BEFORE.split())
