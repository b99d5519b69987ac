"""Our own line seen by workers: each sees a part of the hosts, together they blame nobody."""

import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlmodel import select

from catalog import models
from catalog.models.db import reading, unit_of_work
from catalog.rules.terms import Outcome
from checks.engines import Backlog, ticking
from checks.engines.line import Settled, settle_undecided
from checks.engines.shares import N_SHARES, crew_of, look_at_share
from checks.engines.worker import work
from checks.looking import outage
from checks.sources import Fault, SourceError
from tests.flow.conftest import Clock
from tests.flow.engines import NOW, Place, crew
from tests.flow.world import World

NAMES = tuple(f"opd-{n}.example" for n in range(6))
MINUTE = timedelta(minutes=1)


def work_behind_a_line(place: Place, away: tuple[str, ...]) -> None:
    """Be a worker to whom some names are unknown; every other name is this machine."""
    usual = socket.getaddrinfo

    def resolve(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host in away:
            raise socket.gaierror(socket.EAI_NONAME, "gone")
        return usual("127.0.0.1" if host in NAMES else host, port, *args, **kwargs)

    socket.getaddrinfo = resolve
    outage.has_way_out = lambda: True
    raise SystemExit(work(place.watcher(), n_workers=2, pulse=place.pulse))


@pytest.mark.parametrize(("n_away", "settled"), [(4, Settled(4, 0)), (2, Settled(0, 2))])
def test_half_of_all_hosts_that_two_workers_miss_alike_are_our_own_line(
    postgres_engine: Engine, tmp_path: Path, n_away: int, settled: Settled
) -> None:
    spawn = multiprocessing.get_context("spawn")
    with crew("procrastinate", postgres_engine, tmp_path, n_hosts=1) as staff:
        feed = staff.hosts.feeds[0]
        port = feed.address.rpartition(":")[2]
        feed.serve("/x.csv", "Bulan,IHK\nFebruari 2025,105.9\n")
        place = replace(staff.place, hosts=tuple(f"{name}:{port}" for name in NAMES))
        made = [staff.world.promise(f"http://{name}:{port}/x.csv", now=NOW) for name in NAMES]
        _answered_yesterday(staff.world)
        staff.engine.look_at_due()
        for _ in range(2):
            process = spawn.Process(
                target=work_behind_a_line, args=(place, NAMES[:n_away]), daemon=True
            )
            process.start()
            staff.processes.append(process)
        ends = time.monotonic() + 60
        while staff.n_checks() < len(NAMES):
            assert time.monotonic() < ends, f"{staff.n_checks()} checks"
            time.sleep(0.05)
        last = [staff.world.checks(dataset)[-1] for dataset, _ in made]
        assert [c.outcome for c in last[:n_away]] == [Outcome.OUR_FAULT] * n_away
        assert [c.outcome for c in last[n_away:]] == [Outcome.COMPLETE] * (6 - n_away)
        now = staff.world.watcher.clock() + 2 * MINUTE
        assert settle_undecided(staff.world.watcher, now) == settled
        last = [staff.world.checks(dataset)[-1] for dataset, _ in made]
        found = {(c.outcome, c.code) for c in last[:n_away]}
        ours, theirs = (Outcome.OUR_FAULT, "our-line"), (Outcome.SOURCE_FAILED, "no-such-host")
        assert found == {ours if settled.n_ours else theirs}


def _answered_yesterday(world: World) -> None:
    with unit_of_work(world.engine) as session:
        session.execute(update(models.Source).values(conclusive_at=NOW - timedelta(days=1)))


class Workers:
    """The engine of workers in one process; `away` are the names that nobody can reach."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.away: set[str] = set()
        monkeypatch.setattr(world.watcher.fetcher, "fetch", self._fetch)
        monkeypatch.setattr(outage, "has_way_out", lambda: True)
        self.crew = crew_of(world.watcher, 2)
        self.sources = [world.promise(f"http://{name}/x.csv", now=NOW)[1] for name in NAMES]
        _answered_yesterday(world)

    def _fetch(self, address: str, conditional: object, now: datetime) -> Any:
        if any(name in address for name in self.away):
            raise SourceError("no-connection", "Jauh.", "Far.", fault=Fault.UNREACHED)
        raise SourceError("http-500", "Rusak.", "Broken.", http_status=500)

    def look_at_due(self) -> int:
        """Settle, and look at every share."""
        settle_undecided(self.world.watcher, self.world.watcher.clock())
        return sum(look_at_share(self.world.watcher, n, self.crew) for n in range(N_SHARES))

    def backlog(self) -> Backlog:
        """Return an empty one."""
        return Backlog(0, 0, 0, 0, None)

    def close(self) -> None:
        """Stop the threads."""
        self.crew.close()

    def last(self, n: int) -> models.Check:
        """Return the last check of a source."""
        with reading(self.world.engine) as session:
            source = session.get_one(models.Source, self.sources[n])
            return session.get_one(models.Check, source.last_check_id)

    def source(self, n: int) -> models.Source:
        """Return a source."""
        with reading(self.world.engine) as session:
            return session.get_one(models.Source, self.sources[n])


@pytest.fixture
def workers(world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workers]:
    clock.now = NOW
    with closing(Workers(world, monkeypatch)) as made:
        yield made


def test_a_silence_proves_nothing_until_the_others_have_written(workers: Workers) -> None:
    workers.away = {NAMES[0]}
    assert workers.look_at_due() == 6
    world = workers.world
    assert settle_undecided(world.watcher, NOW + MINUTE / 2) == Settled()
    assert (workers.last(0).outcome, workers.last(0).code) == (
        Outcome.OUR_FAULT,
        "no-connection?",
    )
    assert workers.source(0).n_failed == 0
    before = workers.source(0).next_look_at
    assert settle_undecided(world.watcher, NOW + MINUTE) == Settled(0, 1)
    assert (workers.last(0).outcome, workers.last(0).code) == (
        Outcome.SOURCE_FAILED,
        "no-connection",
    )
    assert workers.source(0).n_failed == 1
    assert workers.source(0).failing_since == NOW
    assert workers.source(0).next_look_at == before
    assert settle_undecided(world.watcher, NOW + MINUTE) == Settled()


def test_a_dead_server_is_to_blame_for_its_second_silence(workers: Workers, clock: Clock) -> None:
    workers.away = {NAMES[0]}
    workers.look_at_due()
    clock.now = NOW + 2 * MINUTE
    workers.look_at_due()
    assert not workers.last(0).conclusive
    clock.now = NOW + 40 * MINUTE
    workers.look_at_due()
    clock.now = NOW + 42 * MINUTE
    workers.look_at_due()
    assert workers.last(0).conclusive
    assert workers.source(0).conclusive_at == NOW + 40 * MINUTE
    assert workers.source(0).n_failed == 2


def test_an_answer_from_before_the_outage_does_not_prove_that_the_line_is_up(
    workers: Workers, clock: Clock
) -> None:
    workers.look_at_due()
    clock.now = NOW + timedelta(hours=12)
    workers.away = set(NAMES[:3])
    assert workers.look_at_due() == 6
    clock.now += 2 * MINUTE
    assert settle_undecided(workers.world.watcher, clock.now) == Settled(3, 0)
    assert workers.last(0).code == "our-line"
    assert workers.source(0).n_failed == 1, "the failure of the morning is the only one"


def test_what_is_looked_at_just_now_is_settled_the_next_time(workers: Workers) -> None:
    workers.away = {NAMES[0]}
    workers.look_at_due()
    world = workers.world
    with unit_of_work(world.engine) as session:
        session.execute(update(models.Source).values(lease="somebody"))
    assert settle_undecided(world.watcher, NOW + 2 * MINUTE) == Settled()
    with unit_of_work(world.engine) as session:
        session.execute(update(models.Source).values(lease=None))
    assert settle_undecided(world.watcher, NOW + 2 * MINUTE) == Settled(0, 1)


def test_an_outage_is_in_the_heartbeat_once_it_is_settled(workers: Workers, clock: Clock) -> None:
    watch = ticking(workers.world.watcher, workers)
    workers.away = set(NAMES)
    for minutes in (0, 2, 4):
        clock.now = NOW + minutes * MINUTE
        watch()
    with reading(workers.world.engine) as session:
        beats = session.exec(select(models.Heartbeat).order_by(models.Heartbeat.id)).all()
    assert [(b.n_looked, b.our_fault) for b in beats] == [(0, None), (6, "our-line"), (0, None)]


def test_one_dead_server_is_no_outage_of_the_heartbeat(workers: Workers, clock: Clock) -> None:
    watch = ticking(workers.world.watcher, workers)
    workers.away = {NAMES[0]}
    for minutes in (0, 2):
        clock.now = NOW + minutes * MINUTE
        watch()
    with reading(workers.world.engine) as session:
        beats = session.exec(select(models.Heartbeat)).all()
    assert sum(b.n_looked for b in beats) == 6
    assert {b.our_fault for b in beats} == {None}
