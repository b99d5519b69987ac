"""Numbers that belong next to each other: by age class or by time, across or down."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from checks.tables.columns import is_code_name, name_key
from checks.tables.figures.measures import Numbers, dimensions, measures, row_numbers, time_indexes
from checks.tables.table import ColumnType, Table
from checks.tables.time_columns import time_columns

_AGES = re.compile(r"(\d{1,2})\s*(?:-|–|s/d|sampai|hingga)\s*\d{1,3}(?:\s*(?:tahun|th))?")
_OLDEST = re.compile(r"(?:>|>=|≥)?\s*(\d{2})\s*(?:\+|(?:tahun )?ke atas)|(?:>=?|≥)\s*(\d{2})")
_LEAST = 4


class Axis(StrEnum):
    """What orders the numbers of a series."""

    AGE = "age"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a series and where it stands: indexes of row and column."""

    row: int
    column: int
    number: float


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers in their order, the empty ones left out."""

    axis: Axis
    cells: tuple[Cell, ...]


def age_of(label: str) -> int | None:
    """Return the youngest age of an age class ("0 - 4", "75+"), None when it is none."""
    text = label.strip()
    found = _AGES.fullmatch(text)
    if found:
        return int(found.group(1))
    found = _OLDEST.fullmatch(text)
    return int(found.group(1) or found.group(2)) if found else None


def series(
    table: Table, axes: Sequence[Axis] = tuple(Axis), columns: Sequence[int] | None = None
) -> list[Series]:
    """Return every series of at least four numbers along these axes.

    `columns` are the measures to be followed down the rows; by default all of them.
    """
    followed = measures(table) if columns is None else tuple(columns)
    numbers = Numbers(table)
    found = [*_across(table, axes, numbers)]
    if not found and Axis.AGE in axes:
        found += _down_by_age(table, followed, numbers)
    if Axis.TIME in axes and not any(each.axis is Axis.TIME for each in found):
        found += _down_by_time(table, followed, numbers)
    return [each for each in found if len(each.cells) >= _LEAST]


def _across(table: Table, axes: Sequence[Axis], numbers: Numbers) -> Iterator[Series]:
    columns = measures(table)
    ages = [(age, i) for i in columns if (age := age_of(table.header[i])) is not None]
    times = time_columns(table)
    wide = times.wide if times else ()
    kinds = [(Axis.AGE, [i for _, i in sorted(ages)])]
    kinds.append((Axis.TIME, [i for i, _ in sorted(wide, key=lambda each: each[1].start)]))
    for axis, ordered in kinds:
        if axis not in axes or len(ordered) < _LEAST or not set(ordered) <= set(columns):
            continue
        for row in range(table.n_rows):
            yield Series(axis, _filled(((row, i) for i in ordered), numbers))


def _filled(places: Iterator[tuple[int, int]], numbers: Numbers) -> tuple[Cell, ...]:
    return tuple(
        Cell(row, column, number)
        for row, column in places
        if (number := numbers[column][row]) is not None
    )


def _down_by_age(table: Table, columns: Sequence[int], numbers: Numbers) -> Iterator[Series]:
    for index in range(len(table.header)):
        if table.columns[index].type.is_numeric:
            continue
        labels = {cell for cell in set(table.cells(index)) if cell}
        if len(labels) < _LEAST or age_of(next(iter(sorted(labels)))) is None:
            continue
        ages = {label: age for label in labels if (age := age_of(label)) is not None}
        if len(ages) < max(_LEAST, 0.8 * len(labels)):
            continue
        order = [ages.get(cell or "") for cell in table.cells(index)]
        yield from _grouped(table, Axis.AGE, order, {index}, columns, numbers)


def _down_by_time(table: Table, columns: Sequence[int], numbers: Numbers) -> Iterator[Series]:
    times = time_columns(table) if columns else None
    if times is None or times.wide:
        return
    order = [label.start.toordinal() if label else None for label in times.labels]
    own = set(time_indexes(table, times))
    yield from _grouped(table, Axis.TIME, order, own, columns, numbers)


def _grouped(
    table: Table,
    axis: Axis,
    order: Sequence[int | None],
    own: set[int],
    columns: Sequence[int],
    numbers: Numbers,
) -> Iterator[Series]:
    """Yield one series for each kind of row and measure; double places make it none."""
    numbering = row_numbers(table)
    values = {*measures(table), *columns}
    keys = [i for i in range(len(table.header)) if i not in {*own, *values, *numbering}]
    groups: defaultdict[tuple[str | None, ...], list[tuple[int, int]]] = defaultdict(list)
    for row, cells in enumerate(table.rows):
        place = order[row]
        if place is not None:
            groups[tuple(cells[i] for i in keys)].append((place, row))
    for rows in groups.values():
        if len(rows) < _LEAST or len({place for place, _ in rows}) < len(rows):
            continue
        for column in columns:
            yield Series(axis, _filled(((row, column) for _, row in sorted(rows)), numbers))


def kinds_of_rows(table: Table) -> tuple[int, ...]:
    """Return the dimensions whose labels repeat, so that rows can be compared by them."""
    return tuple(
        index
        for index in dimensions(table)
        if 2 <= len(set(table.cells(index))) <= table.n_rows / 3
        and table.columns[index].type is ColumnType.STRING
        and not is_code_name(table.header[index])
        and not name_key(table.header[index]).startswith(("ket", "catatan", "alamat"))
    )
