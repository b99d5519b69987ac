"""Rows that are there twice."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import ClassVar

from checks.tables.figures.measures import dimensions, measures, row_numbers, time_indexes
from checks.tables.table import ColumnType, Table
from checks.validators import Finding, Inspection, Severity, finding

_LEAST_FILLED = 3
_MOSTLY = 0.95


class DuplicateRows:
    """Warns of rows that repeat another, or say something else of the same thing and time."""

    code: ClassVar[str] = "duplicate-row"
    title_id: ClassVar[str] = "Baris ganda"
    title_en: ClassVar[str] = "Duplicate rows"
    quarantines: ClassVar[bool] = False

    def run(self, sample: Inspection) -> Iterable[Finding]:
        """Yield one finding for each row that repeats an earlier one."""
        table = sample.table
        repeated: set[int] = set()
        for row, first in _repeats(table):
            repeated.add(row)
            yield self._said(table, row, first, "mengulang", "repeats", "")
        for row, first, differing in _contradictions(table, repeated):
            yield self._said(
                table, row, first, "berbeda isi dengan", "says something else than", differing
            )

    def _said(
        self, table: Table, row: int, first: int, what: str, in_english: str, differing: str
    ) -> Finding:
        here, there = table.row_number(row), table.row_number(first)
        at_id = f' di kolom "{differing}" untuk kunci yang sama' if differing else ""
        at_en = f' in column "{differing}" for the same key' if differing else ""
        return finding(
            self.code if not differing else f"{self.code}-differs",
            Severity.WARNING,
            (
                f"Baris {here} {what} baris {there}{at_id}.",
                f"Row {here} {in_english} row {there}{at_en}.",
            ),
            (
                "Hapus salah satunya, atau lengkapi kolom yang membedakannya.",
                "Delete one of them, or fill in the column that tells them apart.",
            ),
            row=here,
            field=differing or None,
            field_number=table.header.index(differing) + 1 if differing else None,
        )


def _repeats(table: Table) -> Iterator[tuple[int, int]]:
    """Yield rows alike in every cell but their number, with the first of their like."""
    numbering = row_numbers(table)
    kept = [i for i in range(len(table.header)) if i not in numbering]
    rows = list(zip(*map(table.cells, kept), strict=True)) if numbering else list(table.rows)
    if len(set(rows)) == len(rows):
        return
    seen: dict[tuple[str | None, ...], int] = {}
    for row, said in enumerate(rows):
        # A row of two cells says too little to be told from another event of its kind.
        if len(said) - said.count(None) < _LEAST_FILLED:
            continue
        first = seen.setdefault(said, row)
        if first != row:
            yield row, first


def _contradictions(table: Table, repeated: set[int]) -> Iterator[tuple[int, int, str]]:
    """Yield rows with the key of another and another measure, where keys are else unique."""
    times = time_indexes(table)
    if any(table.columns[index].type is ColumnType.DATE for index in times):
        # Of one kind of event there may be two in a day.
        return
    keys = [*dimensions(table), *times]
    values = measures(table)
    if len(keys) < 2 or not values:
        return
    said = list(zip(*map(table.cells, keys), strict=True))
    if len(set(said)) == len(said):
        return
    groups: defaultdict[tuple[str | None, ...], list[int]] = defaultdict(list)
    for row, key in enumerate(said):
        if row not in repeated and all(key):
            groups[key].append(row)
    n_rows = sum(len(rows) for rows in groups.values())
    if len(groups) == n_rows or len(groups) < _MOSTLY * n_rows:
        return
    for rows in groups.values():
        for row in rows[1:]:
            differing = next(
                (v for v in values if table.rows[row][v] != table.rows[rows[0]][v]), None
            )
            if differing is not None:
                yield row, rows[0], table.header[differing]
