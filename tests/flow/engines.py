"""A world with several hosts whose looks are carried out by processes that may be killed."""

import multiprocessing
import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError

from catalog.models.db import engine_for
from checks.engines import JobEngine, rescuing
from checks.engines.procrastinate import Queue
from checks.engines.threads import Threads
from checks.engines.worker import Pulse, work
from checks.look import Watcher, watcher_for
from checks.looking.rows import CHECK
from checks.looking.watcher import LEASE_SECONDS as REAL_LEASE_SECONDS
from checks.scheduler import schedule
from checks.sources.wire import Limits
from tests.flow.world import ZONE, Feed, World, new_world, wib

NOW = wib("2025-03-01 08:00")
LEASE_SECONDS = 3
PULSE = Pulse(heartbeat_seconds=0.5, stalled_seconds=2.0, rescue_seconds=0.5, patience_seconds=3.0)
_spawn = multiprocessing.get_context("spawn")


def clock_from(began: float) -> Callable[[], datetime]:
    """Return a clock that runs from a fixed instant on, the same in every process."""
    return lambda: NOW + timedelta(seconds=time.time() - began)


@dataclass(frozen=True)
class Place:
    """What a process must know to watch the same world; times are short unless they are real."""

    url: str
    folder: str
    hosts: tuple[str, ...]
    began: float
    lease_seconds: int = LEASE_SECONDS
    pulse: Pulse = PULSE
    is_real: bool = False

    def watcher(self) -> Watcher:
        """Return a watcher with engines of its own."""
        made = watcher_for(
            engine_for(self.url),
            originals_dir=Path(self.folder),
            zone=ZONE,
            clock=clock_from(self.began),
            contact="walidata@example.org",
            allowed_hosts=self.hosts,
            host_spacing_seconds=0,
            limits=Limits(connect_seconds=1.0, total_seconds=3.0),
        )
        return replace(made, lease_seconds=self.lease_seconds)

    def with_real_times(self) -> "Place":
        """Return the place where every lease and pulse is that of production."""
        return replace(self, lease_seconds=REAL_LEASE_SECONDS, pulse=Pulse(), is_real=True)


def sweep_for_ever(place: Place) -> None:
    """Do what a process with the engine of threads does, tick after tick."""
    watcher = place.watcher()
    threads = Threads(watcher, 2)
    if place.is_real:
        threads.look_at_due()
        rescue = rescuing(watcher, threads)
        jobs = schedule(threads.look_at_due, idle, tick_seconds=60, rescue=rescue, is_blocking=True)
        jobs.start()
    while True:
        threads.look_at_due()
        time.sleep(0.1)


def idle() -> None:
    """Tell nobody anything."""


def work_for_ever(place: Place) -> None:
    """Be one worker of the distributed engine; ends with its exit code."""
    raise SystemExit(work(place.watcher(), n_workers=2, pulse=place.pulse))


@dataclass
class Hosts:
    """Several servers that say how many requests each had under way at once."""

    feeds: list[Feed]
    most: Counter[int] = field(default_factory=Counter)
    delay_seconds: float = 0.0
    _under_way: Counter[int] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, n: int) -> str:
        """Serve one more table at one of the hosts and return its address."""
        feed = self.feeds[n % len(self.feeds)]
        address = feed.serve(f"/{n}.csv", f"Bulan,IHK\nFebruari 2025,{n}\n")
        feed.answers[f"/{n}.csv"].before = lambda: self._hold(n % len(self.feeds))
        return address

    def _hold(self, host: int) -> None:
        with self._lock:
            self._under_way[host] += 1
            self.most[host] = max(self.most[host], self._under_way[host])
        time.sleep(self.delay_seconds)
        with self._lock:
            self._under_way[host] -= 1


@dataclass
class Crew:
    """An engine and its processes; `kind` is threads or procrastinate."""

    kind: str
    world: World
    hosts: Hosts
    place: Place
    engine: JobEngine
    processes: list[BaseProcess] = field(default_factory=list)
    codes: list[int | None] = field(default_factory=list)

    def promise(self, n: int) -> list[int]:
        """Promise this many datasets, all due; returns their sources."""
        return [self.world.promise(self.hosts.serve(i), now=NOW)[1] for i in range(n)]

    def employ(self, n: int) -> None:
        """Start this many processes."""
        target = work_for_ever if self.kind == "procrastinate" else sweep_for_ever
        for _ in range(n):
            process = _spawn.Process(target=target, args=(self.place,), daemon=True)
            process.start()
            self.processes.append(process)

    def supervise(self) -> None:
        """Start again whatever has ended, as a supervisor would."""
        for process in [each for each in self.processes if not each.is_alive()]:
            self.processes.remove(process)
            self.codes.append(process.exitcode)
            self.employ(1)

    def dismiss(self) -> None:
        """End every process."""
        for process in self.processes:
            process.kill()
            process.join()

    def n_checks(self) -> int:
        """Count the checks that are written."""
        with self.world.engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(CHECK)).scalar_one())

    def until(self, n: int, *, seconds: float = 60.0) -> None:
        """Keep ticking until this many checks are written; with real times none is given anew."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            try:
                if self.kind == "procrastinate" and not self.place.is_real:
                    self.engine.look_at_due()
                if self.n_checks() >= n:
                    return
            except (DBAPIError, OSError):
                pass
            self.supervise()
            time.sleep(0.05)
        raise AssertionError(f"only {self.n_checks()} of {n} checks after {seconds} s")

    def begin(self, *, seconds: float = 60.0) -> None:
        """Give out what is due, start one process, and wait until it asks its first servers."""
        self.employ(1)
        if self.kind == "procrastinate":
            self.engine.look_at_due()
        ends = time.monotonic() + seconds
        while sum(feed.asked.total() for feed in self.hosts.feeds) < 2:
            assert time.monotonic() < ends, "nothing was asked"
            time.sleep(0.01)

    def made(self) -> Counter[int]:
        """Return how many checks each source has."""
        query = select(CHECK.c.source_id, func.count()).group_by(CHECK.c.source_id)
        with self.world.engine.connect() as connection:
            return Counter(dict(connection.execute(query).all()))


@contextmanager
def crew(kind: str, engine: Engine, folder: Path, n_hosts: int = 4) -> Iterator[Crew]:
    """Give a crew without processes over a migrated, empty database."""
    began = time.time()
    with ExitStack() as closing:
        feeds = [Feed() for _ in range(n_hosts)]
        for feed in feeds:
            closing.callback(feed.close)
        world = new_world(engine, folder, feeds[0], clock_from(began))
        closing.callback(world.watcher.fetcher.close)
        place = Place(
            url=engine.url.render_as_string(hide_password=False),
            folder=str(folder / "originals"),
            hosts=tuple(feed.address.removeprefix("http://") for feed in feeds),
            began=began,
        )
        watcher = place.watcher()
        closing.callback(watcher.engine.dispose)
        closing.callback(watcher.fetcher.close)
        given = Queue(watcher) if kind == "procrastinate" else Threads(watcher, 2)
        made = Crew(kind, world, Hosts(feeds), place, given)
        closing.callback(made.dismiss)
        yield made


def kill_server(folder: Path) -> None:
    """Kill the PostgreSQL server of a folder; its other processes end by themselves."""
    lock = folder / "postmaster.pid"
    pid, _, _, port, sockets, *_ = lock.read_text().splitlines()
    os.kill(int(pid), signal.SIGKILL)
    # A server whose parent never asks how it ended looks alive; its locks would be believed.
    lock.unlink()
    (Path(sockets) / f".s.PGSQL.{port}.lock").unlink(missing_ok=True)


def start_server(server: Any, *, seconds: float = 30.0) -> None:
    """Start a killed server again, as soon as the last of its processes has let go."""
    ends = time.monotonic() + seconds
    while True:
        try:
            server.ensure_postgres_running()
            return
        except subprocess.CalledProcessError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.2)
