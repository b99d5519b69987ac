"""Processes that are killed, doubled, stopped for hours, or asked to make room for a newer one."""

import logging
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any

import requests
from sqlmodel import select
from werkzeug.serving import make_server

from catalog import models
from catalog.models.db import reading, unit_of_work
from checks.engines import ticking
from checks.engines.threads import Threads
from checks.looking.watcher import Watcher
from checks.scheduler import schedule
from tests.campaign import kill_sweeps, outbox_kills
from tests.campaign.faults.bench import Bench, fault
from tests.campaign.faults.databases import city, form_of, settle
from tests.campaign.faults.releases import not_additive
from tests.flow.engines import NOW, Place, crew
from tests.flow.telling import free_port

_fork = multiprocessing.get_context("fork")
ROOT = Path(__file__).resolve().parents[3]


@fault("F1", "SIGKILL of the checker in mid-check", "re-checked once; nothing lost or doubled",
       fast=False)  # fmt: skip
def killed_checker(bench: Bench) -> None:
    found = kill_sweeps.campaign(
        bench.engine(), bench.folder, bench.feed(), n_kills=12, seed=bench.seed, n_sources=60
    )
    bench.expect("kills", found.n_kills, 12)
    bench.need(f"not sound: {found}", found.is_sound)
    bench.say(f"{found.n_kills} kills in {found.n_waves} waves: {found.n_checks} checks, "
              f"lost {found.n_lost}, doubled {found.n_doubled}")  # fmt: skip


@fault("F2", "SIGKILL of the sender", "0 lost, 0 told twice, repeats <= kills", fast=False)
def killed_sender(bench: Bench) -> None:
    found = outbox_kills.run("sqlite", bench.database(), 60, 8, bench.seed)
    bench.expect("lost", found.lost, [])
    bench.expect("told twice", found.told_twice, [])
    bench.expect("unended", found.unended, 0)
    bench.expect("errors", found.errors, [])
    bench.need("nobody was killed", found.n_kills >= 3)
    bench.need(f"{found.repeats} repeats", found.repeats <= found.n_kills)
    bench.say(f"{found.n_notices} notices, {found.n_kills} kills, {found.repeats} raw repeats")


def _serve(folder: str, url: str, port: int) -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    bench = Bench(Path(folder), 0)
    make_server("127.0.0.1", port, city(bench, url, 8.0), threaded=True).serve_forever()


@fault("F3", "SIGKILL of the web in the middle of a POST", "whole or absent; a retry adds nothing",
       fast=False)  # fmt: skip
def killed_web(bench: Bench) -> None:
    chance = random.Random(bench.seed)
    ends: Counter[str] = Counter()
    for n in range(12):
        url = bench.database()
        address = settle(city(bench, url))
        with _served(bench, url) as (process, base):
            session = requests.Session()
            values = _form(session, base + address)
            sender = Thread(target=_post, args=(session, base + address, values), daemon=True)
            sender.start()
            time.sleep(chance.uniform(0, 0.5))
            process.kill()
            process.join()
            sender.join(10)
        first = _declared(bench, url)
        with _served(bench, url) as (_process, base):
            for _ in range(2):
                _post(session, base + address, values)
        bench.need(f"try {n}: rows {first}", first in ((0, 0), (1, 1)))
        bench.expect(f"try {n}: rows after the retry", _declared(bench, url), (1, 1))
        ends["whole" if first == (1, 1) else "absent"] += 1
        session.close()
    bench.say(f"12 kills: {ends['absent']} absent, {ends['whole']} whole; never half, never two")


class _served:
    """A web process that answers."""

    def __init__(self, bench: Bench, url: str) -> None:
        self._bench, self._url = bench, url

    def __enter__(self) -> tuple[Any, str]:
        port = free_port()
        self.process = _fork.Process(
            target=_serve, args=(str(self._bench.folder), self._url, port), daemon=True
        )
        self.process.start()
        base = f"http://127.0.0.1:{port}"
        ends = time.monotonic() + 20
        while True:
            try:
                requests.get(base + "/healthz", timeout=5)
                return self.process, base
            except requests.RequestException:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.05)

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.join()


class _Client:
    """What `form_of` asks of a client, over a real connection."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def get(self, address: str) -> Any:
        answer = self._session.get(address, timeout=10)
        return type("Page", (), {"get_data": lambda _self, as_text: answer.text})()


def _form(session: requests.Session, address: str) -> dict[str, str]:
    return form_of(_Client(session), address)  # type: ignore[arg-type]


def _post(session: requests.Session, address: str, values: dict[str, str]) -> None:
    try:
        session.post(address, data=values, timeout=10)
    except requests.RequestException:
        """The other side was killed."""


def _declared(bench: Bench, url: str) -> tuple[int, int]:
    """Count the declarations and the closings of a city."""
    with reading(bench.engine(url)) as session:
        return (
            len(session.exec(select(models.Declaration)).all()),
            len(session.exec(select(models.Closing)).all()),
        )


@fault("F4", "three schedulers at once", "every source once, every host by one at a time",
       fast=False)  # fmt: skip
def doubled(bench: Bench) -> None:
    with crew("threads", bench.engine(), bench.folder) as staff:
        staff.hosts.delay_seconds = 0.02
        sources = staff.promise(60)
        staff.employ(3)
        staff.until(60)
        time.sleep(0.5)
        made = staff.made()
        bench.expect("checks of each source", {made[source] for source in sources}, {1})
        bench.say(f"60 sources, 3 schedulers: {made.total()} checks")


def _tick_for_ever(place: Place, shift: str) -> None:
    watcher = place.watcher()
    usual = watcher.clock

    def clock() -> datetime:
        return usual() + timedelta(hours=float(Path(shift).read_text() or 0))

    object.__setattr__(watcher, "clock", clock)
    watcher.fetcher.politeness._exempt = frozenset()
    watcher.fetcher.politeness._spacing = 0.15
    _schedule(watcher)


def _schedule(watcher: Watcher) -> None:
    logging.disable(logging.WARNING)
    tick = ticking(watcher, Threads(watcher, 2))
    schedule(tick, lambda: None, tick_seconds=1, is_blocking=True).start()


@fault("F13", "the process is stopped for three hours (SIGSTOP)", "each tick once, hosts spaced",
       fast=False)  # fmt: skip
def stopped(bench: Bench) -> None:
    shift = bench.folder / "shift"
    shift.write_text("0")
    with crew("threads", bench.engine(), bench.folder, n_hosts=2) as staff:
        sources = staff.promise(10)
        asked: dict[int, list[float]] = {0: [], 1: []}
        for n in range(10):
            host = n % 2
            answer = staff.hosts.feeds[host].answers[f"/{n}.csv"]
            answer.before = lambda host=host: asked[host].append(time.monotonic())
        process = _fork.Process(target=_tick_for_ever, args=(staff.place, str(shift)), daemon=True)
        process.start()
        try:
            staff.until(10)
            assert process.pid
            os.kill(process.pid, signal.SIGSTOP)
            with unit_of_work(staff.world.engine) as session:
                for source in session.exec(select(models.Source)):
                    source.next_look_at = NOW + timedelta(hours=1)
            before = _beats(staff.world.engine)
            shift.write_text("3")
            time.sleep(4.5)
            woke = time.monotonic()
            os.kill(process.pid, signal.SIGCONT)
            staff.until(20)
            time.sleep(max(0.0, 3.0 - (time.monotonic() - woke)))
        finally:
            process.kill()
            process.join()
        made = staff.made()
        bench.expect("checks of each source", {made[source] for source in sources}, {2})
        n_ticks = _beats(staff.world.engine) - before
        bench.need(f"{n_ticks} ticks in 3 s after it", 1 <= n_ticks <= 5)
        gaps = [b - a for times in asked.values() for a, b in pairwise(times)]
        bench.need(f"two requests {min(gaps):.3f} s apart", min(gaps) >= 0.14)
        bench.say(f"4 missed ticks: {n_ticks} ticks in the 3 s after it, one look at each source, "
                  f"hosts >= {min(gaps):.2f} s apart")  # fmt: skip


def _beats(engine: Any) -> int:
    with reading(engine) as session:
        return len(session.exec(select(models.Heartbeat)).all())


@fault("F35", "deploy in mid-cycle, old and new at once", "drained in 30 s, nothing twice",
       fast=False)  # fmt: skip
def deploy(bench: Bench) -> None:
    with crew("threads", bench.engine(), bench.folder, n_hosts=3) as staff:
        staff.hosts.delay_seconds = 0.15
        sources = staff.promise(60)
        environment = {
            **os.environ,
            "MUTAKHIR_DATABASE_URL": staff.place.url,
            "MUTAKHIR_ORIGINALS_DIR": staff.place.folder,
            "MUTAKHIR_ALLOWED_HOSTS": ",".join(staff.place.hosts),
            "MUTAKHIR_HOST_SPACING_SECONDS": "0",
            "MUTAKHIR_MODE": "rehearsal",
            "MUTAKHIR_TICK_SECONDS": "5",
            "MUTAKHIR_WORKERS": "3",
        }
        command = [sys.executable, str(ROOT / "app.py"), "watch"]
        older = subprocess.Popen(command, env=environment, cwd=bench.folder)
        newer = None
        try:
            _until_asked(staff, 6)
            newer = subprocess.Popen(command, env=environment, cwd=bench.folder)
            time.sleep(0.3)
            began = time.monotonic()
            older.send_signal(signal.SIGTERM)
            code = older.wait(40)
            seconds = time.monotonic() - began
            staff.until(60, seconds=60)
            time.sleep(0.5)
        finally:
            for process in filter(None, (older, newer)):
                process.kill()
                process.wait()
        made = staff.made()
        bench.expect("checks of each source", {made[source] for source in sources}, {1})
        bench.expect("exit code", code, 0)
        bench.need(f"drained in {seconds:.1f} s", seconds <= 30)
        bench.expect("migrations that take something away", not_additive(), [])
        bench.say(f"drained in {seconds:.1f} s, 60 of 60 sources once, migrations additive")


def _until_asked(staff: Any, n: int) -> None:
    ends = time.monotonic() + 40
    while sum(feed.asked.total() for feed in staff.hosts.feeds) < n:
        if time.monotonic() > ends:
            raise AssertionError("nothing was asked")
        time.sleep(0.02)
