"""A Table Schema proposed from a file as it was read, for an operator to confirm."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from checks.tables.columns import MISSING_WORDS, is_code_name, is_unit_name, name_key
from checks.tables.figures.measures import measures, row_numbers, time_indexes
from checks.tables.mending.questions import Question, questions
from checks.tables.table import Column, ColumnType, Table
from checks.tables.time_columns import time_columns

_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%y", "%Y%m%d")
_PLAIN_NUMBER = re.compile(r"[+-]?[\d.,]+(?:[eE][+-]?\d+)?")
_TRUE = frozenset({"ya", "true", "yes", "benar"})
_REMARK = re.compile(r"^(?:ket|keterangan|catatan|remark|note|uraian_tambahan)(?:_|$)")
_WIDEST_KEY = 6
_LONGEST_CODE = 20


@dataclass(frozen=True, slots=True)
class InferredField:
    """One column as it would stand in a schema: the frictionless type with its options."""

    name: str
    type: ColumnType
    schema_type: str
    options: Mapping[str, Any]
    unit: str | None
    is_code: bool


@dataclass(frozen=True, slots=True)
class Inference:
    """What a file proposes: fields, key, period, missing words, and what must be asked.

    `period_columns` together say the time of a row; with `is_wide` they are the columns of
    the times themselves, one value each.
    """

    fields: tuple[InferredField, ...]
    primary_key: tuple[str, ...]
    period_columns: tuple[str, ...]
    is_wide: bool
    missing_words: tuple[str, ...]
    questions: tuple[Question, ...]


def infer(table: Table) -> Inference:
    """Return the schema that a table proposes; nothing unclear is decided silently."""
    times = time_columns(table)
    return Inference(
        fields=tuple(_field(table, index) for index in range(len(table.header))),
        primary_key=_key(table),
        period_columns=times.names if times else (),
        is_wide=bool(times and times.wide),
        missing_words=_missing_words(table),
        questions=questions(table),
    )


def table_schema(inference: Inference) -> dict[str, Any]:
    """Return the inference as a Table Schema descriptor."""
    described: dict[str, Any] = {
        "fields": [
            {"name": field.name, "type": field.schema_type, **field.options}
            for field in inference.fields
        ],
        "missingValues": ["", *inference.missing_words],
    }
    if inference.primary_key:
        described["primaryKey"] = list(inference.primary_key)
    return described


def _field(table: Table, index: int) -> InferredField:
    column = table.columns[index]
    cells = {cell for cell in table.cells(index) if cell}
    schema_type, options = _schema_type(column, cells)
    is_code = column.type is ColumnType.STRING and _is_code(column, cells)
    pattern = _pattern(cells) if is_code else None
    rules = {"pattern": pattern} if pattern else {}
    if rules:
        options = {**options, "constraints": rules}
    return InferredField(column.name, column.type, schema_type, options, column.unit, is_code)


def _schema_type(column: Column, cells: set[str]) -> tuple[str, dict[str, Any]]:
    match column.type:
        case ColumnType.INTEGER | ColumnType.NUMBER:
            return _number_type(column, cells)
        case ColumnType.DATE:
            form = next((f for f in _FORMATS if all(_is_of(f, cell) for cell in cells)), None)
            # Names of months in Indonesian are beyond the formats of a schema: kept as text.
            return ("date", {"format": form}) if form else ("string", {})
        case ColumnType.YEAR if all(cell.isdecimal() for cell in cells):
            return "year", {}
        case ColumnType.BOOLEAN:
            words = sorted(cells)
            return "boolean", {
                "trueValues": [w for w in words if w.casefold() in _TRUE] or ["ya"],
                "falseValues": [w for w in words if w.casefold() not in _TRUE] or ["tidak"],
            }
        case _:
            return "string", {}


def _number_type(column: Column, cells: set[str]) -> tuple[str, dict[str, Any]]:
    has_words = any(not _PLAIN_NUMBER.fullmatch(cell) for cell in cells)
    options: dict[str, Any] = {"bareNumber": False} if has_words else {}
    if column.type is ColumnType.INTEGER and not column.thousands:
        return "integer", options
    if column.thousands:
        options["groupChar"] = column.thousands
    if column.decimal and column.decimal != ".":
        options["decimalChar"] = column.decimal
    elif column.thousands == "." and not column.decimal:
        options["decimalChar"] = ","
    return "number", options


def _is_of(form: str, cell: str) -> bool:
    try:
        datetime.strptime(cell, form)  # noqa: DTZ007  (a date without a zone)
    except ValueError:
        return False
    return True


def _is_code(column: Column, cells: set[str]) -> bool:
    is_numbered = bool(cells) and all(c.replace(".", "").isdecimal() for c in cells)
    return is_code_name(column.name) or is_numbered


def _pattern(cells: set[str]) -> str | None:
    """Return the one shape of all codes, such as \\d{2}\\.\\d{2}, or None for several."""
    shapes = {re.sub(r"\d", "d", cell) for cell in cells}
    if len(shapes) != 1:
        return None
    shape = shapes.pop()
    if len(shape) > _LONGEST_CODE or set(shape) - set("d.-"):
        return None
    return re.sub(r"d+", lambda run: rf"\d{{{len(run.group())}}}", shape.replace(".", r"\."))


def _missing_words(table: Table) -> tuple[str, ...]:
    """Return the words that stood for empty cells, as the reading found them."""
    found: set[str] = set()
    for decision in table.decisions:
        if decision.code == "missing_words":
            words = (word.strip() for word in decision.value.split(","))
            found.update(word for word in words if word.casefold() in MISSING_WORDS)
    return tuple(sorted(found))


def _key(table: Table) -> tuple[str, ...]:
    """Return the fewest columns whose cells tell every row from every other, none if none do."""
    if table.n_rows < 2:
        return ()
    ranked = _ranked(table)
    columns = [index for index in ranked if all(row[index] for row in table.rows)]
    if not _is_unique(table, columns):
        numbered = [i for i in sorted(row_numbers(table)) if _is_unique(table, [i])]
        return (table.header[numbered[0]],) if numbered else ()
    times = set(time_indexes(table))
    for index in reversed(columns):
        fewer = [i for i in columns if i != index]
        if fewer and index not in times and _is_unique(table, fewer):
            columns = fewer
    if len(columns) > _WIDEST_KEY:
        return ()
    return tuple(table.header[index] for index in sorted(columns))


def _is_unique(table: Table, columns: Sequence[int]) -> bool:
    seen = {tuple(row[i] for i in columns) for row in table.rows}
    return bool(columns) and len(seen) == table.n_rows


def _ranked(table: Table) -> list[int]:
    """Return the columns that may be a key, the best first: times, codes, then names."""
    times = set(time_indexes(table))
    left_out = {*measures(table), *row_numbers(table)}
    free = list(_may_be_key(table, left_out))

    def rank(index: int) -> tuple[int, int]:
        if index in times:
            return 0, index
        return (1 if is_code_name(table.header[index]) else 2), index

    return sorted(free, key=rank)


def _may_be_key(table: Table, left_out: set[int]) -> Iterator[int]:
    for index, name in enumerate(table.header):
        key = name_key(name)
        if index not in left_out and not is_unit_name(name) and not _REMARK.search(key):
            yield index
