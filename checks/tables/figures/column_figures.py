"""The figures of each column: how much is missing, how many kinds, from where to where."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from catalog.rules.change import MAD_FACTOR, MAX_ROBUST_Z, MIN_POINTS
from catalog.rules.periods import read_time
from checks.tables.figures.measures import numbers_of
from checks.tables.table import ColumnType, Table


@dataclass(frozen=True, slots=True)
class ColumnFigures:
    """One column in figures.

    `lowest` and `highest` are cells as written, by number or time, None for plain text.
    `middle` is the median of numbers; `n_far` counts those further from it than the robust
    rule of the volume allows (z over 3.5 by the median of deviations), None where it says
    nothing: under eight numbers, or more than half of them alike.
    """

    name: str
    type: ColumnType
    n_missing: int
    missing_share: float
    n_distinct: int
    lowest: str | None
    highest: str | None
    middle: float | None
    n_far: int | None


def column_figures(table: Table) -> tuple[ColumnFigures, ...]:
    """Return the figures of every column, in order."""
    return tuple(_figures(table, index) for index in range(len(table.header)))


def _figures(table: Table, index: int) -> ColumnFigures:
    column, cells = table.columns[index], table.cells(index)
    n_missing = cells.count(None)
    numbers = numbers_of(table, index) if column.type.is_numeric else []
    known = [number for number in numbers if number is not None]
    lowest, highest = _ends(column.type, cells, numbers)
    return ColumnFigures(
        name=column.name,
        type=column.type,
        n_missing=n_missing,
        missing_share=n_missing / len(cells) if cells else 0.0,
        n_distinct=len(set(cells) - {None}),
        lowest=lowest,
        highest=highest,
        middle=median(known) if known else None,
        n_far=n_far(known),
    )


def _ends(
    kind: ColumnType, cells: list[str | None], numbers: list[float | None]
) -> tuple[str | None, str | None]:
    ranked: Iterable[tuple[float, str]]
    if kind.is_numeric:
        pairs = zip(numbers, cells, strict=True)
        ranked = [(n, cell) for n, cell in pairs if n is not None and cell]
    elif kind.is_time:
        read = {cell: read_time(cell) for cell in set(cells) if cell}
        ranked = [(label.start.toordinal(), cell) for cell, label in read.items() if label]
    else:
        ranked = []
    ordered = sorted(ranked)
    return (ordered[0][1], ordered[-1][1]) if ordered else (None, None)


def n_far(numbers: list[float]) -> int | None:
    """Return how many numbers lie far from the median, None where nothing can be said."""
    if len(numbers) < MIN_POINTS:
        return None
    middle = median(numbers)
    spread = median(abs(number - middle) for number in numbers)
    if not spread:
        return None
    return sum(1 for n in numbers if MAD_FACTOR * abs(n - middle) / spread > MAX_ROBUST_Z)
