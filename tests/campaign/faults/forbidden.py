"""Addresses that no fetch may connect to, however they are spelled or reached."""

import errno
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from checks.sources import Conditional, SourceError
from checks.sources.addresses import is_public
from checks.sources.fetcher import Fetcher
from tests.campaign.faults.bench import Bench, fault
from tests.campaign.faults.line import resolver
from tests.flow.world import wib
from tests.sources.replies import sized
from tests.sources.test_addresses import FORBIDDEN, SPELLINGS

NOW = wib("2025-03-01 08:00")
TARGETS = [text for text in FORBIDDEN if text != "not an address"]
PORTS = (80, 443, 22, 6379, 5432)
_watching: list[list[Any]] = []


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _watching:
        address = args[1]
        _watching[-1].append(address)
        if isinstance(address, tuple) and not str(address[0]).startswith("127."):
            # Nothing leaves this machine: whether it was tried is all that counts.
            raise OSError(errno.ENETUNREACH, "not from here")


sys.addaudithook(_hook)


@contextmanager
def connections() -> Iterator[list[Any]]:
    """Give the list of every address that this process tries to connect to."""
    seen: list[Any] = []
    _watching.append(seen)
    try:
        yield seen
    finally:
        _watching.remove(seen)


def _answer(address: str, port: int) -> list[Any]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    end: Any = (address, port, 0, 0) if ":" in address else (address, port)
    return [(family, socket.SOCK_STREAM, 6, "", end)]


@fault("FX", "40 inner addresses, 5 ways each", "0 connections; the listed host is reached")
def addresses(bench: Bench) -> None:
    server = bench.raw(lambda connection: connection.sendall(answer[0]))
    answer = [sized(b"bulan,n\n2025-01,1\n")]
    fetcher = bench.fetcher(f"127.0.0.1:{server.port}")
    n_tries = 0
    with connections() as seen:
        for n, target in enumerate(TARGETS):
            port = PORTS[n % len(PORTS)]
            written = f"[{target}]" if ":" in target else target
            n_tries += _refused(bench, fetcher, f"http://{written}:{port}/x.csv")
            n_tries += _refused(bench, fetcher, f"https://{written}/x.csv")
            answer[0] = sized(b"", f"Location: http://{written}:{port}/x", status="302 Found")
            n_tries += _refused(bench, fetcher, server.address)
            with resolver({"data.example.org": lambda: _answer(target, 80)}):  # noqa: B023
                n_tries += _refused(bench, fetcher, "http://data.example.org/x.csv")
            n_tries += _rebound(bench, fetcher, target)
        for host in SPELLINGS:
            n_tries += _refused(bench, fetcher, f"http://{host}:{server.port}/x.csv")
            answer[0] = sized(
                b"", f"Location: http://{host}:{server.port}/x", status="302 Found"
            ) if host != "127.0.0.1" else sized(b"", "Location: http://127.0.0.1:1/", status=(
                "302 Found"))  # fmt: skip
            if host.isascii():
                n_tries += _refused(bench, fetcher, server.address)
    here = ("127.0.0.1", server.port)
    tried = [str(each[0]) for each in seen if each != here]
    inner = [address for address in tried if not is_public(address)]
    bench.expect("connections to forbidden addresses", inner, [])
    answer[0] = sized(b"bulan,n\n2025-01,1\n")
    n_bytes = bench.fetcher(f"127.0.0.1:{server.port}").fetch(server.address, Conditional(), NOW)
    bench.expect("the listed host", n_bytes.n_bytes, 18)
    bench.need("too few targets", len(TARGETS) >= 40)
    bench.say(f"{len(TARGETS)} targets and {len(SPELLINGS)} spellings, {n_tries} tries: "
              f"{len(inner)} connections to forbidden addresses")  # fmt: skip


def _refused(bench: Bench, fetcher: Fetcher, address: str) -> int:
    try:
        fetcher.fetch(address, Conditional(), NOW)
        bench.misses.append(f"{address} was fetched")
    except SourceError as error:
        good = ("forbidden-address", "bad-address", "no-such-host", "no-name-answer", "our-line")
        bench.need(f"{address}: {error.code}", error.code in good)
    return 1


def _rebound(bench: Bench, fetcher: Fetcher, target: str) -> int:
    """A name that is public when it is first asked, and inner when it is asked again."""
    turns = iter(("1.1.1.1", target, target))
    with resolver({"turn.example.org": lambda: _answer(next(turns), 80)}):
        for _ in range(2):
            _refused(bench, fetcher, "http://turn.example.org/x.csv")
    both = [*_answer(target, 80), *_answer("1.1.1.1", 80)]
    with resolver({"both.example.org": lambda: both}):
        _refused(bench, fetcher, "http://both.example.org/x.csv")
    return 3
