"""What changed between two versions of a table: rows added, removed and changed."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from catalog.rules.periods import read_time
from checks.tables.changes.canonical import (
    canonical_cell,
    canonical_column,
    canonical_rows,
    stable_names,
)
from checks.tables.columns import is_row_number_name
from checks.tables.table import Table, folded
from checks.tables.time_columns import label_text, time_columns

_N_EXAMPLES = 20
_PAIRS, _CELLS = 250_000, 5_000_000
_LEAST_WIDTH = 3

_Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowChange:
    """One example of a change; for a changed row the column and its two values.

    `row` has the cells of the columns that the difference names, times as the ledger
    writes them.
    """

    kind: str
    row: tuple[str, ...]
    column: str | None = None
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """How many rows came, went and changed, with the first examples of each."""

    n_added: int
    n_removed: int
    n_changed: int
    examples: tuple[RowChange, ...] = ()
    columns: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the two versions say the same."""
        return not (self.n_added or self.n_removed or self.n_changed)


def difference(old: Table, new: Table, key: Sequence[str] = ()) -> Difference:
    """Return the rows added, removed and changed, over the columns that both have.

    Rows are matched by the key; without one by the columns that are no measures when
    those are unique, else each to the row that it shares most cells with. The running
    number of a row is no part of what it says, unless nothing else differs.
    """
    shared = [name for name in stable_names(old) if name in set(stable_names(new))]
    names = shared or stable_names(new)
    wanted = [folded(name) for name in key]
    counted = (_running(old) & _running(new)) - set(wanted)
    saying = [name for name in names if name not in counted] or names
    found = _compared(old, new, saying, wanted)
    return _compared(old, new, names, wanted) if found.is_empty and saying != names else found


def _running(table: Table) -> set[str]:
    """Return the columns that number the rows from 1 on, in their order."""
    return {
        folded(name)
        for index, name in enumerate(table.header)
        if is_row_number_name(name)
        and canonical_column(table, index) == list(map(str, range(1, table.n_rows + 1)))
    }


def _compared(old: Table, new: Table, names: list[str], wanted: list[str]) -> Difference:
    before, after = canonical_rows(old, names), canonical_rows(new, names)
    is_declared = bool(wanted) and set(wanted) <= set(names)
    if not is_declared:
        wanted = _found_key(old, new, names, before, after)
    positions = [names.index(name) for name in wanted]
    gone, come = _unmatched(before, after), _unmatched(after, before)
    pairs = _paired_by_key(gone, come, positions) if positions else _paired_by_likeness(gone, come)
    gone, come, changed = pairs
    if positions and not is_declared:
        timed = time_columns(new)
        times = {folded(name) for name in timed.names} if timed else set()
        texts = [position for position in positions if names[position] not in times]
        changed += _paired_but_for_one(gone, come, texts)
    examples = [
        *islice(_cell_changes(changed, names), _N_EXAMPLES),
        *(RowChange("added", row) for row in come[:_N_EXAMPLES]),
        *(RowChange("removed", row) for row in gone[:_N_EXAMPLES]),
    ]
    readable = {**_times(old), **_times(new)}
    shown = tuple(_readable(each, readable) for each in examples[:_N_EXAMPLES])
    return Difference(len(come), len(gone), len(changed), shown, tuple(names))


def _times(table: Table) -> dict[str, str]:
    """Return the canonical spelling of every time in a table with the one for people."""
    found = {}
    for index, column in enumerate(table.columns):
        for cell in set(table.cells(index)) if column.type.is_time else ():
            label = read_time(cell) if cell else None
            if label is not None:
                found[canonical_cell(column, cell)] = label_text(label)
    return found


def _readable(change: RowChange, times: Mapping[str, str]) -> RowChange:
    before, after = (cell and times.get(cell, cell) for cell in (change.before, change.after))
    row = tuple(times.get(cell, cell) for cell in change.row)
    return replace(change, row=row, before=before, after=after)


def _found_key(
    old: Table, new: Table, names: list[str], before: list[_Row], after: list[_Row]
) -> list[str]:
    measures = {
        folded(column.name) for column in (*old.columns, *new.columns) if column.type.is_numeric
    }
    wanted = [name for name in names if name not in measures]
    positions = [names.index(name) for name in wanted]
    for rows in (before, after):
        if len({tuple(row[p] for p in positions) for row in rows}) < len(rows):
            return []
    return wanted


def _unmatched(rows: list[_Row], others: list[_Row]) -> list[_Row]:
    left = Counter(others)
    unmatched = []
    for row in rows:
        if left[row]:
            left[row] -= 1
        else:
            unmatched.append(row)
    return unmatched


_Pairs = tuple[list[_Row], list[_Row], list[tuple[_Row, _Row]]]


def _paired_by_key(gone: list[_Row], come: list[_Row], positions: list[int]) -> _Pairs:
    waiting: defaultdict[_Row, list[_Row]] = defaultdict(list)
    for row in gone:
        waiting[tuple(row[p] for p in positions)].append(row)
    added, changed = [], []
    for row in come:
        same = waiting[tuple(row[p] for p in positions)]
        if same:
            changed.append((same.pop(0), row))
        else:
            added.append(row)
    return [row for rows in waiting.values() for row in rows], added, changed


def _paired_but_for_one(
    gone: list[_Row], come: list[_Row], positions: list[int]
) -> list[tuple[_Row, _Row]]:
    """Take out and return the rows alike in all but one of these cells, without a doubt."""
    changed: list[tuple[_Row, _Row]] = []
    width = len(gone[0]) if gone and come else 0
    if width < _LEAST_WIDTH or (len(gone) + len(come)) * len(positions) * width > _CELLS:
        return changed
    for position in positions:
        waiting: defaultdict[_Row, list[list[_Row]]] = defaultdict(lambda: [[], []])
        for side, rows in enumerate((gone, come)):
            for row in rows:
                waiting[row[:position] + row[position + 1 :]][side].append(row)
        pairs = [(a[0], b[0]) for a, b in waiting.values() if len(a) == len(b) == 1]
        changed += pairs
        taken, given = ({pair[side] for pair in pairs} for side in (0, 1))
        gone[:] = [row for row in gone if row not in taken]
        come[:] = [row for row in come if row not in given]
    return changed


def _paired_by_likeness(gone: list[_Row], come: list[_Row]) -> _Pairs:
    n_pairs = len(gone) * len(come)
    if n_pairs > _PAIRS or (gone and n_pairs * len(gone[0]) > _CELLS):
        # Too many to compare each with each: rows are taken in their order.
        n_rows = min(len(gone), len(come))
        pairs = [(a, b) for a, b in zip(gone, come, strict=False) if 2 * _likeness(a, b) > len(a)]
        if len(pairs) == n_rows:
            return gone[n_rows:], come[n_rows:], pairs
        return gone, come, []
    scored = sorted(
        (
            (-_likeness(a, b), i, j)
            for i, a in enumerate(gone)
            for j, b in enumerate(come)
            if 2 * _likeness(a, b) >= len(a)
        )
    )
    used_gone: set[int] = set()
    used_come: set[int] = set()
    changed = []
    for _, i, j in scored:
        if i not in used_gone and j not in used_come:
            used_gone.add(i)
            used_come.add(j)
            changed.append((gone[i], come[j]))
    return (
        [row for i, row in enumerate(gone) if i not in used_gone],
        [row for j, row in enumerate(come) if j not in used_come],
        changed,
    )


def _likeness(left: _Row, right: _Row) -> int:
    return sum(1 for a, b in zip(left, right, strict=True) if a == b)


def _cell_changes(changed: list[tuple[_Row, _Row]], names: list[str]) -> Iterator[RowChange]:
    for before, after in changed:
        for name, old, new in zip(names, before, after, strict=True):
            if old != new:
                yield RowChange("changed", after, name, old, new)
