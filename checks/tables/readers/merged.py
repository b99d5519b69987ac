"""Cells merged down inside the data: what they say holds for every row that they span."""

from checks.tables.numbers import is_numeral
from checks.tables.readers.grid import Grid, Record
from checks.tables.readers.header import YEAR
from checks.tables.table import Decision


def filled_down(grid: Grid, records: list[Record], first: int) -> Decision | None:
    """Fill merged cells of the rows from `first` on into the rows below; None without any.

    A number other than a year is filled only at the left, where everything before it is
    merged too: there it is a code, further right a measure that several rows share. Blank
    rows stay.
    """
    filled: set[tuple[int, int]] = set()
    spanned: dict[int, int] = {}
    for top, left, bottom, _ in sorted(grid.merged, key=lambda merge: (merge[1], merge[0])):
        last = min(bottom, len(records) - 1)
        if top < first or top >= last or top <= spanned.get(left, -1):
            continue
        spanned[left] = last
        cell = records[top][left] if 0 <= left < len(records[top]) else ""
        is_shared = is_numeral(cell) and not YEAR.fullmatch(cell)
        if not cell or (is_shared and not _is_leading(records[top + 1], top, left, filled)):
            continue
        for row in range(top + 1, last + 1):
            record = records[row]
            if any(record) and not any(record[left : left + 1]):
                record += [""] * (left + 1 - len(record))
                record[left] = cell
                filled.add((row, left))
    if not filled:
        return None
    return Decision("merged_cells", str(len(filled)), "sel gabungan diisi ke baris di bawahnya")


def _is_leading(below: Record, top: int, left: int, filled: set[tuple[int, int]]) -> bool:
    return all(
        (top + 1, column) in filled or not any(below[column : column + 1]) for column in range(left)
    )
