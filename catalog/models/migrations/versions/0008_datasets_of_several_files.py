"""Which of several files of a dataset decide, and which of them belong to it no more."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    merge = sa.Enum("all", "any", name="merge", native_enum=False, length=32)
    op.add_column("dataset", sa.Column("merge", merge, server_default="all", nullable=False))
    op.add_column("dataset", sa.Column("merge_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("source", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.drop_column("retired_at")
    with op.batch_alter_table("dataset", schema=None) as batch_op:
        batch_op.drop_column("merge_since")
        batch_op.drop_column("merge")
