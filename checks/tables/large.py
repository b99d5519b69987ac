"""Large files of delimited text: looked through once from end to end, never held."""

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from checks.tables.fast.blocks import LARGE_BYTES
from checks.tables.readers.decoding import bad_encoding, encoding_of
from checks.tables.readers.delimited import cell_too_large, records_of
from checks.tables.reading import Caps, Table, UnreadableTable, read_head
from checks.tables.table import MEGABYTE

_HEAD_BYTES = MEGABYTE
_PACKED = (b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")


def head_of(path: Path) -> Table | None:
    """Return the head of a large file of delimited text; its decisions hold to the end.

    None for a small file, a packed one, and every other kind: those are read whole.
    """
    if not path.is_file() or path.stat().st_size <= LARGE_BYTES:
        return None
    with path.open("rb") as stream:
        if stream.read(4).startswith(_PACKED):
            return None
    encoding = encoding_of(path)
    return read_head(path, encoding, _HEAD_BYTES) if encoding else None


def look_through(path: Path, caps: Caps) -> Table | None:
    """Return the head of a large file whose structure holds to its end, else as head_of.

    Raises UnreadableTable where the structure breaks.
    """
    head = head_of(path)
    if head is None:
        return None
    encoding, delimiter = head.decided("encoding") or "utf-8", head.decided("delimiter") or ","
    try:
        with path.open(encoding=encoding, newline="") as text:
            for _ in records_of(_sound(text, caps), delimiter, caps):
                pass
    except UnicodeDecodeError as error:
        raise bad_encoding(error.object, error.start, encoding) from error
    return head


def _sound(lines: TextIO, caps: Caps) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if "\0" in line:
            raise UnreadableTable(
                "nul-bytes",
                f"Ada bita kosong (NUL) di baris {number}; simpan ulang sebagai CSV UTF-8.",
                f"There is a NUL byte on line {number}; save the file again as CSV UTF-8.",
                number,
            )
        if len(line) > caps.cell_chars:
            raise cell_too_large(caps)
        yield line
