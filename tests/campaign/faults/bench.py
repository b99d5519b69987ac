"""What every fault of the campaign works with: a folder, worlds, servers, and its verdict."""

import shutil
import ssl
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from uuid import uuid4

from aiosmtpd.controller import Controller
from sqlalchemy import Engine

from catalog.models.db import engine_for, migrate
from checks.sources.fetcher import Fetcher
from checks.sources.wire import Limits
from tests.flow.conftest import Clock
from tests.flow.telling import Relay, Town, free_port
from tests.flow.world import Feed, World, new_world
from tests.sources.conftest import QUICK
from tests.sources.raw import RawServer, Talk


@dataclass(frozen=True)
class Seen:
    """What one fault required and what came of it; `misses` is empty where it was met."""

    id: str
    title: str
    required: str
    facts: tuple[str, ...]
    misses: tuple[str, ...]
    seconds: float

    @property
    def is_met(self) -> bool:
        """Whether everything was as required."""
        return not self.misses


@dataclass
class Bench:
    """The room of one fault; whatever is opened here is closed after it."""

    folder: Path
    seed: int
    facts: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)
    worlds: list[World] = field(default_factory=list)
    closing: ExitStack = field(default_factory=ExitStack)
    may_fail_inside: bool = False

    def expect(self, what: str, found: object, wanted: object) -> None:
        """Note a miss where something is not what was required."""
        if found != wanted:
            self.misses.append(f"{what}: {found!r}, required {wanted!r}")

    def need(self, what: str, holds: object) -> None:
        """Note a miss where something does not hold."""
        if not holds:
            self.misses.append(what)

    def say(self, fact: str) -> None:
        """Note a figure or a fact that was seen."""
        self.facts.append(fact)

    def database(self) -> str:
        """Return the address of a migrated, empty SQLite database."""
        path = self.folder / f"{uuid4().hex[:8]}.db"
        shutil.copy(template(), path)
        return f"sqlite:///{path}"

    def engine(self, url: str | None = None) -> Engine:
        """Return an engine on a database of this fault."""
        engine = engine_for(url or self.database())
        self.closing.callback(engine.dispose)
        return engine

    def feed(self) -> Feed:
        """Start one more server of files."""
        feed = Feed()
        self.closing.callback(feed.close)
        return feed

    def raw(self, talk: Talk, tls: ssl.SSLContext | None = None) -> RawServer:
        """Start a server that says exactly what it is told."""
        server = RawServer(talk, tls)
        self.closing.callback(server.close)
        return server

    def world(self, clock: Clock | None = None, *, engine: Engine | None = None) -> World:
        """Return a world with a feed and a watcher of its own."""
        folder = self.folder / uuid4().hex[:8]
        world = new_world(engine or self.engine(), folder, self.feed(), clock or Clock())
        self.worlds.append(world)
        self.closing.callback(lambda: world.watcher.fetcher.close())
        return world

    def fetcher(self, *hosts: str, limits: Limits = QUICK, **given: object) -> Fetcher:
        """Return a fetcher with short limits that may reach these host:port pairs."""
        fetcher = Fetcher(
            self.folder / "scratch",
            contact="walidata@example.org",
            allowed_hosts=frozenset(hosts),
            spacing_seconds=0,
            limits=limits,
            **given,  # type: ignore[arg-type]
        )
        self.closing.callback(fetcher.close)
        return fetcher

    def town(self) -> Town:
        """Return a town without people over an empty database."""
        return Town(self.engine())

    @contextmanager
    def relay(self, relay: Relay | None = None) -> Iterator[Relay]:
        """Run an SMTP server on a free port."""
        relay = relay or Relay(free_port())
        relay.port = relay.port or free_port()
        controller = Controller(relay, hostname="127.0.0.1", port=relay.port)
        controller.start()
        try:
            yield relay
        finally:
            controller.stop()

    def finish(self) -> None:
        """Close everything, and note what no fault may leave behind."""
        for world in self.worlds:
            with world.engine.connect() as connection:
                found = connection.exec_driver_sql(
                    "SELECT count(*) FROM looked WHERE code = 'our-error'"
                ).scalar_one()
            self.need(f"{found} looks crashed", found == 0 or self.may_fail_inside)
        self.closing.close()
        ends = time.monotonic() + 3
        while time.monotonic() < ends and (left := _looking()):
            time.sleep(0.02)
        self.need("a worker hangs", not (left := _looking()) or not left)


def _looking() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("look-")]


@cache
def template() -> Path:
    """Return a migrated, empty SQLite file that others are copied from."""
    path = Path(tempfile.mkdtemp(prefix="faults-")) / "template.db"
    engine = engine_for(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@dataclass(frozen=True)
class Fault:
    """One row of the table: what goes wrong, what is required, and how it is played."""

    id: str
    title: str
    required: str
    is_fast: bool
    play: Callable[[Bench], None]

    def run(self, seed: int) -> Seen:
        """Play the fault in a folder of its own; a crash of the play is a miss."""
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="fault-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            folder.chmod(0o755)
            bench = Bench(folder, seed)
            try:
                self.play(bench)
            except Exception as error:  # noqa: BLE001 - whatever breaks is a miss of this fault
                where = traceback.extract_tb(error.__traceback__)[-1]
                bench.misses.append(
                    f"{type(error).__name__} in {Path(where.filename).name}:{where.lineno}: "
                    f"{' '.join(str(error).split())[:300]}"
                )
            try:
                bench.finish()
            except Exception as error:  # noqa: BLE001 - the same
                bench.misses.append(f"not closed: {type(error).__name__}: {error}")
        return Seen(
            self.id,
            self.title,
            self.required,
            tuple(bench.facts),
            tuple(bench.misses),
            time.monotonic() - began,
        )


FAULTS: dict[str, Fault] = {}


def fault(
    id: str, title: str, required: str, *, fast: bool = True
) -> Callable[[Callable[[Bench], None]], Callable[[Bench], None]]:
    """Enter a play into the table under its row."""

    def enter(play: Callable[[Bench], None]) -> Callable[[Bench], None]:
        if id in FAULTS:
            raise ValueError(f"{id} is played twice")
        FAULTS[id] = Fault(id, title, required, fast, play)
        return play

    return enter
