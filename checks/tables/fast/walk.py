"""From lines to records: where each row lies, and the rows that no proof covers."""

import csv
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from checks.tables.fast.blocks import Block
from checks.tables.fast.gates import Gate, SlowPath

# A cell of more lines is a quote that was never closed.
_RECORD_LINES = 200
_END = "\x00end\x00"
_BLANK = ("", "\r")


@dataclass(frozen=True, slots=True)
class Record:
    """One row that has to be read: its number and its cells."""

    row: int
    cells: list[str]


@dataclass(slots=True)
class Span:
    """Where the rows of one block lie; most are one line each."""

    offset: int
    n_bytes: int
    first_row: int
    n_skipped: int = 0
    joined: list[int] = field(default_factory=list)
    """Rows of several lines, in order."""
    more: list[int] = field(default_factory=list)
    """For each of them how many lines it and those before have beyond their first."""
    next_row: int = 0

    @property
    def n_more(self) -> int:
        """How many lines are no row of their own, but those that are skipped."""
        return self.more[-1] if self.more else 0

    def join(self, row: int, n_lines: int) -> None:
        """Note that a row has several lines."""
        self.more.append(self.n_more + n_lines - 1)
        self.joined.append(row)

    def place(self, row: int) -> tuple[int, int]:
        """Return the first line of a row and how many lines it has."""
        at = bisect_left(self.joined, row)
        before = self.more[at - 1] if at else 0
        is_joined = at < len(self.joined) and self.joined[at] == row
        n_lines = 1 + self.more[at] - before if is_joined else 1
        return row - self.first_row + self.n_skipped + before, n_lines

    def rows(self, n_lines: int) -> Sequence[int]:
        """Return for every line of the block the row that it belongs to."""
        if not self.n_skipped and not self.joined:
            return range(self.first_row, self.first_row + n_lines)
        rows = [self.first_row - 1] * self.n_skipped
        row = self.first_row
        for joined in self.joined:
            rows.extend(range(row, joined))
            rows.extend([joined] * self.place(joined)[1])
            row = joined + 1
        rows.extend(range(row, row + n_lines - len(rows)))
        return rows


class Walker:
    """Walks the blocks of a file in order and tells rows from lines.

    `longest` is the cap of a cell in letters. Every step raises SlowPath for a quote that
    does not close and for a record beyond the cap.
    """

    def __init__(self, delimiter: str, first_row: int, longest: int) -> None:
        self.delimiter = delimiter
        self.longest = longest
        self.next_row = first_row
        self.spans: list[Span] = []
        self.crossing: dict[int, list[str]] = {}
        self.proven = bytearray()
        self._open: list[str] = []
        self._lines: list[str] = []
        self._at = 0
        self._reader = self._new_reader()

    def records(self, block: Block, n_lines: int, unproven: Sequence[int]) -> Iterator[Record]:
        """Yield the rows of a block that need reading; then `proven` marks all other lines."""
        span = Span(block.offset, len(block.lines), self.next_row)
        self.spans.append(span)
        self.proven = bytearray(b"\1") * n_lines
        if not unproven and not self._open:
            self._finish(span, n_lines)
            return
        texts = block.texts()
        free = 0
        if self._open:
            ended = self._continued(span, texts)
            if ended is None:
                return
            free = span.n_skipped
            yield ended
        self._lines = texts
        for line in unproven:
            if line < free:
                continue
            if texts[line] in _BLANK:
                self.proven[line] = 0
                free = line + 1
                yield Record(self._row(span, line), [])
                continue
            record, n_read = self._read(span, line)
            free = line + n_read
            if record is None:
                self._finish(span, n_lines)
                self.next_row -= 1
                return
            yield record
        self._finish(span, n_lines)

    def ended(self) -> None:
        """Say that there are no more blocks; a quote that is still open is an error."""
        if self._open:
            raise SlowPath(Gate.UNCLOSED_QUOTE)

    def _read(self, span: Span, line: int) -> tuple[Record | None, int]:
        """Return the record at a line and how many lines it has; None if it does not end here."""
        row = self._row(span, line)
        self._at = line
        cells = next(self._reader)
        n_read = self._at - line
        is_last = self._at == len(self._lines)
        self.proven[line : self._at] = bytes(n_read)
        if n_read > 1:
            self._check(self._lines[line : self._at])
            span.join(row, n_read)
        if is_last and self._is_open(self._lines[line:]):
            self._open = self._lines[line:]
            self._reader = self._new_reader()
            return None, n_read
        return Record(row, cells), n_read

    def _continued(self, span: Span, texts: list[str]) -> Record | None:
        """Return the record that began in an earlier block; None if it does not end here."""
        n_before = len(self._open)
        self._open.extend(texts)
        self._lines, self._at = self._open, 0
        self._reader = self._new_reader()
        cells = next(self._reader)
        n_read = self._at
        self._check(self._open[:n_read])
        if n_read == len(self._open) and self._is_open(self._open):
            span.n_skipped = len(texts)
            self.proven = bytearray(len(texts))
            span.next_row = span.first_row
            return None
        row = self.next_row
        self.crossing[row] = cells
        self._open = []
        span.n_skipped = n_read - n_before
        span.first_row = row + 1
        self.proven[: span.n_skipped] = bytes(span.n_skipped)
        return Record(row, cells)

    def _row(self, span: Span, line: int) -> int:
        """Return the row that begins at a line, when all before it are known."""
        return span.first_row + line - span.n_skipped - span.n_more

    def _finish(self, span: Span, n_lines: int) -> None:
        self.next_row = span.first_row + n_lines - span.n_skipped - span.n_more
        span.next_row = self.next_row
        self._lines = []

    def _check(self, lines: Sequence[str]) -> None:
        if len(lines) > _RECORD_LINES:
            raise SlowPath(Gate.UNCLOSED_QUOTE)
        if sum(map(len, lines)) > self.longest:
            raise SlowPath(Gate.LONG_CELL)

    def _is_open(self, lines: list[str]) -> bool:
        """Tell whether a record still waits for its closing quote after these lines."""
        ended = [f"{line}\n" for line in lines]
        cells = next(csv.reader([*ended, _END], delimiter=self.delimiter))
        return bool(cells) and cells[-1].endswith(_END)

    def _new_reader(self) -> Iterator[list[str]]:
        return csv.reader(self._feed(), delimiter=self.delimiter)

    def _feed(self) -> Iterator[str]:
        while self._at < len(self._lines):
            self._at += 1
            yield self._lines[self._at - 1] + "\n"


def rows_again(
    stream: BinaryIO, walker: Walker, wanted: Sequence[int]
) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of rows that were walked before; `wanted` is in order."""
    position = 0
    for span in walker.spans:
        texts: list[str] = []
        while position < len(wanted) and wanted[position] < span.next_row:
            row = wanted[position]
            position += 1
            if row in walker.crossing:
                yield row, walker.crossing[row]
                continue
            if not texts:
                stream.seek(span.offset)
                texts = Block(span.offset, stream.read(span.n_bytes)).texts()
            line, n_lines = span.place(row)
            lines = [f"{text}\n" for text in texts[line : line + n_lines]]
            yield row, next(csv.reader(lines, delimiter=walker.delimiter))
