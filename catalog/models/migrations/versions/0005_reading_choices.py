"""How the operator said that columns of a dataset are to be read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    structured = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("dataset", sa.Column("reading_choices", structured, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("dataset", schema=None) as batch_op:
        batch_op.drop_column("reading_choices")
