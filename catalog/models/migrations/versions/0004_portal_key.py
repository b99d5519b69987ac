"""Which entry of which portal a dataset was harvested from."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dataset", sa.Column("portal_key", sa.String(), nullable=True))
    op.create_index("ix_dataset_portal_key", "dataset", ["portal_key"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_dataset_portal_key", table_name="dataset")
    with op.batch_alter_table("dataset", schema=None) as batch_op:
        batch_op.drop_column("portal_key")
