"""The fast engine on a file: opened, scanned, and the verdict in the words of Frictionless."""

import io
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from checks.tables.fast.blocks import LARGE_BYTES
from checks.tables.fast.engine import Rows, Scan, Verdict, verdict_on_rows
from checks.tables.fast.gates import Gate, SlowPath
from checks.tables.fast.opening import (
    Opened,
    ask_frictionless,
    data_offset,
    open_at_once,
    open_held,
)
from checks.tables.fast.plain import is_still_plain, plain
from checks.tables.oracle.wording import SchemaError
from checks.tables.oracle.yardstick import (
    encoding_of,
    first_line,
    normalised,
    original,
    pinned_delimiter,
)
from checks.tables.table import MEGABYTE, Caps, Table

_MOST_RECODED = 64 * MEGABYTE
# Types of which no text of spaces is a value.
_NEVER_BLANK = frozenset({"integer", "number", "date", "datetime", "time", "year", "yearmonth"})
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Judged:
    """Every error of a file: the first ones in Frictionless's order, and the count of all."""

    n_rows: int
    labels: tuple[str, ...]
    errors: tuple[SchemaError, ...]
    counts: Mapping[str, int]


def judged_at_once(path: Path, schema: Mapping[str, Any], caps: Caps) -> Judged | None:
    """Return the verdict on a file that needs no reading first, None for any other.

    Raises SlowPath when a reading may still help.
    """
    names = [field["name"] for field in schema["fields"]]
    found = plain(path, names, _n_filled(schema), caps)
    if found is None:
        return None
    pinned = None if found.delimiter == "," else found.delimiter
    with path.open("rb") as stream:
        opened = open_at_once(stream, found.start, schema, pinned)
        if opened is None or opened.plan.delimiter != found.delimiter:
            return None
        size = path.stat().st_size
        scan = _scan(stream, found.start, opened, size, caps, frozenset())
        verdict = scan.verdict()
    if size <= LARGE_BYTES and not is_still_plain(
        verdict.n_rows, len(names), scan.n_longer, scan.widest, scan.n_sparse
    ):
        return None
    return _judged(opened, verdict, verdict.n_rows, 1)


def _n_filled(schema: Mapping[str, Any]) -> int:
    """Return how many columns hold more than spaces in every row that is proven."""
    key = schema.get("primaryKey", ())
    n_filled = 0
    for field in schema["fields"]:
        rules = field.get("constraints", {})
        is_needed = rules.get("required") or rules.get("unique") or field["name"] in key
        n_filled += bool(is_needed and field.get("type") in _NEVER_BLANK)
    return n_filled


def judged_by_table(
    path: Path, table: Table, schema: Mapping[str, Any] | None, caps: Caps
) -> Judged:
    """Return the verdict on a file of delimited text as the reading understood it.

    Raises SlowPath when Frictionless has to read the file itself.
    """
    first, left_out = first_line(table), table.left_out_lines
    with closing(_stream(path, encoding_of(table))) as stream:
        start = len(_MARK) if stream.read(len(_MARK)) == _MARK else 0
        opened = None
        if first == 1 and not left_out and schema is not None:
            opened = open_at_once(stream, start, schema, pinned_delimiter(table))
        if opened is None:
            with original(path, table, schema) as resource:
                opened = ask_frictionless(resource, stream)
        size = stream.seek(0, io.SEEK_END)
        verdict = _scan(stream, start, opened, size, caps, left_out).verdict()
    return _judged(opened, verdict, verdict.n_rows - len(left_out), first)


def judged_rows(table: Table, schema: Mapping[str, Any] | None) -> Judged:
    """Return the verdict on the rows of a table that its file holds in another form."""
    opened = open_held(normalised(table, schema))
    verdict = verdict_on_rows(opened.plan, opened.doubts, table.rows)
    first = max(table.header_line, 1)
    errors = tuple(
        error
        if error.row is None
        else replace(error, row=table.record_lines[error.row - 2] - first + 1)
        for error in verdict.errors
    )
    return _judged(opened, replace(verdict, errors=errors), verdict.n_rows, 1)


def _scan(
    stream: BinaryIO, start: int, opened: Opened, size: int, caps: Caps, ignored: frozenset[int]
) -> Scan:
    offset = data_offset(stream, start, opened.plan.delimiter, opened.header_row)
    rows = Rows(stream, offset, opened.header_row + 1, size, caps.cell_chars, ignored)
    return Scan(opened.plan, opened.doubts, rows)


def _stream(path: Path, encoding: str) -> BinaryIO:
    """Return the bytes of a file in UTF-8; the line ends of old systems as new ones."""
    if encoding in ("utf-8", "utf-8-sig"):
        return _of_lines(path)
    if path.stat().st_size > _MOST_RECODED:
        raise SlowPath(Gate.LARGE_ENCODING)
    try:
        return io.BytesIO(path.read_bytes().decode(encoding).encode())
    except UnicodeDecodeError as error:
        raise SlowPath(Gate.ENCODING) from error


def _of_lines(path: Path) -> BinaryIO:
    """Return the bytes of a file; where no cell can hold a line end, each ends a record."""
    stream = path.open("rb")
    if path.stat().st_size <= LARGE_BYTES:
        content = stream.read()
        if (
            b"\r" in content
            and b'"' not in content
            and content.count(b"\r\n") < content.count(b"\r")
        ):
            stream.close()
            return io.BytesIO(content.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        stream.seek(0)
    return stream


def _judged(opened: Opened, verdict: Verdict, n_rows: int, first: int) -> Judged:
    moved = verdict.errors
    if first > 1:
        moved = tuple(replace(e, row=e.row - first + 1) if e.row else e for e in moved)
    counts = Counter(error.code for error in opened.errors)
    counts.update(verdict.counts)
    return Judged(n_rows, opened.labels, (*opened.errors, *moved), counts)
