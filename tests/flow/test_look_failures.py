"""When a source does not answer: what is recorded, who is blamed, when it is asked again."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from catalog import models
from catalog.models.db import unit_of_work
from catalog.rules.terms import Access, Outcome, State
from checks.look import look_at, sweep
from checks.looking import outage
from checks.sources import Fault, SourceError
from checks.sources.fetcher import host_of
from tests.flow.conftest import Clock
from tests.flow.world import World, wib

BODY = "Bulan,IHK\nFebruari 2025,105.9\n"


def test_a_failure_is_conclusive_half_an_hour_after_the_first_of_its_run(world: World) -> None:
    dataset, source = world.promise(world.feed.fail("/x.csv", 404))
    for when in ("08:00", "08:29", "08:30", "09:30"):
        look_at(world.watcher, [source], wib(f"2025-03-01 {when}"))
    checks = world.checks(dataset)
    assert [c.outcome for c in checks] == [Outcome.SOURCE_FAILED] * 4
    assert [c.conclusive for c in checks] == [False, False, True, True]
    assert [c.http_status for c in checks] == [404] * 4
    assert checks[0].code == "http-404"
    assert world.standing(dataset, wib("2025-03-01 08:10")).access is Access.TERGANGGU
    assert world.standing(dataset, wib("2025-03-01 09:40")).access is Access.PUTUS


def test_one_success_ends_the_run_of_failures(world: World) -> None:
    dataset, source = world.promise(world.feed.fail("/x.csv", 500))
    look_at(world.watcher, [source], wib("2025-03-01 08:00"))
    world.feed.serve("/x.csv", BODY)
    look_at(world.watcher, [source], wib("2025-03-01 08:20"))
    world.feed.fail("/x.csv", 500)
    look_at(world.watcher, [source], wib("2025-03-01 08:40"))
    assert [c.conclusive for c in world.checks(dataset)] == [False, True, False]
    assert world.standing(dataset, wib("2025-03-01 09:00")).access is Access.TERGANGGU


def test_what_was_fulfilled_stays_so_while_the_server_is_away(world: World) -> None:
    dataset, source = world.promise(world.feed.serve("/x.csv", BODY), agreed_on=wib(
        "2025-02-20 00:00").date())  # fmt: skip
    world.extend(wib("2025-03-05 08:00"))
    look_at(world.watcher, [source], wib("2025-03-05 08:00"))
    world.feed.fail("/x.csv", 404)
    for day in (6, 7, 8, 30):
        look_at(world.watcher, [source], wib(f"2025-03-{day:02d} 08:00"))
    judged = world.standing(dataset, wib("2025-03-31 08:00")).judged
    assert judged[0].state is State.FULFILLED


@pytest.mark.parametrize(
    ("n_failures", "wait"),
    [
        (1, timedelta(minutes=15)),
        (2, timedelta(hours=1)),
        (3, timedelta(hours=6)),
        (4, timedelta(hours=24)),
        (6, timedelta(hours=24)),
    ],
)
def test_a_failing_source_is_asked_ever_more_rarely(
    small_world: World, clock: Clock, n_failures: int, wait: timedelta
) -> None:
    world = small_world
    _, source = world.promise(world.feed.fail("/x.csv", 500))
    now = wib("2025-03-01 08:00")
    for _ in range(n_failures):
        look_at(world.watcher, [source], now)
        now += timedelta(days=2)
    last = now - timedelta(days=2)
    for share, is_due in ((0.89, False), (1.11, True)):
        clock.now = last + wait * share
        assert sweep(world.watcher, n_workers=1, with_states=False).looked == int(is_due)


def test_a_server_that_asks_for_patience_gets_it_for_all_its_files(
    small_world: World, clock: Clock
) -> None:
    world = small_world
    clock.now = wib("2025-03-01 08:00")
    for n in range(3):
        world.promise(world.feed.fail(f"/{n}.csv", 429, Retry_After="7200"))
    assert sweep(world.watcher, n_workers=1).looked == 1
    assert sum(world.feed.asked.values()) == 1
    clock.now = wib("2025-03-01 09:59")
    assert sweep(world.watcher, n_workers=1).looked == 0
    clock.now = wib("2025-03-01 10:01")
    assert sweep(world.watcher, n_workers=1).looked == 1


@contextmanager
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield server.getsockname()[1]


def test_a_silent_host_delays_nobody_and_is_given_up_after_two_silences(
    small_world: World, clock: Clock
) -> None:
    world = small_world
    clock.now = wib("2025-03-01 08:00")
    fine = [world.promise(world.feed.serve(f"/{n}.csv", BODY))[0] for n in range(40)]
    with silent_port() as port:
        gate = f"127.0.0.1:{port}"
        world.may_reach(gate)
        dumb = [world.promise(f"http://{gate}/{n}.csv")[0] for n in range(12)]
        started = time.monotonic()
        swept = sweep(world.watcher, n_workers=2, with_states=False)
        seconds = time.monotonic() - started
    assert (swept.looked, swept.failed) == (52, 12)
    assert seconds < 2 * 3 + 2
    codes = sorted(world.checks(d)[0].code or "" for d in dumb)
    assert codes == ["host-silent"] * 10 + ["timeout"] * 2
    assert all(world.checks(d)[0].outcome is Outcome.COMPLETE for d in fine)


def _move(world: World, source_id: int, address: str) -> None:
    """Give a source another address."""
    with unit_of_work(world.engine) as session:
        source = session.get_one(models.Source, source_id)
        source.address, source.host = address, host_of(address)
        session.add(source)


# Our own outage. Hosts are names; what "cannot be reached" means is played by the source.


def _unreachable(world: World, monkeypatch: pytest.MonkeyPatch, codes: dict[str, str]) -> None:
    real = world.watcher.fetcher.fetch

    def fetch(address: str, conditional: object, now: object) -> object:
        for host, code in codes.items():
            if host in address:
                raise SourceError(code, "Tidak terjangkau.", "Out of reach.", fault=Fault.UNREACHED)
        return real(address, conditional, now)  # type: ignore[arg-type]

    monkeypatch.setattr(world.watcher.fetcher, "fetch", fetch)


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Say whether this machine has a way out."""

    def say(is_connected: bool) -> None:
        monkeypatch.setattr(outage, "has_way_out", lambda: is_connected)

    say(True)
    return say


def _outcomes(world: World, hosts: list[str], now: str) -> list[Outcome]:
    made = [world.promise(f"http://{host}/x.csv") for host in hosts]
    look_at(world.watcher, [source for _, source in made], wib(now))
    return [world.checks(dataset)[-1].outcome for dataset, _ in made]


ALL_AWAY = {f"opd-{n}.example": "no-connection" for n in range(4)}


def test_when_nobody_can_be_reached_nobody_is_blamed(
    world: World, monkeypatch: pytest.MonkeyPatch, connected: Callable[[bool], None]
) -> None:
    _unreachable(world, monkeypatch, ALL_AWAY)
    outcomes = _outcomes(world, list(ALL_AWAY), "2025-03-01 08:00")
    assert outcomes == [Outcome.OUR_FAULT] * 4


def test_when_a_few_hosts_are_away_and_another_answers_they_are_to_blame(
    small_world: World, monkeypatch: pytest.MonkeyPatch, connected: Callable[[bool], None]
) -> None:
    _unreachable(small_world, monkeypatch, ALL_AWAY)
    monkeypatch.setattr(outage, "is_local", lambda host: False)
    alive = small_world.feed.address.removeprefix("http://")
    outcomes = _outcomes(small_world, [*ALL_AWAY, alive], "2025-03-01 08:00")
    assert outcomes == [Outcome.SOURCE_FAILED] * 5


def test_an_answer_of_this_machine_itself_does_not_prove_that_the_line_is_up(
    small_world: World, monkeypatch: pytest.MonkeyPatch, connected: Callable[[bool], None]
) -> None:
    _unreachable(small_world, monkeypatch, ALL_AWAY)
    alive = small_world.feed.address.removeprefix("http://")
    outcomes = _outcomes(small_world, [*ALL_AWAY, alive], "2025-03-01 08:00")
    assert outcomes == [*[Outcome.OUR_FAULT] * 4, Outcome.SOURCE_FAILED]


@pytest.mark.parametrize(
    ("is_connected", "outcome"), [(True, Outcome.SOURCE_FAILED), (False, Outcome.OUR_FAULT)]
)
def test_one_dead_host_is_to_blame_unless_there_is_no_way_out(
    small_world: World,
    monkeypatch: pytest.MonkeyPatch,
    connected: Callable[[bool], None],
    is_connected: bool,
    outcome: Outcome,
) -> None:
    connected(is_connected)
    _unreachable(small_world, monkeypatch, {"opd-1.example": "no-such-host"})
    assert _outcomes(small_world, ["opd-1.example"], "2025-03-01 08:00") == [outcome]


def test_a_resolver_that_fails_for_half_of_all_hosts_is_ours(
    small_world: World, monkeypatch: pytest.MonkeyPatch, connected: Callable[[bool], None]
) -> None:
    monkeypatch.setattr(outage, "is_local", lambda host: False)
    names = {f"opd-{n}.example": "no-name-answer" for n in range(3)}
    _unreachable(small_world, monkeypatch, names)
    alive = small_world.feed.address.removeprefix("http://")
    outcomes = _outcomes(small_world, [*names, alive], "2025-03-01 08:00")
    assert outcomes == [*[Outcome.OUR_FAULT] * 3, Outcome.SOURCE_FAILED]


def test_our_own_faults_make_nothing_late_and_end_no_run(
    world: World, monkeypatch: pytest.MonkeyPatch, connected: Callable[[bool], None]
) -> None:
    dataset, source = world.promise(
        world.feed.fail("/x.csv", 500), agreed_on=wib("2025-02-20 00:00").date()
    )
    world.extend(wib("2025-03-20 08:00"))
    connected(False)
    _unreachable(world, monkeypatch, {"127.0.0.1": "no-connection"})
    monkeypatch.setattr(outage, "is_local", lambda host: False)
    for day in (18, 19, 20):
        look_at(world.watcher, [source], wib(f"2025-03-{day} 08:00"))
    assert {c.outcome for c in world.checks(dataset)} == {Outcome.OUR_FAULT}
    assert not any(c.conclusive for c in world.checks(dataset))
    standing = world.standing(dataset, wib("2025-03-20 09:00"))
    assert standing.judged[0].state is State.UNOBSERVED
    assert standing.access is Access.BELUM_DIPERIKSA


def test_a_bug_of_ours_costs_one_look_and_blames_nobody(
    small_world: World, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    def crash(*args: object, **kwargs: object) -> None:
        raise RuntimeError("a bug")

    world = small_world
    clock.now = wib("2025-03-01 08:00")
    made = [world.promise(world.feed.serve(f"/{n}.csv", BODY))[0] for n in range(3)]
    monkeypatch.setattr("checks.looking.glance.examine", crash)
    swept = sweep(world.watcher, n_workers=2, with_states=False)
    assert (swept.looked, swept.our_faults) == (3, 3)
    checks = [world.checks(dataset)[0] for dataset in made]
    assert {(c.outcome, c.code, c.conclusive) for c in checks} == {
        (Outcome.OUR_FAULT, "our-error", False)
    }


def test_an_unframed_body_is_believed_only_where_it_is_as_long_as_before(
    small_world: World,
) -> None:
    world = small_world
    bodies = [BODY * 4, BODY * 5, BODY * 2]

    def serve(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + bodies[0].encode())

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        world.may_reach(f"127.0.0.1:{port}")
        dataset, source = world.promise(world.feed.serve("/x.csv", BODY * 4))
        look_at(world.watcher, [source], wib("2025-03-01 08:00"))
        _move(world, source, f"http://127.0.0.1:{port}/x.csv")
        for day in (2, 3, 4):
            answering = threading.Thread(target=serve, args=(server,))
            answering.start()
            look_at(world.watcher, [source], wib(f"2025-03-{day:02d} 08:00"))
            answering.join()
            bodies.pop(0)
    assert [(c.outcome, c.code) for c in world.checks(dataset)[1:]] == [
        (Outcome.COMPLETE, None),
        (Outcome.COMPLETE, None),
        (Outcome.SOURCE_FAILED, "unframed"),
    ]
