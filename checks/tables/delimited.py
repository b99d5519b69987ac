"""Delimited text to records: the delimiter, the quotes, and the damage a reader must see."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from checks.tables.grid import Grid, Record
from checks.tables.table import MEGABYTE, Caps, Decision, UnreadableTable

DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "koma", ";": "titik koma", "\t": "tab", "|": "garis tegak"}
_SAMPLE_RECORDS = 100
SAMPLE_CHARS = 65_536
_RECORD_LINES = 200
_SENTINEL = "\x00end\x00"

# The csv module's own limit (131,072) is below the cap of a cell; ours is checked by name.
csv.field_size_limit(64 * MEGABYTE)


@dataclass(frozen=True, slots=True)
class _Fit:
    delimiter: str
    share: float
    width: int


def sniff_delimiter(text: str) -> str | None:
    """Return the delimiter that cuts the first records most evenly, or None for one column."""
    head = text[:SAMPLE_CHARS]
    fits = [_fit(head, mark) for mark in DELIMITERS if mark in head]
    good = [fit for fit in fits if fit.width > 1]
    if not good:
        return None
    # Half a point is less than what ragged rows cost the right delimiter, and the
    # decimal comma loses more than that on the header.
    return max(good, key=lambda fit: (round(fit.share * 50), fit.width)).delimiter


def _fit(head: str, delimiter: str) -> _Fit:
    widths: Counter[int] = Counter()
    try:
        reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
        for record in islice(reader, _SAMPLE_RECORDS):
            if any(cell.strip() for cell in record):
                widths[len(record)] += 1
    except csv.Error:
        return _Fit(delimiter, 0.0, 0)
    wide = {width: count for width, count in widths.items() if width > 1}
    if not wide:
        return _Fit(delimiter, 0.0, 0)
    width = max(wide, key=lambda w: (wide[w], w))
    return _Fit(delimiter, wide[width] / widths.total(), width)


def read_delimited(text: str, caps: Caps, *, is_whole: bool = True) -> Grid:
    """Return the records of delimited text; a head that ends inside a cell loses that record.

    Raises UnreadableTable for an unclosed quote (naming the record where it opens),
    a cell or a record beyond the caps, and text that is no table at all.
    """
    delimiter = sniff_delimiter(text)
    lines = io.StringIO(text, newline="")
    records = list(records_of(lines, delimiter or ",", caps, is_whole=is_whole))
    n_filled = sum(1 for record in records if any(record))
    if delimiter is None and n_filled < 2:
        raise UnreadableTable(
            "no-table",
            f'Isi berkas bukan tabel: hanya ada satu teks "{text.strip()[:60]}"; '
            "kirim berkas dengan judul kolom dan baris data.",
            f'The content is no table: there is only one text "{text.strip()[:60]}"; '
            "send a file with a header and data rows.",
        )
    decision = Decision(
        "delimiter",
        delimiter or "",
        f"pemisah {_NAMES[delimiter]} membelah baris paling rata" if delimiter else "satu kolom",
    )
    quote = Decision("quote", '"', "kutip ganda menurut RFC 4180")
    return Grid(records, [decision, quote], delimiter=delimiter or ",")


def records_of(
    lines: Iterable[str], delimiter: str, caps: Caps, *, is_whole: bool = True
) -> Iterator[Record]:
    """Yield the records of lines; raises as read_delimited does."""
    reader = csv.reader(chain(lines, (_SENTINEL,)), delimiter=delimiter)
    widest = 0
    started_at = 1
    record: Record = []
    try:
        for number, record in enumerate(reader, start=1):
            if reader.line_num - started_at > _RECORD_LINES:
                raise unclosed_quote(number)
            started_at = reader.line_num
            if record and record[-1].endswith(_SENTINEL):
                break
            if len(record) > widest:
                widest = len(record)
                if widest > caps.n_columns:
                    raise too_many_columns(widest, caps)
            yield record
        # The csv module says nothing about a quote that is still open at the end: a last
        # line of our own is either its own record or swallowed by the open cell.
        if is_whole and record != [_SENTINEL]:
            raise unclosed_quote(number)
    except csv.Error as error:
        raise cell_too_large(caps) from error


def unclosed_quote(row: int) -> UnreadableTable:
    """Return the error that names the record in which a quote opens and never closes."""
    return UnreadableTable(
        "unclosed-quote",
        f"Tanda kutip di baris {row} tidak ditutup; hapus atau gandakan tanda kutip itu.",
        f"The quote in row {row} is never closed; remove it or double it.",
        row,
    )


def too_many_columns(n_columns: int, caps: Caps) -> UnreadableTable:
    """Return the error for a record wider than the cap."""
    return UnreadableTable(
        "too-large",
        f"Ada {n_columns} kolom, batasnya {caps.n_columns}; susun ulang menjadi baris.",
        f"There are {n_columns} columns, the limit is {caps.n_columns}; turn them into rows.",
    )


def cell_too_large(caps: Caps) -> UnreadableTable:
    """Return the error for a cell longer than the cap."""
    return UnreadableTable(
        "too-large",
        f"Ada sel yang lebih panjang dari {caps.cell_chars} huruf; periksa tanda kutip dan isinya.",
        f"A cell is longer than {caps.cell_chars} characters; check the quotes and its content.",
    )
