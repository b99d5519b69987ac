"""What stands below a table and is none of its rows: sources, remarks, who signed it."""

import re
from collections.abc import Sequence

from checks.tables.numbers import is_numeral
from checks.tables.readers.grid import Record
from checks.tables.readers.header import n_filled
from checks.tables.readers.signature import SIGNED

_NOTE = re.compile(
    r"(?:sumber|source|catatan|keterangan|ket\b|note|access time|diakses|diunduh|dicetak"
    r"|data per|diperbarui|\*|†|\d\))",
    re.IGNORECASE,
)
_LONG = 60
_LEFT_AND_RIGHT = 2
_LONGEST_NUMBER = 15


def start_of_notes(rows: Sequence[Record], lines: Sequence[int], width: int) -> int:
    """Return the position of the first row below the table, the number of rows without one.

    Below a table every row says little and no measure. Notes and signatures begin with one
    that is known by its words, or behind a blank row above it.
    """
    start = len(rows)
    if width < _LEFT_AND_RIGHT:
        return start
    most = min(_LEFT_AND_RIGHT, width - 1)
    while start and _says_little(rows[start - 1], most):
        start -= 1
    signed = next((p for p in range(start, len(rows)) if _is_signed(rows[p])), len(rows))
    for position in range(start, len(rows)):
        is_apart = position > 0 and lines[position] - lines[position - 1] > 1
        if _is_note(rows[position], width) or position == signed:
            return position
        if is_apart and signed < len(rows):
            return position
    return len(rows)


def _says_little(row: Record, most: int) -> bool:
    return n_filled(row) <= most and not any(
        is_numeral(cell) and len(cell) <= _LONGEST_NUMBER for cell in row if cell
    )


def _is_note(row: Record, width: int) -> bool:
    if n_filled(row) != 1 or not row[0]:
        return False
    return _NOTE.match(row[0]) is not None or (width > 2 and len(row[0]) > _LONG)


def _is_signed(row: Record) -> bool:
    return any(SIGNED.search(cell) for cell in row if cell)
