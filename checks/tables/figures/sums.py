"""Which numbers of a table are the sum of others, by what the table itself keeps to."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from checks.tables.columns import name_key
from checks.tables.figures.measures import (
    Numbers,
    decimals_of,
    dimensions,
    is_rate,
    measures,
    number_in,
    time_indexes,
)
from checks.tables.table import Table, folded

_TOTAL_NAME = re.compile(
    r"^(?:grand_)?(?:jumlah|total|jml)(?:_(?:jumlah|total|semua|keseluruhan))?$"
)
_TOTAL_LABEL = re.compile(
    r"^(?:grand )?(?:jumlah|total|jml)(?: (?:jumlah|total|keseluruhan|semua))?$"
    r"|^(?:laki-laki|l) ?(?:\+|dan|&) ?(?:perempuan|p)$"
)
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_NAMED_TOTAL = re.compile(r"^(?:jumlah|total|jml)_|_(?:jumlah|total|jml)$")
_UNIT_IN_NAME = re.compile(r"[(\[].*?[)\]]")
_KEPT = 0.8
_FLOAT = 1e-12
_LEAST_KEPT = 3
# What is named a total is tried on its first rows with the columns just before it.
_MOST_PARTS, _SAMPLE = 24, 40
_MOST_GROUPS = 50_000
_MOST_ADDED = 3_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """One cell: its row (an index into the rows, or None for a total row) and column."""

    row: int | None
    column: int
    line: int


@dataclass(frozen=True, slots=True)
class Sum:
    """A total and its parts; they add up when the difference is within the rounding."""

    kind: str
    total: Place
    parts: tuple[Place, ...]
    said: float
    added: float
    rounding: float

    @property
    def difference(self) -> float:
        """What the total says beyond its parts."""
        return self.said - self.added

    @property
    def adds_up(self) -> bool:
        """Whether total and parts agree."""
        exactness = _FLOAT * max(abs(self.said), abs(self.added))
        return abs(self.difference) <= self.rounding + exactness


def sums(table: Table) -> list[Sum]:
    """Return every sum that the table shows; only kinds that it mostly keeps to count."""
    columns = [i for i in measures(table) if not is_rate(table.header[i], table.columns[i].unit)]
    if not columns or not table.rows:
        return []
    numbers = Numbers(table)
    return [
        *_columns_of_totals(table, columns, numbers),
        *_rows_of_totals(table, columns, numbers),
        *_subtotals(table, columns, numbers),
    ]


def _kept(found: list[Sum]) -> bool:
    n_kept = sum(1 for each in found if each.adds_up)
    return n_kept >= _LEAST_KEPT and n_kept >= _KEPT * len(found)


def _place(table: Table, row: int, column: int) -> Place:
    return Place(row, column, table.record_lines[row])


def _is_total_name(name: str) -> bool:
    bare = _UNIT_IN_NAME.sub(" ", name)
    return any((_TOTAL_NAME.match(name_key(bare)), _TOTAL_LABEL.match(folded(bare))))


def _columns_of_totals(table: Table, columns: Sequence[int], numbers: Numbers) -> Iterator[Sum]:
    for total in columns:
        if not _is_total_name(table.header[total]):
            if _NAMED_TOTAL.search(name_key(table.header[total])):
                yield from _of_named_total(table, columns, total, numbers)
            continue
        best: list[Sum] = []
        for parts in _candidates(table, columns, total):
            found = list(_across(table, parts, total, numbers))
            if _kept(found) and sum(s.adds_up for s in found) > sum(s.adds_up for s in best):
                best = found
        yield from best


def _of_named_total(
    table: Table, columns: Sequence[int], total: int, numbers: Numbers
) -> Iterator[Sum]:
    """Yield the sums of "jumlah_penduduk" and "2024 Jumlah", if rows clearly say it is one.

    Its parts are those of the same heading, or all that stands before it, or the last two.
    """
    first, least = total, total - _MOST_PARTS
    while first > least and first - 1 in columns and not _is_total_name(table.header[first - 1]):
        first -= 1
    before = tuple(range(first, total))
    heading = table.header[total].rpartition(" ")[0]
    alike = tuple(i for i in before if heading and table.header[i].startswith(heading))
    for parts in dict.fromkeys((alike, before, before[-2:])):
        if len(parts) < 2:
            continue
        every = _across(table, parts, total, numbers)
        telling = (each for each in every if _is_telling(each, numbers))
        found = list(islice(telling, _SAMPLE))
        if not _kept(found):
            continue
        found += telling
        if _kept(found):
            yield from found
            return


def _is_telling(each: Sum, numbers: Numbers) -> bool:
    """Tell whether a sum has two parts that are not 0; else it is as well a copy of one."""
    n_parts = sum(1 for p in each.parts if p.row is not None and numbers[p.column][p.row])
    return n_parts > 1


def _candidates(table: Table, columns: Sequence[int], total: int) -> Iterator[tuple[int, ...]]:
    others = [i for i in columns if not _is_total_name(table.header[i])]
    left: list[int] = []
    for index in range(total - 1, -1, -1):
        if index not in others:
            break
        left.insert(0, index)
    right = []
    for index in range(total + 1, len(table.header)):
        if index not in others:
            break
        right.append(index)
    seen: set[tuple[int, ...]] = set()
    for parts in (left, [i for i in others if i < total], right, left[-2:], others):
        if len(parts) > 1 and tuple(parts) not in seen:
            seen.add(tuple(parts))
            yield tuple(parts)


def _across(table: Table, parts: tuple[int, ...], total: int, numbers: Numbers) -> Iterator[Sum]:
    rounding = _rounding(table, parts, total)
    for row, said in enumerate(numbers[total]):
        values = [numbers[part][row] for part in parts]
        if said is None or all(value is None for value in values):
            continue
        added = sum(value for value in values if value is not None)
        places = tuple(_place(table, row, part) for part in parts)
        yield Sum("column", _place(table, row, total), places, said, added, rounding)


def _rounding(table: Table, parts: Sequence[int], total: int) -> float:
    decimals = max(decimals_of(table, index) for index in (*parts, total))
    return (len(parts) + 1) * 0.5 * 10.0**-decimals + 1e-9 if decimals else 1e-6


def _rows_of_totals(table: Table, columns: Sequence[int], numbers: Numbers) -> Iterator[Sum]:
    """Yield the sums of rows called "Jumlah": of all rows above, or of those since the last."""
    lines = list(table.record_lines)
    if len(table.totals) * len(lines) * len(columns) > _MOST_ADDED:
        # Every total may be of all rows: so many of them are a damaged file, or none at all.
        return
    found: list[Sum] = []
    since = 0
    for total in table.totals:
        end = bisect_left(lines, total.line)
        for column in columns:
            candidates = [
                _down(table, column, range(first, last), numbers, said, total.line)
                for said in _readings(table, column, total.cells[column])
                for first, last in ((since, end), (0, end), (0, len(lines)))
                if last - first > 1
            ]
            fitting = [each for each in candidates if each.adds_up]
            found += (fitting or candidates)[:1]
        since = end
    yield from found if _is_believable(found) else ()


def _readings(table: Table, column: int, cell: str | None) -> list[float]:
    """Return what a total may mean: "1.126" under plain counts is 1126 as well."""
    said = number_in(table, column, cell)
    if said is None or cell is None:
        return []
    grouped = table.columns[column].decimal is None and _GROUPED.fullmatch(cell)
    return [said, float(re.sub(r"[.,]", "", cell))] if grouped else [said]


def _down(table: Table, column: int, rows: range, numbers: Numbers, said: float, line: int) -> Sum:
    filled = [row for row in rows if numbers[column][row] is not None]
    added = sum(numbers[column][row] or 0 for row in filled)
    decimals = decimals_of(table, column)
    rounding = (len(filled) + 1) * 0.5 * 10.0**-decimals + 1e-9 if decimals else 1e-6
    parts = tuple(_place(table, row, column) for row in filled)
    return Sum("row", Place(None, column, line), parts, said, added, rounding)


def _is_believable(found: list[Sum]) -> bool:
    """Tell whether rows of totals are sums: half of their cells add up, or one comes near."""
    if not found:
        return False
    if len(found) == 1:
        only = found[0]
        return only.adds_up or abs(only.difference) <= 0.2 * abs(only.added)
    return 2 * sum(1 for each in found if each.adds_up) >= len(found)


def _subtotals(table: Table, columns: Sequence[int], numbers: Numbers) -> Iterator[Sum]:
    """Yield the sums inside the data: rows of a kind that stands for all the others."""
    own = dimensions(table)
    labels = {i: set(table.cells(i)) - {None} for i in own}
    for dimension in own:
        is_total = _rows_for_all(table, dimension, labels)
        if not 0 < len(is_total) < table.n_rows / 2:
            continue
        times = time_indexes(table)
        keys = [
            *(i for i in own if i != dimension and not _depends(table, i, dimension)),
            *(i for i in times if i != dimension),
        ]
        groups: defaultdict[tuple[str | None, ...], list[int]] = defaultdict(list)
        for row, cells in enumerate(table.rows):
            groups[tuple(cells[i] for i in keys)].append(row)
        if len(groups) * len(columns) > _MOST_GROUPS:
            continue
        found: list[Sum] = []
        for rows in groups.values():
            totals = [row for row in rows if row in is_total]
            parts = [row for row in rows if row not in is_total]
            if len(totals) == 1 and len(parts) > 1:
                found += _within(table, columns, totals[0], parts, numbers)
        if _kept(found):
            yield from found


def _rows_for_all(
    table: Table, dimension: int, labels: Mapping[int, set[str | None]]
) -> frozenset[int]:
    """Return the rows called a total, or called like the larger thing that they belong to."""
    totals = {cell for cell in labels[dimension] if cell and _TOTAL_LABEL.match(folded(cell))}
    if totals:
        return frozenset(r for r, cells in enumerate(table.rows) if cells[dimension] in totals)
    others = [i for i in labels if i != dimension and labels[i] & labels[dimension]]
    if not others:
        return frozenset()
    return frozenset(
        r
        for r, cells in enumerate(table.rows)
        if any(cells[i] and cells[i] == cells[dimension] for i in others)
    )


def _depends(table: Table, other: int, dimension: int) -> bool:
    """Tell whether a column only repeats a dimension: one value of it for each label."""
    pairs = {(row[dimension], row[other]) for row in table.rows}
    labels = {label for label, _ in pairs}
    return len(pairs) == len(labels) and len({value for _, value in pairs}) == len(labels)


def _within(
    table: Table, columns: Sequence[int], total: int, parts: list[int], numbers: Numbers
) -> Iterator[Sum]:
    for column in columns:
        said = numbers[column][total]
        filled = [row for row in parts if numbers[column][row] is not None]
        if said is None or len(filled) < 2:
            continue
        added = sum(numbers[column][row] or 0 for row in filled)
        decimals = decimals_of(table, column)
        rounding = (len(filled) + 1) * 0.5 * 10.0**-decimals + 1e-9 if decimals else 1e-6
        places = tuple(_place(table, row, column) for row in filled)
        yield Sum("subtotal", _place(table, total, column), places, said, added, rounding)
