"""What is in hand is found without asking every source."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    held = sa.text("leased_until IS NOT NULL")
    op.create_index(
        "ix_source_in_hand",
        "source",
        ["leased_until"],
        unique=False,
        sqlite_where=held,
        postgresql_where=held,
    )


def downgrade() -> None:
    op.drop_index("ix_source_in_hand", table_name="source")
