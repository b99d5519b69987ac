"""Compares the rules with the naive reference: `python -m tests.rules.campaign --n N --seed S`."""

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass

from tests.rules import histories, naive, replay

LATE = frozenset({"LATE", "ARREARS"})
FRESH = frozenset({"CURRENT", "DUE_SOON"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a run over many histories found; false verdicts are by headline."""

    n: int
    seed: int
    differing: tuple[tuple[int, str], ...]
    n_false_fresh: int
    n_false_late: int
    headlines: Counter[str]
    n_obligations: int
    states: Counter[str]
    files: Counter[str]


def compare(n: int, seed: int) -> Comparison:
    """Judge n histories twice; history i has the seed `seed * 10_000_000 + i`."""
    differing: list[tuple[int, str]] = []
    headlines: Counter[str] = Counter()
    states: Counter[str] = Counter()
    files: Counter[str] = Counter()
    n_false_fresh = n_false_late = 0
    for number in range(seed * 10_000_000, seed * 10_000_000 + n):
        history = histories.make(number)
        mine, reference = replay.judge_history(history), naive.judge(history)
        field = replay.difference(mine, reference)
        if field is not None:
            differing.append((number, field))
            n_false_fresh += mine.headline in FRESH and reference.headline not in FRESH
            n_false_late += mine.headline in LATE and reference.headline not in LATE
        files[f"{history.merge} of {len(history.others) + 1}" if history.others else "one"] += 1
        headlines[reference.headline] += 1
        states.update(reference.states.values())
    return Comparison(
        n,
        seed,
        tuple(differing),
        n_false_fresh,
        n_false_late,
        headlines,
        states.total(),
        states,
        files,
    )


def main() -> int:
    """Run the campaign of the command line and print what it found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    began = time.perf_counter()
    found = compare(wanted.n, wanted.seed)
    print(f"seed {found.seed}: {found.n} histories, {found.n_obligations} obligations")
    print(f"differing {len(found.differing)}: {found.differing[:10]}")
    print(f"false fresh {found.n_false_fresh}, false late {found.n_false_late}")
    print(f"files {dict(found.files)}")
    print(f"headlines {dict(found.headlines)}")
    print(f"states {dict(found.states)}")
    print(f"{time.perf_counter() - began:.1f} s")
    return 1 if found.differing else 0


if __name__ == "__main__":
    sys.exit(main())
