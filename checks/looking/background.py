"""What a new content is compared with: declared columns, and the versions before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from catalog.models import VersionStatus
from catalog.models.db import reading
from catalog.rules.terms import Cadence, Rank
from checks.looking.rows import DATASET, PROMISE, VERSION, run
from checks.looking.watcher import Watcher

N_COMPARED = 24


@dataclass(frozen=True, slots=True)
class Background:
    """What is declared for a dataset, and which of its versions were accepted before."""

    cadence: Cadence
    time_column: str | None
    value_columns: tuple[str, ...]
    key_columns: tuple[str, ...]
    volatile_columns: tuple[str, ...]
    table_schema: Mapping[str, Any] | None
    previous_blob: str | None = None
    previous_name: str = ""
    previous_counts: tuple[int, ...] = ()

    @property
    def required_columns(self) -> tuple[str, ...]:
        """The columns that the dataset has promised by name."""
        named = (self.time_column, *self.value_columns, *self.key_columns)
        return tuple(dict.fromkeys(name for name in named if name))


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
        previous_blob=before[0].blob if before else None,
        previous_name=before[0].file_name if before else "",
        previous_counts=tuple(reversed(counts[:N_COMPARED])),
    )


_DECLARED = (
    select(
        DATASET.c.time_column,
        DATASET.c.value_columns,
        DATASET.c.key_columns,
        DATASET.c.volatile_columns,
        DATASET.c.table_schema,
        PROMISE.c.cadence,
    )
    .join(PROMISE, PROMISE.c.dataset_id == DATASET.c.id)
    .where(DATASET.c.id == bindparam("of_dataset"), PROMISE.c.ends_on.is_(None))
)
_BEFORE = (
    select(VERSION.c.blob, VERSION.c.file_name, VERSION.c.n_rows, VERSION.c.rank)
    .where(
        VERSION.c.dataset_id == bindparam("of_dataset"),
        VERSION.c.status == VersionStatus.ACCEPTED,
    )
    .order_by(VERSION.c.seen_at.desc(), VERSION.c.id.desc())
    .limit(2 * N_COMPARED)
)
_BEFORE_OF_SOURCE = _BEFORE.where(VERSION.c.source_id == bindparam("of_source"))
