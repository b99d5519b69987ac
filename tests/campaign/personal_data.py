"""Measure the personal-data gate: `python -m tests.campaign.personal_data [--tables N] [--seed S]`.

Generated tables of every kind of personal data, and tables of numbers that only look so.
"""

import argparse
import random
from collections import Counter
from dataclasses import dataclass, field

from checks.validators.personal_data import PersonalData
from tests.campaign.personal_tables import ORDINARY, PERSONAL, Maker
from tests.tables.inspections import inspection


@dataclass
class Score:
    """How many tables of each kind were generated, and how many were held back."""

    personal: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    ordinary: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)
    shown: int = 0

    @property
    def precision(self) -> float:
        return self.found.total() / max(1, self.found.total() + self.alarms.total())

    @property
    def recall(self) -> float:
        return self.found.total() / self.personal.total()


def measured(n_tables: int, seed: int) -> Score:
    """Return what the gate says of as many tables of each sort, in turn over the kinds."""
    maker, score = Maker(random.Random(seed)), Score()
    for made, said, kinds in (
        (score.personal, score.found, PERSONAL),
        (score.ordinary, score.alarms, ORDINARY),
    ):
        for number in range(n_tables):
            name = list(kinds)[number % len(kinds)]
            rows = kinds[name](maker, maker.chance.choice([3, 12, 60, 300]))
            text = "\n".join(",".join(row) for row in rows) + "\n"
            findings = list(PersonalData().run(inspection(text)))
            made[name] += 1
            said[name] += bool(findings)
            told = " ".join(str(finding) for finding in findings)
            score.shown += any(cell in told for row in rows[1:] for cell in row if len(cell) > 8)
    return score


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tables", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    score = measured(asked.tables, asked.seed)
    print(f"seed {asked.seed}, {asked.tables} tables with and {asked.tables} without personal data")
    for title, made, said in (
        ("held back of the personal", score.personal, score.found),
        ("held back of the ordinary", score.ordinary, score.alarms),
    ):
        print(f"\n{title}:")
        for name, n in made.items():
            print(f"  {said[name]:>4} of {n:<4} {name}")
    print(f"\nprecision {score.precision:.4f}  recall {score.recall:.4f}  shown {score.shown}")


if __name__ == "__main__":
    main()
