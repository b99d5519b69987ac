"""The clients of a sweep: two simple ones, and ours with its two engines."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import requests
from requests.adapters import HTTPAdapter
from sqlalchemy import text
from sqlmodel import Field, Session, SQLModel

from catalog.models.db import engine_for
from checks.engines.procrastinate import Queue
from checks.look import sweep
from tests.bench.sweep_feeds import Manner, Url
from tests.bench.sweep_ground import N_QUEUE_WORKERS, TIMEOUT_SECONDS, Ground

N_WORKERS_STARTED = "SELECT count(*) FROM procrastinate.procrastinate_workers"


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


def _over(ground: Ground, ask: Callable[[Url], int]) -> Run:
    """Ask every address from a pool of threads; time it."""

    def one(url: Url) -> bool:
        try:
            status = ask(url)
        except requests.RequestException:
            status = 0
        fresh = url.manner in (Manner.SAME_BYTES, Manner.CHANGED)
        wanted = 0 if url.manner in (Manner.SILENT, Manner.DEAD) else 200 if fresh else 304
        return status != wanted

    addresses = ground.addresses()
    began = time.perf_counter()
    with ThreadPoolExecutor(ground.workers) as pool:
        n_wrong = sum(pool.map(one, addresses))
    return Run(time.perf_counter() - began, n_wrong)


def shared_session(ground: Ground) -> Run:
    """Ask with one session; nothing is written down."""
    session = requests.Session()
    session.trust_env = False
    session.verify = str(ground.authority) if ground.authority else True
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_connections=256, pool_maxsize=ground.workers))

    def ask(url: Url) -> int:
        headers = {"If-None-Match": url.etag}
        with session.get(url.address, headers=headers, timeout=TIMEOUT_SECONDS) as response:
            return response.status_code

    return _over(ground, ask)


def naive(ground: Ground) -> Run:
    """Ask with a new connection and write each look in a transaction of its own."""
    engine = engine_for(ground.url)
    SQLModel.metadata.create_all(engine, tables=[Looked.__table__])
    writing = threading.Lock()
    verify = str(ground.authority) if ground.authority else True

    def ask(one: Url) -> int:
        status, etag = 0, None
        try:
            headers = {"If-None-Match": one.etag}
            response = requests.get(
                one.address, headers=headers, timeout=TIMEOUT_SECONDS, verify=verify
            )
            status, etag = response.status_code, response.headers.get("ETag")
        finally:
            with writing, Session(engine) as session:
                row = Looked(address=one.address, at=datetime.now(UTC), status=status, etag=etag)
                session.add(row)
                session.commit()
        return status

    run = _over(ground, ask)
    engine.dispose()
    return run


def threads(ground: Ground) -> Run:
    """Sweep as the product does: lease, fetch, read, close, record."""
    watcher = ground.watcher()
    swept = sweep(watcher, n_workers=ground.workers, with_states=False)
    assert swept.looked == ground.n, swept.looked
    watcher.fetcher.close()
    return Run(swept.seconds)


def queue(ground: Ground) -> Run:
    """Give every host out to two workers that run already, and wait for the last check."""
    command = [sys.executable, "-m", "tests.bench.sweep_worker", *ground.arguments()]
    workers = [subprocess.Popen([*command, f"worker-{n}"]) for n in range(N_QUEUE_WORKERS)]
    watcher = ground.watcher()
    try:
        given_out = Queue(watcher)
        with watcher.engine.connect() as connection:
            alive = text(N_WORKERS_STARTED)
            while connection.execute(alive).scalar_one() < N_QUEUE_WORKERS:
                connection.rollback()
                time.sleep(0.1)
        began = time.perf_counter()
        given_out.look_at_due()
        newest = text("SELECT max(id) FROM looked")
        with watcher.engine.connect() as connection:
            while connection.execute(newest).scalar_one() < 2 * ground.n:
                connection.rollback()
                time.sleep(0.25)
        seconds = time.perf_counter() - began
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait()
    return Run(seconds)
