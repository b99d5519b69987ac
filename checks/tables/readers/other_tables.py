"""A second table below the first, behind a blank row: another header over other columns."""

from collections.abc import Sequence

from checks.tables.numbers import is_numeral
from checks.tables.readers.grid import Record
from checks.tables.readers.header import is_value, n_filled
from checks.tables.table import folded

_LEAST_ROWS = 2
_SAMPLE = 50


def start_of_other(
    header: Sequence[str], rows: Sequence[Record], lines: Sequence[int]
) -> int | None:
    """Return the position of the first row that belongs to another table, None without one.

    It lies behind a blank record and begins with labels, after a title at most; below are
    numbers where it says a label, and it is narrower or has other labels than the header.
    """
    for position in range(_LEAST_ROWS, len(rows) - _LEAST_ROWS):
        if lines[position] - lines[position - 1] < 2:
            continue
        first = position + (n_filled(rows[position]) == 1 and bool(rows[position][0]))
        above = rows[max(0, position - _SAMPLE) : position]
        if _begins_table(header, above, rows[first : first + 1 + _SAMPLE]):
            return position
    return None


def _begins_table(header: Sequence[str], above: Sequence[Record], rows: Sequence[Record]) -> bool:
    labels, below = rows[0], rows[1:]
    width = n_filled(labels)
    are_labels = width > 1 and all(labels[:width]) and not any(map(is_value, labels[:width]))
    if not are_labels or len(below) < _LEAST_ROWS or len(set(labels[:width])) < width:
        return False
    if any(any(row[width:]) for row in below):
        return False
    numeric = [i for i in range(width) if _is_numeric(below, i)]
    if not numeric:
        return False
    if width < len(header):
        return True
    known = {folded(label) for label in header}
    n_new = sum(1 for label in labels[:width] if folded(label) not in known)
    return 2 * n_new > width and any(_is_numeric(above, i) for i in numeric)


def _is_numeric(rows: Sequence[Record], index: int) -> bool:
    cells = [row[index] for row in rows if index < len(row) and row[index]]
    return bool(cells) and all(map(is_numeral, cells))
