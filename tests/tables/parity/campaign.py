"""The full parity campaign: `python -m tests.tables.parity.campaign --n 10000 --seed 1`."""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter

from tests.tables.parity.cases import case
from tests.tables.parity.compare import TIERS, compare

BLOCKS = (8 << 20, 64, 300)


def run(n: int, seed: int) -> int:
    """Compare n cases; print the seed, the gates, every difference; return how many differ."""
    gates: Counter[str] = Counter()
    beyond: Counter[str] = Counter()
    n_different = n_errors = 0
    started = perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        for number in range(seed, seed + n):
            made = case(number)
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
        f"seeds {seed}..{seed + n - 1}: {n_different} differences in {n} cases with {n_errors} "
        f"errors, {perf_counter() - started:.0f} s"
    )
    print("ways:", dict(gates.most_common()))
    print("improvements:", dict(beyond))
    return n_different


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    sys.exit(1 if run(asked.n, asked.seed) else 0)


if __name__ == "__main__":
    main()
