"""What a killed process had in hand is taken up soon, by whoever lives, and written once."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from catalog.models.db import unit_of_work
from checks.engines import rescuing
from checks.engines.threads import Threads
from checks.engines.worker import Pulse
from checks.looking.glance import glance
from checks.looking.holding import Holding
from checks.looking.leases import give_back, hold, lease_due, renew
from checks.looking.recording import record
from checks.looking.rows import SOURCE
from checks.looking.watcher import LEASE_SECONDS
from checks.scheduler import RESCUE_SECONDS
from tests.flow.conftest import Clock
from tests.flow.engines import LEASE_SECONDS as SHORT_LEASE
from tests.flow.engines import NOW, Crew, crew
from tests.flow.world import World

N = 24
ALLOWED_SECONDS = 30
COMBINATIONS = (
    ("threads", "sqlite_engine"),
    ("threads", "postgres_engine"),
    ("procrastinate", "postgres_engine"),
)


@pytest.fixture(params=COMBINATIONS, ids="-".join)
def staff(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crew]:
    """A crew of each kind on each database it can use."""
    kind, database = request.param
    engine: Engine = request.getfixturevalue(database)
    with crew(kind, engine, tmp_path) as made:
        yield made


def seconds_to_recover(staff: Crew) -> float:
    """Kill the only process in the middle of its looks; return when the last one was written."""
    staff.hosts.delay_seconds = 0.1
    sources = staff.promise(N)
    staff.begin()
    os.kill(staff.processes[0].pid or 0, signal.SIGKILL)
    staff.processes[0].join()
    killed = time.monotonic()
    assert staff.n_checks() < N
    staff.hosts.delay_seconds = 0.0
    staff.until(N)
    assert staff.made() == dict.fromkeys(sources, 1)
    return time.monotonic() - killed


def test_a_killed_process_is_made_good_when_its_leases_run_out(staff: Crew) -> None:
    assert seconds_to_recover(staff) < ALLOWED_SECONDS
    with staff.world.engine.connect() as connection:
        assert set(connection.execute(select(SOURCE.c.lease)).scalars()) == {None}


@pytest.mark.campaign
def test_with_the_times_of_production_it_is_made_good_within_thirty_seconds(
    staff: Crew,
) -> None:
    staff.place = staff.place.with_real_times()
    seconds = seconds_to_recover(staff)
    print(f"{staff.kind} on {staff.world.engine.dialect.name}: {seconds:.1f} s")
    assert seconds < ALLOWED_SECONDS


def test_the_times_of_production_leave_room_for_the_looks() -> None:
    pulse = Pulse()
    # Whoever is taken for dead has lost its leases by then: a rescued job finds them free.
    assert pulse.stalled_seconds >= LEASE_SECONDS + pulse.heartbeat_seconds
    assert LEASE_SECONDS + RESCUE_SECONDS <= ALLOWED_SECONDS - 5
    assert pulse.stalled_seconds + pulse.rescue_seconds <= ALLOWED_SECONDS - 5


def test_a_suspended_process_that_wakes_writes_nothing_twice(staff: Crew) -> None:
    staff.hosts.delay_seconds = 0.1
    sources = staff.promise(N)
    staff.begin()
    (asleep,) = staff.processes
    os.kill(asleep.pid or 0, signal.SIGSTOP)
    time.sleep(SHORT_LEASE)
    staff.hosts.delay_seconds = 0.0
    staff.employ(1)
    staff.until(N)
    os.kill(asleep.pid or 0, signal.SIGCONT)
    time.sleep(0.5)
    assert staff.made() == dict.fromkeys(sources, 1)


def _leased_until(world: World) -> datetime:
    with world.engine.connect() as connection:
        found: datetime = connection.execute(select(SOURCE.c.leased_until)).scalar_one()
    return found


def test_a_lease_is_renewed_while_its_process_lives(world: World, clock: Clock) -> None:
    clock.now = NOW
    world.promise(world.feed.serve("/a.csv", "Bulan,IHK\nFebruari 2025,1\n"), now=NOW)
    leased = lease_due(world.engine, NOW, 1, 0.3)
    later = clock.now = NOW + timedelta(hours=1)
    ends = time.monotonic() + 30
    with Holding(world.engine, clock, 0.3) as holding:
        holding.add(leased)
        while _leased_until(world) <= later:
            assert time.monotonic() < ends, "never renewed"
            time.sleep(0.01)
    assert len(record(world.watcher, [glance(world.watcher, leased[0], NOW)])) == 1


def test_what_was_taken_over_or_given_back_is_not_renewed(world: World) -> None:
    world.promise(world.feed.serve("/a.csv", "Bulan,IHK\nFebruari 2025,1\n"), now=NOW)
    (lost,) = lease_due(world.engine, NOW, 1, 0)
    (mine,) = lease_due(world.engine, NOW, 1, 60)
    before = _leased_until(world)
    renew(world.engine, {lost.source_id: lost.lease}, NOW, 600)
    assert _leased_until(world) == before
    renew(world.engine, {mine.source_id: mine.lease}, NOW, 600)
    assert _leased_until(world) > before
    with unit_of_work(world.engine) as session:
        assert give_back(session, [lost]) == set()
        assert give_back(session, [mine]) == {mine.source_id}
    renew(world.engine, {mine.source_id: mine.lease}, NOW, 600)
    assert _leased_until(world) is None


def test_a_renewal_never_waits_for_what_is_being_written(
    postgres_engine: Engine, tmp_path: Path
) -> None:
    with crew("threads", postgres_engine, tmp_path, n_hosts=1) as staff:
        staff.promise(2)
        being_written, other = lease_due(postgres_engine, NOW, 2, 60)
        held = {one.source_id: one.lease for one in (being_written, other)}
        later = NOW + timedelta(hours=1)
        renewing = threading.Thread(
            target=renew, args=(postgres_engine, held, later, 60), daemon=True
        )
        with unit_of_work(postgres_engine) as session:
            assert hold(session, [being_written]) == {being_written.source_id}
            renewing.start()
            renewing.join(30)
            assert not renewing.is_alive()
        with postgres_engine.connect() as connection:
            query = select(SOURCE.c.id).where(SOURCE.c.leased_until > later)
            assert connection.execute(query).scalars().all() == [other.source_id]


def test_a_rescue_looks_only_where_a_lease_was_lost(world: World, clock: Clock) -> None:
    clock.now = NOW
    source = world.promise(world.feed.serve("/a.csv", "Bulan,IHK\nFebruari 2025,1\n"), now=NOW)[1]
    rescue = rescuing(world.watcher, Threads(world.watcher, 1))
    rescue()
    assert world.feed.asked.total() == 0
    lease_due(world.engine, NOW, 1, 0)
    rescue()
    assert world.feed.asked.total() == 1
    with world.engine.connect() as connection:
        query = select(SOURCE.c.lease).where(SOURCE.c.id == source)
        assert connection.execute(query).scalar_one() is None
