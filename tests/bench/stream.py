"""Large files are judged in a stream: `python -m tests.bench.stream [--csv-mb N] [--jsonl-mb N]`.

Writes a table of so many megabytes with an error in the middle and one in the last row,
judges it in a process of its own, and prints its wall time and its peak of memory.
"""

import argparse
import json
import resource
import sys
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from checks.tables.validation import validate

NAMES = ("id", "kecamatan", "tanggal", "jumlah", "nilai", "keterangan")
KINDS = ("integer", "string", "date", "integer", "number", "string")
SCHEMA = {"fields": [{"name": n, "type": k} for n, k in zip(NAMES, KINDS, strict=True)]}
MEGABYTE = 1_000_000
_ROWS_AT_ONCE = 20_000


def rows(first: int) -> list[tuple[object, ...]]:
    """Return the next rows of the table."""
    return [
        (i, f"Kecamatan {i % 24}", f"2024-{i % 12 + 1:02d}-{i % 28 + 1:02d}", i % 977, i / 8,
         f"catatan, dengan koma {i % 100}")
        for i in range(first, first + _ROWS_AT_ONCE)
    ]  # fmt: skip


def as_csv(row: tuple[object, ...]) -> str:
    """Return a row as a line of CSV."""
    return ",".join(map(str, row[:5])) + f',"{row[5]}"\n'


def as_json(row: tuple[object, ...]) -> str:
    """Return a row as a line of JSON."""
    return json.dumps(dict(zip(NAMES, row, strict=True))) + "\n"


def write(path: Path, n_bytes: int, line: Callable[[tuple[object, ...]], str]) -> int:
    """Write so many bytes of rows, two of them wrong; return how many rows they are."""
    wrong = (0, "x", "bukan tanggal", 1, 2, "salah")
    n_rows = n_written = 0
    is_half = False
    with path.open("w", encoding="utf-8") as stream:
        if line is as_csv:
            stream.write(",".join(NAMES) + "\n")
        while n_written < n_bytes:
            n_written += stream.write("".join(map(line, rows(n_rows))))
            n_rows += _ROWS_AT_ONCE
            if not is_half and n_written > n_bytes // 2:
                is_half = True
                stream.write(line(wrong))
                n_rows += 1
        stream.write(line(wrong))
    return n_rows + 1


def judge(path: Path) -> tuple[bool, int, int, str | None, float, float]:
    """Judge a file; return verdict, rows, errors, gate, seconds and the peak in megabytes."""
    started = perf_counter()
    seen = validate(path, SCHEMA)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    n_errors = sum(seen.counts.values())
    return seen.valid, seen.n_rows, n_errors, seen.gate, perf_counter() - started, peak


def measured(folder: Path, sizes: dict[str, int]) -> Iterator[str]:
    """Yield a line for each kind of file."""
    for kind, n_megabytes in sizes.items():
        if not n_megabytes:
            continue
        path = folder / f"besar.{kind}"
        n_rows = write(path, n_megabytes * MEGABYTE, as_csv if kind == "csv" else as_json)
        with get_context("spawn").Pool(1) as pool:
            valid, n_seen, n_errors, gate, seconds, peak = pool.apply(judge, (path,))
        is_right = (valid, n_seen, n_errors) == (False, n_rows, 2)
        size = path.stat().st_size / MEGABYTE
        path.unlink()
        yield (
            f"{kind}: {size:.0f} MB, {n_seen:,} rows, {n_errors} errors "
            f"({'right' if is_right else 'WRONG'}), {seconds:.1f} s, "
            f"peak {peak:.0f} MB, {gate or 'fast engine'}"
        )


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--csv-mb", type=int, default=1_100)
    parser.add_argument("--jsonl-mb", type=int, default=500)
    asked = parser.parse_args()
    is_right = True
    with TemporaryDirectory() as folder:
        for line in measured(Path(folder), {"csv": asked.csv_mb, "jsonl": asked.jsonl_mb}):
            print(line, flush=True)
            is_right = is_right and "WRONG" not in line
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
