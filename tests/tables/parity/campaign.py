"""The full parity campaign: `python -m tests.tables.parity.campaign --n 10000 --seed 1`.

With `--folder` the cases are files made elsewhere: `NAME.csv` beside `NAME.schema.json`.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import perf_counter

from tests.tables.parity.cases import Case, case
from tests.tables.parity.compare import TIERS, compare

BLOCKS = (8 << 20, 64, 300)


def generated(n: int, seed: int) -> Iterator[Case]:
    """Yield n cases from a seed on."""
    return map(case, range(seed, seed + n))


def found(folder: Path) -> Iterator[Case]:
    """Yield the files of a folder, numbered in the order of their names."""
    for number, path in enumerate(sorted(folder.glob("*.csv"))):
        schema = json.loads(path.with_suffix(".schema.json").read_text())
        yield Case(number, path.read_bytes(), schema)


def run(cases: Iterable[Case]) -> int:
    """Compare the cases; print the gates and every difference; return how many differ."""
    gates: Counter[str] = Counter()
    beyond: Counter[str] = Counter()
    n = n_different = n_errors = 0
    started = perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        for made in cases:
            n, number = n + 1, made.seed
            path.write_bytes(made.content)
            tier = sorted(TIERS)[number // 3 % 3]
            said = compare(path, made.schema, tier, BLOCKS[number % 3])
            gates[said.gate or "fast"] += 1
            beyond.update(said.improvements)
            n_errors += said.n_errors
            if said.difference:
                n_different += 1
                print(f"seed {number} ({tier}, blocks {BLOCKS[number % 3]}): {said.difference}")
    print(
        f"{n_different} differences in {n} cases with {n_errors} errors, "
        f"{perf_counter() - started:.0f} s"
    )
    print("ways:", dict(gates.most_common()))
    print("improvements:", dict(beyond))
    return n_different


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=None)
    asked = parser.parse_args()
    if asked.folder is not None:
        cases = found(asked.folder)
    else:
        print(f"seeds {asked.seed}..{asked.seed + asked.n - 1}")
        cases = generated(asked.n, asked.seed)
    sys.exit(1 if run(cases) else 0)


if __name__ == "__main__":
    main()
