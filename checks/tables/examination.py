"""The answers of `mutakhir infer`, `profile` and `diff`: what one file proposes, holds, changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from checks.tables.answers import QuestionAnswer, question_answers
from checks.tables.changes.canonical import canonical_hash
from checks.tables.changes.difference import RowChange, difference
from checks.tables.changes.drift import drift
from checks.tables.figures.column_figures import ColumnFigures, column_figures
from checks.tables.inference import infer, table_schema
from checks.tables.metadata import Variable, variables
from checks.tables.personal.forms import masked_cell, masked_personal
from checks.tables.profile import profile
from checks.tables.reading import read_table
from checks.tables.table import Table, UnreadableTable, shown


@dataclass(frozen=True, slots=True)
class SchemaAnswer:
    """What a file proposes: a Table Schema, its time, units, questions, and notes (MS-Var)."""

    schema: Mapping[str, Any]
    primary_key: tuple[str, ...]
    period_columns: tuple[str, ...]
    is_wide: bool
    units: Mapping[str, str]
    questions: tuple[QuestionAnswer, ...]
    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class ProfileAnswer:
    """A file in figures; times are UTC, None where the file has none."""

    n_rows: int
    period_column: str | None
    newest_period: str | None
    min_at: datetime | None
    max_at: datetime | None
    value_columns: tuple[str, ...]
    columns: tuple[ColumnFigures, ...]
    canonical_hash: str
    schema_fingerprint: str


@dataclass(frozen=True, slots=True)
class DifferenceAnswer:
    """What changed from one file to another: columns in words, rows in numbers.

    `row_columns` name the cells of the rows in the examples.
    """

    columns: tuple[str, ...]
    n_added: int
    n_removed: int
    n_changed: int
    row_columns: tuple[str, ...]
    examples: tuple[RowChange, ...]
    is_same: bool


def schema_answer(path: Path, name: str) -> SchemaAnswer:
    """Return what a file proposes. Raises UnreadableTable."""
    table = read_table(path, name=name)
    found = infer(table)
    return SchemaAnswer(
        schema=table_schema(found),
        primary_key=found.primary_key,
        period_columns=found.period_columns,
        is_wide=found.is_wide,
        units={field.name: field.unit for field in found.fields if field.unit},
        questions=question_answers(found.questions, "en"),
        variables=variables(table, found),
    )


def profile_answer(path: Path, name: str) -> ProfileAnswer:
    """Return a file in figures, personal numbers masked. Raises UnreadableTable."""
    table = read_table(path, name=name)
    seen = profile(table)
    return ProfileAnswer(
        n_rows=seen.n_rows,
        period_column=" + ".join(seen.time_columns) or None,
        newest_period=seen.newest_period_label,
        min_at=seen.min_at,
        max_at=seen.max_at,
        value_columns=seen.value_columns,
        columns=tuple(map(_masked_figures, column_figures(table))),
        canonical_hash=canonical_hash(table),
        schema_fingerprint=seen.schema_fingerprint,
    )


def difference_answer(
    old: Path, old_name: str, new: Path, new_name: str, key: Sequence[str]
) -> DifferenceAnswer:
    """Return what changed between two files, personal numbers masked.

    Raises UnreadableTable, also for a key that one of the files does not have.
    """
    before, after = _with_key(old, old_name, key), _with_key(new, new_name, key)
    found = difference(before, after, key)
    return DifferenceAnswer(
        columns=tuple(change.message_en for change in drift(before.columns, after.columns)),
        n_added=found.n_added,
        n_removed=found.n_removed,
        n_changed=found.n_changed,
        row_columns=found.columns,
        examples=tuple(map(_masked_change, found.examples)),
        is_same=canonical_hash(before) == canonical_hash(after),
    )


def _with_key(path: Path, name: str, key: Sequence[str]) -> Table:
    try:
        table = read_table(path, name=name)
    except UnreadableTable as error:
        in_id, in_english = f"{name}: {error.sentence_id}", f"{name}: {error.sentence_en}"
        raise UnreadableTable(error.code, in_id, in_english, error.row) from error
    for column in key:
        if table.column_index(column) is None:
            there = shown(table.header, 200)
            raise UnreadableTable(
                "no-key",
                f'{name} tidak punya kolom "{column}"; yang ada: {there}.',
                f'{name} has no column "{column}"; there are: {there}.',
            )
    return table


def _masked_figures(figures: ColumnFigures) -> ColumnFigures:
    lowest, highest = (
        masked_cell(figures.name, cell) if cell else cell
        for cell in (figures.lowest, figures.highest)
    )
    return replace(figures, lowest=lowest, highest=highest)


def _masked_change(change: RowChange) -> RowChange:
    before, after = (
        masked_cell(change.column or "", cell) if cell else cell
        for cell in (change.before, change.after)
    )
    row = tuple(map(masked_personal, change.row))
    return replace(change, row=row, before=before, after=after)
