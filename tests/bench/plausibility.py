"""Measure the checks of a version: `python -m tests.bench.plausibility [--seed N]`; CPU time.

One file as an office publishes it, of 500 and of 200,000 rows: what each check costs.
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from catalog.registry import discover
from checks import validators
from checks.tables.inference import infer
from checks.tables.mending.marking import marked_workbook, repaired_workbook
from checks.tables.profile import profile
from checks.tables.reading import read_table
from checks.validators import Inspection
from tests.tables.measure import milliseconds, write

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def measure(n_rows: int, repeats: int, seed: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        write(path, n_rows, seed)
        table = read_table(path)
        sample = Inspection(table=table, profile=profile(table), now=NOW)
        whole = 0.0
        for kind in discover(validators):
            taken = milliseconds(lambda kind=kind: list(kind().run(sample)), repeats)
            whole += taken
            print(f"{n_rows:>7} rows  {kind.code:<18} {taken:9.2f} ms")
        for name, work in {
            "infer": lambda: infer(table),
            "read (to compare)": lambda: read_table(path),
        }.items():
            print(f"{n_rows:>7} rows  {name:<18} {milliseconds(work, repeats):9.2f} ms")
        print(f"{n_rows:>7} rows  all checks         {whole:9.2f} ms")
        if n_rows <= 500:
            for name, make in (("marked", lambda: marked_workbook(table, [])),
                               ("repaired", lambda: repaired_workbook(table))):  # fmt: skip
                started = process_time()
                make()
                taken = (process_time() - started) * 1000
                print(f"{n_rows:>7} rows  {name + ' workbook':<18} {taken:9.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    seed = parser.parse_args().seed
    print(f"seed {seed}")
    measure(500, 20, seed)
    measure(200_000, 1, seed)


if __name__ == "__main__":
    main()
