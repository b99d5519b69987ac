"""The newest decision of each kind is found at once: every page asks for it."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_version_decided_at", "version", "decided_at"),
    ("ix_declaration_decided_at", "declaration", "decided_at"),
    ("ix_closing_retracted_at", "closing", "retracted_at"),
)


def upgrade() -> None:
    for name, table, column in _INDEXES:
        op.create_index(name, table, [column], unique=False)


def downgrade() -> None:
    for name, table, _ in _INDEXES:
        op.drop_index(name, table_name=table)
