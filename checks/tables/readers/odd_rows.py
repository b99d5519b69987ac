"""Records that are written otherwise than their neighbours: read as they were meant."""

import csv
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from checks.tables.readers.dialect import DELIMITERS, SAMPLE_CHARS, SAMPLE_RECORDS, Dialect
from checks.tables.readers.grid import Record
from checks.tables.readers.header import is_value

_MOST_AHEAD = 200
_LEAST_WIDTH = 2
_MOST_STRAY = 20
_LONGEST_LINE = 10_000


def may_be_odd(text: str, dialect: Dialect) -> bool:
    """Tell whether any quote of a text stands where none can, or never closes on its line."""
    if dialect.quote not in text or dialect.escape or len(dialect.delimiter) > 1:
        return False
    quote, mark = re.escape(dialect.quote), re.escape(dialect.delimiter)
    inside = rf"[^{mark}{quote}\r\n]{quote}[^{mark}{quote}\r\n]"
    if re.search(inside, text) is not None:
        return True
    return any(line.count(dialect.quote) % 2 for line in text.splitlines())


class MeantLines:
    """The lines of a text on their way to the csv module, odd quotes written as it wants them.

    A quote inside a cell that does not end it is doubled; one that opens a cell and would
    swallow the rows below stays a letter. Only lines that then have the usual width are
    changed; `mended` names their records.
    """

    def __init__(self, lines: Iterable[str], dialect: Dialect, text: str) -> None:
        self.lines = iter(lines)
        self.ahead: deque[str] = deque()
        self.dialect = dialect
        quote, mark = re.escape(dialect.quote), re.escape(dialect.delimiter)
        body = rf"(?:[^{quote}]|{quote}(?!\s*(?:{mark}|$)))*"
        self.enclosed = re.compile(rf"\s*{quote}({body}){quote}\s*(?={mark}|$)")
        self.width = usual_width(dialect.reader(text[:SAMPLE_CHARS].splitlines(keepends=True)))
        self.mended: list[int] = []
        self.record: int | None = 1

    def begins(self, record: int) -> None:
        """Note that the next line begins a record."""
        self.record = record

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.ahead.popleft() if self.ahead else next(self.lines)
        is_short = len(line) <= _LONGEST_LINE
        if self.record is not None and is_short and self.dialect.quote in line:
            cells = self._meant(line)
            if cells is not None:
                self.mended.append(self.record)
                line = self._written(cells, line)
        self.record = None
        return line

    def _meant(self, line: str) -> list[str] | None:
        """Return the cells of a line that the csv module reads otherwise, None for all others."""
        read, n_lines = self._read_on(line)
        if read is None:
            # It never closes, and that is for the agency to mend.
            return None
        cells = self._cells(line)
        is_even = len(read) == self.width
        if is_even and (n_lines > 1 or cells == read or len(cells) != self.width):
            return None
        if len(cells) == self.width:
            return cells
        starts = range(min(len(cells), _MOST_STRAY))
        again = (self._cells(line, bare_at=start) for start in starts)
        return next((cells for cells in again if len(cells) == self.width), None)

    def _read_on(self, line: str) -> tuple[list[str] | None, int]:
        """Return the record that begins with a line and how many lines it takes.

        None where it does not end in good time.
        """
        is_open = False

        def lines() -> Iterator[str]:
            nonlocal is_open
            yield line
            for position in range(_MOST_AHEAD):
                following = self._peek(position)
                if following is None:
                    break
                yield following
            is_open = True

        reader = self.dialect.reader(lines())
        record: list[str] = next(reader, [])
        return None if is_open else record, reader.line_num

    def _peek(self, position: int) -> str | None:
        while len(self.ahead) <= position:
            line = next(self.lines, None)
            if line is None:
                return None
            self.ahead.append(line)
        return self.ahead[position]

    def _cells(self, line: str, bare_at: int | None = None) -> list[str]:
        """Cut one line: a quote closes a cell only where a delimiter or the end follows.

        The quote at the start of cell `bare_at` is a letter.
        """
        quote = self.dialect.quote
        cells: list[str] = []
        text, at = line.rstrip("\r\n"), 0
        while at <= len(text) and len(cells) <= self.width:
            enclosed = None if len(cells) == bare_at else self.enclosed.match(text, at)
            if enclosed is not None:
                cells.append(enclosed[1].replace(quote * 2, quote))
                at = enclosed.end() + 1
                continue
            end = text.find(self.dialect.delimiter, at)
            end = len(text) if end < 0 else end
            cells.append(text[at:end])
            at = end + 1
        return cells

    def _written(self, cells: list[str], line: str) -> str:
        quote = self.dialect.quote
        inside = (f"{quote}{cell.replace(quote, quote * 2)}{quote}" for cell in cells)
        return self.dialect.delimiter.join(inside) + line[len(line.rstrip("\r\n")) :]


def usual_width(records: Iterable[Record]) -> int:
    """Return the width of most of the first records."""
    widths = Counter(len(record) for record in islice(records, SAMPLE_RECORDS) if any(record))
    return max(widths, key=lambda width: (widths[width], width), default=0)


def with_width(records: list[Record], dialect: Dialect) -> Iterator[int]:
    """Cut records again that another delimiter or quote cuts to the usual width.

    Changes the records in place and yields their numbers, from 1.
    """
    width = usual_width(records)
    if width <= _LEAST_WIDTH:
        return
    kinds: list[float] = []
    for position, record in enumerate(records):
        cut = None
        if len(record) == width:
            if record[0][:1] == "'" and all(_is_enclosed(cell) for cell in record):
                cut = [cell.strip()[1:-1] for cell in record]
        elif record and any(record):
            cut = _cut_again(record, dialect, width)
            if cut is None and len(record) == width + 1 and record[-1].strip():
                kinds = kinds or _kinds(records, width)
                cut = _without_blank(record, kinds)
        if cut is not None:
            records[position] = cut
            yield position + 1


def _kinds(records: list[Record], width: int) -> list[float]:
    """Return for each column the share of its first cells that are numbers."""
    rows = [r for r in islice(records, SAMPLE_RECORDS) if len(r) == width]
    return [
        sum(is_value(cell.strip()) for cell in column) / len(rows)
        for column in zip(*rows, strict=True)
    ]


def _without_blank(record: Record, kinds: list[float]) -> Record | None:
    """Leave out the blank cell by which all that follows slipped into the next column."""

    def fit(cells: Record) -> float:
        filled = ((cell.strip(), kind) for cell, kind in zip(cells, kinds, strict=True))
        return sum(kind if is_value(cell) else 1 - kind for cell, kind in filled if cell)

    blanks = [i for i, cell in enumerate(record) if not cell.strip()]
    found = [[*record[:i], *record[i + 1 :]] for i in blanks]
    best = max(found, key=fit, default=None)
    return best if best is not None and fit(best) > fit(record[:-1]) + 1 else None


def _is_enclosed(cell: str) -> bool:
    text = cell.strip()
    return not text or (len(text) > 1 and text[0] == text[-1] == "'")


def _cut_again(record: Record, dialect: Dialect, width: int) -> Record | None:
    line = dialect.delimiter.join(record)
    marks = [
        mark for mark in DELIMITERS if mark != dialect.delimiter and line.count(mark) >= width - 1
    ]
    others = [replace(dialect, delimiter=mark) for mark in marks]
    if line[:1] == "'":
        others.append(replace(dialect, quote="'"))
    for other in others:
        try:
            cut = list(other.reader([line]))
        except csv.Error:
            continue
        if len(cut) == 1 and len(cut[0]) == width:
            return list(map(str, cut[0]))
    return None
