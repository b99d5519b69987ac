"""The answers of `mutakhir read` and `mutakhir validate`; field names are the contract's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from checks.tables.findings import Report
from checks.tables.grouping import Group, truncation
from checks.tables.mending.export import clean_rows
from checks.tables.mending.questions import Question
from checks.tables.profile import profile
from checks.tables.reading import read_table
from checks.tables.table import Cells, Decision, Table
from checks.tables.validation import Engine, validate


@dataclass(frozen=True, slots=True)
class WayAnswer:
    """One way to read a column that can be read in two, with examples."""

    code: str
    type: str
    label: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """A column that can be read in two ways; the first is usual."""

    code: str
    column: str
    message: str
    readings: tuple[WayAnswer, ...]


@dataclass(frozen=True, slots=True)
class GroupAnswer:
    """All findings of one kind in one column; `places` are cells as Excel names them."""

    code: str
    severity: str
    field: str | None
    n: int
    places: tuple[str, ...]
    message: str
    remedy: str


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


@dataclass(frozen=True, slots=True)
class AskingAnswer(ReadAnswer):
    """How a file is read, with what must be asked about it."""

    questions: tuple[QuestionAnswer, ...]


@dataclass(frozen=True, slots=True)
class GroupedAnswer(ValidationAnswer):
    """The verdict with its findings in groups; `note` says how much of them is left out.

    `questions` is None where nobody asked for them.
    """

    groups: tuple[GroupAnswer, ...]
    note: str | None
    questions: tuple[QuestionAnswer, ...] | None


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
    return answer_of_report(validate(path, schema, name=name, engine=engine), language)


def answer_of_report(seen: Report, language: str = "id") -> ValidationAnswer:
    """Return the answer on a report that is already made."""
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
        seen.valid,
        seen.n_rows,
        seen.fields,
        findings,
        seen.counts,
        seen.truncated,
        seen.seconds,
    )


def grouped_answer(
    seen: Report,
    groups: Iterable[Group],
    questions: Iterable[Question] | None,
    language: str = "id",
) -> GroupedAnswer:
    """Return the answer on a report with its findings in groups."""
    in_english = language == "en"
    plain, note = answer_of_report(seen, language), truncation(seen)
    return GroupedAnswer(
        **{field.name: getattr(plain, field.name) for field in fields(plain)},
        groups=tuple(_group_answer(group, in_english=in_english) for group in groups),
        note=note[in_english] if note else None,
        questions=None if questions is None else question_answers(questions, language),
    )


def asking_answer(
    read: ReadAnswer, questions: Iterable[Question], language: str = "id"
) -> AskingAnswer:
    """Return how a file is read with what must be asked about it."""
    return AskingAnswer(
        **{field.name: getattr(read, field.name) for field in fields(read)},
        questions=question_answers(questions, language),
    )


def _group_answer(group: Group, *, in_english: bool) -> GroupAnswer:
    return GroupAnswer(
        group.code,
        group.severity.value,
        group.field,
        group.n,
        group.places,
        group.message_en if in_english else group.message_id,
        group.remedy_en if in_english else group.remedy_id,
    )


def question_answers(
    questions: Iterable[Question], language: str = "id"
) -> tuple[QuestionAnswer, ...]:
    """Return what is asked of the operator, in one language."""
    in_english = language == "en"
    return tuple(
        QuestionAnswer(
            asked.code,
            asked.column,
            asked.message_en if in_english else asked.message_id,
            tuple(
                WayAnswer(
                    way.code,
                    way.type.value,
                    way.label_en if in_english else way.label_id,
                    way.examples,
                )
                for way in asked.readings
            ),
        )
        for asked in questions
    )
