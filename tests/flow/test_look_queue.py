"""The engine of threads and the scheduler: lanes, pauses, and nothing that runs twice."""

import threading
import time
from collections import defaultdict

import pytest
from sqlmodel import select

from catalog import models
from catalog.models.db import reading
from checks import look
from checks.engines import ticking
from checks.engines.threads import Threads
from checks.look import UnknownDataset, sweep
from checks.looking.leases import Leased, lease_due
from checks.looking.queue import Crew, InlineEngine, ThreadEngine, Tray
from checks.scheduler import schedule
from tests.flow.conftest import Clock
from tests.flow.world import World, wib


def _all(engine: ThreadEngine[int, int]) -> list[int]:
    found: list[int] = []
    while engine.n_pending:
        found += engine.gather(5)
    return found


def test_every_job_is_done_once_whatever_the_number_of_workers() -> None:
    for n_workers in (1, 3, 8):
        with ThreadEngine[int, int](lambda job: job * 2, n_workers=n_workers) as engine:
            for job in range(200):
                engine.submit(f"host-{job % 7}", job)
            assert sorted(_all(engine)) == [job * 2 for job in range(200)]


def test_jobs_of_one_host_never_run_side_by_side_and_keep_their_order() -> None:
    running: defaultdict[int, int] = defaultdict(int)
    order: defaultdict[int, list[int]] = defaultdict(list)
    worst = 0

    def work(job: int) -> int:
        nonlocal worst
        running[job % 3] += 1
        worst = max(worst, running[job % 3])
        order[job % 3].append(job)
        time.sleep(0.001)
        running[job % 3] -= 1
        return job

    with ThreadEngine[int, int](work, n_workers=6) as engine:
        for job in range(60):
            engine.submit(f"host-{job % 3}", job)
        _all(engine)
    assert worst == 1
    assert all(jobs == sorted(jobs) for jobs in order.values())


def test_a_host_that_blocks_keeps_one_worker_busy_and_no_more() -> None:
    release = threading.Event()

    def work(job: int) -> int:
        if job < 0:
            release.wait()
        return job

    with ThreadEngine[int, int](work, n_workers=2) as engine:
        for job in range(-5, 0):
            engine.submit("stuck", job)
        for job in range(20):
            engine.submit(f"host-{job % 4}", job)
        found: list[int] = []
        while len(found) < 20:
            found += engine.gather(5)
        assert sorted(found) == list(range(20))
        release.set()
        assert sorted(_all(engine)) == [-5, -4, -3, -2, -1]


def test_a_host_that_wants_peace_is_left_while_others_are_served() -> None:
    free_at = time.monotonic() + 0.3
    began: dict[str, float] = {}

    def work(job: str) -> str:
        began.setdefault(job, time.monotonic())
        return job

    with ThreadEngine[str, str](
        work,
        n_workers=1,
        seconds_until_free=lambda host: free_at - time.monotonic() if host == "shy" else 0,
    ) as engine:
        engine.submit("shy", "shy")
        engine.submit("open", "open")
        while engine.n_pending:
            engine.gather(5)
    assert began["open"] < free_at <= began["shy"] + 0.01


def test_after_an_alarm_the_other_jobs_of_the_host_can_be_taken_back() -> None:
    done: list[int] = []

    def work(job: int) -> int:
        done.append(job)
        return job

    with ThreadEngine[int, int](work, n_workers=4, is_alarm=lambda result: result == 0) as engine:
        for job in range(10):
            engine.submit("host", job)
        assert engine.gather(5) == [0]
        assert engine.take_waiting("host") == list(range(1, 10))
        engine.resume("host")
        engine.submit("host", 99)
        assert _all(engine) == [99]
    assert done == [0, 99]


def test_rounds_that_share_a_crew_gather_each_its_own() -> None:
    crew = Crew[int, int](lambda job: job, n_workers=2)
    rounds = [Tray(crew) for _ in range(3)]
    for job in range(60):
        rounds[job % 3].submit(f"host-{job % 3}-{job % 6}", job)
    for n, one in enumerate(rounds):
        found: list[int] = []
        while one.n_pending:
            found += one.gather(5)
        assert sorted(found) == list(range(n, 60, 3))
    crew.close()


def test_a_round_that_ended_early_holds_up_no_other() -> None:
    done: list[int] = []

    def work(job: int) -> int:
        done.append(job)
        return job

    crew = Crew[int, int](work, n_workers=1, is_alarm=lambda result: result == 0)
    broken = Tray(crew)
    for job in range(10):
        broken.submit("host", job)
    assert broken.gather(5) == [0]
    broken.close()
    following = Tray(crew)
    following.submit("host", 99)
    assert following.gather(5) == [99]
    assert done == [0, 99]
    crew.close()


def test_the_inline_engine_does_the_job_at_once() -> None:
    engine = InlineEngine[int, int](lambda job: job + 1)
    engine.submit("host", 1)
    assert engine.n_pending == 1
    assert engine.gather(0) == [2]
    assert engine.n_pending == 0
    assert engine.take_waiting("host") == ()


def test_one_tick_looks_judges_and_leaves_a_heartbeat(world: World, clock: Clock) -> None:
    clock.now = wib("2025-03-01 08:00")
    world.promise(world.feed.serve("/a.csv", "Bulan,IHK\nFebruari 2025,1\n"))
    watch = ticking(world.watcher, Threads(world.watcher, 1))
    watch()
    watch()
    with reading(world.engine) as session:
        beats = session.exec(select(models.Heartbeat)).all()
    assert [(b.at, b.n_looked, b.our_fault) for b in beats] == [
        (clock.now, 1, None),
        (clock.now, 0, None),
    ]


def test_the_scheduler_runs_each_job_one_at_a_time_and_folds_what_it_missed() -> None:
    scheduler = schedule(lambda: None, lambda: None, tick_seconds=60)
    scheduler.start(paused=True)
    try:
        jobs = scheduler.get_jobs()
        assert {job.id for job in jobs} == {"watch", "tell"}
        assert all(job.max_instances == 1 and job.coalesce for job in jobs)
        assert all(job.trigger.interval.total_seconds() == 60 for job in jobs)
    finally:
        scheduler.shutdown()


def test_a_started_scheduler_calls_both_jobs() -> None:
    called = {"watch": threading.Event(), "tell": threading.Event()}
    scheduler = schedule(called["watch"].set, called["tell"].set, tick_seconds=1)
    scheduler.start()
    try:
        assert all(event.wait(20) for event in called.values())
    finally:
        scheduler.shutdown()


def test_a_sweep_of_a_dataset_that_is_not_there_names_it(small_world: World) -> None:
    with pytest.raises(UnknownDataset, match="tidak-ada"):
        sweep(small_world.watcher, which="tidak-ada", n_workers=1)


def test_a_host_that_may_be_asked_twice_at_once_keeps_two_workers_busy_and_no_more() -> None:
    running, worst = 0, 0
    lock = threading.Lock()
    both = threading.Barrier(2, timeout=20)

    def work(job: int) -> int:
        nonlocal running, worst
        with lock:
            running += 1
            worst = max(worst, running)
        both.wait()
        with lock:
            running -= 1
        return job

    with ThreadEngine[int, int](work, n_workers=6, per_host=2) as engine:
        for job in range(10):
            engine.submit("host", job)
        assert sorted(_all(engine)) == list(range(10))
    assert worst == 2


def test_whoever_gathers_sleeps_until_there_is_enough_or_an_alarm() -> None:
    with ThreadEngine[int, int](lambda job: job, n_workers=3) as engine:
        for job in range(40):
            engine.submit(f"host-{job % 5}", job)
        assert len(engine.gather(20, 40)) == 40
    with ThreadEngine[int, int](
        lambda job: job, n_workers=1, is_alarm=lambda result: result == 0
    ) as engine:
        for job in range(5):
            engine.submit("host", job)
        assert engine.gather(20, 5) == [0]
        engine.resume("host")
        assert engine.gather(20, 100) == [1, 2, 3, 4]


def test_a_sweep_asks_for_more_leases_only_now_and_then_while_slow_hosts_keep_it(
    small_world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now = wib("2025-03-01 08:00")
    address = small_world.feed.serve("/a.csv", "Bulan,IHK\nFebruari 2025,1\n")
    small_world.promise(address)
    small_world.feed.answers["/a.csv"].before = lambda: time.sleep(0.8)
    n_asked = 0

    def lease(*args: object) -> tuple[Leased, ...]:
        nonlocal n_asked
        n_asked += 1
        return lease_due(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(look, "lease_due", lease)
    assert sweep(small_world.watcher, n_workers=1).looked == 1
    assert n_asked == 1
