"""places on the map."""

import sqlalchemy as sa
from alembic import op

from portfolio.domain.cells import cell_of

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MAP_COLUMNS = "district_id cell lon lat accuracy stage status level completion_year total_investment_fen"
_ADDED = ("place_confirmed_by", "site_outline", "cell")


def upgrade() -> None:
    confirmer = "Who confirmed the place; null while nobody has"
    outline = "Outline of the site, WGS-84, as GeoJSON geometry text"
    cell = "Square of the place, see domain.cells; derived"
    op.add_column("project", sa.Column("place_confirmed_by", sa.Text(), comment=confirmer))
    op.add_column("project", sa.Column("site_outline", sa.Text(), comment=outline))
    op.add_column("project", sa.Column("cell", sa.BigInteger(), comment=cell))
    _fill_cells()
    op.create_index("ix_project_map", "project", _MAP_COLUMNS.split())


def _fill_cells() -> None:
    names = ("id", "lon", "lat", "cell")
    project = sa.table("project", *(sa.column(name) for name in names))
    connection = op.get_bind()
    located = sa.select(project.c.id, project.c.lon, project.c.lat).where(project.c.lon.is_not(None))
    cells = [{"row": row.id, "square": cell_of(row.lon, row.lat)} for row in connection.execute(located)]
    if cells:
        put = sa.update(project).where(project.c.id == sa.bindparam("row")).values(cell=sa.bindparam("square"))
        connection.execute(put, cells)


def downgrade() -> None:
    op.drop_index("ix_project_map", "project")
    for name in reversed(_ADDED):
        op.drop_column("project", name)
