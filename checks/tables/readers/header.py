"""The header of a table: below title rows, in one row or several, or not there at all."""

import re
from collections import Counter
from itertools import islice, pairwise

from catalog.rules.periods import read_time
from checks.tables.numbers import is_numeral
from checks.tables.readers.grid import Grid, Record
from checks.tables.table import UnreadableTable

_HEADER_DEPTH = 30
_SAMPLE = 200
#: A header of more rows than these is none.
_MOST_ROWS = 5
#: Words in brackets, that do not count the columns as (a), (b) do.
_UNIT = re.compile(r"\((?![a-z]\))[^\W\d_][^()]*\)|\(%\)", re.IGNORECASE)
YEAR = re.compile(r"(?:19|20)\d{2}(?:\.0)?")


def n_filled(record: Record) -> int:
    """Return how many cells of a record say something."""
    return len(record) - record.count("")


def header_index(records: list[Record]) -> int:
    """Return the position of the first record that is as wide as the records usually are.

    Raises UnreadableTable `no-table` when no record holds anything.
    """
    counts = Counter(n_filled(record) for record in islice(records, _SAMPLE))
    counts.pop(0, None)
    if not counts:
        raise UnreadableTable(
            "no-table",
            "Tidak ada baris berisi; kirim berkas dengan judul kolom dan baris data.",
            "No row holds anything; send a file with a header and data rows.",
        )
    usual = max(counts, key=lambda n: (counts[n], n))
    needed = 1 if usual == 1 else max(2, round(0.6 * usual))
    wide = [i for i, r in enumerate(islice(records, _HEADER_DEPTH)) if n_filled(r) >= needed]
    for index, following in pairwise(wide):
        if n_filled(records[index]) >= usual or not _is_letterhead(records, index, following):
            return index
    return wide[-1] if wide else next(i for i, record in enumerate(records) if any(record))


def _is_letterhead(records: list[Record], index: int, following: int) -> bool:
    """Tell whether a wide record stands above the title: the header is the next wide one."""
    is_apart = any(n_filled(record) < 2 for record in records[index + 1 : following])
    return is_apart and not any(map(is_value, records[following]))


def is_units(record: Record) -> bool:
    """Tell whether a row below the header only says units: (ha), (jiwa)."""
    cells = [cell for cell in record if cell]
    return bool(cells) and all(map(_UNIT.fullmatch, cells))


def is_body(records: list[Record], index: int) -> bool:
    """Tell whether the would-be header is itself a data row: numbers over numbers."""
    record = records[index]
    below = [r for r in islice(records, index + 1, index + 21) if any(r)]
    if not below:
        return False
    valued = labelled = 0
    for position, cell in enumerate(record):
        column = [r[position] for r in below if position < len(r) and r[position]]
        if column and sum(map(is_value, column)) >= 0.8 * len(column):
            if is_value(cell) and not YEAR.fullmatch(cell) and _is_alike(cell, column):
                valued += 1
            else:
                labelled += 1
    if valued == 0 or labelled > 0:
        return False
    return 2 * valued >= n_filled(record) or (valued > 1 and _recurs(record, below))


def _recurs(record: list[str], below: list[Record]) -> bool:
    """Tell whether a text of the would-be header, or its very shape, is that of the rows below."""
    for position, cell in enumerate(record):
        column = [r[position] for r in below if position < len(r) and r[position]]
        if not cell or len(column) < 2 or is_value(cell):
            continue
        shapes = {re.sub(r"\d+", "0", text) for text in (cell, *column)}
        if cell in column or (len(shapes) == 1 and any(map(str.isdigit, cell))):
            return True
    return False


def _is_alike(cell: str, column: list[str]) -> bool:
    """Tell whether a value is of the kind below it: a time over numbers is a label."""
    return is_numeral(cell) or not all(map(is_numeral, column))


def is_value(cell: str) -> bool:
    """Tell whether a cell is a number or a time, so no label."""
    return is_numeral(cell) or (cell[:1].isdigit() and read_time(cell) is not None)


def header_depth(grid: Grid, records: list[Record], index: int) -> int:
    """Return how many records below belong to the header: they name what it leaves blank.

    A label merged down says so itself. One merged to the right of the last one leaves cells
    that no record holds.
    """
    # A damaged sheet has cells merged beyond its last row.
    last = len(records) - 1
    merged = [bottom - top for top, _, bottom, _ in grid.merged if top == index < bottom <= last]
    if merged and max(merged) < _MOST_ROWS:
        return max(merged)
    if index + 1 < len(records) and is_units(records[index + 1]):
        return 1
    upper = records[index]
    below = records[index + 1 : index + _MOST_ROWS]
    if grid.delimiter is None and below:
        upper = [*upper, *[""] * (max(map(len, below)) - len(upper))]
    blanks = {p for p, label in enumerate(upper) if not label}
    grouped = blanks | {p - 1 for p in blanks}
    for depth, lower in enumerate(below, start=1):
        filled = {p for p, label in enumerate(lower) if label}
        if not blanks or not filled or any(map(_is_measure, lower)):
            return 0
        if blanks <= filled and any(p not in filled for p in range(len(upper))):
            return depth
        if not filled <= grouped:
            return 0
    return 0


def _is_measure(cell: str) -> bool:
    return is_value(cell) and not YEAR.fullmatch(cell)


def joined_header(
    grid: Grid, records: list[Record], index: int, depth: int
) -> tuple[list[str], int]:
    """Return the labels and how many records above them were joined into them.

    `index` is the last record of the header, `depth` how many above it surely belong to it.
    """
    labels = [" ".join(cell.split()) for cell in records[index]]
    if index and (depth or grid.merged):
        widest = max(map(len, records[index - max(depth, 1) : index]))
        labels += [""] * (widest - len(labels))
    years = sum(1 for label in labels if YEAR.fullmatch(label))
    above = records[index - 1] if index else []
    fills_blanks = (
        any(cell and not label for cell, label in zip(above, labels, strict=False))
        and n_filled(above) > 1
    )
    if not (depth or grid.merged or fills_blanks or 2 * years >= n_filled(labels)):
        return labels, 0
    groups, n_joined = _groups_above(grid, records, index, labels)
    names = [f"{group} {label}".strip() for group, label in zip(groups, labels, strict=True)]
    return (names, n_joined) if n_joined else (labels, 0)


def _groups_above(
    grid: Grid, records: list[Record], index: int, labels: list[str]
) -> tuple[list[str], int]:
    """Return for each column the words of the header rows above it, and how many they are."""
    width = len(labels)
    names, n_joined = [""] * width, 0
    for row in range(max(0, index + 1 - _MOST_ROWS), index):
        cells = [*records[row][:width], *[""] * (width - len(records[row]))]
        if n_filled(cells) < 2:
            names, n_joined = [""] * width, 0
            continue
        spread = _spread(grid, cells, row) if grid.merged else _filled_right(cells, labels)
        if len({cell for cell in spread[1:] if cell}) < 2 and not any(
            cell and not label for cell, label in zip(cells[1:], labels[1:], strict=True)
        ):
            # One phrase over every measure is the title of the table, not a group.
            spread = [spread[0], *[""] * (width - 1)]
        names = [f"{name} {cell}".strip() for name, cell in zip(names, spread, strict=True)]
        n_joined += 1
    return names, n_joined


def _spread(grid: Grid, cells: list[str], row: int) -> list[str]:
    spread = list(cells)
    for top, left, _, right in grid.merged:
        if top == row and 0 <= left < len(spread):
            for column in range(left, min(right + 1, len(spread))):
                spread[column] = cells[left]
    return spread


def _filled_right(cells: list[str], labels: list[str]) -> list[str]:
    spread, last = [], ""
    for cell, label in zip(cells, labels, strict=True):
        last = cell or (last if label else "")
        spread.append(last)
    return spread
