"""Every due source is looked at once, by one of however many watchers there are."""

import multiprocessing
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

from sqlmodel import select

from catalog import models
from catalog.models.db import engine_for, reading, unit_of_work
from catalog.rules.terms import Outcome
from checks.look import look_at, sweep, watcher_for
from checks.looking.among import among
from checks.looking.glance import glance
from checks.looking.leases import lease_due, lease_these
from checks.looking.recording import record
from checks.looking.rows import SOURCE
from tests.flow.conftest import Clock
from tests.flow.world import ZONE, World, wib

NOW = wib("2025-03-01 08:00")
N = 60


def _n_checks(world: World) -> Counter[int]:
    with reading(world.engine) as session:
        return Counter(session.exec(select(models.Check.source_id)))


def _promise_many(world: World, n: int) -> list[int]:
    return [
        world.promise(world.feed.serve(f"/{i}.csv", f"Bulan,IHK\nFebruari 2025,{i}\n"))[1]
        for i in range(n)
    ]


def test_two_sweeps_at_once_share_the_due_sources(world: World, clock: Clock) -> None:
    clock.now = NOW
    sources = _promise_many(world, N)
    threads = [
        threading.Thread(target=sweep, args=(world.watcher,), kwargs={"n_workers": 2})
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _n_checks(world) == dict.fromkeys(sources, 1)


def _sweep_elsewhere(url: str, folder: str, host: str, ready: object, go: object) -> None:
    engine = engine_for(url)
    watcher = watcher_for(
        engine,
        originals_dir=Path(folder),
        zone=ZONE,
        clock=lambda: NOW,
        contact="walidata@example.org",
        allowed_hosts=(host,),
        host_spacing_seconds=0,
    )
    ready.release()  # type: ignore[attr-defined]
    go.wait()  # type: ignore[attr-defined]
    sweep(watcher, n_workers=2, with_states=False)
    engine.dispose()


def test_two_processes_sweeping_at_once_make_one_check_of_each_due_source(
    world: World, tmp_path: Path
) -> None:
    sources = _promise_many(world, N)
    spawn = multiprocessing.get_context("spawn")
    ready, go = spawn.Semaphore(0), spawn.Event()
    url = world.engine.url.render_as_string(hide_password=False)
    host = world.feed.address.removeprefix("http://")
    processes = [
        spawn.Process(
            target=_sweep_elsewhere, args=(url, str(tmp_path / "originals"), host, ready, go)
        )
        for _ in range(2)
    ]
    for process in processes:
        process.start()
    for _ in processes:
        ready.acquire()
    go.set()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert _n_checks(world) == dict.fromkeys(sources, 1)


def test_the_most_overdue_is_taken_first_and_never_more_than_asked(world: World) -> None:
    sources = _promise_many(world, 5)
    with unit_of_work(world.engine) as session:
        for late, source_id in enumerate(sources):
            source = session.get_one(models.Source, source_id)
            source.next_look_at = NOW - timedelta(hours=late)
            session.add(source)
    first = lease_due(world.engine, NOW, 2, 60)
    assert [one.source_id for one in first] == [sources[4], sources[3]]
    second = lease_due(world.engine, NOW, 10, 60)
    assert [one.source_id for one in second] == [sources[2], sources[1], sources[0]]
    assert lease_due(world.engine, NOW, 10, 60) == ()


def test_what_is_not_due_paused_retired_or_uploaded_is_left_alone(world: World) -> None:
    dataset, due = world.promise(world.feed.serve("/a.csv", "x"))
    _, paused = world.promise(world.feed.serve("/b.csv", "x"))
    retired, _ = world.promise(world.feed.serve("/c.csv", "x"))
    world.promise(None, kind=models.SourceKind.UPLOAD)
    _, later = world.promise(world.feed.serve("/d.csv", "x"), now=NOW + timedelta(hours=1))
    with unit_of_work(world.engine) as session:
        source = session.get_one(models.Source, paused)
        source.paused_reason = "dipindahkan"
        gone = session.get_one(models.Dataset, retired)
        gone.retired_on = NOW.date()
        session.add_all([source, gone])
    assert [one.source_id for one in lease_due(world.engine, NOW, 10, 60)] == [due]
    assert lease_these(world.engine, [due, paused], NOW, 60) == ()
    assert [one.source_id for one in lease_these(world.engine, [later], NOW, 60)] == [later]
    assert dataset


def test_a_lease_of_a_killed_watcher_expires_and_its_late_result_is_dropped(world: World) -> None:
    dataset, source = world.promise(world.feed.serve("/a.csv", "Bulan,IHK\nFebruari 2025,1\n"))
    (lost,) = lease_due(world.engine, NOW, 1, 60)
    assert look_at(world.watcher, [source], NOW + timedelta(seconds=59)) == ()
    assert len(look_at(world.watcher, [source], NOW + timedelta(seconds=60))) == 1
    assert record(world.watcher, [glance(world.watcher, lost, NOW)]) == ()
    assert len(world.checks(dataset)) == 1
    assert len(world.versions(dataset)) == 1


def test_a_result_of_a_lease_taken_over_frees_nothing(world: World) -> None:
    _, source = world.promise(world.feed.serve("/a.csv", "Bulan,IHK\nFebruari 2025,1\n"))
    (lost,) = lease_due(world.engine, NOW, 1, 60)
    (mine,) = lease_due(world.engine, NOW + timedelta(seconds=61), 1, 60)
    assert record(world.watcher, [glance(world.watcher, lost, NOW)]) == ()
    assert len(record(world.watcher, [glance(world.watcher, mine, NOW)])) == 1
    with reading(world.engine) as session:
        assert session.get_one(models.Source, source).lease is None


def test_many_writers_at_once_lose_no_check(world: World) -> None:
    sources = _promise_many(world, 8)
    days = 12

    def live(source: int) -> None:
        for day in range(1, days + 1):
            look_at(world.watcher, [source], wib(f"2025-03-{day:02d} 08:00"))

    threads = [threading.Thread(target=live, args=(source,)) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _n_checks(world) == dict.fromkeys(sources, days)
    with reading(world.engine) as session:
        kept = session.exec(select(models.Source)).all()
        checks = session.exec(select(models.Check)).all()
    newest = {c.source_id: c.id for c in sorted(checks, key=lambda c: c.at)}
    assert {s.id: s.last_check_id for s in kept} == newest
    assert all(c.outcome in (Outcome.COMPLETE, Outcome.NOT_MODIFIED) for c in checks)


def test_a_sweep_of_all_looks_at_what_is_not_due_and_a_slug_at_its_dataset_alone(
    small_world: World, clock: Clock
) -> None:
    world = small_world
    clock.now = NOW
    _promise_many(world, 4)
    told: list[tuple[int, int]] = []
    assert sweep(world.watcher, n_workers=1).looked == 4
    assert sweep(world.watcher, n_workers=1).looked == 0
    swept = sweep(
        world.watcher, which="all", n_workers=2, progress=lambda *counts: told.append(counts)
    )
    assert (swept.looked, told[-1]) == (4, (4, 4))
    assert sum(swept.states.values()) == 4
    one = sweep(world.watcher, which="data-2", n_workers=1)
    assert [check.dataset_id for check in one.checks] == [2]


def test_many_sources_are_found_by_their_numbers_on_either_database(world: World) -> None:
    made = [world.promise(f"http://opd-{n}.example/x.csv", now=NOW)[1] for n in range(120)]
    query = select(SOURCE.c.id).where(among(SOURCE.c.id, "ids")).order_by(SOURCE.c.id)
    for ids in (made[:1], made[5:110], []):
        with world.engine.connect() as connection:
            assert connection.execute(query, {"ids": ids}).scalars().all() == ids


def test_sqlite_reads_no_whole_table_for_many_numbers(small_world: World) -> None:
    said: list[str] = []
    query = select(SOURCE.c.id).where(among(SOURCE.c.id, "ids"))
    with small_world.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.set_trace_callback(said.append)
        connection.execute(query, {"ids": [1, 2, 3]}).all()
        raw.set_trace_callback(None)
        plan = raw.execute(f"EXPLAIN QUERY PLAN {said[-1]}").fetchall()
    assert [row[3] for row in plan] == ["SEARCH source USING INTEGER PRIMARY KEY (rowid=?)"]
