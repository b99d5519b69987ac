"""The row below a header that only counts the columns: (1), (2), (3) = (1) + (2)."""

import re
from collections.abc import Sequence
from itertools import islice

from checks.tables.numbers import is_numeral
from checks.tables.readers.grid import Record

_ORDINAL = re.compile(r"[(-]?\s*(\d{1,3}|[a-zA-Z])\s*\)?(\s*=.*)?")
_ORDINAL_WITH_SUM = re.compile(r"\(\s*(\d{1,3}|[a-zA-Z])\s*=.*\)")
_SAMPLE = 20


def is_numbering(row: Record, below: Sequence[Record]) -> bool:
    """Tell whether a row only counts the columns.

    One without brackets, letters or sums could be data: it counts where the rows below
    have words.
    """
    if not may_be_numbering(row):
        return False
    if any(not cell.isdigit() for cell in row if cell):
        return True
    return any(cell and _are_words(below, position) for position, cell in enumerate(row))


def may_be_numbering(row: Record) -> bool:
    """Tell whether the cells of a row count from one, whatever stands below."""
    cells = [cell for cell in row if cell]
    found = [_ORDINAL.fullmatch(cell) or _ORDINAL_WITH_SUM.fullmatch(cell) for cell in cells]
    counted = [_number(match.group(1)) for match in found if match]
    return len(cells) > 1 and counted == list(range(1, len(cells) + 1))


def _number(ordinal: str) -> int:
    return int(ordinal) if ordinal.isdigit() else ord(ordinal.lower()) - ord("a") + 1


def _are_words(rows: Sequence[Record], position: int) -> bool:
    cells = [r[position] for r in islice(rows, _SAMPLE) if position < len(r) and r[position]]
    return len(cells) > 1 and not any(map(is_numeral, cells))
