"""What goes into the reading process and what comes back: plain values, no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from catalog.rules.evidence import Coverage
from catalog.rules.terms import Cadence, Validity
from checks.tables.findings import Finding


@dataclass(frozen=True, slots=True)
class Background:
    """What is declared for a dataset, and which of its versions were accepted before.

    `reading_choices` are those of the operator, by column (checks.tables.mending.choices).
    `counts_by_period` are the rows of the versions that held one period alone, by its label.
    """

    cadence: Cadence
    time_column: str | None
    value_columns: tuple[str, ...]
    key_columns: tuple[str, ...]
    volatile_columns: tuple[str, ...]
    table_schema: Mapping[str, Any] | None
    reading_choices: Mapping[str, str] = field(default_factory=dict)
    previous_blob: str | None = None
    previous_name: str = ""
    previous_counts: tuple[int, ...] = ()
    counts_by_period: Mapping[str, int] = field(default_factory=dict)

    @property
    def required_columns(self) -> tuple[str, ...]:
        """The columns that the dataset has promised by name."""
        named = (self.time_column, *self.value_columns, *self.key_columns)
        return tuple(dict.fromkeys(name for name in named if name))


@dataclass(frozen=True, slots=True)
class Content:
    """One new content: where it lies, what its source says of it, and what it is held against.

    `previous_path` is where the last accepted version lies, None where there is none;
    `zone` and `city_code` are those of the city.
    """

    path: Path
    blob: str
    n_bytes: int
    file_name: str
    media_type: str | None
    known: Background
    previous_path: Path | None
    zone: str
    city_code: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Examined:
    """A new content as it was read: all that a version stores but its number and rank.

    `held` is the code of why it waits for a person, None where nothing speaks against
    it; `held_reason` the sentence for people. `declared_period` is the label that an
    operator or the file name gives. `is_volatile` says that two downloads differed.
    """

    blob: str
    n_bytes: int
    file_name: str
    validity: Validity
    is_readable: bool = True
    media_type: str | None = None
    canonical_hash: str | None = None
    fingerprint: str | None = None
    header: tuple[str, ...] = ()
    column_types: tuple[str, ...] = ()
    n_rows: int | None = None
    min_at: datetime | None = None
    max_at: datetime | None = None
    newest_period: str | None = None
    coverage: Coverage | None = None
    n_added: int | None = None
    n_removed: int | None = None
    n_changed: int | None = None
    changes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    held: str | None = None
    held_reason: str | None = None
    declared_period: str | None = None
    is_volatile: bool = False
