"""What one hostile host of eleven costs the others: the delay of their looks with and without it.

    python -m tests.bench.hostile_host [--rounds 5] [--files 12] [--workers 8] [--seed N]

Ten honest servers and an eleventh that is honest in one half of a round and hostile in the
other: it takes connections and says nothing, or drips a byte now and then. A delay is how
long after the start of the sweep an honest server was asked for a file. Both halves run in
one process, in turn and in changing order; hosts are given the pause that politeness asks
for, shortened. It prints the mean delays and exits with 1 when the others waited more than
5 % longer.
"""

import argparse
import random
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import mean, median

from catalog.models.db import engine_for, migrate
from checks.look import sweep
from checks.sources.fetcher import Fetcher
from checks.sources.wire import Limits
from tests.flow.conftest import Clock
from tests.flow.world import Feed, World, new_world, wib
from tests.sources.raw import RawServer, Talk

N_HONEST = 10
MOST = 0.05
SPACING_SECONDS = 0.2
LIMITS = Limits(connect_seconds=1.0, total_seconds=3.0, slow_after_seconds=1.0)


def silent(connection: socket.socket) -> None:
    """Take the request and say nothing."""
    connection.settimeout(30)
    connection.recv(1)


def drips(connection: socket.socket) -> None:
    """Promise a long answer and send it a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


HOSTILE: dict[str, Talk] = {"silent": silent, "slow loris": drips}


@contextmanager
def _world(folder: Path, hosts: list[str], feed: Feed) -> Iterator[World]:
    url = f"sqlite:///{folder}/city.db"
    engine = engine_for(url)
    migrate(engine)
    clock = Clock()
    clock.now = wib("2025-03-01 08:00")
    world = new_world(engine, folder, feed, clock)
    world.watcher.fetcher.close()
    fetcher = Fetcher(
        world.watcher.originals.scratch,
        contact="walidata@example.org",
        allowed_hosts=frozenset(hosts),
        spacing_seconds=SPACING_SECONDS,
        limits=LIMITS,
    )
    fetcher.politeness._exempt = frozenset()
    world.watcher = replace(world.watcher, fetcher=fetcher)
    try:
        yield world
    finally:
        fetcher.close()
        engine.dispose()


def delays(talk: Talk | None, n_files: int, n_workers: int, seed: int) -> list[float]:
    """Return how long each file of the ten honest hosts waited to be asked for."""
    chance = random.Random(seed)
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
        feeds = [Feed() for _ in range(N_HONEST + 1)]
        for feed in feeds:
            closing.callback(feed.close)
        hosts = [feed.address.removeprefix("http://") for feed in feeds]
        last = feeds[-1].address
        if talk is not None:
            server = RawServer(talk)
            closing.callback(server.close)
            last, hosts = f"http://127.0.0.1:{server.port}", [*hosts, f"127.0.0.1:{server.port}"]
        world = closing.enter_context(_world(folder, hosts, feeds[0]))
        asked: list[float] = []
        files = [(host, n) for host in range(N_HONEST + 1) for n in range(n_files)]
        chance.shuffle(files)
        for host, n in files:
            address = feeds[host].serve(f"/{n}.csv", f"Bulan,IHK\nFebruari 2025,{host}{n}\n")
            if host < N_HONEST:
                feeds[host].answers[f"/{n}.csv"].before = lambda: asked.append(time.monotonic())
            else:
                address = f"{last}/{n}.csv"
            world.promise(address)
        began = time.monotonic()
        swept = sweep(world.watcher, n_workers=n_workers, with_states=False)
        assert swept.looked == len(files)
        assert swept.failed == (n_files if talk is not None else 0)
    return [at - began for at in asked]


def main() -> int:
    """Print the delays with and without each hostile host; 1 when they cost too much."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hostile_host")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--files", type=int, default=12)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--seed", type=int, default=20250301)
    given = parser.parse_args()
    delays(None, 2, given.workers, given.seed)
    is_good = True
    for name, talk in HOSTILE.items():
        ratios: list[float] = []
        means: dict[bool, list[float]] = {True: [], False: []}
        for n in range(given.rounds):
            for is_hostile in (n % 2 == 0, n % 2 != 0):
                found = delays(
                    talk if is_hostile else None, given.files, given.workers, given.seed + n
                )
                means[is_hostile].append(mean(found))
            ratios.append(means[True][-1] / means[False][-1] - 1)
        cost = median(ratios)
        is_good = is_good and cost <= MOST
        print(
            f"{name}: others asked after {mean(means[False]):.3f} s on average without it, "
            f"{mean(means[True]):.3f} s with it: {cost:+.1%} (median of {given.rounds} rounds: "
            f"{', '.join(f'{ratio:+.1%}' for ratio in ratios)}; at most {MOST:.0%}; "
            f"{N_HONEST} x {given.files} files, {given.workers} workers, seed {given.seed})"
        )
    return 0 if is_good else 1


if __name__ == "__main__":
    raise SystemExit(main())
