"""What every process of a sweep's measurement knows, and how it is handed on."""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

from catalog.models.db import engine_for
from checks.look import Watcher, watcher_for
from checks.sources.fetcher import Fetcher
from checks.sources.wire import Limits
from tests.bench.sweep_city import NOW, ZONE
from tests.bench.sweep_feeds import DEAD, Url, addresses_of_hosts, urls

PORT = 18088
TIMEOUT_SECONDS = 5.0
N_QUEUE_WORKERS = 2
PER_HOST = 2
CONTACT = "walidata@example.org"
LIMITS = Limits(connect_seconds=2.0, total_seconds=TIMEOUT_SECONDS)


@dataclass(frozen=True)
class Ground:
    """What every process of one run knows; `authority` is the file that https is believed by."""

    n: int
    hosts: int
    workers: int
    seed: int
    url: str
    folder: Path
    authority: Path | None = None

    @classmethod
    def of(cls, given: argparse.Namespace) -> "Ground":
        """Return the ground that the arguments of a process describe."""
        authority = Path(given.authority) if given.authority else None
        sizes = (given.n, given.hosts, given.workers, given.seed)
        return cls(*sizes, given.url, Path(given.folder), authority)

    def arguments(self) -> list[str]:
        """Return the arguments that `of` reads."""
        found = ["--url", self.url, "--folder", str(self.folder)]
        for name in ("n", "hosts", "workers", "seed"):
            found += [f"--{name}", str(getattr(self, name))]
        return [*found, "--authority", str(self.authority)] if self.authority else found

    def addresses(self) -> list[Url]:
        """Return what is to be asked."""
        scheme = "https" if self.authority else "http"
        return urls(self.n, self.hosts, PORT, self.seed, scheme)

    def watcher(self) -> Watcher:
        """Return a watcher that may reach the feeds, two requests at a host at once."""
        hosts = frozenset(f"{host}:{PORT}" for host in (*addresses_of_hosts(self.hosts), DEAD))
        made = watcher_for(
            engine_for(self.url),
            reading_engine=engine_for(self.url, read_only=True),
            originals_dir=self.folder / "originals",
            zone=ZONE,
            clock=lambda: NOW,
            contact=CONTACT,
        )
        fetcher = Fetcher(
            made.originals.scratch,
            contact=CONTACT,
            allowed_hosts=hosts,
            spacing_seconds=0,
            at_once=PER_HOST,
            limits=LIMITS,
            certificates=self.authority,
        )
        return replace(made, fetcher=fetcher)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that `Ground.of` reads."""
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--workers", type=int, default=16)
    parser.add_argument("--seed", type=int, default=7)
    for name in ("url", "folder", "authority"):
        parser.add_argument(f"--{name}", help=argparse.SUPPRESS)
