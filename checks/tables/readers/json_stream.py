"""Large JSON Lines: written out as CSV line by line, never held, and judged like any large CSV."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from checks.tables.readers.delimited import cell_too_large, too_many_columns
from checks.tables.readers.json_records import flattened, parsed
from checks.tables.table import MEGABYTE, Caps, UnreadableTable

_LONGEST_LINE = 16 * MEGABYTE
_MARK = b"\xef\xbb\xbf"


def is_json_lines(path: Path) -> bool:
    """Tell whether a file begins with an object on each of its lines."""
    with path.open("rb") as stream:
        if stream.read(len(_MARK)) != _MARK:
            stream.seek(0)
        lines = [stream.readline(_LONGEST_LINE) for _ in range(2)]
    return all(line.lstrip()[:1] == b"{" and _object(line) is not None for line in lines)


@contextmanager
def as_csv(path: Path, caps: Caps) -> Iterator[Path]:
    """Give the objects of a file as CSV: every name once, a record for every object.

    Raises UnreadableTable for a line that is no object, with its number, for lines, cells
    and widths beyond the caps, and where the disk has no room for the table.
    """
    names: dict[str, None] = {}
    with TemporaryDirectory(prefix="mutakhir-") as folder:
        flat = Path(folder) / "table.csv"
        # The names of the first objects are mostly those of all; else once again with all.
        try:
            while _written(path, flat, names, caps) < len(names):
                continue
        except OSError as error:
            raise UnreadableTable(
                "too-large",
                f"Tabel ini tidak muat di disk saat dibuka ({error.strerror}); pecah per tahun.",
                f"There is no room on the disk to unfold this table ({error.strerror}); split it.",
            ) from error
        yield flat


def _written(path: Path, flat: Path, names: dict[str, None], caps: Caps) -> int:
    """Write the table and return how many names its header has; new ones are added to `names`."""
    with flat.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        n_written = 0
        for row in _rows(path, caps):
            if not row.keys() <= names.keys():
                names.update(dict.fromkeys(row))
                if len(names) > caps.n_columns:
                    raise too_many_columns(len(names), caps)
            if not n_written:
                n_written = len(names)
                writer.writerow(names)
            if n_written == len(names):
                writer.writerow([row.get(name, "") for name in names])
    return n_written


def _rows(path: Path, caps: Caps) -> Iterator[dict[str, str]]:
    with path.open("rb", buffering=1 << 20) as stream:
        for number, line in enumerate(_lines(stream), start=1):
            if number == 1:
                line = line.removeprefix(_MARK)
            if not line.strip():
                continue
            found = _object(line)
            if found is None:
                raise _broken(number)
            row = dict(flattened(found))
            if len(line) > caps.cell_chars and max(map(len, row.values())) > caps.cell_chars:
                raise cell_too_large(caps)
            yield row


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    number = 0
    while line := stream.readline(_LONGEST_LINE):
        number += 1
        if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
            raise _broken(number)
        yield line


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = parsed(line.decode())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _broken(number: int) -> UnreadableTable:
    return UnreadableTable(
        "broken-json",
        f"Baris {number} bukan satu objek JSON; periksa keluaran aplikasinya.",
        f"Line {number} is no JSON object; check the output of the application.",
        number,
    )
