"""What an idle watcher costs as the city grows: one tick, the watcher's page, a status.

    python -m tests.bench.growth [--sizes 1000 10000 100000] [--only sqlite postgresql]
                                 [--jobs JOB …]

Nothing is due: what a tick costs then is what it costs all day. For each job the number of
statements, the processor time of this process and the time on the wall, the better of three.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, text, update

from catalog.models.db import engine_for, migrate, reading, unit_of_work
from catalog.store.standing import standings
from checks.engines import rescuing, ticking
from checks.engines.threads import Threads
from checks.look import Watcher
from checks.looking.rows import CHECK, DATASET, OBLIGATION, PROMISE, SOURCE, VERSION
from checks.operating.report import watcher_report
from dashboards.numbers import board
from tests.bench.sweep import database
from tests.bench.sweep_city import NOW, build
from tests.bench.sweep_ground import Ground

SEEDED = 1000
JOBS = ["tick", "hourly tick", "rescue", "watcher page", "status"]
IN_ORDER = (DATASET, PROMISE, SOURCE, VERSION, CHECK, OBLIGATION)
#: Columns that name another row of the same city, and those of which no two may be alike.
MOVED = {"id", "dataset_id", "source_id", "version_id", "promise_id", "last_check_id"}
UNIQUE = {"slug", "identity"}


@dataclass(frozen=True)
class Cost:
    """What one job took."""

    n_statements: int
    cpu_ms: float
    wall_ms: float


def grow(engine: Engine, folder: Path, n: int) -> None:
    """Fill a migrated database with n idle sources: a thousand, and copies of them."""
    ground = Ground(SEEDED, 200, 4, 7, "", folder)
    build(engine, ground.addresses(), folder / "originals")
    with engine.begin() as connection:
        run = connection.execute
        run(update(SOURCE).values(next_look_at=NOW + timedelta(days=1)))
        for table in IN_ORDER:
            step = connection.execute(text(f"SELECT max(id) FROM {table.name}")).scalar_one()
            names = [column.name for column in table.columns]
            copied = [_copied(name, table.name, step) for name in names]
            columns = ", ".join(f'"{name}"' for name in names)
            run(
                text(
                    "WITH RECURSIVE k(n) AS "
                    "(SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < :last) "
                    f"INSERT INTO {table.name} ({columns}) "
                    f"SELECT {', '.join(copied)} FROM {table.name}, k"
                    if engine.dialect.name == "sqlite"
                    else f"INSERT INTO {table.name} ({columns}) "
                    "SELECT "
                    f"{', '.join(copied)} FROM {table.name}, generate_series(1, :last) AS k(n)"
                ),
                {"last": n // SEEDED - 1},
            )
        run(text("ANALYZE"))


def _copied(name: str, table: str, step: int) -> str:
    if name == "id":
        return f"id + k.n * {step}"
    if name == "promise_id" or name in MOVED:
        return f"{name} + k.n * {SEEDED}"
    return f"{name} || '-' || k.n" if name in UNIQUE else f'{table}."{name}"'


def cost(engines: list[Engine], job: Callable[[], object]) -> Cost:
    """Do a job three times; the best of them."""
    n_statements = 0

    def count(*_: Any) -> None:
        nonlocal n_statements
        n_statements += 1

    for engine in engines:
        event.listen(engine, "before_cursor_execute", count)
    found = []
    for _ in range(3):
        n_statements = 0
        cpu, wall = time.process_time(), time.perf_counter()
        job()
        spent = (time.process_time() - cpu) * 1e3, (time.perf_counter() - wall) * 1e3
        found.append(Cost(n_statements, *spent))
    for engine in engines:
        event.remove(engine, "before_cursor_execute", count)
    return min(found, key=lambda each: each.wall_ms)


def jobs_of(watcher: Watcher) -> dict[str, Callable[[], object]]:
    """Return what is measured, by its name."""
    engine = Threads(watcher, 2)

    tick = ticking(watcher, engine)

    def hourly_tick() -> None:
        watcher.last_tick.found = None
        tick()

    def page() -> None:
        with reading(watcher.reader) as session:
            watcher_report(session, NOW, stale_after=timedelta(minutes=2))

    def status() -> None:
        with reading(watcher.reader) as session:
            city = watcher.city(session)
            board(standings(session, city, NOW), city, NOW)

    return {
        "tick": tick,
        "hourly tick": hourly_tick,
        "rescue": rescuing(watcher, engine),
        "watcher page": page,
        "status": status,
    }


def main() -> None:
    """Measure every size on every database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    databases = ["sqlite", "postgresql"]
    parser.add_argument("--only", nargs="+", choices=databases, default=databases)
    parser.add_argument("--jobs", nargs="+", choices=JOBS, default=JOBS)
    given = parser.parse_args()
    print(f"{'':<34}{'statements':>12}{'CPU ms':>10}{'wall ms':>10}")
    for kind in given.only:
        for n in given.sizes:
            with tempfile.TemporaryDirectory() as name, database(kind, Path(name)) as url:
                Path(name).chmod(0o755)
                measure(kind, n, url, Path(name), given.jobs)


def measure(kind: str, n: int, url: str, folder: Path, jobs: list[str]) -> None:
    """Grow one city and print what these of its jobs cost."""
    engine = engine_for(url)
    migrate(engine)
    grow(engine, folder, n)
    watcher = replace(Ground(SEEDED, 200, 4, 7, url, folder).watcher(), clock=lambda: NOW)
    with unit_of_work(watcher.engine) as session:
        watcher.calendar(session)
    for name, job in jobs_of(watcher).items():
        if name not in jobs:
            continue
        found = cost([watcher.engine, watcher.reader], job)
        label = f"{kind} {n:>7} {name}"
        print(
            f"{label:<34}{found.n_statements:>12}{found.cpu_ms:>10.1f}{found.wall_ms:>10.1f}",
            flush=True,
        )
    watcher.fetcher.close()
    for each in (engine, watcher.engine, watcher.reader):
        each.dispose()


if __name__ == "__main__":
    main()
