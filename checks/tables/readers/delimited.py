"""Delimited text to records, and the damage a reader must see."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain

from checks.tables.readers.dialect import Dialect, find_dialect
from checks.tables.readers.grid import Grid, Record
from checks.tables.readers.odd_rows import MeantLines, may_be_odd, with_width
from checks.tables.table import Caps, Decision, UnreadableTable

_NAMES = {",": "koma", ";": "titik koma", "\t": "tab", "|": "garis tegak", " ": "spasi"}
_RECORD_LINES = 200
_SENTINEL = "\x00end\x00"
# A mark for the start of a file, and one for the end of one on old systems.
_STRAY = "\ufeff"
_END_OF_FILE = "\x1a"


def sniff_delimiter(text: str) -> str | None:
    """Return the delimiter of text that needs nothing more to be read, or None."""
    dialect = find_dialect(text)
    return dialect.delimiter if dialect is not None and dialect.is_plain else None


def read_delimited(text: str, caps: Caps, *, is_whole: bool = True) -> Grid:
    """Return the records of delimited text; a head that ends inside a cell loses that record.

    Raises UnreadableTable for an unclosed quote (naming the record where it opens),
    a cell or a record beyond the caps, and text that is no table at all.
    """
    decisions: list[Decision] = []
    if _STRAY in text or _END_OF_FILE in text:
        n_marks = text.count(_STRAY) + text.count(_END_OF_FILE)
        why = "tanda awal (BOM) atau akhir berkas di dalam teks dilewati"
        decisions.append(Decision("stray_marks", str(n_marks), why))
        text = text.replace(_STRAY, "").replace(_END_OF_FILE, "")
    dialect = find_dialect(text)
    used = dialect or Dialect(",")
    lines: Iterable[str] = io.StringIO(text, newline="")
    meant = MeantLines(lines, used, text) if dialect and may_be_odd(text, used) else None
    records = list(_records(meant or lines, used, caps, is_whole=is_whole, meant=meant))
    inner = _wrapped(records, caps) if dialect is None and '"' in text else None
    if inner is not None:
        grid = read_delimited(inner, caps, is_whole=is_whole)
        why = "setiap baris dikurung tanda kutip sebagai satu sel; isinya dibaca sebagai baris"
        grid.decisions.append(Decision("wrapped_lines", str(len(grid.records)), why))
        return grid
    n_filled = sum(1 for record in records if any(record))
    if dialect is None and n_filled < 2:
        raise UnreadableTable(
            "no-table",
            f'Isi berkas bukan tabel: hanya ada satu teks "{text.strip()[:60]}"; '
            "kirim berkas dengan judul kolom dan baris data.",
            f'The content is no table: there is only one text "{text.strip()[:60]}"; '
            "send a file with a header and data rows.",
        )
    mended = set(meant.mended) if meant else set()
    if dialect is not None:
        mended.update(with_width(records, used))
    decisions = [*_of_dialect(dialect), *decisions]
    if mended:
        numbers = ", ".join(map(str, sorted(mended)[:20]))
        why = (
            "tanda kutip atau pemisah baris ini lain dari baris yang lain; dibaca seperti maksudnya"
        )
        decisions.append(Decision("mended_rows", numbers, why))
    return Grid(records, decisions, delimiter=used.delimiter)


def _wrapped(records: list[Record], caps: Caps) -> str | None:
    """Return the lines that stand in one quoted cell each, None where they are texts.

    A program that took a file of semicolons for one of commas writes such lines. They are
    cut into three cells or more, all of them alike.
    """
    if len(records) < 2 or any(len(record) != 1 or "\n" in record[0] for record in records):
        return None
    inner = "".join(f"{record[0]}\n" for record in records)
    dialect = find_dialect(inner)
    if dialect is None or not dialect.is_plain:
        return None
    try:
        lines = io.StringIO(inner, newline="")
        widths = {len(record) for record in _records(lines, dialect, caps, is_whole=True)}
    except UnreadableTable:
        return None
    return inner if len(widths) == 1 and min(widths) > 2 else None


def _of_dialect(dialect: Dialect | None) -> Iterator[Decision]:
    if dialect is None:
        yield Decision("delimiter", "", "satu kolom")
        yield Decision("quote", '"', "kutip ganda menurut RFC 4180")
        return
    name = _NAMES.get(dialect.delimiter, f"{dialect.delimiter!r}")
    yield Decision("delimiter", dialect.delimiter, f"pemisah {name} membelah baris paling rata")
    is_usual = dialect.quote == '"'
    why = "kutip ganda menurut RFC 4180" if is_usual else "sel dikurung dengan kutip tunggal"
    yield Decision("quote", dialect.quote, why)
    if dialect.escape:
        why = "tanda kutip di dalam sel didahului garis miring terbalik"
        yield Decision("escape", dialect.escape, why)
    if dialect.skips_space:
        yield Decision("spaces", "", "spasi sesudah pemisah bukan bagian dari sel")


def records_of(
    lines: Iterable[str], delimiter: str, caps: Caps, *, is_whole: bool = True
) -> Iterator[Record]:
    """Yield the records of lines in the usual dialect; raises as read_delimited does."""
    return _records(lines, Dialect(delimiter), caps, is_whole=is_whole)


def _records(
    lines: Iterable[str],
    dialect: Dialect,
    caps: Caps,
    *,
    is_whole: bool,
    meant: MeantLines | None = None,
) -> Iterator[Record]:
    reader = dialect.reader(chain(lines, (_SENTINEL,)))
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
            if meant is not None:
                meant.begins(number + 1)
            yield dialect.record(record)
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
