"""Validation beside Frictionless in one run: `python -m tests.bench.validate [JOB ...]`.

Every figure is of a process of its own, started for it: wall and CPU of the whole process
with its imports, wall of the validation alone, peak memory. Jobs: 10k, 10k-bad, 1m, 1m-bad,
1m-standard, 5m, small (1,000 files of 500 rows in one process), child.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from frictionless import Schema
from frictionless.resources import TableResource

from checks.tables.child import Limits, Worker
from checks.tables.fast import engine as fast_engine
from checks.tables.fast.tiers import StandardTier
from checks.tables.validation import validate
from tests.bench.validate_tables import SCHEMA, write

ROOT = Path(__file__).resolve().parents[2]
N_SMALL = 1_000


@dataclass(frozen=True, slots=True)
class Job:
    """One comparison: how many files of how many rows, and what is asked of the ratio."""

    n_rows: int
    bad: float
    goal: str
    n_files: int = 1
    ways: tuple[str, ...] = ("frictionless", "fast")


JOBS = {
    "10k": Job(10_000, 0, "never slower"),
    "10k-bad": Job(10_000, 0.01, "never slower"),
    "1m": Job(1_000_000, 0, ">= 40x wall (25x in one process)"),
    "1m-standard": Job(1_000_000, 0, "the tier without polars", ways=("frictionless", "standard")),
    "1m-bad": Job(1_000_000, 0.01, ">= 10x, no limit of errors"),
    "5m": Job(5_000_000, 0, ">= 60x and <= 500 MB"),
    "small": Job(500, 0, ">= 10x", n_files=N_SMALL),
    "small-bad": Job(500, 0.01, "1,000 files with errors", n_files=N_SMALL),
    "child": Job(500, 0, "what a child process costs", n_files=N_SMALL, ways=("fast", "child")),
}


def frictionless(path: Path) -> int:
    """Count the errors of a file as Frictionless's own users do, without a limit."""
    schema = Schema.from_descriptor(SCHEMA)
    resource = TableResource(path=path.name, basepath=str(path.parent), schema=schema)
    return len(resource.validate(limit_errors=0).tasks[0].errors)


def fast(path: Path) -> int:
    """Count the errors of a file with the fast engine."""
    found = validate(path, SCHEMA)
    assert found.gate is None, found.gate
    return sum(found.counts.values())


def standard(path: Path) -> int:
    """Count the errors of a file with the tier of the standard library."""
    fast_engine.tier_for = lambda plan, n_bytes: StandardTier(plan)
    return fast(path)


def in_a_child() -> Callable[[Path], int]:
    """Return the fast engine in a child process that is kept for many files."""
    worker = Worker(Limits())
    return lambda path: sum(worker.call(validate, path, SCHEMA).counts.values())


def work(way: str, paths: list[Path]) -> None:
    """Validate files one way and print the seconds and the errors."""
    run = {"frictionless": frictionless, "fast": fast, "standard": standard}.get(way)
    run = run or in_a_child()
    started = perf_counter()
    n_errors = sum(run(path) for path in paths)
    print(json.dumps({"seconds": perf_counter() - started, "errors": n_errors}))


@dataclass(frozen=True, slots=True)
class Measured:
    """What one process took."""

    wall: float
    cpu: float
    call: float
    peak_mb: float
    n_errors: int


def measure(way: str, folder: Path, environment: dict[str, str]) -> Measured:
    """Run one way over the files of a folder in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.validate", "--work", way, str(folder)]
    started = perf_counter()
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        said = json.loads(running.stdout.read())
        _, _, usage = os.wait4(running.pid, 0)
        wall = perf_counter() - started
        running.returncode = 0
    cpu = usage.ru_utime + usage.ru_stime
    return Measured(wall, cpu, said["seconds"], usage.ru_maxrss / 1000, said["errors"])


def compare(name: str, job: Job, folder: Path, seed: int) -> None:
    """Print one line for each way, and the ratios."""
    for number in range(job.n_files):
        write(folder / f"{number}.csv", job.n_rows, job.bad, seed + number)
    # Compiled modules are kept, as in an installation; the first start is thrown away.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(folder.parent / "compiled")
    warm = folder.parent / "warm"
    warm.mkdir(exist_ok=True)
    write(warm / "0.csv", 60_000, 0, seed)
    for way in job.ways:
        measure(way, warm, environment)
    print(f"{name}: {job.n_files} x {job.n_rows} rows, bad {job.bad:g}, goal {job.goal}")
    results = {}
    for way in job.ways:
        results[way] = m = measure(way, folder, environment)
        print(
            f"  {way:13} wall {m.wall:8.2f} s  validation {m.call:8.2f} s  CPU {m.cpu:8.2f} s  "
            f"peak {m.peak_mb:6.0f} MB  errors {m.n_errors}",
            flush=True,
        )
    base, ours = (results[way] for way in job.ways)
    assert base.n_errors == ours.n_errors
    print(
        f"  ratio         wall {base.wall / ours.wall:8.1f} x  validation "
        f"{base.call / ours.call:8.1f} x  CPU {base.cpu / ours.cpu:8.1f} x",
        flush=True,
    )


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("jobs", nargs="*", default=["10k", "1m", "1m-bad", "small"])
    parser.add_argument("--seed", type=int, default=20261)
    parser.add_argument("--work", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        work(asked.work, sorted(Path(asked.jobs[0]).glob("*.csv")))
        return
    print(f"seed {asked.seed}")
    for name in asked.jobs:
        with tempfile.TemporaryDirectory() as folder:
            files = Path(folder) / "files"
            files.mkdir()
            compare(name, JOBS[name], files, asked.seed)


if __name__ == "__main__":
    main()
