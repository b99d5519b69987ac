"""Validation beside Frictionless in one run: `python -m tests.bench.validate [JOB ...]`.

Every figure is of a process of its own, started for it: wall and CPU of the whole process
with its imports, wall of the validation alone, peak memory. The quicker way runs three times
before the slower one and three times after it; the middle run counts. Jobs: 10k, 10k-bad,
1m, 1m-bad, 1m-standard, 5m, small and small-bad (1,000 files of 500 rows in one process),
child.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from tests.bench.validate_tables import write

ROOT = Path(__file__).resolve().parents[2]
N_SMALL = 1_000
N_AROUND = 3


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
    "child": Job(500, 0, "what a child process costs", n_files=N_SMALL, ways=("child", "fast")),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What one process took."""

    wall: float
    cpu: float
    call: float
    peak_mb: float
    n_errors: int


# Each way in a module of its own, that none pays for what another has to load.
MODULES = {
    "frictionless": ["tests.bench.validate_frictionless"],
    "fast": ["tests.bench.validate_fast", "fast"],
    "standard": ["tests.bench.validate_fast", "standard"],
    "child": ["tests.bench.validate_child"],
}


def measure(way: str, folder: Path, environment: dict[str, str]) -> Measured:
    """Run one way over the files of a folder in a process of its own."""
    command = [sys.executable, "-m", *MODULES[way], str(folder)]
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
    slower, quicker = job.ways
    runs = [measure(quicker, folder, environment) for _ in range(N_AROUND)]
    base = measure(slower, folder, environment)
    runs += [measure(quicker, folder, environment) for _ in range(N_AROUND)]
    runs.sort(key=lambda run: run.wall)
    ours = runs[len(runs) // 2 - 1]
    for way, m in ((slower, base), (quicker, ours)):
        print(
            f"  {way:13} wall {m.wall:8.2f} s  validation {m.call:8.2f} s  CPU {m.cpu:8.2f} s  "
            f"peak {m.peak_mb:6.0f} MB  errors {m.n_errors}",
            flush=True,
        )
    print(f"  {quicker} took {runs[0].wall:.2f} to {runs[-1].wall:.2f} s in {len(runs)} runs")
    assert {run.n_errors for run in runs} == {base.n_errors}
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
    asked = parser.parse_args()
    print(f"seed {asked.seed}")
    for name in asked.jobs:
        with tempfile.TemporaryDirectory() as folder:
            files = Path(folder) / "files"
            files.mkdir()
            compare(name, JOBS[name], files, asked.seed)


if __name__ == "__main__":
    main()
