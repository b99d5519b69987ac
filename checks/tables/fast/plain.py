"""Files that need no reading first: their first line is the schema's header, nothing is odd."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from checks.tables.fast.blocks import LARGE_BYTES
from checks.tables.later import Later
from checks.tables.readers.dialect import DELIMITERS, SAMPLE_CHARS, hints_at_odd
from checks.tables.readers.signature import SIGNED
from checks.tables.table import MEGABYTE, Caps, folded

if TYPE_CHECKING:
    from checks.tables.readers import delimited, numbering
else:
    delimited = Later("checks.tables.readers.delimited")
    numbering = Later("checks.tables.readers.numbering")

_MARK = b"\xef\xbb\xbf"
_TOTAL_WORDS = ("jumlah", "total", "jml", "rata", "rerata", "average", "mean")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
# White space but the line end: over many blank lines a search would begin anew on each.
_BLANKS = "".join(c for c in map(chr, range(0x3001)) if c.isspace() and c != "\n") + '"'
_CLOSING = re.compile(r"'[ ]*(?:[,;\t|\r\n]|$)")
_TAIL_CHARS = 4_096
_FIRST = ("1", "a", "A", "1=", "a=", "A=")
_LONGER_SHARE, _LONGER_TIMES = 0.05, 1.5


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain file: where its text starts, and how its cells are told apart."""

    start: int
    delimiter: str


def plain(path: Path, names: Sequence[str], n_filled: int, caps: Caps) -> Plain | None:
    """Return how a plain file is read, None for a file that has to be looked at first.

    Plain is UTF-8 text with the schema's own labels in its first line and, below, no row
    that could be a total, a heading, a note or another header. Of a large file the first
    megabyte is looked at, as the reading does. `n_filled` columns always hold
    something: with two of them a row of one cell is never proven.
    """
    size = path.stat().st_size if path.is_file() else 0
    if not size or min(caps.wire_bytes, caps.decoded_bytes) < size <= LARGE_BYTES:
        return None
    if not _are_labels(names) or len(names) > caps.n_columns:
        return None
    start, text = _text(path, size)
    if not text or _CONTROL.search(text, 0, 4096):
        return None
    delimiter = _delimiter(text)
    if delimiter is None:
        return None
    end = text.find("\n") + 1
    lines = io.StringIO(text, newline="")
    records = list(islice(csv.reader(lines, delimiter=delimiter), 2))
    if not end or len(records) < 2 or records[0] != list(names):
        return None
    first = [cell.strip() for cell in records[1]]
    if all(cell[:1] in ("", "(") for cell in first):
        return None
    if first[0][:2].strip("- ") in _FIRST and numbering.may_be_numbering(first):
        return None
    if _is_odd(text[end - 1 :], names[0], delimiter, may_be_alone=n_filled < 2):
        return None
    return Plain(start, delimiter)


def is_still_plain(n_rows: int, n_columns: int, n_longer: int, widest: int, n_sparse: int) -> bool:
    """Tell whether the rows that were read leave the file plain.

    Rows longer than the header have to be few enough to be slips, and none may hold one
    cell alone.
    """
    return (
        not n_sparse and n_longer <= _LONGER_SHARE * n_rows and widest <= _LONGER_TIMES * n_columns
    )


def _delimiter(text: str) -> str | None:
    """Return the delimiter as the reading finds it; there is no choice between one."""
    head = text[:SAMPLE_CHARS]
    marks = [mark for mark in DELIMITERS if mark in head]
    if len(marks) == 1 and not _hints_at_odd(head, marks[0]):
        return marks[0]
    return delimited.sniff_delimiter(text)


def _hints_at_odd(head: str, mark: str) -> bool:
    """Tell whether quotes may be others than those of RFC 4180, or a delimiter longer."""
    if hints_at_odd(head.partition("\n")[0]) or '\\"' in head:
        return True
    if "'" in head and _CLOSING.search(head):
        return True
    # A doubled quote stands inside of a cell, where a delimiter and a space are but text.
    return f'{mark} "' in head and re.search(rf'{re.escape(mark)} "(?!")', head) is not None


def _are_labels(names: Sequence[str]) -> bool:
    """Tell whether names can be nothing but labels, each of its own."""
    distinct = {folded(name) for name in names}
    are_clean = all(name[:1].isalpha() and name == " ".join(name.split()) for name in names)
    return len(names) > 1 and are_clean and len(distinct) == len(names)


def _text(path: Path, size: int) -> tuple[int, str]:
    """Return where the text of a file starts, and the text or its head; "" if it is none."""
    with path.open("rb") as stream:
        head = stream.read(size if size <= LARGE_BYTES else MEGABYTE)
    if len(head) < size:
        head = head[: head.rfind(b"\n") + 1]
    start = len(_MARK) if head.startswith(_MARK) else 0
    try:
        return start, head[start:].decode()
    except UnicodeDecodeError:
        return start, ""


def _is_odd(body: str, label: str, delimiter: str, *, may_be_alone: bool) -> bool:
    """Tell whether a row may be something else than data; rather once too often.

    `body` begins with the line end of the header.
    """
    lettered, total, alone = _odd_rows(re.escape(delimiter))
    if "\n\n" in body or "\n\r\n" in body or f"\n{delimiter}{delimiter}" in body:
        # What follows a blank row may be another table.
        return True
    if lettered.search(body):
        lowered = body.lower()
        if any(word in lowered for word in _TOTAL_WORDS) and total.search(lowered):
            return True
    if SIGNED.search(body, max(0, len(body) - _TAIL_CHARS)):
        return True
    again = re.compile(rf"\n[{_BLANKS}]*{re.escape(label)}")
    return bool(again.search(body) or (may_be_alone and alone.search(body)))


@cache
def _odd_rows(mark: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return what finds a row that begins with a word, a total, and a row of one cell."""
    return (
        re.compile(rf"\n(?:[{_BLANKS}]*{mark}){{0,2}}[{_BLANKS}]*[^\W\d_]"),
        re.compile(rf"(?:\n|{mark})[{_BLANKS}]*(?:grand |sub ?)?(?:{'|'.join(_TOTAL_WORDS)})"),
        re.compile(
            rf'\n(?:[^{mark}\n]+|[^\S\n]*"(?:[^"]|"")*")(?:{mark}(?:[^\S\n]|"|{mark})*)?(?:\n|$)'
        ),
    )
