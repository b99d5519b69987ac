"""What every format is first turned into: records of text cells, with their numbers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from checks.tables.table import Decision

# What could be a number or address of a person; all else beside a table says nothing here.
_TELLING = re.compile(r"\d[\d .-]{7,}\d|@")

Record = list[str]


@dataclass(frozen=True, slots=True)
class Grid:
    """The records of one table, in file order; record k of the file is `records[k - 1]`.

    `delimiter` is None for formats without one; `has_header` is True when the format
    itself names its columns (JSON); `merged` lists merged cells of a workbook as
    (first row, first column, last row, last column), counted from 0; `beside` keeps the
    telling texts of other sheets; `first_column` is where the records begin in a sheet,
    counted from 0.
    """

    records: list[Record]
    decisions: list[Decision] = field(default_factory=list)
    delimiter: str | None = None
    has_header: bool = False
    merged: tuple[tuple[int, int, int, int], ...] = ()
    beside: list[str] = field(default_factory=list)
    first_column: int = 0


def telling(cells: Iterable[str]) -> list[str]:
    """Return the texts among which personal numbers may be."""
    return [cell for cell in cells if _TELLING.search(cell)]
