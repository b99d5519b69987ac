"""Alembic's entry: runs inside the connection that `db.migrate` hands over."""

from alembic import context
from sqlmodel import SQLModel

from catalog import models  # noqa: F401  (fills the metadata)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
