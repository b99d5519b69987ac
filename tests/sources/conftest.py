"""What the source tests share: raw servers and a fetcher that may reach them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from checks.sources.fetcher import Fetcher
from checks.sources.wire import Limits
from tests.sources.raw import RawServer, Talk

#: For tests that wait for a limit of time.
QUICK = Limits(
    connect_seconds=0.5,
    total_seconds=1.5,
    slow_after_seconds=0.3,
    wire_bytes=300_000,
    decoded_bytes=3_000_000,
)
#: For all others: no busy machine may make them fail.
PATIENT = replace(QUICK, connect_seconds=20, total_seconds=20, slow_after_seconds=20)


@pytest.fixture
def raw() -> Iterator[Callable[[Talk], RawServer]]:
    """Start a raw server for a talk; it is stopped after the test."""
    servers: list[RawServer] = []

    def start(talk: Talk) -> RawServer:
        servers.append(RawServer(talk))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def fetcher_for(tmp_path: Path) -> Iterator[Callable[..., Fetcher]]:
    """Make a fetcher of small size that may reach these ports of loopback."""
    made: list[Fetcher] = []

    def make(*ports: int, limits: Limits = PATIENT, spacing_seconds: float = 0) -> Fetcher:
        hosts = frozenset(f"127.0.0.1:{port}" for port in ports)
        made.append(
            Fetcher(
                tmp_path / "scratch",
                contact="walidata@example.org",
                allowed_hosts=hosts,
                spacing_seconds=spacing_seconds,
                limits=limits,
            )
        )
        return made[-1]

    yield make
    for fetcher in made:
        fetcher.close()
