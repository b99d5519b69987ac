"""The answers of `mutakhir read` and `mutakhir validate`; field names are the contract's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.tables.export import clean_rows
from checks.tables.profile import profile
from checks.tables.reading import read_table
from checks.tables.table import Cells, Decision, Table
from checks.tables.validation import Engine, validate


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """How a file is read; `rows` are clean text cells (decimal point, ISO dates)."""

    decisions: tuple[Decision, ...]
    header: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[Cells, ...]
    n_rows: int
    period_column: str | None
    newest_period: str | None


@dataclass(frozen=True, slots=True)
class FindingAnswer:
    """One finding; `message` is in the language asked for."""

    code: str
    severity: str
    row: int | None
    field: str | None
    field_number: int | None
    cell: str | None
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ValidationAnswer:
    """The verdict on a file."""

    valid: bool
    rows: int
    fields: tuple[str, ...]
    findings: tuple[FindingAnswer, ...]
    counts: Mapping[str, int]
    truncated: bool
    seconds: float


def reading_answer(
    path: Path,
    name: str | None = None,
    *,
    media_type: str | None = None,
    time_column: str | None = None,
    value_columns: Sequence[str] = (),
) -> ReadAnswer:
    """Return how a file is read. Raises UnreadableTable when it is no table."""
    return answer_of(
        read_table(path, name=name, media_type=media_type),
        time_column=time_column,
        value_columns=value_columns,
    )


def answer_of(
    table: Table, *, time_column: str | None = None, value_columns: Sequence[str] = ()
) -> ReadAnswer:
    """Return the answer on a table that is already read."""
    seen = profile(table, time_column=time_column, value_columns=value_columns)
    return ReadAnswer(
        decisions=table.decisions,
        header=table.header,
        types=tuple(column.type.value for column in table.columns),
        rows=tuple(clean_rows(table)),
        n_rows=table.n_rows,
        period_column=" + ".join(seen.time_columns) or None,
        newest_period=seen.newest_period_label,
    )


def validation_answer(
    path: Path,
    schema: Mapping[str, Any] | None = None,
    *,
    name: str | None = None,
    language: str = "id",
    engine: Engine = "fast",
) -> ValidationAnswer:
    """Return the verdict on a file.

    Raises UnreadableTable when it cannot be opened and BadSchema for an unusable schema.
    """
    seen = validate(path, schema, name=name, engine=engine)
    in_english = language == "en"
    findings = tuple(
        FindingAnswer(
            f.code,
            f.severity.value,
            f.row,
            f.field,
            f.field_number,
            f.cell,
            f.message_en if in_english else f.message_id,
            f.remedy_en if in_english else f.remedy_id,
        )
        for f in seen.findings
    )
    return ValidationAnswer(
        seen.valid, seen.n_rows, seen.fields, findings, seen.counts, seen.truncated, seen.seconds
    )
