"""The end of a large file: sums and notes there are beyond the head that was read."""

import csv
from collections.abc import Sequence
from pathlib import Path

from checks.tables.findings import Finding, Severity
from checks.tables.readers.dialect import find_dialect
from checks.tables.readers.grid import Grid
from checks.tables.readers.layout import lay_out
from checks.tables.table import shown

_TAIL_BYTES = 1 << 16


def rows_beyond(path: Path, labels: Sequence[str]) -> Finding | None:
    """Return the warning that a file ends in rows of sums or notes, None when it does not.

    They are left out of a file that is read whole; of a large one only those are that
    stand in its first megabyte.
    """
    if len(labels) < 2:
        return None
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        text = stream.read().partition(b"\n")[2].decode("utf-8", errors="replace")
    dialect = find_dialect(text)
    if dialect is None or not dialect.is_plain:
        return None
    try:
        records = list(dialect.reader(text.splitlines(keepends=True)))
    except csv.Error:
        return None
    layout = lay_out(Grid([list(labels), *records], delimiter=dialect.delimiter, has_header=True))
    lines = sorted(layout.left_out)
    if not lines:
        return None
    first = shown((next(filter(None, records[line - 2]), "") for line in lines[:5]), 60)
    n = len(lines)
    return Finding(
        "mutakhir/rows-beyond",
        Severity.WARNING,
        None,
        None,
        None,
        None,
        f"Di akhir berkas besar ini ada {n} baris jumlah atau catatan ({first}); baris itu "
        "diperiksa sebagai data.",
        f"This large file ends with {n} rows of sums or notes ({first}); they are judged as data.",
        "Hapus baris jumlah dan catatan di bawah data.",
        "Delete the rows of sums and notes below the data.",
    )
