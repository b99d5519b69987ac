"""Names without answer, and our own line cut: nobody is blamed for what we could not see."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlmodel import select

from catalog import models
from catalog.models.db import engine_for, reading, unit_of_work
from catalog.rules.terms import Access, Outcome, Role, State
from checks.engines import ticking
from checks.engines.threads import Threads
from checks.look import look_at, watcher_for
from checks.looking import outage
from checks.sources.wire import Limits
from checks.tell import plan_notices
from tests.campaign.faults.bench import Bench, fault
from tests.campaign.faults.siege import besiege
from tests.flow.conftest import Clock
from tests.flow.world import ZONE, World, wib

ROOT = Path(__file__).resolve().parents[3]
Answer = Callable[[], list[Any]]


@contextmanager
def resolver(answers: dict[str, Answer]) -> Iterator[None]:
    """Answer questions for these names; every other question goes the usual way."""
    usual, out = socket.getaddrinfo, outage.has_way_out

    def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        return answers[host]() if host in answers else usual(host, *args, **kwargs)

    socket.getaddrinfo = resolve  # type: ignore[assignment]
    outage.has_way_out = lambda: True
    try:
        yield
    finally:
        socket.getaddrinfo = usual  # type: ignore[assignment]
        outage.has_way_out = out


def fails(code: int, seconds: float = 0.0) -> Answer:
    """Return an answer of a resolver that fails, at once or after a while."""

    def answer() -> list[Any]:
        time.sleep(seconds)
        raise socket.gaierror(code, "the resolver says so")

    return answer


@fault(
    "F23",
    "DNS: NXDOMAIN, SERVFAIL, slow",
    "NXDOMAIN becomes broken, the others unobserved",
    fast=False,
)
def names(bench: Bench) -> None:
    for what, answer, outcome, code, access, march in (
        ("NXDOMAIN", fails(socket.EAI_NONAME), Outcome.SOURCE_FAILED, "no-such-host",
         Access.PUTUS, State.LATE),
        ("SERVFAIL", fails(socket.EAI_AGAIN), Outcome.OUR_FAULT, "no-name-answer",
         Access.LANCAR, State.UNOBSERVED),
        ("a resolver that fails", fails(socket.EAI_FAIL), Outcome.OUR_FAULT, "no-name-answer",
         Access.LANCAR, State.UNOBSERVED),
        ("a resolver that hangs", fails(socket.EAI_AGAIN, 2.0), Outcome.OUR_FAULT,
         "no-name-answer", Access.LANCAR, State.UNOBSERVED),
    ):  # fmt: skip
        siege = besiege(bench)
        siege.point("http://data.opd.example/data.csv")
        with resolver({"data.opd.example": answer}):
            siege.attack(what, None, code, outcome=outcome, n_looks=3, most_seconds=1.2)
            bench.need(f"{what}: access {siege.access()}", siege.access() in (
                access, Access.BELUM_DIPERIKSA) if outcome is Outcome.OUR_FAULT
                else siege.access() is access)  # fmt: skip
            siege.now = wib("2025-04-20 08:00")
            siege.look()
            siege.look()
        bench.expect(f"{what}: March after its grace", siege.states(siege.now)["2025-03"], march)
    bench.say("a hanging resolver costs the seconds of a connection, not more")


@fault(
    "F14", "our own line or resolver down", "verdicts frozen, one notice to walidata", fast=False
)
def our_line(bench: Bench) -> None:
    clock = Clock()
    world = bench.world(clock)
    people = _people(world)
    for n in range(6):
        # Names and numbers alike; nobody is asked, for there is no line.
        host = f"opd-{n}.example" if n % 2 else f"103.28.12.{n + 1}"
        world.promise(f"http://{host}/x.csv", agreed_on=wib("2025-03-20 00:00").date())
    instants = ["2025-04-20 08:00", "2025-04-20 08:20", "2025-04-20 09:40", "2025-04-21 13:00"]
    world.extend(wib(instants[-1]))
    _tick_without_a_line(world, instants)
    checks = [check for n in range(1, 7) for check in world.checks(n)]
    bench.need("nothing was looked at", len(checks) >= 12)
    bench.expect("outcomes", {c.outcome for c in checks}, {Outcome.OUR_FAULT})
    now = wib(instants[-1])
    states = [world.standing(n, now).judged[0].state for n in range(1, 7)]
    bench.expect("March after its grace", set(states), {State.UNOBSERVED})
    with reading(world.engine) as session:
        notices = session.exec(select(models.Notice)).all()
    told = [(n.kind, n.person_id) for n in notices if n.key.startswith("line:")]
    bench.expect("notices of the outage", told, [(models.NoticeKind.TASK, people["walidata"])])
    bench.expect("reproaches", [n.key for n in notices if (n.level or 0) >= 3], [])
    bench.say(f"{len(checks)} looks without a network: {len(checks)} ours, 1 notice")
    _half_of_all_hosts(bench)


def _half_of_all_hosts(bench: Bench) -> None:
    """Four of six hosts that answered yesterday go out of reach together: ours, for days."""
    world = bench.world()
    feed, port = world.feed, int(world.feed.address.rpartition(":")[2])
    names = [f"opd-{n}.example" for n in range(6)]
    _reach_all(world, [f"{name}:{port}" for name in names])
    feed.serve("/x.csv", "Bulan,IHK\nFebruari 2025,105.9\n")
    made = [world.promise(f"http://{name}:{port}/x.csv") for name in names]
    here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    def unroutable() -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "gone")

    with resolver({name: lambda: here for name in names}):
        look_at(world.watcher, [source for _, source in made], wib("2025-03-01 08:00"))
    world.watcher.fetcher.close()
    answers: dict[str, Answer] = dict.fromkeys(names[:4], unroutable)
    answers |= {name: lambda: here for name in names[4:]}
    with resolver(answers):
        look_at(world.watcher, [source for _, source in made], wib("2025-03-02 08:00"))
        outcomes = [world.checks(dataset)[-1].outcome for dataset, _ in made]
        look_at(world.watcher, [source for _, source in made], wib("2025-03-09 08:00"))
        later = [world.checks(dataset)[-1].outcome for dataset, _ in made]
    bench.expect("together", [o is Outcome.OUR_FAULT for o in outcomes], [True] * 4 + [False] * 2)
    bench.expect("a week later", later[:4], [Outcome.SOURCE_FAILED] * 4)


def _reach_all(world: World, hosts: list[str]) -> None:
    fetcher = world.watcher.fetcher
    fetcher.close()
    object.__setattr__(fetcher._gate, "allowed", frozenset(hosts))


def _people(world: World) -> dict[str, int]:
    found: dict[str, int] = {}
    with unit_of_work(world.engine) as session:
        for name, role in (("walidata", Role.WALIDATA), ("operator", Role.KEPALA_BIDANG)):
            person = models.Person(
                name=name, email=f"{name}@batu.test", created_at=wib("2025-01-01 08:00")
            )
            session.add(person)
            session.flush()
            session.add(models.Assignment(person_id=person.id or 0, role=role))
            found[name] = person.id or 0
    return found


def _tick_without_a_line(world: World, instants: list[str]) -> None:
    """Let ticks run in a process that has no network at all, not even loopback."""
    url = world.engine.url.render_as_string(hide_password=False)
    words = [url, str(world.watcher.originals.folder), *instants]
    unshare = shutil.which("unshare")
    if unshare and subprocess.run([unshare, "-rn", "true"], check=False).returncode == 0:
        command = [unshare, "-rn", sys.executable, "-m", "tests.campaign.faults.line", *words]
        subprocess.run(command, cwd=ROOT, check=True, timeout=60)
        return
    with resolver({f"opd-{n}.example": fails(socket.EAI_AGAIN) for n in range(6)}):
        outage.has_way_out = lambda: False
        _tick(*words)


def _tick(url: str, folder: str, *instants: str) -> None:
    engine, clock = engine_for(url), Clock()
    watcher = watcher_for(
        engine,
        originals_dir=Path(folder),
        zone=ZONE,
        clock=clock,
        contact="walidata@example.org",
        host_spacing_seconds=0,
        limits=Limits(connect_seconds=1.0, total_seconds=3.0),
    )
    tick = ticking(watcher, Threads(watcher, 2))
    for instant in instants:
        clock.now = wib(instant)
        tick()
        with unit_of_work(engine) as session:
            plan_notices(session, watcher.city(session), clock.now + timedelta(minutes=1))
    watcher.fetcher.close()
    engine.dispose()


if __name__ == "__main__":
    _tick(*sys.argv[1:])
    os._exit(0)
