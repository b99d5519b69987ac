"""The table of the search, which no model describes: it differs on each database."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE dataset_search USING fts5"
            "(title, agency, rest, tokenize='unicode61', prefix='3 4')"
        )
        return
    op.execute(
        "CREATE TABLE dataset_search (dataset_id INTEGER PRIMARY KEY, words TSVECTOR NOT NULL)"
    )
    op.execute("CREATE INDEX ix_dataset_search_words ON dataset_search USING gin (words)")


def downgrade() -> None:
    op.execute("DROP TABLE dataset_search")
