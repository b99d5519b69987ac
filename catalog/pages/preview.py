"""The first rows of a delimited text file, read without trusting it."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from catalog.context import Originals
from catalog.store.versions import Stored

N_BYTES = 65_536
N_ROWS = 8
N_COLUMNS = 30
LONGEST_CELL = 120
_DELIMITERS = ",;\t|"
_BEFORE_HEADER = 15


@dataclass(frozen=True, slots=True)
class Preview:
    """The header and the first rows of a file, long cells cut."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    n_more_columns: int


def preview_of(originals: Originals, stored: Stored | None) -> Preview | None:
    """Return the first rows of a CSV whose header is known; None for any other file."""
    if stored is None or stored.format != "CSV" or not stored.header:
        return None
    try:
        with originals.open(stored.blob) as stream:
            start = stream.read(N_BYTES)
    except FileNotFoundError:
        return None
    whole_lines = start if len(start) < N_BYTES else start[: start.rfind(b"\n") + 1]
    return _table(_decoded(whole_lines), stored.header)


def _decoded(start: bytes) -> str:
    try:
        return start.decode("utf-8-sig")
    except UnicodeDecodeError:
        return start.decode("cp1252", errors="replace")


def _table(text: str, header: Sequence[str]) -> Preview | None:
    wanted = [name.strip() for name in header]
    for delimiter in _DELIMITERS:
        rows = _rows(text, delimiter)
        for place, row in enumerate(rows[:_BEFORE_HEADER]):
            if [cell.strip() for cell in row] == wanted:
                following = [r for r in rows[place + 1 :] if any(r)][:N_ROWS]
                return Preview(
                    tuple(wanted[:N_COLUMNS]),
                    tuple(_row(r, min(len(wanted), N_COLUMNS)) for r in following),
                    max(0, len(wanted) - N_COLUMNS),
                )
    return None


def _rows(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            rows.append(row)
            if len(rows) > _BEFORE_HEADER + 4 * N_ROWS:
                break
    except csv.Error:
        return rows
    return rows


def _row(cells: Sequence[str], width: int) -> tuple[str, ...]:
    cut = [c if len(c) <= LONGEST_CELL else f"{c[:LONGEST_CELL]}…" for c in cells[:width]]
    return tuple(cut + [""] * (width - len(cut)))
