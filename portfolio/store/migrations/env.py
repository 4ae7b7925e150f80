"""Alembic's entry: runs the migrations on the connection that ``portfolio.store.schema`` hands over."""

from alembic import context

from portfolio.store import models  # noqa: F401
from portfolio.store.base import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    user_module_prefix="portfolio.store.base.",
)
with context.begin_transaction():
    context.run_migrations()
