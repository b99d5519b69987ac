"""Fuzz every reader and validator: `python -m tests.campaign.fuzz --minutes 30 --seed 1`.

Files of every kind are changed by chance and looked at in a reading process with limits, as
a look does. Each must be a table or be refused with a clear sentence, within 20 seconds of CPU
(and a minute in all, so that a busy machine is not taken for a hang); one that asks for more
than a gigabyte is refused by the limit, and counted apart. What broke a promise is kept in
`--keep`, to be looked at again by `--again FILE`.
"""

import argparse
import json
import random
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import nlargest
from pathlib import Path

from checks.tables.child import Limits, ReaderBroken, ReaderDied, Worker
from checks.tables.table import MEGABYTE, UnreadableTable
from tests.campaign.fuzz_changes import changed
from tests.campaign.fuzz_examined import File, Told, examined
from tests.campaign.fuzz_starts import Start, starts

LIMITS = Limits(wall_seconds=60.0, cpu_seconds=20, memory_bytes=1_000 * MEGABYTE)
_MOST_KEPT = 400
_SHARE_OF_NEW = 0.5


@dataclass(frozen=True, slots=True)
class Slow:
    """A file that took long, for the list of the slowest."""

    cpu_seconds: float
    sort: str
    case: str
    n_bytes: int


@dataclass
class Score:
    """What was looked at, and what came of it."""

    cases: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    crashes: Counter[str] = field(default_factory=Counter)
    deaths: Counter[str] = field(default_factory=Counter)
    hangs: list[str] = field(default_factory=list)
    over_memory: list[str] = field(default_factory=list)
    slowest: list[Slow] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    peak_bytes: int = 0
    peak_case: str = ""
    seconds: float = 0.0

    @property
    def is_sound(self) -> bool:
        """Whether every file was a table or was refused in time; memory refuses some in time."""
        return not (self.crashes or self.deaths or self.hangs)


class Fuzzer:
    """Changes files and looks at them, from one seed."""

    def __init__(self, folder: Path, seed: int, keep: Path | None = None) -> None:
        self.score = Score()
        self._folder, self._keep, self._seed = folder, keep, seed
        self._chance = random.Random(seed)
        self._starts = starts()
        self._grown: dict[str, list[Start]] = {sort: [] for sort in self._starts}
        self._worker = Worker(LIMITS)
        for each in self._starts["package"]:
            assert each.name == "datapackage.json"
        (folder / "table.csv").write_text("id,tanggal,desa,n\n1,2024-01-01,Batu,5\n")

    def close(self) -> None:
        """End the reading process."""
        self._worker.close()

    def one(self) -> None:
        """Change one file and look at it."""
        r = self._chance
        sort = r.choice(sorted(self._starts))
        first = r.choice(self._starts[sort])
        grown = self._grown[sort]
        start = r.choice(grown) if grown and r.random() < _SHARE_OF_NEW else first
        other = r.choice(self._starts[r.choice(sorted(self._starts))])
        content = changed(r, start, other)
        made = Start(sort, start.name, content, start.schema)
        told = self._looked_at(made, first)
        if told is not None and not told.marks <= self.score.marks:
            self.score.marks |= told.marks
            grown.append(made)
            if len(grown) > _MOST_KEPT:
                grown.pop(r.randrange(_MOST_KEPT))

    def _looked_at(self, made: Start, first: Start) -> Told | None:
        score = self.score
        number = score.cases.total()
        score.cases[made.sort] += 1
        path, before = (
            self._folder / "file",
            self._folder / f"before-{zlib.crc32(first.content):08x}",
        )
        path.write_bytes(made.content)
        if not before.exists():
            before.write_bytes(first.content)
        file = File(path, made.sort, made.name, made.schema, before)
        case = f"{self._seed}-{number}-{made.sort}"
        try:
            told = self._worker.call(examined, file)
        except ReaderBroken as error:
            self._kept(case, made, str(error), score.crashes)
        except UnreadableTable as error:
            if isinstance(error, ReaderDied) and error.code != "too-much-memory":
                self._kept(case, made, error.code, score.deaths)
                return None
            passed = score.hangs if error.code == "too-slow" else score.over_memory
            passed.append(case)
            self._kept(case, made, error.code, Counter())
        else:
            score.results[told.result] += 1
            self._measured(told, made, case)
            return told
        return None

    def _measured(self, told: Told, made: Start, case: str) -> None:
        score = self.score
        slow = Slow(told.cpu_seconds, made.sort, case, len(made.content))
        score.slowest = nlargest(8, [*score.slowest, slow], key=lambda each: each.cpu_seconds)
        if slow in score.slowest[:3] and told.cpu_seconds > 1:
            self._kept(case, made, "slow", Counter())
        if told.peak_bytes > score.peak_bytes:
            score.peak_bytes, score.peak_case = told.peak_bytes, case

    def _kept(self, case: str, made: Start, what: str, counted: Counter[str]) -> None:
        counted[what] += 1
        if self._keep is None or counted[what] > 5:
            return
        self._keep.mkdir(parents=True, exist_ok=True)
        (self._keep / case).write_bytes(made.content)
        about = {"sort": made.sort, "name": made.name, "schema": made.schema, "what": what}
        (self._keep / f"{case}.json").write_text(json.dumps(about))


def fuzzed(
    *, seed: int, seconds: float | None = None, n_cases: int | None = None, keep: Path | None = None
) -> Score:
    """Return what came of so many seconds, or of so many files."""
    began = said = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        fuzzer = Fuzzer(Path(folder), seed, keep)
        try:
            while True:
                fuzzer.score.seconds = time.monotonic() - began
                if seconds is not None and fuzzer.score.seconds >= seconds:
                    break
                if n_cases is not None and fuzzer.score.cases.total() >= n_cases:
                    break
                fuzzer.one()
                if keep is not None and time.monotonic() - said > 60:
                    said = time.monotonic()
                    print("\n".join(lines_of(fuzzer.score)), flush=True)
        finally:
            fuzzer.close()
        return fuzzer.score


def lines_of(score: Score) -> Iterator[str]:
    """Say what came of it."""
    n = score.cases.total()
    rate = n / max(score.seconds, 0.001)
    yield f"{n} files in {score.seconds:.0f} s ({rate:.1f}/s); {len(score.marks)} marks reached"
    yield f"by reader: {dict(sorted(score.cases.items()))}"
    yield f"results: {dict(score.results.most_common())}"
    yield f"crashes: {score.crashes.total()} {dict(score.crashes) or ''}"
    yield f"deaths of the reading process: {score.deaths.total()} {dict(score.deaths) or ''}"
    yield f"hangs (over {LIMITS.cpu_seconds} s of CPU): {len(score.hangs)} {score.hangs[:9] or ''}"
    allowed = LIMITS.memory_bytes // MEGABYTE
    yield f"refused over {allowed} MB: {len(score.over_memory)} {score.over_memory[:9] or ''}"
    for each in score.slowest[:5]:
        yield f"  slow: {each.cpu_seconds:6.2f} s cpu, {each.n_bytes:>8} bytes, {each.case}"
    yield f"peak memory: {score.peak_bytes // MEGABYTE} MB ({score.peak_case})"


def again(path: Path) -> None:
    """Look once more, in this process, at a file that was kept."""
    about = json.loads(path.with_name(path.name + ".json").read_text())
    print(examined(File(path, about["sort"], about["name"], about["schema"], None)))


def main() -> None:
    """Read the arguments and fuzz."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=None)
    parser.add_argument("--again", type=Path, default=None)
    asked = parser.parse_args()
    if asked.again is not None:
        again(asked.again)
        return
    score = fuzzed(seed=asked.seed, seconds=asked.minutes * 60, keep=asked.keep)
    print(f"seed {asked.seed}:", *lines_of(score), sep="\n")
    sys.exit(0 if score.is_sound else 1)


if __name__ == "__main__":
    main()
