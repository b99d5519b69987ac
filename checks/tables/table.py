"""The values of the tabular engine: a table, its columns, and every decision of its reading."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from catalog.rules.errors import MutakhirError

Cells = tuple[str | None, ...]
MEGABYTE = 1_000_000


class ColumnType(StrEnum):
    """What the cells of a column are; `year` and `period` are times of the data."""

    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    PERIOD = "period"
    YEAR = "year"
    BOOLEAN = "boolean"
    STRING = "string"

    @property
    def is_numeric(self) -> bool:
        """Whether the cells can be measures."""
        return self in (ColumnType.INTEGER, ColumnType.NUMBER)

    @property
    def is_time(self) -> bool:
        """Whether each cell alone says a time."""
        return self in (ColumnType.DATE, ColumnType.PERIOD, ColumnType.YEAR)


@dataclass(frozen=True, slots=True)
class Caps:
    """How much of a file is read at most; passing one is an UnreadableTable, never a crash."""

    n_columns: int = 2_000
    cell_chars: int = MEGABYTE
    decoded_bytes: int = 500 * MEGABYTE
    wire_bytes: int = 200 * MEGABYTE
    ratio: int = 200


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that the reading had to decide: what, how, and why (Bahasa Indonesia)."""

    code: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type, and how its numbers are written.

    One in which no row says anything `is_empty`: its type then says nothing either.
    """

    name: str
    type: ColumnType
    decimal: str | None = None
    thousands: str | None = None
    unit: str | None = None
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A row of sums below or inside the data, which is no data: its record and its cells."""

    line: int
    cells: Cells


@dataclass(frozen=True, slots=True)
class Table:
    """A file as read: text cells without outer spaces, None where nothing is said.

    `record_lines` gives for every row the number of its record in the file, counted
    from 1 with title rows and blank records included; `header_line` that of the header
    (0 when the file has none). `left_out_lines` are those of totals, sections and notes;
    `totals` keeps the cells of the rows of sums among them; `beside` the texts outside
    the table (titles, notes, other sheets) that may hold personal numbers;
    `column_numbers` where each column stands in the file, counted from 1.
    `sha256` is of the bytes as they came.
    """

    header: tuple[str, ...]
    rows: Sequence[Cells]
    columns: tuple[Column, ...]
    decisions: tuple[Decision, ...]
    record_lines: Sequence[int]
    header_line: int
    sha256: str
    left_out_lines: frozenset[int] = frozenset()
    totals: tuple[TotalRow, ...] = ()
    beside: tuple[str, ...] = ()
    column_numbers: tuple[int, ...] = ()

    @property
    def n_rows(self) -> int:
        """How many data rows there are."""
        return len(self.rows)

    def column_index(self, name: str) -> int | None:
        """Return the position of a column, free in case and outer spaces, or None."""
        wanted = folded(name)
        for index, label in enumerate(self.header):
            if folded(label) == wanted:
                return index
        return None

    def column_number(self, index: int) -> int:
        """Return where a column stands in the file, counted from 1."""
        return self.column_numbers[index] if self.column_numbers else index + 1

    def cells(self, index: int) -> list[str | None]:
        """Return one column, top to bottom."""
        return [row[index] for row in self.rows]

    def row_number(self, index: int) -> int:
        """Return the number of a row as people count them: its record, the header being 1."""
        return self.record_lines[index] - max(self.header_line, 1) + 1

    def decided(self, code: str) -> str | None:
        """Return the value of the first decision with this code, or None."""
        return next((d.value for d in self.decisions if d.code == code), None)


class UnreadableTable(MutakhirError):
    """A file that is no table; `code` names the class, the two sentences say what to do."""

    def __init__(self, code: str, sentence_id: str, sentence_en: str, row: int | None = None):
        super().__init__(sentence_id)
        self.code = code
        self.sentence_id = sentence_id
        self.sentence_en = sentence_en
        self.row = row


def folded(name: str) -> str:
    """Return a column name free of case, outer and double spaces."""
    return " ".join(name.casefold().split())


def shown(cells: Iterable[str], limit: int = 60) -> str:
    """Return some cells in one short line for a sentence."""
    text = ", ".join(" ".join(cell.split()) for cell in cells)
    return text if len(text) <= limit else text[: limit - 1] + "…"
