"""Column types that every table shares."""

from enum import Enum

from sqlalchemy import JSON
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.postgresql import JSONB

#: A structured value: JSONB on PostgreSQL, JSON text on SQLite.
Structured = JSON().with_variant(JSONB(), "postgresql")


def coded(vocabulary: type[Enum]) -> SqlEnum:
    """Return the column type that stores a closed vocabulary by its codes, not its names."""
    return SqlEnum(
        vocabulary,
        native_enum=False,
        length=32,
        values_callable=lambda members: [str(member.value) for member in members],
    )
