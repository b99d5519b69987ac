"""What every format is first turned into: records of text cells, with their numbers."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from checks.tables.table import Decision, UnreadableTable

# What could be a number or address of a person; all else beside a table says nothing here.
_TELLING = re.compile(r"\d[\d .-]{7,}\d|@")

Record = list[str]
# As many cells are held at most, whatever format they come from.
CELLS = 40_000_000


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


def too_many_cells(height: int, width: int) -> UnreadableTable:
    """Return the error for a table or sheet of more cells than can be held."""
    return UnreadableTable(
        "too-large",
        f"Tabel berisi {height} x {width} sel; hapus baris dan kolom kosong.",
        f"The table has {height} x {width} cells; delete empty rows and columns.",
    )


def without_backtraces() -> None:
    """Have libraries in Rust that panic say so at once.

    Where the environment asks for a backtrace, they gather it with more memory than a reading
    process is allowed, and then wait for ever.
    """
    os.environ["RUST_BACKTRACE"] = "0"
