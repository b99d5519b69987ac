"""Versions on the inspector's table, for the tests of validators."""

from datetime import UTC, datetime
from typing import Any

from checks.tables.profile import profile
from checks.validators import Inspection
from tests.tables.building import table_of

NOW = datetime(2025, 7, 21, 1, 0, tzinfo=UTC)


def inspection(text: str, previous: str | None = None, **known: Any) -> Inspection:
    """Return a version, with the one before it when given."""
    table = table_of(text)
    before = table_of(previous) if previous else None
    return Inspection(
        table=table,
        profile=profile(table),
        now=known.pop("now", NOW),
        previous_table=before,
        previous_profile=profile(before) if before else None,
        **known,
    )
