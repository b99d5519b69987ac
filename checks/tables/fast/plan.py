"""A whole schema as one expression for a whole line, and what the judge needs beside it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from checks.tables.fast.fields import Field, Read
from checks.tables.fast.patterns import Unprovable, literal
from checks.tables.fast.proofs import key_text, proof, with_doubled_quotes

_LINE_ENDS = frozenset("\r\n\0")
_QUOTE = '"'


@dataclass(frozen=True, slots=True)
class Reader:
    """Frictionless's own reader of the cells of a column.

    `missing` holds what it reads of None and of the words that mean no value.
    """

    read: Read
    missing: Mapping[str | None, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, and its reader, which is made when a cell needs it.

    What `is_sure` matches in full, and is no missing word, needs no reading.
    """

    name: str
    reader: Callable[[], Reader]
    is_sure: re.Pattern[str] | None
    key_text: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Key:
    """Columns (from 0) whose values together may stand in one row only."""

    columns: tuple[int, ...]
    is_primary: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """How to validate the rows of one schema in one dialect.

    A line that matches `line` and not `blank` is right: the number of its cells, its
    quotes, every type and rule but those of the keys. `unprovable` names the columns of
    which every cell is read; then `line` is None, or matches lines without such cells.
    """

    columns: tuple[Column, ...]
    keys: tuple[Key, ...]
    delimiter: str
    line: str | None
    blank: str | None
    unprovable: tuple[str, ...]


def plan_for(fields: Sequence[Field], primary_key: Sequence[str], delimiter: str) -> Plan:
    """Return the plan for the fields that Frictionless expects.

    `primary_key` is empty when the header does not hold it all: then nobody looks at it.
    """
    names = [field.name for field in fields]
    unique = [i for i, field in enumerate(fields) if field.constraints.get("unique")]
    primary = tuple(names.index(name) for name in primary_key)
    needed = {*unique, *primary}
    cells, unprovable = _cells(fields, needed, delimiter)
    mark = literal(delimiter)
    keys = [Key((i,), False) for i in unique]
    if primary:
        keys.append(Key(primary, True))
    is_provable = all(cell is not None for cell in cells)
    return Plan(
        columns=tuple(_column(field, i in needed) for i, field in enumerate(fields)),
        keys=tuple(keys),
        delimiter=delimiter,
        line=mark.join(map(str, cells)) if is_provable else None,
        blank=_blank(fields, needed, delimiter) if is_provable else None,
        unprovable=tuple(unprovable),
    )


def _column(field: Field, is_key: bool) -> Column:
    # Of a key the value itself is needed, not only that it is right.
    sure = None if is_key else _proven(field, _LINE_ENDS, is_key)
    return Column(
        field.name,
        cache(lambda: _reader(field)),
        re.compile(sure) if sure else None,
        key_text(field),
    )


def _reader(field: Field) -> Reader:
    read = field.create_cell_reader()
    return Reader(read, {cell: read(cell) for cell in (None, *field.missing)})


def _cells(
    fields: Sequence[Field], needed: set[int], delimiter: str
) -> tuple[list[str | None], list[str]]:
    cells: list[str | None] = []
    unprovable = []
    for i, field in enumerate(fields):
        is_key = i in needed
        bare = _proven(field, _LINE_ENDS | {_QUOTE, delimiter}, is_key)
        quoted = _proven(field, _LINE_ENDS | {_QUOTE}, is_key)
        if bare is None and quoted is None:
            unprovable.append(field.name)
        cells.append(_cell(field, bare, quoted, delimiter, is_key))
    return cells, unprovable


def _proven(field: Field, banned: frozenset[str], is_key: bool) -> str | None:
    try:
        return proof(field, banned, is_key=is_key)
    except Unprovable:
        return None


def _cell(
    field: Field, bare: str | None, quoted: str | None, delimiter: str, is_key: bool
) -> str | None:
    """Return the expression of a cell as it is written: bare, in quotes, or missing."""
    branches = [bare] if bare else []
    if quoted:
        branches.append(f'"{quoted}"')
    if not is_key:
        branches.extend(_doubled(field))
    if not is_key and not field.constraints.get("required"):
        branches.extend(_missing(field, delimiter))
    return f"(?:{'|'.join(branches)})" if branches else None


def _doubled(field: Field) -> list[str]:
    try:
        return [f'"{with_doubled_quotes(field, _LINE_ENDS | {_QUOTE})}"']
    except Unprovable:
        return []


def _missing(field: Field, delimiter: str) -> list[str]:
    words = [w for w in field.missing if not set(w) & (_LINE_ENDS | {_QUOTE})]
    bare = [literal(word) for word in words if delimiter not in word]
    return [*bare, *(f'"{literal(word)}"' for word in words)]


def _blank(fields: Sequence[Field], needed: set[int], delimiter: str) -> str | None:
    """Return an expression for lines that hold nothing, if such a line could be proven."""
    is_needed = bool(needed) or any(field.constraints.get("required") for field in fields)
    if is_needed or not all(field.missing for field in fields):
        # A line without a letter has no cell at all, so with one column it is no value.
        return "" if len(fields) == 1 else None
    cells = [f"(?:{'|'.join(_missing(field, delimiter))})" for field in fields]
    if len(fields) == 1:
        return f"(?:|{cells[0]})"
    return literal(delimiter).join(cells)
