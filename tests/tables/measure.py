"""Measure the tabular engine: `python -m tests.tables.measure [--seed N]`; CPU time, no gate."""

import argparse
import csv
import random
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from checks.tables.changes.canonical import canonical_hash
from checks.tables.profile import profile
from checks.tables.reading import Caps, read_table
from checks.tables.validation import validate

HEADER = [
    "kode_kecamatan",
    "nama_kecamatan",
    "jenis",
    "bulan",
    "tahun",
    "jumlah",
    "nilai",
    "satuan",
]


def write(path: Path, n_rows: int, seed: int) -> None:
    chance = random.Random(seed)
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for i in range(n_rows):
            place = [f"35.79.0{i % 3 + 1}", f"Kecamatan {i % 24}", f"Jenis {i % 7}"]
            value = f"{chance.random() * 1000:.2f}"
            writer.writerow(
                [*place, i % 12 + 1, 2020 + i % 6, chance.randrange(10_000), value, "jiwa"]
            )


def milliseconds(work: Callable[[], object], repeats: int) -> float:
    taken = []
    for _ in range(repeats):
        started = process_time()
        work()
        taken.append((process_time() - started) * 1000)
    return median(taken)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    seed = parser.parse_args().seed
    with TemporaryDirectory() as folder:
        for n_rows, repeats in ((20, 200), (500, 100), (50_000, 3)):
            path = Path(folder) / f"{n_rows}.csv"
            write(path, n_rows, seed)
            table = read_table(path)
            steps = {
                "read": lambda path=path: read_table(path, caps=Caps()),
                "profile": lambda table=table: profile(table),
                "hash": lambda table=table: canonical_hash(table),
                "validate": lambda path=path, table=table: validate(path, None, table=table),
            }
            figures = {name: milliseconds(work, repeats) for name, work in steps.items()}
            whole = sum(figures[name] for name in ("read", "profile", "hash"))
            shown = "  ".join(f"{name} {figure:.2f} ms" for name, figure in figures.items())
            print(
                f"seed {seed}  {n_rows} rows x 8: {shown}  (read + profile + hash {whole:.2f} ms)"
            )


if __name__ == "__main__":
    main()
