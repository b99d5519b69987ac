"""Zeros that a program took away: "5.930" read as 5.93 and stored as 593.

Three marks tell: in a group of rows hardly any number ends in 0; a number is far below its
two neighbours; and sums no longer add up. The first accuses, the other two mend.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import exp, lgamma, log

from checks.tables.figures.measures import is_rate, measures, numbers_of
from checks.tables.figures.series import Axis, Series, kinds_of_rows, series
from checks.tables.figures.sums import Sum
from checks.tables.table import ColumnType, Table

_THOUSAND = 1000
_USUAL_SHARE = 0.1
# Where far more than a tenth ends in 0, numbers are rounded here and there: no yardstick.
_LOST_SHARE, _LEAST_OTHERS, _MOST_OTHERS = 0.02, 0.05, 0.14
_SURE = 1e-6
_DEEP, _NEAR = 4, 2
_FACTORS = (10, 100)

_At = tuple[int, int]


@dataclass(frozen=True, slots=True)
class LostGroup:
    """Rows (or one column of them) in which hardly any number of 1,000 or more ends in 0.

    `labels` are (column name, label) of what the rows have in common; `column` the name of
    the one column concerned, None for all.
    """

    labels: tuple[tuple[str, str], ...]
    column: str | None
    rows: frozenset[int]
    share: float
    n_numbers: int
    share_of_others: float


@dataclass(frozen=True, slots=True)
class LostZero:
    """One number and what it was: `number` times ten or a hundred; `proof` says by what."""

    row: int
    column: int
    number: float
    proposed: float
    proof: str


def whole_measures(table: Table) -> dict[int, list[float | None]]:
    """Return the counts of a table: whole numbers that are no rates."""
    found = {}
    for index in measures(table):
        column = table.columns[index]
        if is_rate(column.name, column.unit):
            continue
        numbers = numbers_of(table, index)
        is_whole = column.type is ColumnType.INTEGER and column.decimal is None
        if is_whole or all(number is None or number == int(number) for number in numbers):
            found[index] = numbers
    return found


def lost_groups(table: Table, counts: Mapping[int, Sequence[float | None]]) -> list[LostGroup]:
    """Return the smallest groups of rows that the last digits accuse."""
    endings = [_ending(column, numbers) for column, numbers in counts.items()]
    n_all = sum(ending.n for ending in endings)
    if n_all < 2 * _least_numbers():
        return []
    all_of = _Ending(None, [0] * table.n_rows, [0] * table.n_rows)
    for ending in endings:
        for row, n in enumerate(ending.numbers):
            all_of.numbers[row] += n
            all_of.zeros[row] += ending.zeros[row]
    kinds = kinds_of_rows(table)
    found: list[LostGroup] = []
    for keys in (*((kind,) for kind in kinds), *combinations(kinds, 2)):
        found += _accused(table, keys, all_of)
    found += _accused_columns(table, endings, all_of)
    # A group that holds a smaller accused one is accused because of it.
    return [group for group in found if not any(_is_within(other, group) for other in found)]


def _is_within(other: LostGroup, group: LostGroup) -> bool:
    return other.rows < group.rows or (
        other.rows == group.rows and len(other.labels) < len(group.labels)
    )


@dataclass(slots=True)
class _Ending:
    """For each row how many numbers are 1,000 or more, and how many of those end in 0."""

    column: int | None
    numbers: list[int]
    zeros: list[int]

    @property
    def n(self) -> int:
        return sum(self.numbers)

    @property
    def n_zeros(self) -> int:
        return sum(self.zeros)


def _ending(column: int, numbers: Sequence[float | None]) -> _Ending:
    large = [int(n is not None and abs(n) >= _THOUSAND) for n in numbers]
    zeros = [
        int(is_large and n is not None and n % 10 == 0)
        for n, is_large in zip(numbers, large, strict=True)
    ]
    return _Ending(column, large, zeros)


def _least_numbers() -> int:
    return int(log(_SURE) / log(1 - _USUAL_SHARE)) + 1


def _accused(table: Table, keys: Sequence[int], all_of: _Ending) -> Iterator[LostGroup]:
    tallies: defaultdict[tuple[str | None, ...], list[int]] = defaultdict(lambda: [0, 0])
    labels_of_rows = list(zip(*map(table.cells, keys), strict=True))
    for labels, n, zeros in zip(labels_of_rows, all_of.numbers, all_of.zeros, strict=True):
        tally = tallies[labels]
        tally[0] += n
        tally[1] += zeros
    for labels, (n, n_zeros) in tallies.items():
        others = _share(all_of.n_zeros - n_zeros, all_of.n - n) if n >= _least_numbers() else 0.0
        if _is_lost(n_zeros, n, others):
            named = tuple((table.header[k], v or "") for k, v in zip(keys, labels, strict=True))
            rows = frozenset(row for row, own in enumerate(labels_of_rows) if own == labels)
            yield LostGroup(named, None, rows, _share(n_zeros, n), n, others)


def _accused_columns(
    table: Table, endings: Sequence[_Ending], all_of: _Ending
) -> Iterator[LostGroup]:
    for ending in endings:
        n, n_zeros = ending.n, ending.n_zeros
        others = _share(all_of.n_zeros - n_zeros, all_of.n - n)
        if ending.column is not None and _is_lost(n_zeros, n, others):
            rows = frozenset(range(table.n_rows))
            name = table.header[ending.column]
            yield LostGroup((), name, rows, _share(n_zeros, n), n, others)


def _share(n: int, of: int) -> float:
    return n / of if of else 0.0


def _is_lost(n_zeros: int, n: int, others: float) -> bool:
    is_yardstick = _LEAST_OTHERS <= others <= _MOST_OTHERS
    if n < _least_numbers() or not is_yardstick or n_zeros > _LOST_SHARE * n:
        return False
    return _probability(n_zeros, n, min(others, _USUAL_SHARE)) < _SURE


def _probability(at_most: int, n: int, chance: float) -> float:
    """Return the chance of at most so many among n."""
    return sum(
        exp(
            lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
            + k * log(chance) + (n - k) * log(1 - chance)
        )
        for k in range(at_most + 1)
    )  # fmt: skip


def lost_zeros(
    table: Table,
    counts: Mapping[int, Sequence[float | None]],
    groups: Sequence[LostGroup],
    added: Sequence[Sum],
) -> list[LostZero]:
    """Return the numbers that lost zeros, with what they were.

    In an accused group any number far below its neighbours counts; elsewhere only one
    between age classes, where neighbours are always near. Then the sums of the group must
    add up; a single number that makes the last of them do so is found as well.
    """
    accused = frozenset(row for group in groups for row in group.rows)
    found: dict[_At, LostZero] = {}
    for each in series(table, (Axis.AGE, Axis.TIME) if accused else (Axis.AGE,), tuple(counts)):
        if all(cell.column in counts for cell in each.cells):
            for lost in _fallen(each, accused):
                found[lost.row, lost.column] = lost
    for lost in _by_sums(counts, accused, found, added):
        found[lost.row, lost.column] = lost
    return [found[at] for at in sorted(found)]


def _fallen(each: Series, accused: frozenset[int]) -> Iterator[LostZero]:
    numbers = [cell.number for cell in each.cells]
    low = {
        k
        for k in range(1, len(numbers) - 1)
        if 0 < numbers[k] < (numbers[k - 1] + numbers[k + 1]) / 2 / _DEEP
    }
    for k in sorted(low):
        cell = each.cells[k]
        before = next((numbers[j] for j in range(k - 1, -1, -1) if j not in low), None)
        after = next((numbers[j] for j in range(k + 1, len(numbers)) if j not in low), None)
        near = [number for number in (before, after) if number]
        if len(near) < 2:
            continue
        usual = sum(near) / 2
        if usual <= 0:
            continue
        proposed = min((cell.number * f for f in _FACTORS), key=lambda p: abs(log(p / usual)))
        is_believable = proposed >= _THOUSAND and usual / _NEAR <= proposed <= usual * _NEAR
        if is_believable and (cell.row in accused or each.axis is Axis.AGE):
            yield LostZero(cell.row, cell.column, cell.number, proposed, "neighbours")


def _by_sums(
    counts: Mapping[int, Sequence[float | None]],
    accused: frozenset[int],
    found: Mapping[_At, LostZero],
    added: Sequence[Sum],
) -> Iterator[LostZero]:
    for each in added:
        if each.adds_up or each.total.row not in accused:
            continue
        said = _mended(each.total.row, each.total.column, each.said, found)
        parts = [(p.row, p.column) for p in each.parts if p.row is not None]
        numbers = {at: counts[at[1]][at[0]] or 0.0 for at in parts if at[1] in counts}
        difference = said - sum(_mended(*at, number, found) for at, number in numbers.items())
        if abs(difference) <= each.rounding:
            continue
        fitting = [
            LostZero(*at, number, number * factor, "sum")
            for at, number in numbers.items()
            for factor in _FACTORS
            if at not in found and number and number * (factor - 1) == difference
        ]
        if len(fitting) == 1:
            yield fitting[0]


def _mended(row: int | None, column: int, number: float, found: Mapping[_At, LostZero]) -> float:
    lost = found.get((row, column)) if row is not None else None
    return lost.proposed if lost else number


def n_closed(lost: Sequence[LostZero], added: Sequence[Sum]) -> tuple[int, int]:
    """Return how many sums did not add up, and how many of them do after the repair."""
    found = {(each.row, each.column): each for each in lost}
    broken = [each for each in added if not each.adds_up]
    closed = 0
    for each in broken:
        said = _mended(each.total.row, each.total.column, each.said, found)
        gained = sum(
            found[p.row, p.column].proposed - found[p.row, p.column].number
            for p in each.parts
            if p.row is not None and (p.row, p.column) in found
        )
        closed += abs(said - each.added - gained) <= each.rounding
    return len(broken), closed
