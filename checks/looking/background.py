"""What a new content is compared with: declared columns, and the versions before it."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from catalog.models import VersionStatus
from catalog.models.db import reading
from catalog.rules.periods import only_period
from catalog.rules.terms import Cadence, Rank
from checks.looking.content import Background
from checks.looking.rows import DATASET, PROMISE, VERSION, run
from checks.looking.watcher import Watcher

__all__ = ["Background", "background"]

N_COMPARED = 24


def background(watcher: Watcher, dataset_id: int, source_id: int | None) -> Background:
    """Load what a new content of this dataset is compared with.

    Of a source only its own versions count, of an upload (no source) those of all.
    """
    with reading(watcher.reader) as session:
        found = run(session, _DECLARED, {"of_dataset": dataset_id}).one()
        if source_id is None:
            before = run(session, _BEFORE, {"of_dataset": dataset_id}).all()
        else:
            whose = {"of_dataset": dataset_id, "of_source": source_id}
            before = run(session, _BEFORE_OF_SOURCE, whose).all()
    counts = [row.n_rows for row in before if row.rank in (Rank.E4, Rank.E5) and row.n_rows]
    return Background(
        cadence=found.cadence,
        time_column=found.time_column,
        value_columns=tuple(found.value_columns),
        key_columns=tuple(found.key_columns),
        volatile_columns=tuple(found.volatile_columns),
        table_schema=found.table_schema,
        reading_choices=found.reading_choices or {},
        previous_blob=before[0].blob if before else None,
        previous_name=before[0].file_name if before else "",
        previous_counts=tuple(reversed(counts[:N_COMPARED])),
        counts_by_period=_counts_by_period(found.cadence, before, watcher.timezone),
    )


def _counts_by_period(cadence: Cadence, before: Sequence[Any], zone: ZoneInfo) -> dict[str, int]:
    """Return the rows of the newest version of every period that had a file of its own."""
    counts: dict[str, int] = {}
    for row in before:
        if row.n_rows and row.min_at and row.max_at:
            first, last = (at.astimezone(zone).date() for at in (row.min_at, row.max_at))
            if period := only_period(cadence, first, last):
                counts.setdefault(period.label, row.n_rows)
    return counts


_DECLARED = (
    select(
        DATASET.c.time_column,
        DATASET.c.value_columns,
        DATASET.c.key_columns,
        DATASET.c.volatile_columns,
        DATASET.c.table_schema,
        DATASET.c.reading_choices,
        PROMISE.c.cadence,
    )
    .join(PROMISE, PROMISE.c.dataset_id == DATASET.c.id)
    .where(DATASET.c.id == bindparam("of_dataset"), PROMISE.c.ends_on.is_(None))
)
_BEFORE = (
    select(
        VERSION.c.blob,
        VERSION.c.file_name,
        VERSION.c.n_rows,
        VERSION.c.rank,
        VERSION.c.min_at,
        VERSION.c.max_at,
    )
    .where(
        VERSION.c.dataset_id == bindparam("of_dataset"),
        VERSION.c.status == VersionStatus.ACCEPTED,
    )
    .order_by(VERSION.c.seen_at.desc(), VERSION.c.id.desc())
    .limit(2 * N_COMPARED)
)
_BEFORE_OF_SOURCE = _BEFORE.where(VERSION.c.source_id == bindparam("of_source"))
